"""The author's own word: the flags and the status. In doubt, nothing goes out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from feedmill.model.fields import FLAGS, fold, in_drafts
from feedmill.model.instant import EPOCH, Instant
from feedmill.model.seed import Reason, Severity
from feedmill.seeds.dates import is_instant, parse_instant
from feedmill.seeds.field_keys import BOOLEANS, Keys
from feedmill.seeds.field_reader import Reader, entries, quoted
from feedmill.seeds.takedown import swallowed
from feedmill.yamltext import MappingNode, Node, ScalarNode, SequenceNode, foreign_tag

__all__ = ["BOOLEANS", "Word", "read_expiry", "read_word"]

_WITHHOLD = frozenset(
    "draft drafts auto-draft hidden private pending trash future inherit skip unlisted unpublished"  # noqa: SIM905
    " archived disabled withdrawn deleted removed wip review never".split()
)
_FOLDED = frozenset(map(fold, _WITHHOLD))
_NO_WORD = re.compile(r"[\W_]+")
_SAY_NOTHING = frozenset(
    "published publish public live active final always local link".split()  # noqa: SIM905
)
"""`never`, `always`, `local` and `link` are Hugo's words in `build.list` and `build.render`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What the flags say. `withheld`: the reason they give, None for none.

    `doubtful`: one of them is no boolean, contradicts itself, or is there as a slip of the pen.
    `vouched`: the seed has the flag that lets it out.
    """

    withheld: Reason | None
    doubtful: bool
    vouched: bool


def read_word(
    reader: Reader, keys: Keys, *, published_default: bool, header: str | None, tables: bool = False
) -> Word:
    """Return what the flags say and report those that cannot be read.

    All names and spellings that are given count: one that withholds is enough. For a flag that is not there,
    the default counts that the seed's rule has for it. `header` is the text of which the reader has the
    whole, None where nothing in it can have been swallowed by a quote or a bracket; with `tables`, one that
    begins a line in a table is none.
    """
    errors = reader.errors
    own = {field: _said(reader, field) for field in FLAGS}
    said = {field: words or _by_default(reader.defaults, field) for field, words in own.items()}
    status_withholds = _status(reader, keys)
    _check_slips(reader, keys)
    if header is not None:
        _check_swallowed(reader, keys, header, tables=tables)
    doubtful = reader.errors > errors
    published = all(said["published"]) if said["published"] else published_default or doubtful
    withheld = None
    if not published or any(said["draft"]) or status_withholds or _no_page(reader) or in_drafts(reader.path):
        withheld = Reason.UNPUBLISHED
    elif any(said["removed"]) or any(said["deleted"]):
        withheld = Reason.REMOVED
    return Word(
        withheld=withheld, doubtful=doubtful, vouched=bool(own["published"]) and all(own["published"])
    )


def withholding_default(defaults: Mapping[str, tuple[str, ...]]) -> str:
    """Return the default that withholds a seed which says nothing of it (`draft: true`), "" of none."""
    for field, words in defaults.items():
        word = words[0]
        flag = field in FLAGS and BOOLEANS[word] is not (field == "published")
        if flag or (field == "status" and _withholds(word)):
            return f"{field}: {word}"
    return ""


def expiry_default(defaults: Mapping[str, tuple[str, ...]], zone: tzinfo) -> Instant | None:
    """Return the expiry of seeds that name none; one that is no date is long past: in doubt, it is over."""
    given = defaults.get("expiryDateTime")
    if not given:
        return None
    try:
        return parse_instant(given[0], zone)
    except ValueError:
        return EPOCH


def read_expiry(reader: Reader) -> tuple[Instant | None, bool]:
    """Return the earliest expiry that is given, and whether there is one that cannot be read."""
    errors = reader.errors
    given = [each for each in reader.every("expiryDateTime") if not reader.is_absent(*each)]
    instants = [instant for each in given if (instant := reader.instant_of(*each)) is not None]
    return min(instants, default=None), reader.errors > errors


def _by_default(defaults: Mapping[str, tuple[str, ...]], field: str) -> list[bool]:
    return [BOOLEANS[word] for word in defaults.get(field, ())]


def _said(reader: Reader, field: str) -> list[bool]:
    values: list[bool] = []
    for name, folded, dotted in reader.names[field]:
        if folded not in reader.folded and not dotted:
            continue
        booleans: list[tuple[bool, Node]] = []
        for key, node in reader.repeated(name):
            if field == "published" and _is_date(reader, node):
                continue
            value = _boolean(reader, key, node)
            if value is None:
                continue
            other = next((earlier for said, earlier in booleans if said is not value), None)
            if other is not None:
                lines = " and ".join(str(reader.line(each.start_mark.line)) for each in (other, node))
                reader.report(f"'{key}' is given more than once, with different values (lines {lines})", node)
            booleans.append((value, node))
        values += [value for value, _ in booleans]
    return values


def _boolean(reader: Reader, key: str, node: Node) -> bool | None:
    if isinstance(node, ScalarNode) and foreign_tag(node) is None:
        value = BOOLEANS.get(node.value)
        if value is not None:
            return value
        shown = quoted(node.value) if node.value else "empty"
    elif isinstance(node, ScalarNode):
        shown = f"tagged {foreign_tag(node)}"
    else:
        shown = "a list" if isinstance(node, SequenceNode) else "a mapping"
    reader.report(f"'{key}' is {shown}{_boolean_meant(node)}", node)
    return None


def _boolean_meant(node: Node) -> str:
    """Return what would be right, with the word that was probably meant."""
    from feedmill.model.suggest import nearest  # imported on use: only faults need it

    told = "; use true or false"
    if not isinstance(node, ScalarNode) or foreign_tag(node) is not None:
        return told
    word = node.value.strip().lower()
    near = nearest(word, ("true", "false"), cutoff=0.8) if word not in ("true", "false") else None
    return f"{told}: did you mean {near!r}?" if near else told


def _is_date(reader: Reader, node: Node) -> bool:
    """Whether a value of `published` is the date of the publication, as other programs have it."""
    if not isinstance(node, ScalarNode) or foreign_tag(node) is not None or node.value in BOOLEANS:
        return False
    return is_instant(node.value, reader.zone)


def _status(reader: Reader, keys: Keys) -> bool:
    """Whether a status withholds. One that is no text is a fault, an unknown word worth a warning."""
    withholds = False
    for key, node in reader.every("status"):
        if reader.is_absent(key, node):
            continue
        word = reader.raw(key, node).strip().casefold()
        told = _withholds(word) or ("." in key and BOOLEANS.get(word) is False)  # Hugo's `_build.list: false`
        withholds = withholds or told
        if word and not told and word not in _SAY_NOTHING and fold(key) not in keys.flag_names:
            why = f"'{key}' is {quoted(word)}, which says nothing of whether it is published"
            reader.report(why + _status_meant(word), node, Severity.WARNING)
    return withholds


def _withholds(status: str) -> bool:
    """Whether a status is, or begins with, a word that withholds, whatever stands around it."""
    words = _NO_WORD.sub(" ", fold(unicodedata.normalize("NFKC", status))).split()
    return bool(words) and (words[0] in _FOLDED or "".join(words) in _FOLDED)


def _status_meant(word: str) -> str:
    from feedmill.model.suggest import did_you_mean  # imported on use: only faults need it

    return did_you_mean(word, sorted(_WITHHOLD | _SAY_NOTHING))


def _no_page(reader: Reader) -> bool:
    """Whether the seed asks for no address: `permalink: false`."""
    nodes = (node for _, node in reader.repeated("permalink"))
    return any(isinstance(node, ScalarNode) and BOOLEANS.get(node.value) is False for node in nodes)


def _check_slips(reader: Reader, keys: Keys) -> None:
    """Report keys that may be meant for a flag that is not there."""
    for key, node in _with_parted(reader):
        doubt = keys.doubt(key)
        if doubt is None:
            continue
        name, stuck = doubt
        there = _is_there(reader, name)
        if stuck and not there and not _is_date(reader, node):
            reader.report(f"{quoted(key)} is no key; write '{name}: true' or '{name}: false'", node)
            continue
        is_boolean = isinstance(node, ScalarNode) and node.value.strip().lower() in BOOLEANS
        severity = Severity.ERROR if is_boolean and not there else Severity.WARNING
        reader.report(f"{quoted(key)[1:-1]!r} is not read; did you mean '{name}'?", node, severity)


def _is_there(reader: Reader, name: str) -> bool:
    """Whether a flag is there: `published` where it is a date is none."""
    return any(not _is_date(reader, reader.values[key]) for key in reader.folded.get(name, ()))


def _with_parted(reader: Reader) -> Iterator[tuple[str, Node]]:
    """Yield the keys, and those that a dot too many would have parted: TOML's `publ.ished = false`."""
    for key, node in reader.values.items():
        yield key, node
        if isinstance(node, MappingNode):
            yield from ((f"{key}.{inner}", value) for inner, value in entries(node).items())


def _check_swallowed(reader: Reader, keys: Keys, header: str, *, tables: bool) -> None:
    begun: set[int] | None = None
    for name, line in swallowed(header, keys):
        begun = _key_lines(reader.root, header, deep=tables) if begun is None else begun
        if line not in begun and not _is_there(reader, name):
            why = f"the line with '{name}' is part of another value; close the quote or bracket above it"
            reader.report_line(why, line)


def _key_lines(root: MappingNode, header: str, *, deep: bool) -> set[int]:
    """Return the lines, from 0, that begin with a key of a mapping (`deep`: or of one within it).

    It has to stand there as it reads: behind `&published: x` is a key that is called otherwise.
    """
    lines: set[int] = set()
    waiting: list[Node] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, MappingNode):
            for key, _ in node.value:
                mark = key.start_mark
                if not mark.column and _stands(header, mark.index, str(key.value)):
                    lines.add(mark.line)
            waiting += [value for _, value in node.value] if deep else ()
        elif deep and isinstance(node, SequenceNode):
            waiting += node.value
    return lines


def _stands(header: str, at: int, key: str) -> bool:
    """Whether a key, in quotes or not, is written at an offset as it reads."""
    if not key:
        return False
    return header.startswith(key, at) or (
        header[at : at + 1] in ('"', "'") and header.startswith(key, at + 1)
    )
