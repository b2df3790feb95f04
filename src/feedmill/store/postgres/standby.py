"""Standing by: a node that does not lead makes the same passes, and compares instead of publishing.

So its catalog is warm when it has to lead. A pass that would publish what the leader published belongs to
that generation. Where the leader has moved on meanwhile, the next pass goes on from what this one would have
published. Where it has not, the node is *behind*: its next pass derives everything anew, from seeds that are
decoded already.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import replace

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

_LINES = itertools.count()
"""Numbers for what our own passes lead to where it is not what is published, a new one for each line."""


class StandbyStore(PostgresStore):
    """The store of a node that does not lead; `leads` tells when that is over.

    `history` is what our passes would have published, as long as the next one may go on from there.
    """

    def __init__(self, url: str, name: str, bodies: BodyCache, leads: Callable[[], bool]) -> None:
        self._current = History()
        self._agrees = True
        self._behind = False
        self._line = next(_LINES)
        self._leads = leads
        self._name = name
        super().__init__(url, name, None, bodies)

    @property
    def mark(self) -> str:
        """What the catalog belongs to: where that is no published generation, to none but our own.

        While we are behind, not to the next pass either.
        """
        return super().mark if self._agrees else f"{self.ledger_id} {self._name} {self._line}"

    def reopen(self) -> None:
        """Read anew what is published."""
        self.history = self._current
        super().reopen()
        self._current = self.history

    def begin(self, now: Instant) -> StandbyPublication:
        """Return a publication that compares."""
        if self._behind:
            self._behind, self._line = False, next(_LINES)
        return StandbyPublication(self, now)

    def catch_up(self, expected: History) -> None:
        """Wait until what is published is what we would have published, for a moment.

        Else we go on from `expected` where the leader has moved on meanwhile, and are behind where not.
        """
        until, begun = time.monotonic() + _PATIENCE, self._current.serial
        while True:
            self.reopen()
            self._agrees = _same(self.history, expected)
            if self._agrees:
                return
            if self._leads() or time.monotonic() > until:
                break
            self.watch(self.serial, _LOOK)
        if self.serial > begun and self.ledger_id == expected.ledger_id:
            self.history = replace(expected, serial=self.serial)
        else:
            self._behind = True


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
