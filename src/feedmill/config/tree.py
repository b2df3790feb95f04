"""A configuration before it has types: scalars as text, with where each was given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from feedmill import yamltext
from feedmill.config.faults import Faults, KeyPath, Origin

MAX_VALUES = 100_000
"""How many values a file may have once its aliases are written out."""

Plain: TypeAlias = "str | int | float | bool | list[Plain] | dict[str, Plain] | None"


class Text(NamedTuple):
    """A scalar, as the author typed it."""

    origin: Origin
    text: str
    null: bool = False


class Items(NamedTuple):
    """A list."""

    origin: Origin
    items: tuple[Value, ...]


class Mapping(NamedTuple):
    """A mapping; `keys` has where each key stands."""

    origin: Origin
    values: dict[str, Value]
    keys: dict[str, Origin]


Value: TypeAlias = "Text | Items | Mapping"

_TAGS = "tag:yaml.org,2002:"


def parse(text: str, origin: Origin, faults: Faults) -> Value | None:
    """Return the one document in `text`, None for an empty one or one that is no YAML.

    Lines are counted in `text` where `origin` is a file; else every value stands at `origin`.
    """
    try:
        node = yamltext.parse(text)
    except yamltext.YamlFault as fault:
        where = origin._replace(line=fault.line, column=fault.column) if origin.line else origin
        faults.add(where, (), fault.message)
        return None
    if node is None:
        return None
    try:
        return _Reader(origin, faults).read(node, (), 0)
    except _TooMuchError as much:
        faults.add(much.origin, (), much.message)
        return None


def locate(root: Value | None, path: KeyPath) -> tuple[Origin | None, bool]:
    """Return where the value at `path` was given, else its nearest parent, and whether it was the value.

    A list or mapping is where its key is. None where not even the first part was given.
    """
    found, origin = root, None
    for part in path:
        if isinstance(found, Mapping) and part in found.values:
            key, found = found.keys[part], found.values[part]
            origin = found.origin if isinstance(found, Text) else key
        elif isinstance(found, Items) and part.isdecimal() and int(part) < len(found.items):
            found = found.items[int(part)]
            origin = found.origin
        else:
            return origin, False
    return origin, True


class _TooMuchError(Exception):
    def __init__(self, origin: Origin, message: str) -> None:
        super().__init__(message)
        self.origin = origin
        self.message = message


class _Reader:
    """Nodes to values, aliases written out: bounded in depth and in number (`a: &a [*a, *a]`)."""

    def __init__(self, origin: Origin, faults: Faults) -> None:
        self._origin = origin
        self._faults = faults
        self._count = 0

    def read(self, node: yamltext.Node, path: KeyPath, depth: int) -> Value:
        origin = self._at(node)
        self._count += 1
        if self._count > MAX_VALUES:
            raise _TooMuchError(origin, f"more than {MAX_VALUES:,} values once its aliases are written out")
        if depth > yamltext.MAX_DEPTH:
            raise _TooMuchError(origin, "an alias that contains itself")
        if (tag := yamltext.foreign_tag(node)) is not None:
            name = "!!" + tag.removeprefix(_TAGS) if tag.startswith(_TAGS) else tag
            self._faults.add(origin, path, f"the tag {name} means nothing here; leave it out")
        if isinstance(node, yamltext.ScalarNode):
            return Text(origin, node.value, yamltext.is_null(node))
        if isinstance(node, yamltext.SequenceNode):
            return Items(
                origin,
                tuple(
                    self.read(each, (*path, str(index)), depth + 1) for index, each in enumerate(node.value)
                ),
            )
        return self._mapping(node, origin, path, depth)

    def _mapping(self, node: yamltext.Node, origin: Origin, path: KeyPath, depth: int) -> Mapping:
        mapping = Mapping(origin, {}, {})
        own: dict[str, Origin] = {}
        for key, child in node.value:
            where = self._at(key)
            if not isinstance(key, yamltext.ScalarNode):
                self._faults.add(where, path, "a key that is a list or a mapping; keys are plain text")
            elif key.value == "<<" and not key.style:
                for merged in self._merged(child, path, depth):
                    for name, value in merged.values.items():
                        if name not in mapping.values:
                            mapping.values[name] = value
                            mapping.keys[name] = merged.keys[name]
            elif key.value in own:
                first = own[key.value].line
                self._faults.add(
                    where, (*path, key.value), f"{key.value!r} is given twice; first in line {first}"
                )
            else:
                own[key.value] = where
                mapping.keys[key.value] = where
                mapping.values[key.value] = self.read(child, (*path, key.value), depth + 1)
        return mapping

    def _merged(self, node: yamltext.Node, path: KeyPath, depth: int) -> Iterator[Mapping]:
        value = self.read(node, path, depth + 1)
        for each in value.items if isinstance(value, Items) else (value,):
            if isinstance(each, Mapping):
                yield each
            else:
                self._faults.add(each.origin, path, "'<<' merges mappings only")

    def _at(self, node: yamltext.Node) -> Origin:
        if not self._origin.line:
            return self._origin
        mark = node.start_mark
        return self._origin._replace(line=mark.line + 1, column=mark.column + 1)
