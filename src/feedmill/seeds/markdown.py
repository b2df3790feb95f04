"""Markdown: CommonMark with tables, strikethrough and inline HTML, in bounded time.

markdown-it-py takes quadratic time for some paragraphs (`[[[[…`, `*a_ *a_ …`) and its worst lines cost
half a millisecond. So a paragraph that would take too long stays as it was written, and a text of too
many lines is no Markdown to us. Both are counted, never timed.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore

__all__ = ["MAX_CHARACTERS", "MAX_LINES", "render"]

MAX_CHARACTERS = 1 << 19
MAX_LINES = 10_000

_NESTING = 40
_SHORT = 300
_PARAGRAPH_COST = 50_000_000
_TEXT_COST = 400_000_000
_ACTIVE = re.compile(r"[\[\]!*_~`<&\\]")


def render(text: str) -> str | None:
    """Return the HTML of a Markdown text, not sanitised; None where it is too long to be Markdown."""
    if len(text) > MAX_CHARACTERS or text.count("\n") > MAX_LINES:
        return None
    rendered: str = _parser().render(text)
    return rendered


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # imported on use: 0.1 s, and many seeds have no body

    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": _NESTING})
    parser.enable(["table", "strikethrough"])
    parser.core.ruler.at("inline", _inline)
    return parser


def _inline(state: StateCore) -> None:
    """markdown-it's core rule `inline`, but for paragraphs that cost too much; cells keep their alignment."""
    from markdown_it.token import Token

    left = _TEXT_COST
    for token in state.tokens:
        if token.type == "inline":
            token.children = []
            cost = _cost(token.content)
            if cost > min(_PARAGRAPH_COST, left):
                token.children.append(Token("text", "", 0, content=token.content))
            else:
                left -= cost
                state.md.inline.parse(token.content, state.md, state.env, token.children)
        elif token.type in ("td_open", "th_open") and (style := token.attrs.pop("style", None)):
            token.attrs["align"] = str(style).removeprefix("text-align:")


def _cost(paragraph: str) -> int:
    """What the paragraph may cost: every active character may look at all of it."""
    if len(paragraph) <= _SHORT:
        return 0
    return len(_ACTIVE.findall(paragraph)) * len(paragraph)
