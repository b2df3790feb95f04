"""What front matter of every syntax is read into: YAML's nodes, which know their places."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from feedmill.yamltext import MAX_DEPTH, MappingNode, Node, ScalarNode, SequenceNode, YamlFault

MAX_LENGTH = 1 << 20
"""Characters of a header that is no YAML."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a text: offset, line and column from 0."""

    index: int
    line: int
    column: int


class Places:
    """Makes the nodes of one text. No node has a tag: a text in quotes has the style of its quotes."""

    __slots__ = ("_lines", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: list[int] = []  # where they begin: found when one is asked for

    def line(self, offset: int) -> tuple[int, int]:
        """Return the line of an offset, and the column in it, from 0."""
        if not self._lines:
            self._lines = [0, *(match.end() for match in re.finditer("\n", self._text))]
        line = bisect_right(self._lines, offset) - 1
        return line, offset - self._lines[line]

    def scalar(self, value: str, start: int, end: int, *, quoted: bool) -> ScalarNode:
        """Return a value as it is written, of a text in quotes what it says."""
        return _Scalar(self, value, start, end, '"' if quoted else None)

    def mapping(self, value: list[tuple[Node, Node]], start: int, end: int) -> MappingNode:
        """Return a mapping of keys and values, in their order, equal keys too."""
        return _Mapping(self, value, start, end, None)

    def sequence(self, value: list[Node], start: int, end: int) -> SequenceNode:
        """Return a list."""
        return _Sequence(self, value, start, end, None)


class _Placed:
    """A node that makes its marks when it is asked for them: few are."""

    tag = None

    def __init__(self, places: Places, value: object, start: int, end: int, style: str | None) -> None:
        self.value = value
        self.style = style
        self._places = places
        self._start = start
        self._end = end

    @property
    def start_mark(self) -> Mark:
        """Where it begins."""
        return Mark(self._start, *self._places.line(self._start))

    @property
    def end_mark(self) -> Mark:
        """Where it ends."""
        return Mark(self._end, *self._places.line(self._end))


class _Scalar(_Placed, ScalarNode):  # type: ignore[misc]
    pass


class _Mapping(_Placed, MappingNode):  # type: ignore[misc]
    pass


class _Sequence(_Placed, SequenceNode):  # type: ignore[misc]
    pass


def fault_at(text: str, offset: int, message: str) -> YamlFault:
    """Return a fault of what stands at an offset."""
    line, column = Places(text).line(offset)
    return YamlFault(message, line + 1, column + 1)


def check_depth(text: str, tokens: re.Pattern[str], syntax: str) -> None:
    """Refuse what would take a parser more stack or time than it may.

    `tokens` finds brackets, and what brackets in it do not count.

    Raises:
        YamlFault: too long, or more than 64 brackets within each other.
    """
    if len(text) > MAX_LENGTH:
        raise YamlFault(f"{len(text):,} characters of {syntax}; {MAX_LENGTH:,} is the most", 1, 1)
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for match in tokens.finditer(text):
        token = match[0]
        depth += (token in "[{") - (token in "]}")
        if depth > MAX_DEPTH:
            raise fault_at(text, match.start(), f"nested more than {MAX_DEPTH} levels deep")


def with_lf(text: str) -> str:
    """Return `text` with LF line ends, which may be CRLF or CR."""
    if "\r" not in text:
        return text
    text = text.replace("\r\n", "\n")
    return text if "\n" in text else text.replace("\r", "\n")
