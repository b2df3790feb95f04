"""The literals of a JavaScript or TypeScript file, by a real parser; nothing is run."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_DEPTH = 64


@dataclass(frozen=True, slots=True)
class Computed:
    """A value that only running the file would tell. `line` counts from 1.

    `template` is what a function returns that does no more than fill a text in, its variables in `{{ }}`.
    """

    source: str
    line: int
    template: str | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """What a file exports, as far as it is literal, and every object in it that stands for a result."""

    exported: object
    returned: tuple[dict[str, object], ...]


def read_script(file: Path) -> Script:
    """Return the literals of a file: texts, numbers, booleans, lists, objects, and names bound to these."""
    root = _parser().parse(file.read_bytes()).root_node
    known: dict[str, Node] = {}
    exports: list[Node] = []
    named: dict[str, object] = {}
    returns: list[Node] = []
    for node in _nodes(root):
        if node.type == "variable_declarator" and node.parent and _is_top(node.parent):
            name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
            if name and value:
                known[_text(name)] = value
        elif node.type == "export_statement" and (value := node.child_by_field_name("value")):
            exports.append(value)
        elif node.type == "assignment_expression":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left and right and _text(left) in ("module.exports", "exports.default"):
                exports.append(right)
        elif node.type == "return_statement" and node.named_children:
            returns.append(node.named_children[0])
        elif node.type == "arrow_function" and (body := node.child_by_field_name("body")):
            returns.append(body)
    for bound, node in known.items():
        declaration = node.parent.parent if node.parent else None
        if declaration and declaration.parent and declaration.parent.type == "export_statement":
            named[bound] = _value(node, known, 0)
    exported = _value(exports[-1], known, 0) if exports else named
    objects = [_value(node, known, 0) for node in returns]
    objects += list(named.values())
    return Script(
        exported=exported, returned=tuple(value for value in objects if isinstance(value, dict) and value)
    )


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter_typescript  # imported on use: `init --from` alone reads scripts
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_typescript.language_tsx()))


def _nodes(root: Node) -> list[Node]:
    """Return all nodes in the order of the text, without recursion."""
    found, waiting = [], [root]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting.extend(reversed(node.children))
    return found


def _is_top(declaration: Node) -> bool:
    above = declaration.parent
    return above is not None and above.type in ("program", "export_statement")


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def _value(node: Node, known: dict[str, Node], depth: int) -> object:
    inner = node.named_children
    computed = Computed(" ".join(_text(node).split())[:80], node.start_point[0] + 1)
    if depth > _DEPTH:
        return computed
    if node.type in ("parenthesized_expression", "as_expression", "satisfies_expression") and inner:
        return _value(inner[0], known, depth + 1)
    if node.type == "identifier" and _text(node) in known:
        return _value(known[_text(node)], {**known, _text(node): node}, depth + 1)
    if node.type in ("string", "template_string") and all(
        child.type in ("string_fragment", "escape_sequence") for child in inner
    ):
        return "".join(_unescaped(child) for child in inner)
    if node.type in ("true", "false"):
        return node.type == "true"
    if node.type in ("null", "undefined"):
        return None
    if node.type == "number":
        return _number(_text(node), computed)
    if node.type == "array":
        return [_value(child, known, depth + 1) for child in inner if child.type != "comment"]
    if node.type in ("arrow_function", "function_expression"):
        return replace(computed, template=_template(node))
    if node.type == "object":
        return dict(_pairs(inner, known, depth + 1))
    return computed


def _template(function: Node) -> str | None:
    """Return the text that a function returns and nothing else, None where it does more than that."""
    body = function.child_by_field_name("body")
    if body and body.type == "statement_block" and len(body.named_children) == 1:
        body = body.named_children[0]
        body = body.named_children[0] if body.type == "return_statement" and body.named_children else None
    if body is None or body.type not in ("template_string", "string"):
        return None
    given = function.child_by_field_name("parameter") or function.child_by_field_name("parameters")
    name = re.escape(_text(given).strip("() ")) if given else ""
    parts = []
    for child in body.named_children:
        if child.type == "template_substitution":
            variable = re.sub(rf"^{name}\.", "", _text(child)[2:-1].strip())
            parts.append("{{ " + variable + " }}")
        else:
            parts.append(_unescaped(child))
    return "".join(parts)


def _pairs(inner: list[Node], known: dict[str, Node], depth: int) -> list[tuple[str, object]]:
    pairs: list[tuple[str, object]] = []
    for child in inner:
        key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
        name = child.child_by_field_name("name")
        if child.type == "method_definition" and name:
            source = " ".join(_text(child).split())[:80]
            pairs.append((_text(name).strip("\"'"), Computed(source, child.start_point[0] + 1)))
        elif child.type == "pair" and key and value:
            pairs.append((_text(key).strip("\"'"), _value(value, known, depth)))
        elif child.type == "shorthand_property_identifier" and _text(child) in known:
            pairs.append((_text(child), _value(known[_text(child)], known, depth)))
    return pairs


def _unescaped(node: Node) -> str:
    text = _text(node)
    if node.type == "string_fragment":
        return text
    try:
        return str(ast.literal_eval(f'"{text}"'))
    except (SyntaxError, ValueError):
        return text.removeprefix("\\")


def _number(text: str, computed: Computed) -> object:
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return computed
