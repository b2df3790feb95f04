"""Staging: what a publication wants, on its way to the database by COPY, in bounded memory here."""

from __future__ import annotations

from feedmill.model.artifact import Published
from feedmill.model.filename import to_bytes
from feedmill.model.instant import to_seconds
from feedmill.store.postgres.database import Database, Row
from feedmill.store.postgres.schema import STAGED_DOCUMENT, STAGED_GOOD

_ROOM = 8 << 20
"""Bytes that are kept here; a cold build of a large site has gigabytes."""


class Staging:
    """Numbered rows; what was staged last for a path counts. The transaction begins when memory is full."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._number = 0
        self._documents: list[Row] = []
        self._good: list[Row] = []
        self._bytes = 0
        self.has_good = False

    def document(self, document: Published, body: bytes) -> int:
        """Stage a document; return its number."""
        modified = to_seconds(document.modified)
        self._number += 1
        self._documents.append((self._number, document.path, document.digest, document.size, modified, body))
        self._grow(len(body))
        return self._number

    def good(self, path: str, record: bytes | None) -> None:
        """Stage the last good form of a seed; None: it is dropped."""
        self._number += 1
        self._good.append((self._number, to_bytes(path), record))
        self.has_good = True
        self._grow(len(record or b""))

    def flush(self) -> None:
        """Bring everything into the database's staging tables, within a transaction."""
        self._database.begin()
        if self._documents:
            self._database.copy("staged_document", STAGED_DOCUMENT, self._documents)
        if self._good:
            self._database.copy("staged_good", STAGED_GOOD, self._good)
        self._forget()

    def discard(self) -> None:
        """Forget everything."""
        self._forget()
        self.has_good = False
        self._database.rollback()

    def _grow(self, size: int) -> None:
        self._bytes += size + 200
        if self._bytes > _ROOM:
            self.flush()

    def _forget(self) -> None:
        self._documents, self._good, self._bytes = [], [], 0
