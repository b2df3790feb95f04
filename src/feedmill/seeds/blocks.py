"""Blocks that CommonMark does not have and articles of other tools do.

An HTML tag with `markdown="1"` (kramdown, Python-Markdown), whose content is Markdown; admonitions
(`!!! note "Title"`, MkDocs); the language in the first line of indented code (`:::python`, Python-Markdown).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from feedmill.seeds.text import BLOCK_ELEMENTS

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token
    from markdown_it.utils import EnvType, OptionsDict

_LONGEST_TAG = 500
_MARKDOWN = re.compile(r"""[ \t]markdown(?:=(["']?)(?:1|block|span|true)\1)?(?=[ \t>])""", re.IGNORECASE)
_OPENING = re.compile(r"<([a-z][a-z0-9]*)[ \t][^<>]*>[ \t]*\Z", re.IGNORECASE)
_LANGUAGE = re.compile(r"(?::::[ \t]*[\w.+-]+|#![\w.+-]+)(?:[ \t]+hl_lines=[^\n]*)?[ \t]*\n+")
"""https://python-markdown.github.io/extensions/code_hilite/#syntax; a shebang with a path is code."""


def blocks(parser: MarkdownIt) -> None:
    """Add the rules to a parser."""
    from mdit_py_plugins.admon import admon_plugin
    from mdit_py_plugins.admon.index import admonition

    def checked(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        """An admonition has a text, indented by four; without it the line is just a loud one."""
        return _has_indented_text(state, start, end) and admonition(state, start, end, silent)

    parser.use(admon_plugin)
    parser.block.ruler.at("admonition", checked, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    parser.block.ruler.before("html_block", "markdown_tag", _tag, {"alt": ["paragraph"]})
    parser.add_render_rule("admonition_open", lambda *_: "<div>\n")
    parser.add_render_rule("admonition_close", lambda *_: "</div>\n")
    parser.add_render_rule("admonition_title_open", lambda *_: "<p><strong>")
    parser.add_render_rule("admonition_title_close", lambda *_: "</strong></p>\n")
    parser.add_render_rule("code_block", _code)


def _has_indented_text(state: StateBlock, start: int, end: int) -> bool:
    following = start + 2 if start + 1 < end and state.isEmpty(start + 1) else start + 1
    if following >= end or state.isEmpty(following):
        return False
    return state.sCount[following] >= state.blkIndent + 4


def _tag(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """An opening tag that is alone on its line and says that Markdown follows."""
    if state.is_code_block(start):
        return False
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    tag = _OPENING.match(line) if line[:1] == "<" and len(line) <= _LONGEST_TAG else None
    if tag is None or tag[1].lower() not in BLOCK_ELEMENTS or not _MARKDOWN.search(line):
        return False
    if not silent:
        token = state.push("html_block", "", 0)
        token.content = _MARKDOWN.sub("", line) + "\n"
        token.map = [start, start + 1]
        state.line = start + 1
    return True


def _code(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """Return indented code without the line that only says its language."""
    language = _LANGUAGE.match(tokens[index].content)
    if language:
        tokens[index].content = tokens[index].content[language.end() :]
    return renderer.code_block(tokens, index, options, env)
