"""Counts attacks and what came of them, for the table of promises (`reliability.results`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from reliability.results import keep


class Tally:
    """How often each attack on one `promise` was made, and how often it won."""

    def __init__(self, promise: str) -> None:
        self._promise = promise
        self._made: Counter[str] = Counter()
        self._won: Counter[str] = Counter()

    @contextmanager
    def attempt(self, attack: str) -> Iterator[None]:
        """Count one attack; an exception inside means that it won."""
        self._made[attack] += 1
        try:
            yield
        except BaseException:
            self._won[attack] += 1
            raise

    def keep(self, result: str) -> None:
        """Hand the counts on."""
        for attack, count in self._made.items():
            keep(self._promise, attack, count, result, failed=self._won[attack])
