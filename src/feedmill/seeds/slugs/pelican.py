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


def slugify(text: str, *, unicode: bool = False, cased: bool = False) -> str:
    """Return what Pelican makes of a title; `SLUGIFY_USE_UNICODE` and `SLUGIFY_PRESERVE_CASE` are off."""
    from markupsafe import Markup  # imported on use, as are the tables below

    text = unicodedata.normalize("NFKC", Markup(text).striptags())
    if not unicode:
        from text_unidecode import unidecode

        text = "".join(
            _NEWER.get(character) or unidecode(character).replace("[?] ", "") for character in text
        )
    slug = re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", text).strip()).strip()
    return slug if cased else slug.lower()
