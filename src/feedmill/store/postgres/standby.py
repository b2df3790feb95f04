"""Standing by: a node that does not lead makes the same passes, and compares instead of publishing.

So its catalog is warm when it has to lead. A pass that would publish what the leader published belongs to
that generation; after any other one the node is *behind* and derives everything anew next time, from seeds
that are decoded already.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from feedmill.model.artifact import Published
from feedmill.model.instant import Instant
from feedmill.store.history import History
from feedmill.store.port import Committed
from feedmill.store.postgres.bodies import BodyCache
from feedmill.store.postgres.publication import PostgresPublication
from feedmill.store.postgres.store import PostgresStore
from feedmill.store.postgres.wishes import after, difference

_PATIENCE = 2.0
"""Seconds that a leader with the same seeds may take longer than we."""

_LOOK = 0.1


class StandbyStore(PostgresStore):
    """The store of a node that does not lead; `leads` tells when that is over."""

    def __init__(self, url: str, name: str, bodies: BodyCache, leads: Callable[[], bool]) -> None:
        self._behind = False
        self._passes = 0
        self._leads = leads
        super().__init__(url, name, None, bodies)

    @property
    def mark(self) -> str:
        """What the catalog belongs to: to no generation while we are behind, nor to the next pass."""
        return f"{super().mark} behind {self._passes}" if self._behind else super().mark

    def begin(self, now: Instant) -> StandbyPublication:
        """Return a publication that compares."""
        self._passes += 1
        return StandbyPublication(self, now)

    def catch_up(self, expected: History) -> None:
        """Wait until what is published is what we would have published, for a moment; else we are behind."""
        until = time.monotonic() + _PATIENCE
        while True:
            self.reopen()
            self._behind = not _same(self.history, expected)
            if not self._behind or self._leads() or time.monotonic() > until:
                return
            self.watch(self.serial, _LOOK)


class StandbyPublication(PostgresPublication):
    """A `Publication` of which nothing is written."""

    _store: StandbyStore

    def _stage(self, document: Published, body: bytes) -> int:
        return 0

    def keep_good(self, path: str, blob: bytes) -> None:
        """Keep nothing: the leader does."""

    def drop_good(self, path: str) -> None:
        """Drop nothing: the leader does."""

    def commit(self) -> Committed:
        """Compare."""
        store, wishes = self._store, self._wishes
        store.catch_up(after(store.history, wishes, difference(store.history, wishes, self._now)))
        for path, change in wishes.plans.items():
            store.history.plan(path, change)
        return Committed(unchanged=len(store.documents))


def _same(one: History, other: History) -> bool:
    """Whether readers would see the same; when a document changed is the leader's to say."""
    return (
        one.documents.keys() == other.documents.keys()
        and all(one.documents[path].digest == other.documents[path].digest for path in one.documents)
        and one.gone.keys() == other.gone.keys()
        and one.feeds == other.feeds
    )
