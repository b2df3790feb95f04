"""Front matter: where a seed's header begins and ends, and its lines that can take an entry down.

What PyYAML gets to see of the header is `cut.needed`'s affair.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from feedmill.seeds.cut import Needed, needed, top_lines

__all__ = ["FrontMatter", "Needed", "flag_lines", "needed", "split"]

_OPEN = re.compile(r"---[ \t]*\n")
_CLOSE = re.compile(r"(?:---|\.\.\.)[ \t]*(?:\n|\Z)")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """A seed in two: `header` is YAML, `body` what follows; both with LF line ends.

    `tops` are the offsets of the header's top lines (`cut.top_lines`): found on the way, so that the cut need
    not look for them again. Lines count from 1 in the file. `closed` is False where no line of `---` or
    `...` ends the header: then it is the whole rest of the file.
    """

    header: str
    header_line: int = 2
    tops: tuple[int, ...] = ()
    body: str = ""
    closed: bool = True

    @property
    def body_line(self) -> int:
        """The file's line on which the body begins."""
        return self.header_line + self.header.count("\n") + 1


def split(text: str) -> FrontMatter | None:
    """Return the two parts of a seed, None for a text without front matter.

    Front matter opens with `---` as the first line and ends with the next line of `---` or `...`;
    trailing blanks are tolerated, line ends may be LF, CRLF or CR. A marker at the start of a line ends
    it wherever it stands, as in YAML itself (a quoted scalar may not hold one; YAML 1.2, 9.1.2).
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n")
        if "\n" not in text:
            text = text.replace("\r", "\n")
    opening = _OPEN.match(text)
    if opening is None:
        return FrontMatter(header="", closed=False) if text.rstrip(" \t") == "---" else None
    start = opening.end()
    tops: list[int] = []
    for offset in top_lines(text, start - 1):
        if text[offset] in "-." and (closing := _CLOSE.match(text, offset)):
            return FrontMatter(header=text[start:offset], tops=tuple(tops), body=text[closing.end() :])
        tops.append(offset - start)
    return FrontMatter(header=text[start:], tops=tuple(tops), closed=False)


def flag_lines(header: str, keys: frozenset[str], cut: Needed | None = None) -> tuple[tuple[str, str], ...]:
    """Return the header's own lines of `keys` as (key, text) pairs, whether or not it is YAML.

    They tell whether a broken header still says what the last good one said, so they err on the side of
    telling two headers apart. A key whose value does not stand on its line brings the lines below it;
    where the header is no plain block mapping (braces, all of it indented), every line that
    names a key counts. With a `cut` of the header the same is found faster.
    """
    strict, loose = _patterns(keys)
    if cut is not None and cut.pieces is not None:
        heads = (strict.match(header, start) for key, start, _ in cut.pieces if key in keys)
        return tuple(_block(header, head) for head in heads if head)
    if _LOOSE.match(header):
        return tuple(
            (match[1], line.strip()) for line in header.split("\n") for match in loose.finditer(line)
        )
    return tuple(_block(header, match) for match in strict.finditer(header))


_LOOSE = re.compile(r"(?:[ \t]*+(?:#[^\n]*+)?+\n)*+(?:[ \t]|[!&][^\n]*\{|\{)")
_BELOW = re.compile(r"(?:[ \t]|[-:][ \t])[^\n]*|#[^\n]*|(?=\n)")


@lru_cache(maxsize=16)
def _patterns(keys: frozenset[str]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    names = "|".join(re.escape(key) for key in sorted(keys, key=lambda key: (-len(key), key)))
    strict = (
        rf"""^(?:\?[ \t]+)?(?:[!&]\S*[ \t]+)*(["']?)({names})\1[ \t]*(?::(?P<value>(?:[ \t][^\n]*)?)|)$"""
    )
    return re.compile(strict, re.MULTILINE), re.compile(rf"""(?<![\w.-])({names})["']?[ \t]*(?::|$)""")


def _block(header: str, match: re.Match[str]) -> tuple[str, str]:
    value = (match["value"] or "").partition(" #")[0].strip()
    lines = [match[0].rstrip()]
    if not value or value[0] in "|>&!#":
        lines += _below(header, match.end() + 1)
    return match[2], "\n".join(lines)


def _below(header: str, position: int) -> Iterator[str]:
    """Yield the lines that belong to the key above, without blank lines and comments."""
    while position < len(header) and (line := _BELOW.match(header, position)):
        text = line[0].rstrip()
        if text and not text.lstrip().startswith("#"):
            yield text
        position = line.end() + 1
