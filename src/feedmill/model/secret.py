"""A text that nobody should read over a shoulder: a password, an address with one."""

from __future__ import annotations

from typing import NoReturn


class Secret:
    """A secret text; neither `str` nor `repr` tells it, and it cannot be pickled."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text, for whom it is meant."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret does not leave its process")
