"""What the generators' rules have in common: classes of characters, and lower case by the character."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

LETTERS_MARKS_DIGITS = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd"})


def is_word(character: str) -> bool:
    """Whether it is a letter, a mark or a decimal digit of any script (`\\p{L}\\p{M}\\p{Nd}`)."""
    return unicodedata.category(character) in LETTERS_MARKS_DIGITS


def lower_each(text: str) -> str:
    """Return `text` in lower case, each character by itself.

    Ruby and Go know no final sigma, Python does: `ΣΑΣ` is `σασ` in their addresses.
    """
    return text.lower() if text.isascii() else "".join(character.lower() for character in text)


def hyphenated(text: str, keeps: Callable[[str], bool]) -> str:
    """Return `text` with one hyphen for each run of characters that `keeps` does not keep."""
    made: list[str] = []
    dropping = False
    for character in text:
        if keeps(character):
            made.append(character)
            dropping = False
        elif not dropping:
            made.append("-")
            dropping = True
    return "".join(made)
