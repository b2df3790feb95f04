"""The one door to PyYAML: text to nodes with positions, bounded in depth and aliases.

Nodes are PyYAML's own (`ScalarNode`, `SequenceNode`, `MappingNode`), untyped: a scalar is the text
that the author typed (`node.value`), whatever YAML 1.1 would make of it. `start_mark.line` and
`.column` count from 0.
"""

from __future__ import annotations

import re

import yaml
from yaml.cyaml import CParser
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

__all__ = [
    "MAX_ALIASES", "MAX_DEPTH", "MappingNode", "Node", "ScalarNode", "SequenceNode", "YamlFault",
    "foreign_tag", "is_null", "parse",
]  # fmt: skip

MAX_DEPTH = 64
MAX_ALIASES = 1000

_CORE = "tag:yaml.org,2002:"
_TAGS = {ScalarNode: _CORE + "str", SequenceNode: _CORE + "seq", MappingNode: _CORE + "map"}
_CORE_TAGS = frozenset(
    _CORE + name
    for name in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map", "merge", "value")
)


class YamlFault(Exception):
    """The text is no YAML (TOML, JSON) that we take. `line` and `column` count from 1; 0: unknown."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message, line, column)
        self.message = message
        self.line = line
        self.column = column


class _Parser(CParser):  # type: ignore[misc]
    """libyaml's parser and composer alone: no implicit tags, no path resolvers, no constructor."""

    def resolve(self, kind: type[Node], value: object, implicit: object) -> str:
        """Return the tag of a node that has none of its own: that of its kind."""
        return _TAGS[kind]

    def descend_resolver(self, parent: Node | None, index: object) -> None:
        """Nothing: PyYAML's composer calls it for each node."""

    def ascend_resolver(self) -> None:
        """Nothing, too."""


def parse(text: str) -> Node | None:
    """Return the root node of the one document in `text`, None for an empty one.

    Depth and aliases are bounded before nodes are composed, since PyYAML composes by recursion
    and 40,000 brackets would end the process: first by counting characters, which decides nearly
    always, else by walking libyaml's events, which needs no stack.

    Raises:
        YamlFault: no YAML, several documents, over 64 levels or 1,000 aliases. A tag of a language
            (`!!python/…`) is never executed; `foreign_tag` tells of it.
    """
    if _may_be_deep(text) or text.count("*") > MAX_ALIASES:
        _check_bounds(text)
    try:
        parser = _Parser(text)
        try:
            return parser.get_single_node()
        finally:
            parser.dispose()
    except yaml.MarkedYAMLError as error:
        raise _fault(error, text) from error
    except (yaml.YAMLError, ValueError) as error:
        raise YamlFault(_reason(error), *_position(text, error)) from error


def is_null(node: Node) -> bool:
    """Whether the node is YAML's null or empty: what counts as absent."""
    if not isinstance(node, ScalarNode):
        return False
    return node.value == "" or (not node.style and node.value in {"~", "null", "Null", "NULL"})


def foreign_tag(node: Node) -> str | None:
    """Return the explicit tag of a node where it is not one of YAML's own, else None."""
    tag: str | None = node.tag
    if tag is None or tag in _CORE_TAGS or tag == "!":
        return None
    return tag


def _may_be_deep(text: str) -> bool:
    """Whether the nesting could pass the bound; never False when it does.

    A bracket opens two levels at the most (`[key: value]` is a mapping in a list). Of block collections
    at most two (a mapping and the list of one of its keys) start in one column, and what stands before
    a start on its line is white space and indicators (`-`, `?`, `:`, a byte order mark): so
    without a line that begins with 16 of those, they are 32 levels at the most. Where YAML sees line breaks
    that we do not look for, the levels are counted in any case.
    """
    return (
        text.count("[") + text.count("{") > MAX_DEPTH // 4
        or any(odd in text for odd in "\r\x85\u2028\u2029")
        or _DEEP.search("\n" + text) is not None
    )


_DEEP = re.compile(rf"\n[ \t\-?:\ufeff]{{{MAX_DEPTH // 4}}}")


def _check_bounds(text: str) -> None:
    depth = aliases = 0
    try:
        parser = CParser(text)
        while (event := parser.get_event()) is not None:
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    mark = event.start_mark
                    raise YamlFault(
                        f"nested more than {MAX_DEPTH} levels deep", mark.line + 1, mark.column + 1
                    )
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            elif isinstance(event, yaml.AliasEvent):
                aliases += 1
                if aliases > MAX_ALIASES:
                    mark = event.start_mark
                    raise YamlFault(f"more than {MAX_ALIASES:,} aliases", mark.line + 1, mark.column + 1)
    except yaml.MarkedYAMLError as error:
        raise _fault(error, text) from error
    except (yaml.YAMLError, ValueError) as error:
        raise YamlFault(_reason(error), *_position(text, error)) from error


def _fault(error: yaml.MarkedYAMLError, text: str) -> YamlFault:
    problem = error.problem or ""
    mark = error.problem_mark or error.context_mark
    if problem.endswith(("end of stream", "expected ':'")) and error.context_mark:
        mark = error.context_mark  # where it began says more than where all hope was lost
    message = "not valid YAML: " + ", ".join(part for part in (error.context, problem) if part)
    if mark is None:
        return YamlFault(message, 0, 0)
    hint = next((hint for words, hint in _HINTS if words in problem), "")
    if "cannot start" in problem:
        line = text.split("\n", mark.line + 1)[mark.line :]
        found = line[0][mark.column : mark.column + 1] if line else ""
        hint = _TABS if found == "\t" else f"a text that begins with {found} needs quotes"
    return YamlFault(message + (f"; {hint}" if hint else ""), mark.line + 1, mark.column + 1)


_TABS = "indent with blanks, not with tabs"
_HINTS = (
    ("tab character", _TABS),
    ("mapping values", "a text with ': ' in it needs quotes"),
    ("end of stream", "a quote is never closed"),
    ("expected ',' or", "a bracket is never closed"),
    ("expected key", "check the indentation, and the quotes within quotes"),
    ("expected '-'", "check the indentation"),
    ("expected ':'", "every line needs a 'key:'"),
    ("undefined alias", "a text that begins with * needs quotes"),
    ("escape", "within double quotes write \\\\ for a backslash"),
)
"""What would be right, by libyaml's words for what is wrong."""


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeEncodeError):
        return f"not valid YAML: lone surrogate U+{ord(error.object[error.start]):04X}"
    if isinstance(error, yaml.reader.ReaderError):
        return f"not valid YAML: {error.reason}"
    return "not valid YAML: " + str(error)


def _position(text: str, error: Exception) -> tuple[int, int]:
    offset = error.start if isinstance(error, UnicodeEncodeError) else getattr(error, "position", None)
    if not isinstance(offset, int):
        return 0, 0
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
