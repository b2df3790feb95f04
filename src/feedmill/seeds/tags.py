"""Tags of HTML that is not sanitised yet: where they are, their attributes, and which stand for nothing here.

Read as the HTML standard's tokenizer does (https://html.spec.whatwg.org/multipage/parsing.html), in time
proportional to the text. What is made here is sanitised afterwards: a tag that is read otherwise there
costs its text, and lets nothing through.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from html.entities import html5

_W = r" \t\n\f\r"
_VALUE = rf"""(?:"[^"]*+"|'[^']*+'|[^{_W}>"'][^{_W}>]*+)"""
_TAG = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))|<[!?][^>]*+>?|</(?![a-zA-Z])[^>]*+>?"
    rf"|<(/?)([a-zA-Z][^{_W}/>]*+)"
    rf"((?:[{_W}/]++|=?[^{_W}/>=]++(?:[{_W}]*+=[{_W}]*+{_VALUE}?+)?+|=)*+)>?",
    re.DOTALL,
)
_NAME = re.compile(rf"</?([a-zA-Z][^{_W}/>]*+)")
_ATTRIBUTE = re.compile(
    rf"""(=?[^{_W}/>=]++)(?:[{_W}]*+=[{_W}]*+(?:"([^"]*+)"|'([^']*+)'|([^{_W}>"'][^{_W}>]*+))?+)?+"""
)
_REFERENCE = re.compile(r"&(?:#(?:[xX][0-9a-fA-F]+|[0-9]+);?|[a-zA-Z][a-zA-Z0-9]*;?)")
_LONGEST_NUMBER = 12
_RAW = {
    name: re.compile(rf"</{name}(?=[{_W}/>])", re.IGNORECASE)
    for name in "iframe noembed noframes script style textarea title xmp".split()  # noqa: SIM905
}
"""Elements in which no tag is one but their own end tag."""
_FOREIGN = frozenset({"math", "svg"})


NOTHING = "<!---->"
"""What stands in the place of a tag that goes: it keeps what is around it apart (`<<b>i>`, `&am<b>p;`)."""


def names_in(text: str) -> set[str]:
    """Return all names of tags in a text, in lower case, and perhaps more."""
    return {name.lower() for name in set(_NAME.findall(text))}


def find_tags(text: str) -> Iterator[re.Match[str]]:
    """Yield the tags: `/` or "" of each, its name as it is written, its attributes as text.

    Not those in comments, in elements of raw text, in SVG and MathML.
    """
    position = foreign = 0
    while match := _TAG.search(text, position):
        position = match.end()
        name = (match[2] or "").lower()
        if name in _FOREIGN:
            deeper = -1 if match[1] else 0 if match[3].endswith("/") else 1
            foreign = max(foreign + deeper, 0)
        elif name and not foreign:
            yield match
            if name in _RAW and not match[1]:
                end = _RAW[name].search(text, position)
                position = end.start() if end else len(text)


def replace_tags(text: str, replace: Callable[[str, str], str | None]) -> str:
    """Return a text with what `replace` gives for each tag's `/` and name in lower case; None leaves it."""
    parts: list[str] = []
    written = 0
    for tag in find_tags(text):
        new = replace(tag[1], tag[2].lower())
        if new is not None:
            parts += (text[written : tag.start()], new)
            written = tag.end()
    return "".join((*parts, text[written:]))


def attributes(text: str) -> dict[str, str]:
    """Return a tag's attributes by their names in lower case; of equal names the first, as in HTML."""
    found: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(text):
        found.setdefault(name.lower(), _decoded("".join(values)))
    return found


def _decoded(value: str) -> str:
    """Return an attribute's value: `&copy=3` in an address is no ©, as the standard has it.

    A name without `;` is none where `=`, a letter or a digit follows (named character reference state).
    """
    return _REFERENCE.sub(_character, value) if "&" in value else value


def _character(reference: re.Match[str]) -> str:
    text = reference[0]
    if text[1] == "#":
        return html.unescape(text) if len(text) <= _LONGEST_NUMBER else "\ufffd"
    if not text.endswith(";") and reference.string[reference.end() : reference.end() + 1] == "=":
        return text
    return html5.get(text[1:], text)
