"""Changes of several curators at once: one writes a file at a time, and who asks last has the last word."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from feedmill.errors import SeedError

_LOCKS = 64
"""Files share so many locks, by their names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A change's place among the others; `before` has the turns under way that named its files already."""

    number: int
    before: Mapping[str, int]


class Turns:
    """Orders the changes that are being written, for any thread.

    A change of one seed need not wait for one of thousands that is being written; but what the latter has yet
    to write of the same seed is not written any more: whoever took it down meanwhile meant it.
    """

    def __init__(self) -> None:
        self._state = threading.Lock()
        self._files = [threading.Lock() for _ in range(_LOCKS)]
        self._latest: dict[str, int] = {}
        self._count = 0
        self._open = 0

    @contextmanager
    def take(self, names: Iterable[str]) -> Iterator[Turn]:
        """Take a turn for writing these files."""
        with self._state:
            self._count += 1
            self._open += 1
            asked = dict.fromkeys(names, self._count)
            turn = Turn(
                number=self._count,
                before={name: self._latest[name] for name in asked if name in self._latest},
            )
            self._latest.update(asked)
        try:
            yield turn
        finally:
            with self._state:
                self._open -= 1
                if not self._open:
                    self._latest.clear()

    @contextmanager
    def writing(self, name: str, turn: Turn) -> Iterator[None]:
        """Hold one file.

        Raises:
            SeedError: a later change has named it.
        """
        with self._files[hash(name) % _LOCKS]:
            if self._latest.get(name) != turn.number:
                raise SeedError(name, "was changed by somebody else just now; try again")
            yield
