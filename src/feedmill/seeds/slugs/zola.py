"""Zola's slugs: the crates `slug` and `deunicode`, and the date that a file name begins with.

Source: https://www.getzola.org/documentation/content/page/ and `slugify.paths` of
/documentation/getting-started/configuration/. Emoji, which deunicode spells out, are left out here.
"""

from __future__ import annotations

import re

_DATED = re.compile(
    r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:T(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9]))?"
    r"\s?[_-](?P<slug>.+)"
)
_UNSAFE = re.compile(r'[<>:"/\\|?*]')


def slugify(text: str) -> str:
    """`slugify.paths = "on"`, Zola's own choice: ASCII letters and digits in lower case, else hyphens."""
    return re.sub("[^a-z0-9]+", "-", _ascii(text).lower()).strip("-")


def slugify_safe(text: str) -> str:
    """`slugify.paths = "safe"`: characters that no file name may have are dropped."""
    return _UNSAFE.sub("", text.rstrip(" ."))


def undated(stem: str) -> str:
    """Return a file's name without the date (and time) that it begins with."""
    match = _DATED.fullmatch(stem)
    return match["slug"] if match else stem


def file(stem: str) -> str:
    """Return the slug of a file that names none."""
    return slugify(undated(stem))


def file_safe(stem: str) -> str:
    """As `file`, with `slugify.paths = "safe"`."""
    return slugify_safe(undated(stem))


def _ascii(text: str) -> str:
    from text_unidecode import unidecode  # imported on use: few sites need its tables

    return "".join(character if character.isascii() else unidecode(character) or "-" for character in text)
