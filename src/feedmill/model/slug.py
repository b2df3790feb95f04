"""Keys and slugs: how a topic or provider is known and where its feed lives (DESIGN 3, Terms)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache
from typing import NewType

TermKey = NewType("TermKey", str)
Slug = NewType("Slug", str)

SERVED_SUFFIXES = (".rss", ".atom", ".json", ".html", ".opml")
MAX_SLUG = 80

_SEPARATORS = re.compile(r"[\s\-_]+")
_NATURAL = re.compile(r"[a-z0-9]+(?:\.[a-z0-9]+)*(?: [a-z0-9]+(?:\.[a-z0-9]+)*)*")


@lru_cache(maxsize=65536)
def term_key(label: str) -> TermKey:
    """Return what two labels of one term have in common, or "" for a label that names nothing.

    NFKC, casefolded, runs of white space, `-` and `_` folded into one space, trimmed.
    """
    folded = unicodedata.normalize("NFKC", label).casefold()
    return TermKey(_SEPARATORS.sub(" ", folded).strip())


def natural_slug(key: TermKey) -> Slug | None:
    """Return the key with `-` for spaces where that is a fit URL segment, else None."""
    if len(key) <= MAX_SLUG and _NATURAL.fullmatch(key) and not key.endswith(SERVED_SUFFIXES):
        return Slug(key.replace(" ", "-"))
    return None


@lru_cache(maxsize=65536)
def hashed_slug(key: TermKey) -> Slug:
    """Return the transliterated key, `--` and ten hex digits of its hash.

    Natural slugs never contain `--`, so the two forms cannot meet, and the hash depends on
    the key alone: no term's URL depends on which other terms exist.
    """
    from slugify import slugify  # imported on use: few sites need its tables

    word = slugify(key, max_length=MAX_SLUG, backend="text-unidecode") or "term"
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return Slug(f"{word}--{digest[:10]}")


def term_slug(key: TermKey) -> Slug:
    """Return the one slug a key has by itself, without any configuration."""
    return natural_slug(key) or hashed_slug(key)
