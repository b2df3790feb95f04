"""MDX: imports and exports at the top level, components and expressions among Markdown (https://mdxjs.com)."""

from __future__ import annotations

import re
from functools import cached_property

from feedmill.seeds.code import Code

_IMPORT = re.compile(
    r"""^import\s+(?:[\w*,{}$\s]{1,500}?\s*from\s*)?(?:"[^"\n]+"|'[^'\n]+');?[ \t]*$""", re.MULTILINE
)
_ATTRIBUTE = re.compile(
    r"""<[A-Za-z][\w.-]*+\s(?:[^<>{}]{0,500}?\s)??[\w:-]{1,100}=\{(?:(?![{%#<])|\{\s*(?:[\w'"-]{1,100}\s*:|\}))"""
)
"""A tag with an expression for a value: `width={3}`, `style={{color: 'red'}}`; Liquid's `{{ x }}` is none."""
_EXPORT = re.compile(r"export\s+(?:const|let|var|function|class|default|async|\{|\*)")
_NAME = re.compile(r"</?(?:([A-Z][\w.]*+|(?=>))|[a-z][\w-]*+)(?=[\s/>])")
_PLAIN = re.compile(r"""(?:[^<>{}"']|"[^"]*"|'[^']*')++""")
_ASSIGNED = re.compile(r"\s*[\w:.-]+=\Z")
_TEXT = re.compile(r"""\{\s*(?:"([^"\\]*)"|'([^'\\]*)'|`([^`\\$]*)`)\s*\}""")
_BRACES = str.maketrans({"{": "&#123;", "}": "&#125;"})
"""What Markdown shows as a brace, and nobody takes for the beginning of an expression."""
_BRACE = re.compile(rf"{_TEXT.pattern}|[{{}}]")
_MAX_WORK = 16
"""Characters looked at for tags, for each character of the text."""


def is_mdx(text: str, code: Code | None = None) -> bool:
    """Whether a Markdown text imports a module at a line's start, or has JSX in a tag, outside `code`."""
    return any(
        code is None or code.end_at(match.start()) is None
        for signs in (_IMPORT, _ATTRIBUTE)
        for match in signs.finditer(text)
    )


class Mdx:
    """What of a text is MDX, asked for from the beginning to the end."""

    trigger = re.compile(r"\{|</?[A-Za-z>]|^(?:import|export)\s", re.MULTILINE)

    def __init__(self, text: str, code: Code) -> None:
        self._text = text
        self._code = code
        self._work = _MAX_WORK * len(text) + 10_000

    def at(self, start: int) -> tuple[int, str | None] | None:
        """Return where the piece at `start` ends and what stands for it, None where it is just text."""
        if self._text[start] == "{":
            return self._expression(start)
        if self._text[start] == "<":
            return self._tag(start)
        if statement := _IMPORT.match(self._text, start):
            return statement.end(), None
        return (self._blank_line(start), None) if _EXPORT.match(self._text, start) else None

    def _expression(self, start: int) -> tuple[int, str | None] | None:
        end = self._braces.get(start)
        if end is None:
            return None
        text = _TEXT.fullmatch(self._text, start, end)
        shown = (text[1] or text[2] or text[3] or "") if text else ""
        return end, shown.translate(_BRACES) or None

    def _tag(self, start: int) -> tuple[int, str | None] | None:
        """A component's tag goes; an element's stays, without the attributes that are expressions."""
        name = _NAME.match(self._text, start)
        if name is None:
            return None
        parts, position, expressions = [name[0]], name.end(), 0
        while self._work > 0:
            if plain := _PLAIN.match(self._text, position):
                self._work -= len(plain[0])
                parts.append(plain[0])
                position = plain.end()
            elif self._text.startswith("{", position) and (end := self._braces.get(position)):
                self._work -= end - position
                parts[-1] = _ASSIGNED.sub("", parts[-1])
                position, expressions = end, expressions + 1
            else:
                break
        if not self._text.startswith(">", position):
            return None
        if name[1] is not None:
            return position + 1, None
        return (position + 1, "".join(parts) + ">") if expressions else None

    def _blank_line(self, start: int) -> int:
        """Return the end of a statement: the blank line behind it that no brace holds."""
        position = start
        while True:
            end = self._text.find("\n\n", position)
            end = len(self._text) if end < 0 else end
            opening = self._text.find("{", position, end)
            closing = self._braces.get(opening, -1) if opening >= 0 else -1
            if closing < 0:
                return end
            position = closing

    @cached_property
    def _braces(self) -> dict[int, int]:
        """Where the brace closes, behind it, that opens at an offset; those in code aside."""
        pairs: dict[int, int] = {}
        opened: list[int] = []
        for brace in _BRACE.finditer(self._text):
            if self._code.end_at(brace.start()) is not None:
                continue
            if len(brace[0]) > 1:  # a text, in which a brace is none
                pairs[brace.start()] = brace.end()
            elif brace[0] == "{":
                opened.append(brace.start())
            elif opened:
                pairs[opened.pop()] = brace.end()
        return pairs
