"""Jekyll's `slugify` in its modes, and what `:title` and `:path` make of a file's name.

Source: https://jekyllrb.com/docs/liquid/filters/ (slugify) and /docs/permalinks/.
"""

from __future__ import annotations

import re
import unicodedata

from feedmill.seeds.slugs.characters import hyphenated, is_word, lower_each

_PRETTY = frozenset("._~!$&'()+,;=@")
_LATIN = {
    "×": "x", "Æ": "AE", "Ð": "D", "Ø": "O", "Þ": "Th", "ß": "ss", "æ": "ae", "ð": "d", "ø": "o", "þ": "th",
    "Đ": "D", "đ": "d", "Ħ": "H", "ħ": "h", "ı": "i", "Ĳ": "IJ", "ĳ": "ij", "ĸ": "k", "Ŀ": "L", "ŀ": "l",
    "Ł": "L", "ł": "l", "ŉ": "'n", "Ŋ": "NG", "ŋ": "ng", "Œ": "OE", "œ": "oe", "Ŧ": "T", "ŧ": "t",
}  # fmt: skip
"""Letters that have no decomposition, as the i18n library approximates them; others become `?`."""


def slugify(text: str) -> str:
    """Mode `default`: letters, marks and digits of any script stay, lower case."""
    return lower_each(_trimmed(hyphenated(text, is_word)))


def slugify_raw(text: str) -> str:
    """Mode `raw`: blanks become hyphens, nothing else changes but the case."""
    return lower_each(_trimmed(re.sub(r"[ \t\r\n\f\v]+", "-", text)))


def slugify_pretty(text: str) -> str:
    """Mode `pretty`: `._~!$&'()+,;=@` stay too."""
    return lower_each(_pretty(text))


def slugify_ascii(text: str) -> str:
    """Mode `ascii`: ASCII letters and digits alone stay."""
    return lower_each(_trimmed(re.sub("[^A-Za-z0-9]+", "-", text)))


def slugify_latin(text: str) -> str:
    """Mode `latin`: accents are taken from Latin letters first."""
    return slugify("".join(_approximated(character) for character in text))


def title(text: str) -> str:
    """What the placeholder `:title` makes of a slug or file name: `pretty`, its capitals kept.

    A file's name loses the dots at its end.
    """
    return _pretty(text.rstrip("."))


def path(text: str) -> str:
    """What `:path` makes of a path without suffix: without its collection's folder and dots at the end."""
    folders = text.split("/")
    begin = next((n for n, name in enumerate(folders[:-1], 1) if name.startswith("_")), 0)
    return "/".join(folders[begin:]).rstrip(".")


def _pretty(text: str) -> str:
    return _trimmed(hyphenated(text, lambda character: character in _PRETTY or is_word(character)))


def _trimmed(text: str) -> str:
    return text.removeprefix("-").removesuffix("-")


def _approximated(character: str) -> str:
    if character.isascii():
        return character
    if character in _LATIN:
        return _LATIN[character]
    base = unicodedata.normalize("NFD", character)[0]
    return base if base.isascii() and "À" <= character <= "ž" else "?"
