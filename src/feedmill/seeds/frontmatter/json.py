"""JSON front matter (RFC 8259): where it ends, and its values with their places, equal keys and all.

`json` says whether it is valid and what its texts read. It keeps one of equal keys and tells no lines, so a
scan of our own makes the nodes.
"""

from __future__ import annotations

import json
import re

from feedmill.seeds.frontmatter.front_matter import FrontMatter
from feedmill.seeds.frontmatter.nodes import Places, check_depth, fault_at, with_lf
from feedmill.yamltext import MappingNode, Node, YamlFault

_OPEN = re.compile(r"\{(?=[ \t]*(?:\n|\Z|\"))")
_NAMED = re.compile(r"---[ \t]*json[ \t]*\n", re.IGNORECASE)
_CLOSE = re.compile(r"^---[ \t]*$\n?", re.MULTILINE)
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*+"|[{}\[\]]')
_TO_BRACKET = re.compile(r'(?:[^"{}\[\]]++|"(?:[^"\\\n]|\\.)*+"|")*+([{}\[\]]|\Z)')
_REST = re.compile(r"[ \t]*(?:\n|\Z)")
_BLANK = re.compile(r"[ \t\n\r]*")
_BARE = re.compile(r"[^\s,\]}]+")
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)
_SURROGATE = re.compile("[\ud800-\udfff]")


def split(text: str) -> FrontMatter | None:
    """Return the two parts of a seed, None for a text without JSON front matter.

    It is an object from the first line on, where `{` stands alone or before `"`; where something follows it
    on its last line, it never ended. Or it is what stands between lines of `---json` and `---`.
    """
    text = with_lf(text)
    if named := _NAMED.match(text):
        closing = _CLOSE.search(text, named.end())
        if closing is None:
            return FrontMatter(header=text[named.end() :], closed=False, syntax="json")
        return FrontMatter(
            header=text[named.end() : closing.start()], body=text[closing.end() :], syntax="json"
        )
    if not _OPEN.match(text):
        return None
    depth = 0
    for token in _TO_BRACKET.finditer(text):
        depth += (token[1] in ("[", "{")) - (token[1] in ("]", "}"))
        if depth == 0:
            if rest := _REST.match(text, token.end()):
                return FrontMatter(
                    header=text[: token.end()], header_line=1, body=text[rest.end() :], syntax="json"
                )
            break  # a quote or a bracket too many: what is in there may be a flag
    return FrontMatter(header=text, header_line=1, closed=False, syntax="json")


def parse(header: str) -> MappingNode:
    """Return the object as a mapping: texts as they read, everything else as it is spelt.

    Raises:
        YamlFault: no JSON object, too deep or too long.
    """
    check_depth(header, _TOKEN, "JSON")
    try:
        value = _DECODER.decode(header)
    except json.JSONDecodeError as error:
        raise YamlFault(f"not valid JSON: {error.msg}", error.lineno, error.colno) from error
    if not isinstance(value, dict):
        raise YamlFault("the front matter is no JSON object", 1, 1)
    return _Scan(header).value(_end_of_blank(header, 0))[0]


def _end_of_blank(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    assert match is not None  # it matches nothing, too
    return match.end()


class _Scan:
    """Reads a text that is valid."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._places = Places(text)

    def value(self, start: int) -> tuple[Node, int]:
        """Return the value at `start` and where it ends."""
        match self._text[start]:
            case '"':
                return self._string(start)
            case "{" | "[":
                return self._collection(start)
        bare = _BARE.match(self._text, start)
        assert bare is not None  # a literal or a number
        return self._places.scalar(bare[0], start, bare.end(), quoted=False), bare.end()

    def _string(self, start: int) -> tuple[Node, int]:
        value, end = _DECODER.raw_decode(self._text, start)
        if not value.isascii() and (lone := _SURROGATE.search(value)):
            raise fault_at(self._text, start, f"not valid JSON: lone surrogate U+{ord(lone[0]):04X}")
        return self._places.scalar(value, start, end, quoted=True), end

    def _collection(self, start: int) -> tuple[Node, int]:
        pairs: list[tuple[Node, Node]] = []
        items: list[Node] = []
        is_object = self._text[start] == "{"
        position = _end_of_blank(self._text, start + 1)
        while self._text[position] not in "]}":
            if is_object:
                key, position = self._string(position)
                position = _end_of_blank(self._text, position) + 1  # the colon
                value, position = self.value(_end_of_blank(self._text, position))
                pairs.append((key, value))
            else:
                value, position = self.value(position)
                items.append(value)
            position = _end_of_blank(self._text, position)
            if self._text[position] == ",":
                position = _end_of_blank(self._text, position + 1)
        end = position + 1
        if is_object:
            return self._places.mapping(pairs, start, end), end
        return self._places.sequence(items, start, end), end
