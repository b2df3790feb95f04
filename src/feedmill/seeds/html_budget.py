"""Markup: whether an HTML parser takes a text in time and memory proportional to its length.

The HTML standard's tree construction does not: it looks through all open elements for many a tag, opens
formatting elements anew for each run of text after a block closed over them, and compares each attribute
with those before it. A hundred kilobytes made for it take minutes or gigabytes. So elements are counted
first, by a stack that is never shallower than the parser's. And html5ever takes the longer for each `&`, the
longer the text is.
"""

from __future__ import annotations

import re

MAX_DEPTH = 512
"""Open elements; browsers stop at as many."""
MAX_ATTRIBUTES = 500
"""Attributes of one tag."""
MAX_WORK = 1_000_000
"""Tags, each counted once for every formatting element that may be opened anew behind it, and attributes."""

_ATTRIBUTE_WORK = 20
"""Units of work that an attribute costs: our filter sees its value in each of two rounds (20 µs)."""
_BASE_WORK = 8
"""Characters of the base that cost a unit more: each relative address grows by it."""

_MAX_BRACKETS = 400_000
_MAX_AMPERSANDS = 20_000_000_000
"""Ampersands times characters."""
_FEW_TAGS = 512
_SHORT = 1 << 16
_TAG = re.compile(
    r"""<(/?)([a-zA-Z][^\s/>]*+)((?:[^>"']|"[^"]*"|'[^']*')*+)>?"""
    r"|<!--.*?(?:-->|\Z)",
    re.DOTALL,
)
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
_ATTRIBUTE = re.compile(r"""[\s/"'=]+""")


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_VOID = _names("area base br col embed hr img input link meta param source track wbr")
_IMPLIED = _names(
    "body colgroup dd dt head html li optgroup option p rb rp rt rtc tbody td tfoot th thead tr"
)
"""Elements that their like closes: they nest only as deep as others do between them."""
_FORMATTING = _names("a b big code em font i nobr s small strike strong tt u")
_WALLS = _names("applet button caption html marquee math object select svg table template")
"""Elements that an end tag does not reach through."""


def is_bounded(fragment: str, base: str = "") -> bool:
    """Whether sanitising `fragment` takes at most about a second and a hundred megabytes.

    `base` is what its addresses are resolved against. Counts, and never measures time: the answer is
    the same on every machine. Ordinary HTML is far from every bound; elements that are never closed
    count as if everything behind them were inside.
    """
    brackets = fragment.count("<")
    if brackets <= _FEW_TAGS and len(fragment) <= _SHORT:
        return True
    if brackets > _MAX_BRACKETS or fragment.count("&") * len(fragment) > _MAX_AMPERSANDS:
        return False
    stack: list[str] = []
    formats: dict[str, int] = {}
    anew = 1
    work = 0
    each = _ATTRIBUTE_WORK + len(base) // _BASE_WORK
    for match in _TAG.finditer(fragment):
        closing, name, attributes = match.groups()
        if name is None:
            continue
        work += anew + each * attributes.count("=")
        if work > MAX_WORK or (
            len(attributes) > 2 * MAX_ATTRIBUTES and _attributes(attributes) > MAX_ATTRIBUTES
        ):
            return False
        name = name.lower()
        if name in _VOID or name in _IMPLIED:
            continue
        if closing:
            _close(stack, name)
            continue
        stack.append(name)
        if len(stack) > MAX_DEPTH:
            return False
        if name in _FORMATTING:
            # three of a kind at most are opened anew, one link
            kind = name if name == "a" else match[0]
            formats[kind] = formats.get(kind, 0) + 1
            anew += formats[kind] <= (1 if name == "a" else 3)
    return True


def _close(stack: list[str], name: str) -> None:
    """Take off what the end tag closes for sure."""
    for depth in range(len(stack) - 1, -1, -1):
        if stack[depth] == name:
            if name in _FORMATTING:
                del stack[depth]  # what is inside stays open
            else:
                del stack[depth:]
            return
        if stack[depth] in _WALLS:
            return


def _attributes(text: str) -> int:
    return len(_ATTRIBUTE.findall(_QUOTED.sub("''", text)))
