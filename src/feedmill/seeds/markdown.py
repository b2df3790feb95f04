"""Markdown: CommonMark with tables, strikethrough, inline HTML and what articles use beside it; bounded.

Beside it: footnotes, definition lists, task lists, `:::` containers, formulas (`$$…$$`, as typed) and
`blocks`. A footnote is a raised number and an item of the list at the end, without a link from one to the
other: in a feed there is no page whose `#fn1` it could mean, and entries of one document would share it.

markdown-it-py takes quadratic time for some paragraphs (`[[[[…`, `*a_ *a_ …`) and its worst lines cost
half a millisecond. So a paragraph that would take too long stays as it was written, and a text of too
many lines is no Markdown to us. Both are counted, never timed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from feedmill.seeds.blocks import blocks
from feedmill.seeds.formulas import BLOCK, formulas

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

MAX_CHARACTERS = 1 << 19
MAX_LINES = 10_000

_NESTING = 40
_SHORT = 300
_PARAGRAPH_COST = 50_000_000
_TEXT_COST = 400_000_000
_FLATTENED = "feedmill.flattened"
_ACTIVE = re.compile(r"[\[\]!*_~`<&\\]")
_QUOTES = re.compile(r"[\"']")
_TASK = re.compile(r"\A\[([ xX])\](?=\s)")
_LABEL = re.compile(r"\[\^[^\]\s]{1,200}\]")
_ATTRIBUTES = re.compile(r"\{[^{}]*\}\s*$")


@dataclass(frozen=True, slots=True)
class Rendered:
    """HTML, not sanitised. `flattened`: a paragraph of it stayed as it was written, being too costly."""

    html: str
    flattened: bool


def render(text: str, *, typographer: bool = False) -> Rendered | None:
    """Return the HTML of a Markdown text; None where it is too long to be Markdown.

    `typographer`: quotes, dashes and dots as a printer sets them.
    """
    if len(text) > MAX_CHARACTERS or text.count("\n") > MAX_LINES:
        return None
    env: dict[str, bool] = {}
    rendered: str = _parser(typographer).render(text, env)
    return Rendered(rendered, _FLATTENED in env)


def code_lines(text: str) -> list[tuple[int, int]]:
    """Return the lines of code and of formulas, from 0, ends exclusive; none of what is too long."""
    if len(text) > MAX_CHARACTERS or text.count("\n") > MAX_LINES:
        return []
    tokens = _blocks().parse(text)
    return [
        (each.map[0], each.map[1])
        for each in tokens
        if each.type in ("fence", "code_block", BLOCK) and each.map
    ]


@cache
def _blocks() -> MarkdownIt:
    """`_parser` without what is within a block."""
    parser = _new_parser(typographer=False)
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


@cache
def _parser(typographer: bool) -> MarkdownIt:
    return _new_parser(typographer)


def _new_parser(typographer: bool) -> MarkdownIt:
    from markdown_it import MarkdownIt  # imported on use: 0.1 s, and many seeds have no body
    from mdit_py_plugins.container import container_plugin
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.footnote import footnote_plugin
    from mdit_py_plugins.footnote.index import footnote_ref

    def reference(state: StateInline, silent: bool) -> bool:
        """A footnote's reference: its label is short, so that looking for its end is, too."""
        return _LABEL.match(state.src, state.pos) is not None and footnote_ref(state, silent)

    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": _NESTING, "typographer": typographer})
    parser.enable(["table", "strikethrough"])
    if typographer:
        parser.enable(["replacements", "smartquotes"])
    parser.core.ruler.at("inline", _inline)
    parser.use(blocks)
    parser.use(formulas)
    parser.use(deflist_plugin)
    parser.use(footnote_plugin, inline=False)
    parser.inline.ruler.at("footnote_ref", reference)
    parser.use(
        container_plugin, "any", validate=lambda params, *_: bool(params.strip(" \t:")), render=_container
    )
    parser.add_render_rule("footnote_ref", _footnote_ref)
    parser.add_render_rule("footnote_block_open", lambda *_: "<hr>\n<ol>\n")
    parser.add_render_rule("footnote_block_close", lambda *_: "</ol>\n")
    parser.add_render_rule("footnote_open", lambda *_: "<li>")
    parser.add_render_rule("footnote_anchor", lambda *_: "")
    return parser


def _inline(state: StateCore) -> None:
    """markdown-it's core rule `inline`, but for paragraphs that cost too much; cells keep their alignment."""
    from markdown_it.token import Token

    left = _TEXT_COST
    typographer = bool(state.md.options.get("typographer"))
    for number, token in enumerate(state.tokens):
        if token.type == "inline":
            if number > 1 and state.tokens[number - 2].type == "list_item_open":
                token.content = _TASK.sub(_box, token.content)
            token.children = []
            cost = _cost(token.content, typographer)
            if cost > min(_PARAGRAPH_COST, left):
                token.children.append(Token("text", "", 0, content=token.content))
                state.env[_FLATTENED] = True
                token.content = ""  # nothing for the rules that come after
            else:
                left -= cost
                state.md.inline.parse(token.content, state.md, state.env, token.children)
        elif token.type in ("td_open", "th_open") and (style := token.attrs.pop("style", None)):
            token.attrs["align"] = str(style).removeprefix("text-align:")


def _box(task: re.Match[str]) -> str:
    """Return a task's box as a character: a form's field is nothing for a feed."""
    return "\u2610" if task[1] == " " else "\u2611"


def _container(_: object, tokens: Sequence[Token], index: int, *__: object) -> str:
    """Return a container's tag and its title, where it has one (`::: tip Title`, `:::tip[Title]`)."""
    if tokens[index].nesting < 0:
        return "</div>\n"
    title = _title(tokens[index].info)
    return f"<div>\n<p><strong>{escape(title, quote=False)}</strong></p>\n" if title else "<div>\n"


def _title(info: str) -> str:
    info = info.strip(" \t:")
    name, _, title = info.partition("[")
    if title and name.strip(" \t").isidentifier() and title.endswith("]"):
        return title[:-1].strip()
    if info.startswith("{"):
        return ""
    return _ATTRIBUTES.sub("", info.partition(" ")[2]).strip()


def _footnote_ref(_: object, tokens: Sequence[Token], index: int, *__: object) -> str:
    return f"<sup>{tokens[index].meta['id'] + 1}</sup>"


def _cost(paragraph: str, typographer: bool) -> int:
    """What the paragraph may cost: every active character may look at all of it."""
    if len(paragraph) <= _SHORT:
        return 0
    active = len(_ACTIVE.findall(paragraph)) + (len(_QUOTES.findall(paragraph)) if typographer else 0)
    return active * len(paragraph)
