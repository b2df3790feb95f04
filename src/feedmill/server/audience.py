"""Who asks: a person with a browser, or a program (RFC 9110, 12.5.1; Fetch Metadata, Sec-Fetch-Dest)."""

from __future__ import annotations

import re
from functools import lru_cache

from feedmill.server.response import Fields

_RANGE = re.compile(rb"\s*([!#$%&'*+.^_`|~0-9a-z-]+/[!#$%&'*+.^_`|~0-9a-z-]+)\s*(?:;(.*))?", re.DOTALL)
_QUALITY = re.compile(rb"(?:^|;)\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*(?:;|$)")
_LONGEST = 1024


def opens_in_a_browser(fields: Fields) -> bool:
    """Return whether a browser opens the document as a page of its own; feed readers do not say so."""
    return fields.get(b"sec-fetch-dest") == b"document"


def wants_page(fields: Fields) -> bool:
    """Return whether HTML is asked for by name, and liked no less than plain text."""
    accept = fields.get(b"accept")
    return accept is not None and len(accept) <= _LONGEST and _wants_page(accept.lower())


@lru_cache(maxsize=256)
def _wants_page(accept: bytes) -> bool:
    weights: dict[bytes, float] = {}
    for element in accept.split(b","):
        found = _RANGE.fullmatch(element)
        if found:
            quality = _QUALITY.search(found[2] or b"")
            weights[found[1]] = min(float(quality[1]), 1.0) if quality else 1.0
    page = weights.get(b"text/html", 0.0)
    text = next((weights[one] for one in (b"text/plain", b"text/*", b"*/*") if one in weights), 0.0)
    return page > 0 and page >= text
