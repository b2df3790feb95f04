"""Plain text: what an author's tools did to it undone, every character fit for XML 1.0 and one line."""

from __future__ import annotations

import html
import re

from feedmill.seeds.mojibake import repair

_BLOCK = """
address article aside blockquote body br caption center col colgroup dd details dialog dir div dl dt
fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html
iframe img legend li main menu nav noframes noscript object ol optgroup option p pre search section
select summary table tbody td tfoot th thead tr ul video audio
"""
_INLINE = """
a abbr acronym applet area b base basefont bdi bdo big blink button canvas cite code data datalist
del dfn em embed font i input ins kbd label link map mark marquee meta meter nobr output param
picture progress q rp rt ruby s samp script slot small source span strike strong style sub sup svg
template textarea time title track tt u var wbr
"""

BLOCK_ELEMENTS = frozenset(_BLOCK.split())
"""Elements whose tag parts two words: a blank takes its place."""

HTML_ELEMENTS = BLOCK_ELEMENTS | frozenset(_INLINE.split())
"""The names that make `<name …>` a tag: those of the HTML Living Standard and obsolete ones still met."""

_DROPPED = re.compile(
    "[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
    + "]+"
)
_TAG = re.compile(
    r"""`[^`\n]++`|</?([A-Za-z][A-Za-z0-9]*+)(?=[\s/>])(?:(?:[^<>"']|"[^"<]*"|'[^'<]*')*+|[^<>]*+)>""",
)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_DOCTYPE = re.compile(r"<!doctype\b[^<>]*>", re.IGNORECASE)
_HIDDEN = {
    name: (
        re.compile(rf"<{name}(?=[\s/>])[^<>]*>", re.IGNORECASE),
        re.compile(rf"</{name}[\s/>]", re.IGNORECASE),
    )
    for name in ("script", "style")
}
_LONG_REFERENCE = re.compile(r"&#[0-9]{4000,};?")


def plain(text: str, *, fix_encoding: bool) -> str:
    """Return `text` as one line of plain text: mojibake mended, entities decoded once, known tags dropped.

    In this order: `ftfy.fix_encoding` when asked for (and no more of ftfy); HTML entities decoded
    once; tags of HTML's own elements (`HTML_ELEMENTS`) dropped, so that `List<T>` survives, and what stands
    between backticks, a tag that parts paragraphs leaving a blank, comments and scripts with what is in them;
    characters that are no character or that XML 1.0 forbids dropped; white space collapsed and trimmed.
    Takes time proportional to the text.
    """
    if fix_encoding:
        text = repair(text)
    if "&" in text:
        text = _decode_entities(text)
    if "<" in text:
        text = _drop_tags(text)
    if not text.isprintable():
        text = strip_controls(text)
    return " ".join(text.split())


def strip_controls(text: str) -> str:
    """Return `text` without control characters, non-characters and lone surrogates.

    White space stays (form feeds and vertical tabs become blanks): everything that is left is a `Char`
    of XML 1.0, section 2.2.
    """
    if text.replace("\n", "").isprintable():  # ten times as quick as to look for what there seldom is
        return text
    return _DROPPED.sub("", text).replace("\x0b", " ").replace("\x0c", " ")


def _decode_entities(text: str) -> str:
    try:
        return html.unescape(text)
    except ValueError:  # Python refuses to read a number of more than 4,300 digits
        return html.unescape(_LONG_REFERENCE.sub("\ufffd", text))


def _drop_tags(text: str) -> str:
    if "<!" in text:
        closed = text.rfind("-->") + 3  # nothing is a comment behind the last end of one
        text = _COMMENT.sub("", text[:closed]) + text[closed:] if closed > 2 else text
        text = _DOCTYPE.sub("", text)
    for opening, closing in _HIDDEN.values():
        if opening.search(text):
            text = _drop_hidden(text, opening, closing)
    return _TAG.sub(_drop_tag, text)


def _drop_tag(tag: re.Match[str]) -> str:
    if tag[1] is None:
        return tag[0]  # between backticks a tag is spoken of
    name = tag[1].lower()
    if name in BLOCK_ELEMENTS:
        return " "
    return "" if name in HTML_ELEMENTS else tag[0]


def _drop_hidden(text: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> str:
    """Drop what lies between a tag and its end tag; where no end tag follows, nothing is dropped."""
    kept: list[str] = []
    position = 0
    while start := opening.search(text, position):
        end = closing.search(text, start.end())
        if end is None:
            break
        kept.append(text[position : start.start()])
        position = end.start()  # the end tag itself is dropped like any other tag
    kept.append(text[position:])
    return "".join(kept)
