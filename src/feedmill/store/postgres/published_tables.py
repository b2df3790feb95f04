"""What is published in the database, as this node last saw it, and its connections."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Self

from feedmill.errors import PublishError
from feedmill.model.artifact import Digest, digest
from feedmill.store.generation import Suspension
from feedmill.store.history import History
from feedmill.store.postgres.bodies import BodyCache
from feedmill.store.postgres.database import Database
from feedmill.store.postgres.lead import PostgresLead
from feedmill.store.postgres.rows import read_history
from feedmill.store.postgres.schema import STAGING


class PublishedTables:
    """What is published in a database: what its publications change, and what they are checked against.

    `stale`: another process may have published, or nobody knows whether a commit was done; `reopen` finds
    out. `suspects` are documents without a right body.
    """

    def __init__(self, url: str, name: str, lead: PostgresLead | None, bodies: BodyCache) -> None:
        self.bodies = bodies
        self.history = History()
        self.suspects: set[str] = set()
        self.stale = False
        self.writer = Database(url, name, STAGING)
        self._lead = lead
        self._reader = Database(url, name)
        self._listener = Database(url, name, ("LISTEN feedmill",))
        self._suspension = Suspension()
        try:
            self.reopen()
        except BaseException:
            self.close()
            raise

    @property
    def lead(self) -> PostgresLead:
        """The lead under which this store publishes."""
        assert self._lead is not None, "a store that only reads has no publications"
        return self._lead

    def took(self, history: History, written: Iterable[str]) -> None:
        """Take what a publication has left for what is known."""
        self.history = history
        self.suspects.difference_update(written)
        self._suspension.resume(())

    def body(self, path: str, wanted: Digest) -> bytes | None:
        """Return a published document, from memory or the database; None where a newer one took its place.

        Where the database cannot be reached, what is in memory has to do.
        """
        known = self.history.documents.get(path)
        if known is None or known.digest != wanted:
            return None
        body = self.bodies.get(wanted)
        if body is None:
            try:
                rows = self._reader.rows(
                    "SELECT body FROM feedmill_document WHERE path = %s AND digest = %s", (path, wanted)
                )
            except PublishError:
                return None
            body = rows[0][0] if rows else None
            if body is None or digest(body) != wanted:
                return None
            self.bodies.put(wanted, body)
        return body

    def suspend(self, paths: Iterable[str]) -> None:
        """Have nobody get these documents as they are now, until a publication has had its say of them."""
        self._suspension.suspend(paths, self.history.documents)

    def resume(self, but: Container[str]) -> None:
        """Give out again what was suspended; all but these documents."""
        self._suspension.resume(but)

    def reopen(self) -> None:
        """Read anew what is published.

        Raises:
            PublishError: the database cannot be read, or a newer feedmill made it.
        """
        self.history = read_history(self._reader, self.history)
        self.stale = False
        self.suspects &= self.history.documents.keys()

    def close(self) -> None:
        """Let go of the database."""
        for database in (self.writer, self._reader, self._listener):
            database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
