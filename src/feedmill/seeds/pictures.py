"""Pictures that a page loads late: the address that one has for a reader who runs no script."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from feedmill.seeds import links
from feedmill.seeds.tags import NOTHING, attributes, find_tags

_LATE = re.compile(r"<noscript(?=[\s/>])|data-src|srcset", re.IGNORECASE)
_REPLACED = ["img", "noscript", "img"]


def address_of(given: Mapping[str, str], base: str) -> str | None:
    """Return the first of `src`, `data-src` and `srcset` (of that the first) that a reader can load."""
    candidates = (links.absolute(each, base) for each in _candidates(given) if each)
    return next((address for address in candidates if address is not None), None)


def _candidates(given: Mapping[str, str]) -> Iterator[str]:
    yield given.get("src", "").strip()
    yield given.get("data-src", "").strip()
    srcset = given.get("srcset", "").lstrip(" \t\n\f\r,")
    yield from (each.rstrip(",") for each in srcset.split(maxsplit=1)[:1])


def with_addresses(fragment: str, base: str) -> str:
    """Return HTML in which each picture that has an address to load has it as its `src`; not sanitised.

    `noscript` goes and what is in it stays: a picture in it takes the place of one right before it
    that only a script could load. Takes time proportional to the text.
    """
    if not _LATE.search(fragment):
        return fragment
    parts: list[str] = []
    written = 0
    tags = list(find_tags(fragment))
    for number, tag in enumerate(tags):
        name = tag[2].lower()
        if name == "noscript":
            new: str | None = NOTHING
        elif name == "img" and "=" in tag[3]:
            new = _picture(tag[3], base, replaced=_is_replaced(fragment, tags[number : number + 3]))
        else:
            continue
        if new is not None:
            parts += (fragment[written : tag.start()], new)
            written = tag.end()
    return "".join((*parts, fragment[written:]))


def _picture(own: str, base: str, *, replaced: bool) -> str | None:
    """Return what stands in the place of a picture with these attributes; None where it stays as it is."""
    given = attributes(own)
    source = given.get("src", "").strip()
    if source and links.absolute(source, base) is not None:
        return None
    if replaced:
        return NOTHING
    address = address_of(given, base)
    return f'<img src="{html.escape(address)}" {own}>' if address else None  # of two the first counts


def _is_replaced(fragment: str, tags: Sequence[re.Match[str]]) -> bool:
    """Whether behind a picture stand nothing but `noscript` and a picture in it."""
    if len(tags) < len(_REPLACED) or tags[1][2].lower() != "noscript":
        return False
    between = (fragment[one.end() : two.start()] for one, two in pairwise(tags))
    return [tag[1] + tag[2].lower() for tag in tags] == _REPLACED and not any(map(str.strip, between))
