"""The cut: the few blocks of a header that somebody asked for, where cutting is provably safe.

PyYAML needs 5 ms for a header of 27 KB of which 95 % is `related:` and `secured:`. A header is a row
of *regions*, each a key at the start of a line with all that follows until the next one. If libyaml's
scanner stands in the block context with nothing open at the end of each region, and no anchor, alias,
tag or merge key ties one to another, then leaving some out cannot change the others. So every region,
kept or not, has to be proved closed; where one isn't, the whole header is parsed. The claim, tested in
tests/property/test_cut.py: whenever the whole header parses, the kept keys have the same nodes.

Two proofs, both by induction over tokens, given that the whole header parses:

*By quotes*, for long regions, in a few string operations. In the block context `: ` always ends a
plain scalar, so a `"` behind it always opens a quoted one, which ends at the next `"`. If every string
of a region stands between `: ` and the end of its line, and what is left has no character that
could open something else, nothing is open at its end. Such a character is harmless right behind a
letter, a digit or a comma (and one blank): there it is inside a plain scalar.

*By lines*, for the others, with one pattern that knows block scalars, both quotes, comments and simple
flow collections. Its one difficulty: a line below a plain scalar may continue it, depending on columns. So
such a line must mean the same either way: it has a key (an error within a scalar), or only plain text.

Backslashes: both proofs read a shadow of the header in which `\\\\` and `\\"` became `__`, of the same
length: in a double-quoted scalar they never end it, and elsewhere they are text like `__`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property


@dataclass(frozen=True)
class Needed:
    """The text for the YAML parser: the whole header, or its regions of wanted keys.

    `pieces` are what was kept, as (key, start, end) in the header; None where nothing was cut.
    """

    header: str
    text: str
    pieces: tuple[tuple[str, int, int], ...] | None

    def source_line(self, line: int) -> int:
        """Return the header's line of the text's `line`; both count from 0."""
        if self.pieces is None:
            return line
        here, there = self._starts
        at = bisect_right(here, line) - 1
        return there[at] + line - here[at]

    @cached_property
    def _starts(self) -> tuple[list[int], list[int]]:
        """The line at which each piece starts, in the text and in the header."""
        here, there, before = [0], [0], 0
        for _, start, end in self.pieces or ():
            there.append(there[-1] + self.header.count("\n", before, start))
            here.append(here[-1])
            size = self.header.count("\n", start, end)
            here.append(here[-1] + size)
            there.append(there[-1] + size)
            before = end
        return here, there


def needed(header: str, wanted: Container[str], tops: Iterable[int] | None = None) -> Needed:
    """Return the regions of `header` whose keys are `wanted`, or all of it where the cut isn't proved safe.

    `header` has LF line ends; `tops` are the offsets of its top lines where they are known already.
    """
    if tops is None:
        tops = [offset - 1 for offset in top_lines("\n" + header, 0)]
    regions = _regions(header, tops)
    if regions is None:
        return Needed(header, header, None)
    pieces = tuple(region for region in regions if region[0] in wanted)
    return Needed(header, "".join([header[start:end] for _, start, end in pieces]), pieces)


def only(cut: Needed, keys: Container[str]) -> Needed:
    """Return the regions of `keys` among those of a cut."""
    pieces = tuple(piece for piece in cut.pieces or () if piece[0] in keys)
    return Needed(cut.header, "".join([cut.header[start:end] for _, start, end in pieces]), pieces)


def is_sound(cut: Needed, but: Container[str]) -> bool:
    """Whether what was cut out is YAML for certain, by its form, the regions of the keys `but` left aside."""
    return cut.pieces is not None and all(
        key in but or sound_pattern().fullmatch(cut.header, start, end) for key, start, end in cut.pieces
    )


def top_lines(text: str, start: int) -> Iterator[int]:
    """Yield the offsets of the top lines behind the line break at `start`.

    They are those at whose start no blank, comment or list item stands.
    """
    for match in _TOP.finditer(text, start):
        offset = match.end() - 1
        char = text[offset]
        if char != "#" and not (char == "-" and text[offset + 1 : offset + 2] in (" ", "\n", "")):
            yield offset


def _regions(header: str, tops: Iterable[int]) -> list[tuple[str, int, int]] | None:
    """Return (key, start, end) of all regions in order, None where one cannot be proved closed."""
    if any(odd in header for odd in _ODD_BREAKS):
        return None
    text = header
    if "\\" in text:
        text = text.replace("\\\\", "__").replace('\\"', "__")
    if not text.endswith("\n"):
        text += "\n"
    regions: list[tuple[str, int, int]] = []
    start = _end(_PREAMBLE.match(text))
    if start == len(text):
        return regions
    simple, long = _SIMPLE.fullmatch, _LONG
    for end in (*(top for top in tops if top > start), len(text)):
        head = simple(text, start, end)
        if head is None:
            head = _HEAD.match(text, start, end)
            if head is None:
                return None
            by_quotes = end - start > long and _closed_by_quotes(text[head.end() - 1 : end])
            if not by_quotes and not lines_pattern().fullmatch(text, head.end(), end):
                return None
        regions.append((head[1].rstrip(), start, min(end, len(header))))
        start = end
    return regions


def _end(match: re.Match[str] | None) -> int:
    return match.end() if match else 0


_ODD_BREAKS = "\r\x85\u2028\u2029\ufeff"
"""YAML 1.1's line breaks beside LF, and the byte order mark, which libyaml skips at a line's start."""

_LONG = 400
"""Characters from which on the proof by quotes is the cheaper one to try first."""

_TOP = re.compile(r"\n[^ \n]")

_PREAMBLE = re.compile(r"(?:[ ]*+(?:#[^\n]*+)?+\n)*+")

_KEY = r"\w[\w.\-]*+(?:[ ]++[\w.\-]++)*+[ ]*+"
_HEAD = re.compile(rf"({_KEY}):(?=[ \n])")

_SIMPLE = re.compile(
    r"([A-Za-z0-9_]++):"
    r'(?: (?:"[^"]*+"|[A-Za-z0-9/](?:[A-Za-z0-9 _.,/()+=?&%;\-]++|:(?![ \n]))*+))?+\n\n?'
)
"""The commonest region: a key and one scalar on its line, in double quotes or plain."""

_AFTER_WORD = "(?<![A-Za-z0-9,].)(?<![A-Za-z0-9,] .)"
_OPENERS = {
    **{opener: re.compile(re.escape(opener) + _AFTER_WORD) for opener in "'[{&*!|>"},
    "#": re.compile("#(?<![A-Za-z0-9/].)"),
    "\t": re.compile("\t"),
}
"""Each character that could open something, and where it isn't inside a plain scalar for certain."""


def _closed_by_quotes(region: str) -> bool:
    """Whether the text behind a region's first `:` leaves nothing open, by the proof by quotes."""
    parts = region.split('"')
    if len(parts) % 2 == 0:
        return False
    outside = '"'.join(parts[::2])
    if outside.count(': "\n') != len(parts) // 2:
        return False
    return not any(opener in outside and where.search(outside) for opener, where in _OPENERS.items())


@cache
def lines_pattern() -> re.Pattern[str]:
    """Return the pattern of a closed region behind its first `key:`, for the proof by lines.

    Quantifiers are possessive and alternatives tell themselves apart by their first characters, so
    that it takes linear time. Compiled on first use: that takes longer than a look at 7,000 files.
    """
    key = rf"{_KEY}:(?=[ \n])"
    double = r'"[^"]*+"'
    single = r"'[^']*+(?:''[^']*+)*+'"
    comment = r"(?<=[ ])\#[^\n]*+"
    end = rf"[ ]*+(?:{comment})?+\n"
    dashes = r"(?:-(?=[ \n])[ ]*+)"

    plain_start = r"""(?:[^\s\-?:,\[\]{}\#&*!|>'"%@`]|-(?=\S))"""
    plain = rf"{plain_start}(?:[^\n\t:\#]++|:(?=[^ \n\t])|(?<=[^ ])\#)*+"
    # What may stand below a plain scalar: the same by itself and as its continuation.
    either_way = rf"(?=(?:[ ]*+\n)*+(?:\Z|[^ \n]|[ ]++(?:\#|{dashes}*+(?:{key}|{plain_start}|\#))))"

    flow_plain = (
        r"""(?:[^\s\-?:,\[\]{}\#&*!|>'"%@`]|-(?=\w))"""
        r"(?:[^\s:,\[\]{}\#?]++|:(?=[^\s:,\[\]{}\#?])|[ ]++(?=[^\s:,\[\]{}\#?]))*+"
    )
    flow_scalar = rf"(?:{flow_plain}|{double}|{single})"

    def flow(value: str) -> str:
        # Each is spoken of once: what is nested multiplies, and compiling takes as long as a thousand seeds.
        sequence = rf"\[[ ]*+(?:{value}[ ]*+(?:,[ ]*+|(?=\])))*+\]"
        pair = rf"{flow_scalar}[ ]*+(?::[ ]++{value}[ ]*+)?+"
        mapping = rf"\{{[ ]*+(?:{pair}(?:,[ ]*+|(?=\}})))*+\}}"
        return rf"(?:{sequence}|{mapping})"

    flow_value = flow(rf"(?:{flow_scalar}|{flow(flow_scalar)})")
    closed = rf"(?:{double}|{single}|{flow_value}){end}"

    value = rf"(?:{closed}|{plain}(?:\n{either_way}|{comment}\n)|{end})"
    note = r"[ ]*+(?:\#[^\n]*+)?+\n"
    line = rf"(?:(?:[ ]++{dashes}*+|{dashes}++)(?:{key}[ ]*+)?+{value}|{note})"
    block_scalar = rf"[|>][-+0-9]{{0,2}}{end}(?:[ ][^\n]*+\n|{note})*+"
    # A list with all items in one column: there no line can continue the one above.
    item = rf"-[ ]++(?:{plain}(?:{comment})?+\n|{closed})"
    simple_list = rf"{end}(?:{note})*+([ ]*+){item}(?:\1{item}|{note})*+"
    return re.compile(rf"[ ]*+(?:{block_scalar}|{value}{line}*+|{simple_list})", re.VERBOSE)


@cache
def sound_pattern() -> re.Pattern[str]:
    """Return the pattern of a region that is YAML for certain, whatever its texts say.

    It is what nearly all regions are: a key with a text on its line, or below it a list of texts, a list of
    mappings, or a mapping of texts and of lists of mappings, each in one column. The texts hold no
    escape but the simplest, and no character that YAML forbids.
    """
    forbidden = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff"
    double = rf'"(?:[^"\\{forbidden}]++|\\["\\/])*+"'
    plain = r"(?:-(?=[0-9]))?[A-Za-z0-9/](?:[A-Za-z0-9 _.,/()+=?&%;@'\-]++|:(?![ \n]))*+"
    text = rf"(?:[ ](?:{double}|{plain})\n)"
    name = r"(?:[A-Za-z0-9_]{1,100}+:)"
    pair = rf"(?:{name}(?:{text}|\n))"

    def mappings(column: str, place: str) -> str:
        """A list of mappings whose column is the group of that name."""
        return rf"(?P<{column}>{place}[ ]*+)-[ ]{pair}(?:(?P={column})(?:-[ ]|[ ][ ]){pair})*+"

    def entry(column: str) -> str:
        return rf"{name}(?:{text}|\n(?:{mappings(column, '(?P=key)')})?+)"

    mapping = rf"(?P<key>[ ]++){entry('first')}(?:(?P=key){entry('other')})*+"
    texts = rf"(?P<text>[ ]*+)-{text}(?:(?P=text)-{text})*+"
    items = mappings("item", "")
    return re.compile(rf"{name}(?:{text}|\n(?:{mapping}|{texts}|{items})?+)\n*+")
