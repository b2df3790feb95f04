"""Content codings: which one a request gets (RFC 9110, 12.5.3), and how it is made."""

from __future__ import annotations

import re
import zlib
from functools import lru_cache
from typing import NamedTuple

IDENTITY = "identity"
GZIP = "gzip"
BROTLI = "br"

PREFERENCE = (BROTLI, GZIP, IDENTITY)
"""Best first, where the client leaves it to us."""

SMALL = 256
"""Bytes below which a coding saves nothing worth its header line."""

_LONGEST = 512
_GZIP_LEVEL = 6
_BROTLI_QUALITY = 5
_ITEM = re.compile(rb"\s*([!#$%&'*+.^_`|~0-9a-z-]+)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?")


class Choice(NamedTuple):
    """`coding` is None where nothing we have is acceptable (406); `plain`: identity is acceptable."""

    coding: str | None
    plain: bool


def choose(accept: bytes | None) -> Choice:
    """Return the coding for an Accept-Encoding field; None: no such field.

    The highest q-value wins, ties go to the smaller form. Without the field, or with an empty one,
    a document goes out as it is. An element that is malformed does not count, nor does a field
    of more than `_LONGEST` bytes: no client has one, and it would fill the cache.
    """
    if accept is None or len(accept) > _LONGEST:
        return Choice(IDENTITY, plain=True)
    return _choose(accept)


@lru_cache(maxsize=1024)
def _choose(accept: bytes) -> Choice:
    weights: dict[str, float] = {}
    for element in accept.lower().split(b","):
        found = _ITEM.fullmatch(element)
        if found:
            name = found[1].decode()
            weights["gzip" if name == "x-gzip" else name] = min(float(found[2] or 1), 1.0)
    rest = weights.get("*")
    # Identity is acceptable unless it is ruled out, but the last choice unless it is named.
    plain = weights.get(IDENTITY, 1.0 if rest is None else rest)
    scores = {coding: weights.get(coding, rest or 0.0) for coding in (BROTLI, GZIP)}
    scores[IDENTITY] = weights.get(IDENTITY, 0.0 if rest is None else rest)
    best = max(PREFERENCE, key=lambda coding: scores[coding])
    if scores[best] > 0:
        return Choice(best, plain=plain > 0)
    return Choice(IDENTITY if plain > 0 else None, plain=plain > 0)


def encode(body: bytes, coding: str) -> bytes:
    """Return `body` in `coding`; the same bytes each time in one process (mtime 0, fixed levels)."""
    if coding == GZIP:
        return zlib.compress(body, _GZIP_LEVEL, 31)
    if coding == BROTLI:
        import brotli  # imported on use: many runs never serve

        encoded: bytes = brotli.compress(body, mode=brotli.MODE_TEXT, quality=_BROTLI_QUALITY)
        return encoded
    return body
