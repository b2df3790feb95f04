"""YAML front matter: where a seed's header begins and ends.

What PyYAML gets to see of the header is `cut.needed`'s affair.
"""

from __future__ import annotations

import re

from feedmill.seeds.cut import top_lines
from feedmill.seeds.frontmatter.front_matter import FrontMatter

_OPEN = re.compile(r"---[ \t]*(?:[Yy][Aa]?[Mm][Ll][ \t]*)?\n")
_CLOSE = re.compile(r"(?:---|\.\.\.)[ \t]*(?:\n|\Z)")


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
