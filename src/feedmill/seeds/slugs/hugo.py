"""Hugo's paths: `urlize` with its settings, and what becomes of a content folder's name.

Source: https://gohugo.io/functions/urls/urlize/ and /content-management/urls/ (`disablePathToLower`,
`removePathAccents`).
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

from feedmill.seeds.slugs.characters import is_word

_ALLOWED = frozenset("./\\_#+~-@")
_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")


def urlize(text: str, *, cased: bool = False, plain: bool = False) -> str:
    """Return the text as Hugo puts it into a path: lower case, blanks as hyphens, few signs.

    `cased` is `disablePathToLower`, `plain` is `removePathAccents`.
    """
    made: list[str] = []
    hyphen = blank = False
    for index, character in enumerate(text):
        if _is_allowed(text, index):
            hyphen = character == "-"
            if blank and not hyphen:
                made.append("-")
            blank = False
            made.append(character)
        elif made and not hyphen and character.isspace():
            blank = True
    found = unquote("".join(made))
    if plain:
        apart = unicodedata.normalize("NFD", found)
        bare = "".join(character for character in apart if unicodedata.category(character) != "Mn")
        found = unicodedata.normalize("NFC", bare)
    return found if cased else _lower(found)


def part(text: str, *, cased: bool = False) -> str:
    """Return the text as a token of `[permalinks]` gives it: one segment, `+` a blank, no `#` at its end."""
    once = urlize(text.replace("/", "-"), cased=True)
    found = urlize(once.replace("+", " "), cased=True).removesuffix("#")
    return found if cased else _lower(found)


def folder(text: str) -> str:
    """Return the path of a content folder: each blank is a hyphen before the rest is done."""
    return urlize(text.replace(" ", "-"))


def _is_allowed(text: str, index: int) -> bool:
    character = text[index]
    return (
        character in _ALLOWED
        or is_word(character)
        or (character == "%" and _ESCAPE.match(text, index) is not None)
    )


def _lower(text: str) -> str:
    """By Unicode's simple mapping, as Go does it: one character stays one."""
    return "".join(character.lower()[0] for character in text)
