"""TOML front matter (https://toml.io): where it ends, and its values with their places.

`tomllib` says whether it is valid and what its texts read. It tells no lines and makes numbers of what
was typed, so a scan of our own makes the nodes. Ordinary headers don't need it (`toml_plain`).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import Any

from feedmill.seeds.frontmatter.front_matter import FrontMatter
from feedmill.seeds.frontmatter.nodes import Places, check_depth, fault_at, with_lf
from feedmill.seeds.frontmatter.toml_plain import read_plain
from feedmill.yamltext import MAX_DEPTH, MappingNode, Node, ScalarNode, SequenceNode, YamlFault

_OPEN = re.compile(r"(\+\+\+|---[ \t]*toml)[ \t]*(?:\n|\Z)", re.IGNORECASE)
_CLOSE = {
    "+": re.compile(r"^\+\+\+[ \t]*$\n?", re.MULTILINE),
    "-": re.compile(r"^---[ \t]*$\n?", re.MULTILINE),
}
_STRINGS = (
    r'"""(?:[^\\"]|\\.|"(?!""))*+"{3,5}'
    r"|'''(?:[^']|'(?!''))*+'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*+"'
    r"|'[^'\n]*+'"
)
_STRING = re.compile(_STRINGS, re.DOTALL)
_TOKEN = re.compile(rf"{_STRINGS}|\#[^\n]*|[\[\]{{}}]", re.DOTALL)
_SKIPPED = re.compile(r"(?:[ \t\n]|#[^\n]*)*+")
_PART = r"""[ \t]*+(?:[A-Za-z0-9_-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')[ \t]*+"""
_KEY = re.compile(_PART)
_LONG_KEY = re.compile(rf"(?:^[ \t]*\[{{0,2}}|[{{,])(?:{_PART}\.){{{MAX_DEPTH}}}", re.MULTILINE)
_BARE = re.compile(r"[^,\]}#\n]*")
_PLACE = re.compile(r" \(at (?:line ([0-9]+), column ([0-9]+)|end of document)\)\Z")


def split(text: str) -> FrontMatter | None:
    """Return the two parts of a seed, None for a text without TOML front matter.

    It stands between a first line and the next line of `+++`, or of `---toml` and `---`; wherever that
    stands, in a text of several lines too.
    """
    text = with_lf(text)
    opening = _OPEN.match(text)
    if opening is None:
        return None
    closing = _CLOSE[text[0]].search(text, opening.end())
    if closing is None:
        return FrontMatter(header=text[opening.end() :], closed=False, syntax="toml")
    return FrontMatter(
        header=text[opening.end() : closing.start()], body=text[closing.end() :], syntax="toml"
    )


def parse(header: str) -> MappingNode:
    """Return the document as a mapping: texts as they read, everything else as it is spelt.

    Raises:
        YamlFault: no TOML, too deep or too long.
    """
    check_depth(header, _TOKEN, "TOML")
    if header.count(".") >= MAX_DEPTH and (long := _LONG_KEY.search(header)):
        raise fault_at(header, long.start(), f"a key of more than {MAX_DEPTH} parts")
    if plain := read_plain(header):
        return plain
    try:
        values = tomllib.loads(header, parse_float=str)
    except ValueError as error:
        raise _fault(error) from error
    return _Scan(header).document(values)


def _fault(error: ValueError) -> YamlFault:
    message = str(error)
    place = _PLACE.search(message)
    why = f"not valid TOML: {message[: place.start()] if place else message}"
    if place is None or place[1] is None:
        return YamlFault(why, 0, 0)
    return YamlFault(why, int(place[1]), int(place[2]))


@dataclass(slots=True)
class _Table:
    """A mapping while it grows. `values`: what it reads; `inner`: its tables, the last of an array's."""

    node: MappingNode
    values: dict[str, Any]
    inner: dict[str, _Table] = field(default_factory=dict)
    arrays: dict[str, SequenceNode] = field(default_factory=dict)


class _Scan:
    """Reads a text that is valid."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._places = Places(text)

    def document(self, values: dict[str, Any]) -> MappingNode:
        """Return the whole text."""
        root = table = _Table(self._places.mapping([], 0, len(self._text)), values)
        position = self._skip(0)
        while position < len(self._text):
            if self._text[position] == "[":
                brackets = 2 if self._text.startswith("[[", position) else 1
                keys, position = self._keys(position + brackets)
                table = self._inner(root, keys[:-1])
                table = self._append(table, keys[-1]) if brackets == 2 else self._inner(table, keys[-1:])
                position += brackets
            else:
                position = self._assignment(table, position)
            position = self._skip(position)
        return root.node

    def _assignment(self, table: _Table, position: int) -> int:
        """Read `key = value` into a table."""
        keys, position = self._keys(position)
        table = self._inner(table, keys[:-1])
        name = keys[-1].value
        node, end = self._value(self._skip(position + 1), table.values[name])
        table.node.value.append((keys[-1], node))
        return end

    def _inner(self, table: _Table, keys: list[ScalarNode]) -> _Table:
        """Return the table that keys lead to, the last of an array; it is made where it is not there."""
        for key in keys:
            if key.value not in table.inner:
                inner = self._table(key, table.values[key.value])
                table.node.value.append((key, inner.node))
                table.inner[key.value] = inner
            table = table.inner[key.value]
        return table

    def _append(self, table: _Table, key: ScalarNode) -> _Table:
        """Return the next table of an array."""
        array = table.arrays.get(key.value)
        if array is None:
            array = self._places.sequence([], key.start_mark.index, key.end_mark.index)
            table.arrays[key.value] = array
            table.node.value.append((key, array))
        inner = self._table(key, table.values[key.value][len(array.value)])
        array.value.append(inner.node)
        table.inner[key.value] = inner
        return inner

    def _table(self, key: ScalarNode, values: dict[str, Any]) -> _Table:
        return _Table(self._places.mapping([], key.start_mark.index, key.end_mark.index), values)

    def _keys(self, position: int) -> tuple[list[ScalarNode], int]:
        """Return the parts of a key and where what follows it stands."""
        keys: list[ScalarNode] = []
        while True:
            part = _KEY.match(self._text, position)
            assert part is not None  # a key
            raw = part[0].strip(" \t")
            start = part.start() + part[0].index(raw)
            name = next(iter(tomllib.loads(raw + "=0"))) if raw[0] in "\"'" else raw
            keys.append(self._places.scalar(name, start, start + len(raw), quoted=True))
            if not self._text.startswith(".", part.end()):
                return keys, part.end()
            position = part.end() + 1

    def _value(self, start: int, value: Any) -> tuple[Node, int]:
        """Return the value at `start`, which reads `value`, and where it ends."""
        if string := _STRING.match(self._text, start):
            return self._places.scalar(value, start, string.end(), quoted=True), string.end()
        if self._text[start] == "[":
            return self._array(start, value)
        if self._text[start] == "{":
            return self._inline_table(start, value)
        bare = _BARE.match(self._text, start)
        assert bare is not None  # it matches nothing, too
        raw = bare[0].rstrip(" \t")
        end = start + len(raw)
        return self._places.scalar(raw, start, end, quoted=False), end

    def _array(self, start: int, values: list[Any]) -> tuple[Node, int]:
        items: list[Node] = []
        position = self._skip(start + 1)
        for value in values:
            node, position = self._value(position, value)
            items.append(node)
            position = self._after_comma(position)
        return self._places.sequence(items, start, position + 1), position + 1

    def _inline_table(self, start: int, values: dict[str, Any]) -> tuple[Node, int]:
        table = _Table(self._places.mapping([], start, start), values)
        position = self._skip(start + 1)
        while self._text[position] != "}":
            position = self._after_comma(self._assignment(table, position))
        return self._places.mapping(table.node.value, start, position + 1), position + 1

    def _after_comma(self, position: int) -> int:
        position = self._skip(position)
        return self._skip(position + 1) if self._text[position] == "," else position

    def _skip(self, position: int) -> int:
        match = _SKIPPED.match(self._text, position)
        assert match is not None  # it matches nothing, too
        return match.end()
