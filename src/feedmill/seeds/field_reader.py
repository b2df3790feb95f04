"""Reading fields out of YAML nodes: text as written, and each fault where it stands."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

from feedmill.model.fields import FIELDS, SECRET_FIELDS, fold
from feedmill.model.instant import Instant
from feedmill.model.seed import Problem, Severity
from feedmill.seeds.dates import parse_instant
from feedmill.seeds.text import plain
from feedmill.yamltext import MappingNode, Node, ScalarNode, SequenceNode, foreign_tag, is_null

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_MAX_SIZE = 2**31 - 1
_MAX_PROBLEMS = 100
"""Reported of one seed: a list of a million wrong items is told in a hundred."""


def entries(node: MappingNode) -> dict[str, Node]:
    """Return a mapping's values by key: of equal keys the last, own ones before merged ones (`<<`).

    Bounded: each mapping is merged once, where it is strongest, so that merges of merges cost no more than
    their text, and one that merges itself ends.
    """
    found: dict[str, Node] = {}
    seen: set[int] = set()
    waiting: list[Node] = [node]
    while waiting:
        mapping = waiting.pop()
        if not isinstance(mapping, MappingNode) or id(mapping) in seen:
            continue
        seen.add(id(mapping))
        own: dict[str, Node] = {}
        for key, value in mapping.value:
            if not isinstance(key, ScalarNode):
                continue
            if key.value == "<<" and not key.style:
                waiting += reversed(value.value) if isinstance(value, SequenceNode) else (value,)
            else:
                own[key.value] = value
        if not found:
            found = own
            continue
        for name, value in own.items():
            found.setdefault(name, value)
    return found


def own_values(node: MappingNode, name: str) -> list[tuple[str, Node]]:
    """Return all that a mapping itself gives a name: (key as it stands there, value), in their order."""
    folded = fold(name)
    return [
        (key.value, value)
        for key, value in node.value
        if isinstance(key, ScalarNode) and fold(key.value) == folded
    ]


def default_node(values: Sequence[str]) -> Node:
    """Return values of the config as if they stood at the head of the front matter."""
    from feedmill.seeds.frontmatter.nodes import Places  # imported on use: most sites have no defaults

    places = Places("")
    texts: list[Node] = [places.scalar(value, 0, 0, quoted=True) for value in values]
    return texts[0] if len(texts) == 1 else places.sequence(texts, 0, 0)


def quoted(text: str) -> str:
    """Return a value as messages show it: in quotes, on one line, at most 60 characters."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text[:200]).split())
    return '"' + (line if len(line) <= 60 else line[:59] + "…") + '"'


@dataclass(slots=True, kw_only=True)
class Reader:
    """The fields of one seed, and the faults met while reading them.

    `line` turns a node's line into the file's. A fault never ends the reading: what cannot be
    used reads as absent, so that all faults of a seed are found at once.
    """

    path: str
    values: Mapping[str, Node]
    root: MappingNode
    """What the values are of: it has repeated keys, too."""
    names: Mapping[str, tuple[tuple[str, str, bool], ...]]
    """Those of each field: `Keys.names`."""
    line: Callable[[int], int]
    fix_encoding: bool
    zone: tzinfo
    defaults: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What fields hold that are left out, by our names: a rule of the config says so."""
    problems: list[Problem] = field(default_factory=list)
    header: str = ""
    first_line: int = 1
    """The front matter as text, and the file's line on which it begins: for fields that are not there."""
    folded: dict[str, list[str]] = field(default_factory=dict, init=False)
    """The keys that are there, by what tells them from others."""
    errors: int = 0
    """How many errors were met: with one, the seed is not to be used."""

    @property
    def failed(self) -> bool:
        """Whether an error was met."""
        return self.errors > 0

    def __post_init__(self) -> None:
        for key in self.values:
            self.folded.setdefault(fold(key), []).append(key)

    def report(self, message: str, node: Node | None = None, severity: Severity = Severity.ERROR) -> None:
        """Add a problem, where `node` stands or at the head of the file."""
        line, column = 1, 1
        if node is not None:
            line, column = self.line(node.start_mark.line), node.start_mark.column + 1
        self._add(message, severity, line, column)

    def report_missing(self, field: str, remedy: str) -> None:
        """Add an error of a field that is needed and not there; a key near its name is named."""
        near = self._near(field)
        if near is None:
            self.report(remedy)
            return
        key, meant, line = near
        what = remedy.partition(";")[0]
        self._add(f"{what}: {key!r} is not read; did you mean {meant!r}?", Severity.ERROR, line, 1)

    def _near(self, field: str) -> tuple[str, str, int] | None:
        """Return (key, name that it is near, line in the file), where one is near a name of the field."""
        from feedmill.seeds.near_keys import near_key  # imported on use: only faults need it

        names = [name for name, _, dotted in self.names[field] if not dotted]
        known = (
            *SECRET_FIELDS,
            *FIELDS,
            *(key for each in FIELDS.values() for key in each),
            *(name for each in self.names.values() for name, _, _ in each),
        )
        found = near_key(self.header, names, known)
        return found and (found[0], found[1], self.first_line + found[2])

    def report_line(self, message: str, line: int) -> None:
        """Add an error of a line of the header, from 0."""
        self._add(message, Severity.ERROR, self.line(line), 1)

    def _add(self, message: str, severity: Severity, line: int, column: int) -> None:
        self.errors += severity is Severity.ERROR
        if len(self.problems) >= _MAX_PROBLEMS:
            return
        self.problems.append(
            Problem(path=self.path, message=message, severity=severity, line=line, column=column)
        )

    def find(self, field: str, *, by_default: bool = True) -> tuple[str, Node] | None:
        """Return the first non-empty key of a field and its node, or the rule's default."""
        for name, folded, dotted in self.names[field]:
            if folded in self.folded or dotted:
                for key, node in self.named(name):
                    if not self.is_absent(key, node):
                        return key, node
        given = self.defaults.get(field) if by_default else None
        return (field, default_node(given)) if given else None

    def given(self, field: str) -> Iterator[tuple[str, Node]]:
        """Yield all that a field is given, in the order in which it decides; of nothing, its default."""
        says = False
        for name, folded, dotted in self.names[field]:
            if folded in self.folded or dotted:
                for key, node in self.named(name):
                    says = says or not self.is_absent(key, node)
                    yield key, node
        if not says and (default := self.defaults.get(field)):
            yield field, default_node(default)

    def every(self, field: str) -> Iterator[tuple[str, Node]]:
        """As `given`, with all values of a key that is repeated: of what takes an entry down, each counts."""
        seen: set[int] = set()
        for name, folded, dotted in self.names[field]:
            if folded in self.folded or dotted:
                for key, node in (*self.repeated(name), *self.named(name)):
                    if id(node) not in seen:
                        seen.add(id(node))
                        yield key, node
        yield from (each for each in self.given(field) if id(each[1]) not in seen)  # its default

    def repeated(self, name: str) -> Iterator[tuple[str, Node]]:
        """Yield all values of a name: the mapping's own, in all spellings, else merged ones."""
        if fold(name) in self.folded:
            own = own_values(self.root, name)
            yield from own or ((key, self.values[key]) for key in self.folded[fold(name)])
        if "." in name:
            yield from _repeated_within(self.root, name)

    def named(self, name: str) -> Iterator[tuple[str, Node]]:
        """Yield all that stands under a name: its exact spelling first, then every other."""
        if name in self.values:
            yield name, self.values[name]
        others = self.folded.get(fold(name), ())
        yield from ((key, self.values[key]) for key in others if key != name)
        if "." in name:
            yield from _within(self.values, name)

    def is_absent(self, key: str, node: Node) -> bool:
        """Whether a value is null or holds no text; one with a tag of a language is a fault and absent."""
        tag = foreign_tag(node)
        if tag is not None:
            self.report(f"'{key}' has the tag {tag}; write the value without it", node)
            return True
        if not isinstance(node, ScalarNode):
            return False
        return is_null(node) or node.value.isspace()

    def text(self, field: str) -> str:
        """Return a field as one line of plain text, "" where absent."""
        found = self.find(field)
        return plain(self.raw(*found), fix_encoding=self.fix_encoding) if found else ""

    def plain(self, key: str, node: Node | None) -> str:
        """Return a value as one line of plain text, "" where absent; a list or mapping is a fault."""
        if node is None or self.is_absent(key, node):
            return ""
        return plain(self.raw(key, node), fix_encoding=self.fix_encoding)

    def raw(self, key: str, node: Node, *, verb: str = "is") -> str:
        """Return a value that is not absent as its author typed it; a list or mapping is a fault."""
        if isinstance(node, ScalarNode):
            return str(node.value)
        what = "list" if isinstance(node, SequenceNode) else "mapping"
        self.report(f"'{key}' {verb} a {what}; text belongs here", node)
        return ""

    def items(self, key: str, node: Node) -> Iterator[Node]:
        """Yield what a list holds, or the one thing that stands in its place; nulls are passed over."""
        for item in node.value if isinstance(node, SequenceNode) else (node,):
            if not self.is_absent(key, item):
                yield item

    def texts(self, field: str) -> Iterator[tuple[str, Node]]:
        """Yield a field's texts with their nodes, from a list or one string; blank ones dropped."""
        found = self.find(field)
        if found is not None:
            yield from self.texts_of(*found)

    def texts_of(self, key: str, node: Node) -> Iterator[tuple[str, Node]]:
        """Yield the texts of a value, as `texts` does."""
        verb = "holds" if isinstance(node, SequenceNode) else "is"
        for item in self.items(key, node):
            text = plain(self.raw(key, item, verb=verb), fix_encoding=self.fix_encoding)
            if text:
                yield text, item

    def number(self, field: str) -> float | None:
        """Return a field as a finite number, None where absent."""
        found = self.find(field)
        if found is None:
            return None
        key, node = found
        text = self.raw(key, node).strip()
        if _NUMBER.fullmatch(text) and math.isfinite(number := float(text)):
            return number
        if text:
            self.report(f"'{key}' is {quoted(text)}; use a number such as 72 or 0.5", node)
        return None

    def instant(self, field: str) -> Instant | None:
        """Return a field as an instant, None where absent or no date (a fault)."""
        found = self.find(field)
        if found is None:
            return None
        return self.instant_of(*found)

    def instant_of(self, key: str, node: Node) -> Instant | None:
        """Return a value that is not absent as an instant, None where it is no date (a fault)."""
        text = self.raw(key, node)
        if not text:
            return None
        try:
            return parse_instant(text, self.zone)
        except ValueError as error:
            self.report(f"'{key}' is {quoted(text)}, which {error}", node)
        return None

    @staticmethod
    def size(node: Node | None) -> int:
        """Return a picture's width or height in pixels, 0 for what is none."""
        if not isinstance(node, ScalarNode):
            return 0
        text = node.value.strip()
        if not _NUMBER.fullmatch(text) or not 1 <= float(text) <= _MAX_SIZE:
            return 0
        return int(float(text))


def _within(values: Mapping[str, Node], name: str) -> Iterator[tuple[str, Node]]:
    """Yield what a dotted name reaches into mappings for: (key with its way, value)."""
    head, _, tail = name.partition(".")
    for key, node in values.items():
        if fold(key) != fold(head) or not isinstance(node, MappingNode):
            continue
        inner = entries(node)
        named = sorted((inner_key != tail, inner_key) for inner_key in inner if fold(inner_key) == fold(tail))
        yield from ((f"{key}.{inner_key}", inner[inner_key]) for _, inner_key in named)
        if "." in tail:
            yield from ((f"{key}.{way}", found) for way, found in _within(inner, tail))


def _repeated_within(root: MappingNode, name: str, way: str = "") -> Iterator[tuple[str, Node]]:
    head, _, tail = name.partition(".")
    merged = [(key, node) for key, node in entries(root).items() if fold(key) == fold(head)]
    for key, node in own_values(root, head) or merged:
        if not isinstance(node, MappingNode):
            continue
        inner = own_values(node, tail) or [
            each for each in entries(node).items() if fold(each[0]) == fold(tail)
        ]
        yield from ((f"{way}{key}.{last}", value) for last, value in inner)
        if "." in tail:
            yield from _repeated_within(node, tail, f"{way}{key}.")
