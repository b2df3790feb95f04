"""The tables of subscriptions in a file of their own beside the ledger, mode 0600: they hold secrets."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from feedmill.errors import StoreError
from feedmill.store.local.sqlite import connect, is_damage

_MIGRATIONS = (
    """
    CREATE TABLE feedmill_subscription (
        id INTEGER PRIMARY KEY AUTOINCREMENT, callback TEXT NOT NULL, path TEXT NOT NULL, topic TEXT NOT NULL,
        host TEXT NOT NULL, secret BLOB NOT NULL, verify_token TEXT NOT NULL, ends INTEGER NOT NULL,
        sent TEXT NOT NULL, verified INTEGER NOT NULL, failures INTEGER NOT NULL, retry INTEGER NOT NULL,
        trouble TEXT NOT NULL, UNIQUE (callback, path)
    );
    CREATE INDEX subscription_path ON feedmill_subscription (path, sent);
    CREATE INDEX subscription_host ON feedmill_subscription (host);
    CREATE INDEX subscription_ends ON feedmill_subscription (ends);
    CREATE INDEX subscription_retry ON feedmill_subscription (retry);
    CREATE TABLE feedmill_intent (
        callback TEXT NOT NULL, path TEXT NOT NULL, mode TEXT NOT NULL, topic TEXT NOT NULL,
        host TEXT NOT NULL, lease INTEGER NOT NULL, secret BLOB NOT NULL, verify_token TEXT NOT NULL,
        published TEXT NOT NULL, reason TEXT NOT NULL, tries INTEGER NOT NULL, due INTEGER NOT NULL,
        PRIMARY KEY (callback, path)
    ) WITHOUT ROWID;
    CREATE INDEX intent_due ON feedmill_intent (due);
    CREATE TABLE feedmill_ping (
        hub TEXT NOT NULL, path TEXT NOT NULL, sent TEXT NOT NULL, PRIMARY KEY (hub, path)
    ) WITHOUT ROWID;
    CREATE TABLE place (inode INTEGER NOT NULL)
    """,
)
"""Instants and leases in microseconds. `sent`: the digest of the document that the subscriber has (or had
when it asked). A number is never given twice: a delivery may still be under way for one who has left.
`reason` of an intent: why the subscriber is told that it gets nothing; "" for a verification."""

_VERSION = 1 + len(_MIGRATIONS)
"""Version 1 had the same tables under other names."""


class SubscriptionFile:
    """`SubscriptionTables` in a file, which is made; the port says what each part promises."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._told():
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            path.chmod(0o600)
            status = path.stat()
            self._file = status.st_dev, status.st_ino
            self._db = connect(path, "rw")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute("BEGIN IMMEDIATE")
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version > _VERSION:
                raise StoreError(f"{path} was written by a newer feedmill; use that one")
            if version == 1:
                for name in ("subscription", "intent", "ping"):
                    self._db.execute(f"ALTER TABLE {name} RENAME TO feedmill_{name}")
            elif not version:
                create_tables(self._db)
            self._db.execute(f"PRAGMA user_version = {_VERSION}")
            self._db.execute("COMMIT")

    def read(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._told():
            return self._db.execute(statement, tuple(values)).fetchall()

    def write(self, statement: str, values: Sequence[object] = ()) -> int:
        with self._told():
            if not self._db.in_transaction:
                self._db.execute("BEGIN")
            return self._db.execute(statement, tuple(values)).rowcount

    def save(self) -> None:
        with self._told():
            if self._db.in_transaction:
                self._db.execute("COMMIT")

    def settle(self) -> bool:
        """Remember the file; return whether it is a copy of the one that was remembered."""
        _, inode = self._file
        known = next(iter(self.read("SELECT inode FROM place")), None)
        self.write("DELETE FROM place")
        self.write("INSERT INTO place VALUES (?)", (inode,))
        self.save()
        return known is not None and known[0] != inode

    def require_same(self) -> None:
        """Raise StoreError where the file was deleted or replaced."""
        with self._told():
            now, ours = self._path.stat(), self._file
        if (now.st_dev, now.st_ino) != ours:
            raise StoreError(f"{self._path} was replaced")

    def close(self) -> None:
        """Save, and let go of the file."""
        with self._told():
            self.save()
            self._db.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            damaged = isinstance(error, sqlite3.Error) and is_damage(error)
            remedy = "; move it away (docs/operations.md)" if damaged else ""
            raise StoreError(f"the subscriptions in {self._path} cannot be used: {error}{remedy}") from error


def create_tables(connection: sqlite3.Connection) -> None:
    """Make the tables, empty."""
    for script in _MIGRATIONS:
        for statement in script.split(";"):
            connection.execute(statement)
