"""Code: which parts of a body show what was typed, so that nothing else is read into them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from itertools import accumulate

from feedmill.seeds.formulas import spans

_BLANK_LINE = re.compile(r"\n(?=[ \t]*(?:\n|\Z))")
_OPENING = re.compile(r"\\[`\\]|(`+)|(<!--)|<(pre|code|script|style)(?=[\s/>])|(\$)", re.IGNORECASE)
_TICKS = re.compile(r"`+")
_COMMENT_END = re.compile(r"-->")
_ELEMENT_END = {
    name: re.compile(rf"</{name}(?=[\s/>])[^>]*>?", re.IGNORECASE)
    for name in ("pre", "code", "script", "style")
}


@dataclass(frozen=True, slots=True)
class Code:
    """Parts of a text, in order and apart: `starts[n]` to `ends[n]`.

    `barriers` are the offsets that nothing written within one paragraph reaches beyond: blank lines and the
    beginnings of blocks of code.
    """

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    barriers: tuple[int, ...]

    def end_at(self, offset: int) -> int | None:
        """Return where the code ends that `offset` lies in, None where it lies in none."""
        number = bisect_right(self.starts, offset) - 1
        return self.ends[number] if number >= 0 and offset < self.ends[number] else None

    def within(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return the parts between two offsets, clipped to them."""
        first, last = bisect_right(self.ends, start), bisect_left(self.starts, end)
        return [(max(self.starts[n], start), min(self.ends[n], end)) for n in range(first, last)]

    def is_one_paragraph(self, start: int, end: int) -> bool:
        """Whether nothing between two offsets ends a paragraph."""
        return bisect_left(self.barriers, start) == bisect_left(self.barriers, end)


def find_code(text: str, *, markdown: bool, one_dollar: bool = False) -> Code:
    """Return the code in a body with LF line ends, with comments and scripts: what is not read as text.

    Formulas of Markdown's are, too (`formulas`; `one_dollar`: those between one dollar sign and another).

    Fenced and indented blocks are where Markdown sees them; code spans and the elements `pre`, `code`,
    `script` and `style` where they end. Takes time proportional to the text.
    """
    blocks = _blocks(text) if markdown else []
    blank = [match.start() for match in _BLANK_LINE.finditer(text)]
    barriers = sorted((*blank, *(start for start, _ in blocks)))
    ticks = _runs(text) if markdown else {}
    formulas = dict(spans(text, one_dollar=one_dollar)) if markdown and "$" in text else {}
    closings: dict[str, list[tuple[int, int]]] = {}
    parts: list[tuple[int, int]] = []
    position, waiting = 0, [*blocks, (len(text), len(text))]
    number = 0
    while match := _OPENING.search(text, position):
        while waiting[number][1] <= match.start() and number + 1 < len(waiting):
            number += 1
        if waiting[number][0] <= match.start():
            position = max(waiting[number][1], match.start() + 1)
            continue
        position = match.end()
        end = None
        if match[1]:
            end = _closing_ticks(ticks.get(len(match[1]), []), match.end(), barriers) if markdown else None
        elif match[4]:
            end = formulas.get(match.start())
        elif name := "<!--" if match[2] else (match[3] or "").lower():
            if name not in closings:
                pattern = _ELEMENT_END.get(name, _COMMENT_END)
                closings[name] = [each.span() for each in pattern.finditer(text)]
            found = bisect_left(closings[name], (match.end(), 0))
            end = closings[name][found][1] if found < len(closings[name]) else None
        if end is not None:
            parts.append((match.start(), end))
            position = end
    return _joined([*parts, *blocks], tuple(barriers))


def _blocks(text: str) -> list[tuple[int, int]]:
    """Return the offsets of fenced and indented code."""
    from feedmill.seeds.markdown import code_lines  # imported on use: see there

    lines = code_lines(text)
    if not lines:
        return []
    offsets = list(accumulate((len(line) + 1 for line in text.split("\n")), initial=0))
    last = len(offsets) - 1
    return [(offsets[start], min(offsets[min(end, last)], len(text))) for start, end in sorted(lines)]


def _runs(text: str) -> dict[int, list[int]]:
    """Return where runs of backticks end, by their length."""
    runs: dict[int, list[int]] = defaultdict(list)
    for run in _TICKS.finditer(text):
        runs[len(run[0])].append(run.end())
    return runs


def _closing_ticks(ends: list[int], position: int, barriers: list[int]) -> int | None:
    """Return where the next of the runs ends, None where a barrier comes first."""
    number = bisect_right(ends, position)
    if number == len(ends):
        return None
    barrier = bisect_left(barriers, position)
    return None if barrier < len(barriers) and barriers[barrier] < ends[number] else ends[number]


def _joined(parts: list[tuple[int, int]], barriers: tuple[int, ...]) -> Code:
    """Return the parts without overlaps."""
    starts: list[int] = []
    ends: list[int] = []
    for start, end in sorted(parts):
        if ends and start < ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return Code(tuple(starts), tuple(ends), barriers)
