"""The desk's port: values in, values out. The daemon implements it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from feedmill.model.desk import Change, SeedList, SeedView


class DeskPort(Protocol):
    """What the desk shows and may do. Every method may take its time: none is called in the loop's thread.

    Seeds are named as `SeedRow.path` names them.
    """

    def seeds(self) -> SeedList:
        """Return every seed as of the last pass."""

    def warm(self) -> SeedList:
        """Return the same ahead of its time, or nothing where that would cost too much."""

    def feeds_of(self, paths: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """Return the feeds that each of these seeds is in."""

    def view(self, path: str) -> SeedView | None:
        """Return one seed in full; None where there is none of that name."""

    def document(self, path: str, form: str) -> bytes | None:
        """Return the document (`html`, `rss`, `atom`, `json`) of a feed that has this entry alone."""

    def changes(self) -> Sequence[Change]:
        """Return the last changes that were made here, the newest first."""

    def flip(self, paths: Sequence[str], *, published: bool) -> Change:
        """Set or clear flags in the files, and return what the pass made of it."""

    def undo(self, number: int) -> Change | None:
        """Put the files of a change back as they were; None where that is not known any more."""

    def close(self) -> None:
        """Let go of what is open."""
