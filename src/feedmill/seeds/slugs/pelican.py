"""Pelican's slugs: `SLUG_REGEX_SUBSTITUTIONS` as they come, with and without transliteration.

Source: https://docs.getpelican.com/en/latest/settings.html (`SLUGIFY_USE_UNICODE`, `SLUGIFY_PRESERVE_CASE`).
"""

from __future__ import annotations

import re
import unicodedata

_NEWER = {
    "し": "shi", "シ": "shi", "ち": "chi", "チ": "chi", "つ": "tsu", "っ": "tsu", "ツ": "tsu",
    "ッ": "tsu", "ー": "-", "Є": "Ie", "−": "-", "₽": "R", "₹": "Rs", "₴": "UAH", "₿": "BTC",
}  # fmt: skip
"""What the Unidecode that Pelican uses spells otherwise than our frozen tables, where it is met in titles."""


def slugify(text: str) -> str:
    """Return what Pelican makes of a title by its own settings."""
    return _slug(text, to_ascii=True).lower()


def slugify_cased(text: str) -> str:
    """With `SLUGIFY_PRESERVE_CASE`."""
    return _slug(text, to_ascii=True)


def slugify_unicode(text: str) -> str:
    """With `SLUGIFY_USE_UNICODE`."""
    return _slug(text, to_ascii=False).lower()


def slugify_unicode_cased(text: str) -> str:
    """With `SLUGIFY_USE_UNICODE` and `SLUGIFY_PRESERVE_CASE`."""
    return _slug(text, to_ascii=False)


def _slug(text: str, *, to_ascii: bool) -> str:
    from markupsafe import Markup  # imported on use, as are the tables below

    text = unicodedata.normalize("NFKC", Markup(text).striptags())
    if to_ascii:
        from text_unidecode import unidecode

        text = "".join(
            _NEWER.get(character) or unidecode(character).replace("[?] ", "") for character in text
        )
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", text).strip()).strip()
