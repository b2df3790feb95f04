"""What is published in the database, as this node last saw it, and its connections."""

from __future__ import annotations

from collections.abc import Iterable

from feedmill.errors import PublishError
from feedmill.model.artifact import Digest, digest
from feedmill.store.history import History
from feedmill.store.postgres.bodies import BodyCache
from feedmill.store.postgres.database import QUICK, Database
from feedmill.store.postgres.lead import PostgresLead
from feedmill.store.postgres.rows import read_history
from feedmill.store.postgres.schema import STAGING
from feedmill.store.published import PublishedState


class PublishedTables(PublishedState):
    """What is published in a database: what its publications change, and what they are checked against.

    `stale`: another process may have published, or nobody knows whether a commit was done; `reopen` finds
    out. `suspects` are documents without a right body.
    """

    def __init__(self, url: str, name: str, lead: PostgresLead | None, bodies: BodyCache) -> None:
        super().__init__()
        self.bodies = bodies
        self.history = History()
        self.suspects: set[str] = set()
        self.stale = False
        self.writer = Database(url, name, STAGING)
        self._lead = lead
        self._reader = Database(url, name)
        self._read_over = 0
        self._listener = Database(url, name, ("LISTEN feedmill",), patience=QUICK)
        try:
            self.reopen()
        except BaseException:
            self.close()
            raise

    def _known(self) -> tuple[History, Iterable[str]]:
        return self.history, self.suspects

    @property
    def lead(self) -> PostgresLead:
        """The lead under which this store publishes."""
        assert self._lead is not None, "a store that only reads has no publications"
        return self._lead

    def took(self, history: History, written: Iterable[str]) -> None:
        """Take what a publication has left for what is known."""
        self.history = history
        self.suspects.difference_update(written)
        self.resume(())

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

    def reopen(self) -> None:
        """Read anew what is published.

        Raises:
            PublishError: the database cannot be read, or a newer feedmill made it.
        """
        self._reader.rows("SELECT 1")  # connects where it has to
        known = self._reader.connected
        whole = known != self._read_over  # the database may be in an earlier state than it was
        self.history = read_history(self._reader, self.history, whole=whole)
        if self._reader.connected != known:
            self.history = read_history(self._reader, self.history, whole=True)
        self._read_over = self._reader.connected
        self.stale = False
        self.suspects &= self.history.documents.keys()

    def close(self) -> None:
        """Let go of the database."""
        for database in (self.writer, self._reader, self._listener):
            database.close()
