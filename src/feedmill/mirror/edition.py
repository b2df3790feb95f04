"""An edition: what a mirror has to know of a generation, and nothing of how that came about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from feedmill.model.artifact import Published
from feedmill.store import Bodies


class Description(NamedTuple):
    """What goes with a document's bytes: the headers they are served with, and its turn.

    What names others has a later turn than they have. `listing`: it lists documents, so it stays behind
    while one of them is missing.
    """

    media_type: str
    cache_control: str
    turn: int
    listing: bool

    @property
    def headers(self) -> str:
        """The headers as one text, for comparing."""
        return f"{self.media_type}\n{self.cache_control}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One generation as a mirror is to have it.

    `withdrawn` are documents that hold a text which was taken down and could not be replaced; they are not
    among the `documents`, and nobody may have them a moment longer.
    """

    serial: int
    documents: Mapping[str, Published]
    withdrawn: frozenset[str] = frozenset()
    body: Bodies
    describe: Callable[[Published], Description]
