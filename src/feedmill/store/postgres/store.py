"""The store in a database: what is published, as this node last saw it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping

from feedmill.errors import PublishError
from feedmill.model.artifact import Digest, Published, digest
from feedmill.model.filename import to_bytes, to_text
from feedmill.model.instant import Instant
from feedmill.model.seed import Problem
from feedmill.store.postgres.publication import PostgresPublication
from feedmill.store.postgres.published_tables import PublishedTables
from feedmill.store.postgres.schema import version_of

_LOOK = 1.0
"""Seconds after which a node looks at the serial, whatever it is told: NOTIFY is best effort."""

_AT_ONCE = 50
"""Bodies that are fetched together."""

_LAGS = (
    "the seeds here are those of an earlier generation, so this copy of them lags; nothing but takedowns is"
    " published until it has caught up. Say --force if it has not to"
)

_PATHS = "SELECT path FROM feedmill_good WHERE path > %s ORDER BY path LIMIT 1000"


class PostgresStore(PublishedTables):
    """A `Store` in a database. Without a lead it only reads."""

    problems: tuple[Problem, ...] = ()
    refused: frozenset[str] = frozenset()

    def begin(self, now: Instant) -> PostgresPublication:
        if self._lead is None or not self._lead.is_valid():
            raise PublishError("this node does not lead: it only reads")
        if self.stale:
            self.reopen()
        return PostgresPublication(self, now)

    def fetch(self, known: Mapping[str, Published]) -> None:
        """Have the bodies of what is other than in `known` at hand, while there is room."""
        new = (one for path, one in self.history.documents.items() if known.get(path) != one)
        paths = [one.path for one in self.bodies.lacking(new)]
        for start in range(0, len(paths), _AT_ONCE):
            some = paths[start : start + _AT_ONCE]
            for wanted, body in self._reader.rows(
                "SELECT digest, body FROM feedmill_document WHERE path = ANY(%s) AND body IS NOT NULL",
                (some,),
            ):
                if digest(body) == wanted:
                    self.bodies.put(Digest(wanted), body)

    def watch(self, serial: int, patience: float) -> int:
        """Wait for a generation other than number `serial`, `patience` seconds at most; return its number.

        Told by NOTIFY, and by looking each second. `reopen` then shows it.

        Raises:
            PublishError: the database cannot be reached.
        """
        until = time.monotonic() + patience
        while True:
            found = self._published()
            left = until - time.monotonic()
            if found != serial or left <= 0:
                return found
            self._listener.wait(min(left, _LOOK))

    def _published(self) -> int:
        if not version_of(self._listener):
            return 0
        return int(self._listener.rows("SELECT serial FROM feedmill_head")[0][0])

    def last_good(self, path: str) -> bytes | None:
        if not self.history.good:
            return None
        rows = self._reader.rows("SELECT record FROM feedmill_good WHERE path = %s", (to_bytes(path),))
        return bytes(rows[0][0]) if rows else None

    def last_good_paths(self) -> Iterator[str]:
        last = b""
        while self.history.good and (batch := [row[0] for row in self._reader.rows(_PATHS, (last,))]):
            yield from map(to_text, batch)
            last = batch[-1]

    def doubt(self, seeds: Callable[[], str], eligible: Callable[[], Mapping[str, bytes]]) -> str | None:
        """Return why a new lead must not publish from these seeds yet: they are, or were, earlier ones."""
        lead = self._lead
        if lead is None or lead.trusted:
            return None
        found = seeds()
        newest = self._reader.rows("SELECT seeds FROM feedmill_head")[0][0]
        if found != newest:
            out = eligible()
            if self._reader.rows("SELECT 1 FROM feedmill_seeds WHERE digest = %s", (found,)):
                lead.lagging = {path: out[path] for path in out.keys() - set(self.last_good_paths())}
                return _LAGS
            if any(out.get(path) == file for path, file in lead.lagging.items()):
                return _LAGS  # something else was changed in the copy that lags
        lead.trusted = True
        return None

    def verify(self, *, hash_all: bool = False) -> frozenset[str]:
        """Return the documents that have no body (they were restored); with `hash_all`, or a wrong one."""
        if not self.history.documents:
            return frozenset()
        if hash_all:
            for path, known in self.history.documents.items():
                rows = self._reader.rows("SELECT body FROM feedmill_document WHERE path = %s", (path,))
                if not rows or rows[0][0] is None or digest(rows[0][0]) != known.digest:
                    self.suspects.add(path)
        else:
            self.suspects = {
                path for (path,) in self._reader.rows("SELECT path FROM feedmill_document WHERE body IS NULL")
            }
        return frozenset(self.suspects)

    def claim(self, paths: Iterable[str], *, older: bool) -> None:
        """Nothing is found beside a lost database."""

    def tidy(self) -> None:
        """Nothing is left of a transaction that was cut off."""
