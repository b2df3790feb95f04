"""Excerpts: a summary made of a body, for a seed that has none."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from feedmill.seeds.code import find_code
from feedmill.seeds.text import BLOCK_ELEMENTS

SEPARATORS = ("<!--more-->", "<!-- more -->", "<!-- excerpt -->", "<!-- truncate -->", "{/* truncate */}")
"""What the site generators part a summary from the rest with."""
MAX_LENGTH = 400
"""Characters, the `…` included."""

_MARK = "\U0010fffd\U000ffffd"
"""Stands for the separator while the body becomes HTML: of private use, and no icon font's."""
_TAG = re.compile(r"""</?([a-z][a-z0-9]*)(?:[^<>"]|"[^"]*")*+>""")
_NOTE = re.compile(r"<sup>[0-9]+</sup>")


def mark(body: str, separators: Sequence[str] = SEPARATORS, *, markdown: bool) -> str | None:
    """Return a body in which its first separator outside code is marked for `excerpt`, None without one.

    The body as its author wrote it: a separator is a comment, which neither `templates.strip` nor the
    sanitiser leaves. The whole body is to become HTML then, since links and notes may be defined behind the
    separator.
    """
    pattern = "|".join(re.escape(separator) for separator in separators if separator)
    if not pattern or not any(separator in body for separator in separators if separator):
        return None
    code = find_code(body, markdown=markdown)
    for match in re.finditer(pattern, body):
        end = code.end_at(match.start())
        if end is None or (body.startswith("<!--", match.start()) and end == match.end()):
            before, behind = body[: match.start()], body[match.end() :]
            return before.replace(_MARK, "") + _MARK + behind
    return None


def set_apart(body: str, separators: Sequence[str] = SEPARATORS) -> str:
    """Return Markdown in which a separator that begins a line is a line of its own.

    It is a comment. What stands behind one on its line is HTML to CommonMark, and text to the site's tool.
    """
    comments = [separator for separator in separators if separator.startswith("<!--") and separator in body]
    if not comments:
        return body
    code = find_code(body, markdown=True)
    pattern = re.compile(rf"^ {{0,3}}(?:{'|'.join(map(re.escape, comments))})[ \t]*(?=\S)", re.MULTILINE)
    parts: list[str] = []
    at = 0
    for match in pattern.finditer(body):
        end = code.end_at(match.start())
        if end is None or end <= match.end():  # the comment itself counts as code
            parts += (body[at : match.end()], "\n\n")
            at = match.end()
    return "".join((*parts, body[at:]))


def excerpt(content: str, words: int) -> str:
    """Return the summary of a body's sanitised HTML: one line of plain text, at most `MAX_LENGTH` long.

    What stands before the mark; where there is none, or nothing before it, the first `words` words (0: no
    summary). `…` where it was cut, but not where the author cut it.
    """
    before, marked, _ = content.partition(_MARK)
    text = _text(before)
    if marked and text:
        return _shortened(text)
    if not words:
        return ""
    found = (_text(content.replace(_MARK, "")) if marked else text).split(" ")
    return _shortened(" ".join(found[:words]), cut=len(found) > words)


def _text(content: str) -> str:
    """Return the text of sanitised HTML: its tags go, those of blocks part words, references are decoded."""
    text = _TAG.sub(lambda tag: " " if tag[1] in BLOCK_ELEMENTS else "", _NOTE.sub("", content))
    return " ".join(html.unescape(text).split())


def _shortened(text: str, *, cut: bool = False) -> str:
    """Return a text of at most `MAX_LENGTH` characters, between two words where there are any."""
    if len(text) + cut > MAX_LENGTH:
        head = text[: MAX_LENGTH - 1]
        text, cut = (head if text[len(head)] == " " else head.rpartition(" ")[0] or head), True
    return text.rstrip(" ,;:–—-") + "…" if cut else text
