"""YAML front matter: where a seed's header begins and ends.

What PyYAML gets to see of the header is `cut.needed`'s affair.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from feedmill.seeds.cut import top_lines

__all__ = ["FrontMatter", "split"]

_OPEN = re.compile(r"---[ \t]*(?:[Yy][Aa]?[Mm][Ll][ \t]*)?\n")
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

    Front matter opens with `---`, or `---yaml`, as the first line and ends with the next line of `---` or
    `...`; trailing blanks are tolerated, line ends may be LF, CRLF or CR. A marker at the start of a line
    ends it wherever it stands, as in YAML itself (a quoted scalar may not hold one; YAML 1.2, 9.1.2).
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
