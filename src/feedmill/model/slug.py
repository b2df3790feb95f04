"""Keys and slugs of topics, providers and the like (docs/promises.md, Terms and their addresses)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import cache, lru_cache
from typing import NewType
from urllib.parse import quote

from feedmill.model.unicode14 import unassigned, words

TermKey = NewType("TermKey", str)
Slug = NewType("Slug", str)

SERVED_SUFFIXES = (".rss", ".atom", ".json", ".html", ".opml", ".xml", ".txt")
MAX_SLUG_BYTES = 160

_MAX_WORD = 80
_SEPARATORS = re.compile(r"[\s\-_]+")
_MARKS = ".+'&!,()@~$="
"""What may stand in a segment of a path beside letters and digits (RFC 3986, 3.3)."""
_PLAIN = re.compile(rf"[a-z0-9 {_MARKS}]+")
_AS_IT_STANDS = "/~!$&'()*,;=@"
"""What a path holds unencoded: no `+`, which object stores read as a blank, no `:`, which ends a scheme."""


@lru_cache(maxsize=65536)
def term_key(label: str) -> TermKey:
    """Return what two labels of one term have in common, or "" for a label that names nothing.

    NFKC, casefolded, NFKC again, runs of white space, `-` and `_` folded into one space, trimmed. Code
    points that Unicode 14 does not have stay what they are, whatever the interpreter knows of them.
    """
    if label.isascii():
        folded = label.lower()
    else:
        known = unassigned().split(label)
        younger = [*unassigned().findall(label), ""]
        folded = "".join(_folded(part) + left for part, left in zip(known, younger, strict=True))
    return TermKey(_SEPARATORS.sub(" ", folded).strip())


def natural_slug(key: TermKey) -> Slug | None:
    """Return the key with `-` for spaces where that is a fit URL segment in any script, else None."""
    fits = _PLAIN.fullmatch(key) if key.isascii() else _any_script().fullmatch(key)
    if not fits or key[0] == "." or key[-1] == "." or key.endswith(SERVED_SUFFIXES):
        return None
    return Slug(key.replace(" ", "-")) if len(key.encode()) <= MAX_SLUG_BYTES else None


@lru_cache(maxsize=65536)
def hashed_slug(key: TermKey) -> Slug:
    """Return the transliterated key, `--` and ten hex digits of its hash.

    Natural slugs never contain `--`, so the two forms cannot meet, and the hash depends on
    the key alone: no term's URL depends on which other terms exist.
    """
    from slugify import slugify  # imported on use: few sites need its tables

    known = unassigned().sub("", key)
    word = slugify(known, max_length=_MAX_WORD, backend="text-unidecode") or "term"
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return Slug(f"{word}--{digest[:10]}")


def term_slug(key: TermKey) -> Slug:
    """Return the one slug a key has by itself, without any configuration."""
    return natural_slug(key) or hashed_slug(key)


def url_path(path: str) -> str:
    """Return a path of the site as documents and headers spell it (RFC 3986, 3.3): `topics/c%2B%2B.rss`."""
    return quote(path, safe=_AS_IT_STANDS)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


@cache
def _any_script() -> re.Pattern[str]:
    return re.compile(rf"[{words()} {_MARKS}]+")
