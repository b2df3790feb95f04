"""Formulas between dollar signs: where they are, so that Markdown and MDX show them as they were typed.

`$$…$$` is TeX to kramdown and MathJax, within a paragraph and as a block of its own, one dollar to
remark-math alone. Only with a sign of TeX's in it is it a formula here: `$5 and $10` is money, `$$` may be a
rating; and what hides something (a comment, a tag of the tool's) is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

BLOCK = "formula_block"
_INLINE = "formula"
_MARK = "$$"
_LINES = 100
"""A formula of more lines is none: looking for its end costs that much for each beginning."""
_TEX = re.compile(r"[\\^_]")
_SPAN = re.compile(r"(?<![\\$])\$\$(?!\$)((?:[^$\n]|\n(?![ \t]*\n)|\$(?!\$))++)\$\$")
_ONE_DOLLAR = re.compile(r"(?<![\\$\w])\$(?=[^\s$])([^$\n]*+)(?<=[^\s\\])\$(?![\d$])")
_HIDDEN = re.compile(r"\{[%#/]|\{::|<!--")


def spans(text: str, *, one_dollar: bool) -> list[tuple[int, int]]:
    """Return the offsets of the formulas within paragraphs, in order."""
    found = [*_SPAN.finditer(text), *(_ONE_DOLLAR.finditer(text) if one_dollar else ())]
    return sorted(each.span() for each in found if _is_formula(each[1]))


def _is_formula(content: str, *, block: bool = False) -> bool:
    return (block or _TEX.search(content) is not None) and _HIDDEN.search(content) is None


def formulas(parser: MarkdownIt) -> None:
    """Add the two rules to a parser."""
    parser.block.ruler.before(
        "fence", BLOCK, _block, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    parser.inline.ruler.before("escape", _INLINE, _inline)
    parser.add_render_rule(BLOCK, _show_block)
    parser.add_render_rule(_INLINE, _show)


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A formula that begins a line and ends one, without an empty line in it."""
    if state.is_code_block(start):
        return False
    line = _line(state, start)
    if not line.startswith(_MARK):
        return False
    last, rest = start, line[len(_MARK) :]
    while _MARK not in rest:
        last += 1
        if last >= min(end, start + _LINES) or state.isEmpty(last) or state.sCount[last] < state.blkIndent:
            return False
        rest = _line(state, last)
    if not rest.rstrip().endswith(_MARK) or rest.index(_MARK) != len(rest.rstrip()) - len(_MARK):
        return False
    content = "\n".join(_line(state, number) for number in range(start, last + 1))
    if not _is_formula(content, block=line.rstrip() == _MARK):
        return False
    if not silent:
        token = state.push(BLOCK, "", 0)
        token.content = content
        token.map = [start, last + 1]
        state.line = last + 1
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _inline(state: StateInline, silent: bool) -> bool:
    """A formula within a paragraph."""
    start = state.pos + len(_MARK)
    if not state.src.startswith(_MARK, state.pos):
        return False
    end = state.src.find(_MARK, start, state.posMax)
    if end <= start or not _is_formula(state.src[start:end]):
        return False
    if not silent:
        state.push(_INLINE, "", 0).content = state.src[state.pos : end + len(_MARK)]
    state.pos = end + len(_MARK)
    return True


def _show(_: object, tokens: Sequence[Token], index: int, *__: object) -> str:
    return escape(tokens[index].content, quote=False)


def _show_block(_: object, tokens: Sequence[Token], index: int, *__: object) -> str:
    return f"<p>{escape(tokens[index].content, quote=False)}</p>\n"
