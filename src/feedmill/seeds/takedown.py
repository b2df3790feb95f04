"""Takedowns read as text: what in a header, or its remains, can take an entry down.

Whether a seed that does not parse may keep its last good entry is decided by comparing these lines, word for
word (docs/seeds.md, Last good). So every doubt makes a line count: that costs nothing while it
stays as it was.
"""

from __future__ import annotations

import hashlib
import heapq
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from feedmill.model.fields import INVISIBLE, fold
from feedmill.seeds.field_keys import BOOLEANS, Keys, near, near_any

HEAD_BYTES = 64 << 10
"""Bytes that are looked at of a file in which no header can be made out."""

_LINES_AT_MOST = 100
"""Kept of one seed. Of a broken one more than a last good form can hold suffice to tell the two apart."""

_LOOKS_AT_MOST = 10_000
"""Places that are looked at in one text: 4 MiB of names take a second, not a minute."""

_BELOW_AT_MOST = 1 << 16
"""Characters below a line that are looked at one line at a time."""

_SHOWN = 200
"""Characters from which on a line is kept as its digest."""

_ODD_BREAKS = "\r\x85\u2028\u2029"
_BREAKS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_WINDOW = 80
_ORDINARY = bytes(range(32, 127)) + b"\n\t"
_WORD = re.compile(r"\w[\w.\-]*")
_BELOW = re.compile(r"(?:[ \t]|[-:](?=[ \t\n]))[^\n]*|#[^\n]*|(?=\n)")
_SEVERAL_EDITS = 2


def as_text(data: bytes) -> str:
    """Return what can be read of the first 64 KiB of a file; without NULs, UTF-16 and UTF-32 can be, too."""
    return data[:HEAD_BYTES].replace(b"\0", b"").decode(errors="replace").rstrip("\ufffd")


def takedown_lines(text: str, keys: Keys) -> tuple[tuple[str, str], ...]:
    """Return the lines of a text that can take an entry down, as (folded name, line) pairs, each once.

    They are those in which, at the start (after characters that are neither letters, digits nor `#`) or
    behind `{` or `,`, the name stands of a flag, of `status` or of the expiry, a near miss of it, or as
    much of it as the end of the text has left. What belongs to the line below comes with it.
    """
    text = _with_plain_breaks(text)
    found: dict[tuple[str, str], None] = {}
    known, block = -1, ""
    for name, start in _candidates(text, keys):
        if name is None:
            return (*found, ("", _digest(text)))  # equal for the same text alone
        if start != known:
            known, block = start, _short(_block(text, start))
        found.setdefault((name, block))
        if len(found) > _LINES_AT_MOST:
            return (*found, ("", _digest(text)))
    return tuple(found)


def swallowed(header: str, keys: Keys) -> Iterator[tuple[str, int]]:
    """Yield the flags that begin a line, neither indented nor a list item, with a boolean word behind.

    So do near misses of them. They are (folded name, line from 0). Where what was parsed has no such flag, a
    quote or a bracket swallowed it.
    """
    text = _with_plain_breaks(header)
    for name, start in _candidates(text, keys):
        if name is None:  # nobody writes that many: in doubt, a flag is among the rest
            yield from ((flag, 0) for flag in sorted(keys.flag_names))
            return
        line = text[start : start + _WINDOW].partition("\n")[0]
        if name not in keys.flag_names or line[:1] in (" ", "\t") or re.match(r"-[ \t]", line):
            continue
        told = (pattern.match(line) for pattern in (_told(name), _TOLD_NEARLY))
        if any(match is not None and match[1].lower() in BOOLEANS for match in told):
            yield name, text.count("\n", 0, start)


def _with_plain_breaks(text: str) -> str:
    return _BREAKS.sub("\n", text) if any(odd in text for odd in _ODD_BREAKS) else text


_TOLD_NEARLY = re.compile(r"[^\w#]*\w[\w\-]*[\W_]+(\w+)")
"""A line's start that is any word, and the one behind it."""


@lru_cache(maxsize=256)
def _told(name: str) -> re.Pattern[str]:
    """A line's start that is a flag's name, however it is written, and a word behind it."""
    return re.compile(rf"[^\w#]*{_spaced(name)}(?:[\W_]+|(?=[a-z]))(\w+)", re.IGNORECASE)


def _candidates(text: str, keys: Keys) -> Iterator[tuple[str | None, int]]:
    """Yield the names that stand where a key could, with the offset at which their line starts.

    None ends them where there are more places than are looked at.
    """
    seen = _as_seen("\n" + text)
    start, end = 0, -1
    befores = [before for before in "\n{," if before in seen]
    patterns = [_places(before, keys.takedown_names, keys.other_names) for before in befores]
    places = heapq.merge(*(pattern.finditer(seen) for pattern in patterns), key=re.Match.end)
    for count, match in enumerate(places):
        if count > _LOOKS_AT_MOST:
            yield None, 0
            return
        at = match.end()
        if at > end:
            start = seen.rfind("\n", 0, at) + 1
            end = seen.find("\n", at)
            end = end if end >= 0 else len(seen)
        window = seen[at : at + _WINDOW].replace("\0", "")
        name = _named(window, keys, cut_off=at + _WINDOW >= len(seen) == end)
        if name is not None:
            yield name, start - 1


def _as_seen(text: str) -> str:
    """Return a text in small letters, invisible characters as NUL: of the same length.

    Nearly every text is quick to do as bytes: it has few characters but ASCII's, and no capitals among them.
    """
    data = text.encode("utf-8", "surrogatepass")
    others = data.translate(None, _ORDINARY).decode("utf-8", "surrogatepass")
    if others.isprintable() and others == others.lower():
        return data.lower().decode()
    seen = text.lower()
    if len(seen) != len(text):
        seen = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    return INVISIBLE.sub("\0", seen)


def _spaced(letters: str) -> str:
    """Return a pattern of letters, with whatever keys are matched without between them."""
    return r"[-_\0]*+".join(re.escape(letter) for letter in letters)


@lru_cache(maxsize=64)
def _places(before: str, names: frozenset[str], others: frozenset[str]) -> re.Pattern[str]:
    """Return a quick pattern of the places at which a name, or a near miss of it, may stand; none too few.

    An edit (a line break put in is one, too) spares the first three letters or the next three, or swaps the
    neighbours between them. A name that the end of the text cuts off is shorter. A key of another field
    is none. A pattern for each character that a key stands behind (`before`): what begins with one is looked
    for four times as fast as what begins with one of three.
    """
    wanted = sorted({*names, "publish"})
    heads = {name[:3] for name in wanted} | {name[:2] + name[3:4] + name[2:3] for name in wanted}
    behind = {name[3:6] for name in wanted if len(name) >= 6}
    spared = "|".join(map(_spaced, sorted(behind)))
    starts = "".join(sorted({re.escape(name[0]) for name in wanted}))
    false = "|".join(word for word, value in BOOLEANS.items() if not value and word.islower())
    begin = "|".join(map(_spaced, sorted(heads)))
    plain = (name for name in others - names - {"permalink"} if name.isascii() and name.isalnum())
    other = "|".join(sorted(plain))
    return re.compile(
        rf"{re.escape(before)}[ ]*+[^\w#\n{{,]*+_*+"
        rf"(?:\w[\"'](?={begin}))?+"  # a letter too many before a quoted key
        rf"(?![#\n]|(?:{other}):)(?=(?:{begin})|.{{2,6}}?(?:{spared})"
        rf"|[{starts}]\w{{0,2}}\Z|permalink\W++(?:{false})\b)",
        re.DOTALL,
    )


def _named(window: str, keys: Keys, *, cut_off: bool) -> str | None:
    """Return the name with which a text begins, for certain or perhaps, folded."""
    word = _WORD.match(window)
    whole = fold(word[0]) if word else ""
    if whole in keys.takedown_names:
        return whole
    if whole in keys.other_names and whole != "permalink":
        return None
    if whole == "permalink":
        return whole if re.match(r"permalink\W+(?:n|no|off|false)\b", window, re.IGNORECASE) else None
    if word and "." in word[0].rstrip("."):
        last = window[word[0].rstrip(".").rindex(".") + 1 :]
        if (name := _named(last, keys, cut_off=cut_off)) is not None:
            return name
    plain = window.casefold()
    names = sorted(keys.takedown_names, key=lambda name: (-len(name), name))
    texts = {plain, plain.replace("-", "").replace("_", "")}
    for name in names:
        if any(_begins(text, name) for text in texts):
            return name
    ends = {prefix for text in texts for prefix in _prefixes(text)}
    for prefix in sorted(ends, key=lambda prefix: (-len(prefix), prefix)):
        if (name := near_any(prefix, names)) is not None:
            return name
    if cut_off and whole:
        return next((name for name in names if _cut_short(whole, name)), None)
    return None


def _begins(text: str, name: str) -> bool:
    """Whether a name stands there, with no letter behind it or with a boolean word stuck to it."""
    if not text.startswith(name):
        return False
    rest = text[len(name) :]
    stuck = re.match(r"[^\W\d_]*", rest)
    return stuck is None or not stuck[0] or stuck[0] in BOOLEANS or stuck[0][1:] in BOOLEANS


def _prefixes(text: str) -> Iterable[str]:
    """Yield what may be a misspelt name: as long as a name, and with no letter behind it."""
    return (text[:end] for end in range(5, 17) if end <= len(text) and not text[end : end + 1].isalpha())


def _cut_short(word: str, name: str) -> bool:
    return name.startswith(word) or (len(word) > _SEVERAL_EDITS and near(word, name[: len(word)]))


def _block(text: str, start: int) -> str:
    """Return a line and the lines below that belong to it, without blank lines and comments."""
    end = text.find("\n", start)
    first = text[start : end if end >= 0 else None]
    indent = len(first) - len(first.lstrip(" \t"))
    lines = [first.rstrip()]
    position = start + len(first) + 1
    size = len(first)
    while position < len(text) and (line := _BELOW.match(text, position)):
        shown = line[0].rstrip()
        position = line.end() + 1
        bare = shown.lstrip(" \t")
        if not bare or bare[0] == "#":
            continue
        deeper = len(shown) - len(bare) > indent or (not indent and bare[0] in "-:" and first[:1] != "-")
        if not deeper:
            break
        lines.append(shown)
        size += len(shown)
        if size > _BELOW_AT_MOST:
            lines.append(_digest(text[position:]))
            break
    return "\n".join(lines)


def _short(block: str) -> str:
    return block if len(block) <= _SHOWN else _digest(block)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
