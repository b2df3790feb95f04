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
_RAISED = re.compile(r"<sup>([+-]?[0-9]+)</sup>")
_SUPERSCRIPTS = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_NOTE = re.compile(r"(?<!\\)\[\^([^\]\s]{1,200})\]")
_DEFINED = re.compile(r"^[ \t>]*\[\^([^\]\s]{1,200})\](?=:)", re.MULTILINE)


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


def without_notes(body: str) -> str:
    """Return Markdown without the references to its footnotes: a summary has neither them nor the notes."""
    definitions = list(_DEFINED.finditer(body)) if "[^" in body else []
    if not definitions:
        return body
    labels, ends = {each[1] for each in definitions}, {each.end() for each in definitions}
    code = find_code(body, markdown=True)

    def kept(note: re.Match[str]) -> str:
        stays = note[1] not in labels or note.end() in ends or code.end_at(note.start()) is not None
        return note[0] if stays else ""

    return _NOTE.sub(kept, body)


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
    """Return the text of sanitised HTML: its tags go, those of blocks part words, references are decoded.

    A raised number stays one: 10⁶.
    """
    content = _RAISED.sub(lambda raised: raised[1].translate(_SUPERSCRIPTS), content)
    text = _TAG.sub(lambda tag: " " if tag[1] in BLOCK_ELEMENTS else "", content)
    return " ".join(html.unescape(text).split())


def _shortened(text: str, *, cut: bool = False) -> str:
    """Return a text of at most `MAX_LENGTH` characters, between two words where there are any."""
    if len(text) + cut > MAX_LENGTH:
        head = text[: MAX_LENGTH - 1]
        text, cut = (head if text[len(head)] == " " else head.rpartition(" ")[0] or head), True
    return text.rstrip(" ,;:–—-") + "…" if cut else text
