"""The ledger: what only history knows of the published documents, in one SQLite file.

A rollback journal, not a write-ahead log: between two transactions the ledger is one plain file,
so it can be copied, read from a read-only medium and opened without a write. It costs four fsyncs
a transaction instead of one, but those come after the documents are visible. `synchronous=EXTRA`
also flushes the folder after the journal is gone: a committed transaction stays committed.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import urllib.parse
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from feedmill.errors import PublishError
from feedmill.model.artifact import Digest, Published
from feedmill.model.instant import Instant, from_micros, to_micros
from feedmill.publish.faults import is_damage, publish_error
from feedmill.publish.history import Changes, Damage, FeedMemory, History
from feedmill.publish.tree import checked

APPLICATION_ID = 0x464D4C4C
"""SQLite's mark of whose file it is: "FMLL"."""

_MIGRATIONS = (
    """
    CREATE TABLE meta (
        id INTEGER PRIMARY KEY CHECK (id = 1), ledger_id TEXT NOT NULL,
        serial INTEGER NOT NULL, unclean INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE document (
        path TEXT PRIMARY KEY, digest TEXT NOT NULL, size INTEGER NOT NULL,
        modified INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, inode INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE feed (
        path TEXT PRIMARY KEY, kind TEXT NOT NULL, title TEXT NOT NULL,
        description TEXT NOT NULL, state TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE gone (path TEXT PRIMARY KEY, modified INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE good (path BLOB PRIMARY KEY, record BLOB NOT NULL) STRICT;
    CREATE TABLE intent (path TEXT PRIMARY KEY) STRICT, WITHOUT ROWID
    """,
)
"""What leads from each version to the next; `modified` counts seconds since 1970."""
VERSION = len(_MIGRATIONS)

_PRAGMAS = ("synchronous=EXTRA", "temp_store=MEMORY", "trusted_schema=OFF", "cell_size_check=ON")
_PATIENCE = 5.0
"""Seconds to wait for another process's transaction."""
_SECOND = 1_000_000
_STATES = frozenset({"live", "emptied", "retired"})


class Ledger:
    """The file. Nothing is created or written before the first `announce` or `save`."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._read_only = read_only
        self._connection: sqlite3.Connection | None = None

    def identity(self) -> tuple[int, int] | None:
        """Return (device, inode) of the file that has the ledger's path now."""
        try:
            status = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise publish_error("reach", self.path, error) from error
        return status.st_dev, status.st_ino

    def load(self, *, thorough: bool = False) -> History | Damage:
        """Return the content; a `Damage` when the file is no ledger.

        A file of no bytes is a ledger that was never written. `thorough` (and an unclean end)
        has SQLite check every page.

        Raises:
            PublishError: unreadable, locked, or made by a newer feedmill.
        """
        try:
            return self._load(thorough)
        except sqlite3.Error as error:
            self.close()
            if is_damage(error) or getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
                return Damage(why=str(error))
            raise publish_error("read", self.path, error) from error
        except (ValueError, TypeError, OverflowError) as error:
            self.close()
            return Damage(why=str(error))

    def _load(self, thorough: bool) -> History | Damage:
        connection = self._reader()
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        mark = connection.execute("PRAGMA application_id").fetchone()[0]
        if not version and not mark and not connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
            self.close()
            return History()
        if mark != APPLICATION_ID:
            self.close()
            return Damage(why="it belongs to another program")
        if version > VERSION:
            self.close()
            raise PublishError(
                f"{self.path} was written by a newer feedmill (ledger version {version}, this one knows"
                f" {VERSION}); use that feedmill, or another feeds folder"
            )
        if version < VERSION:
            connection = self._migrate(connection, version)
        connection.execute("BEGIN")  # one snapshot, whoever writes meanwhile
        history = _read_history(connection)
        if thorough or history.unclean:
            verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            if verdict != "ok":
                self.close()
                return Damage(why=verdict.splitlines()[-1])
        connection.execute("COMMIT")
        return history

    def last_good(self, path: str) -> bytes | None:
        """Return the blob kept for the seed `path`."""
        if self._connection is None and self.identity() is None:
            return None
        try:
            rows = self._reader().execute("SELECT record FROM good WHERE path = ?", (os.fsencode(path),))
            row = rows.fetchone()
        except sqlite3.Error as error:
            self.close()
            raise publish_error("read", self.path, error) from error
        return None if row is None else bytes(row[0])

    def announce(self, history: History, paths: Collection[str]) -> None:
        """Write down, before the first new document is visible, which ones are going to be ours.

        Also marks the ledger unclean: until `finish` says otherwise, nothing on disk is believed.
        """
        with self._transaction(history) as connection:
            connection.execute("UPDATE meta SET unclean = 1")
            connection.executemany("INSERT OR IGNORE INTO intent VALUES (?)", [(path,) for path in paths])

    def save(self, history: History, changes: Changes) -> None:
        """Write `changes` down in one transaction, after which no intent is open."""
        with self._transaction(history) as connection:
            self._save_documents(connection, history, changes.documents | changes.touched)
            for path in sorted(changes.feeds):
                if feed := history.feeds.get(path):
                    connection.execute(
                        "INSERT OR REPLACE INTO feed VALUES (?, ?, ?, ?, ?)",
                        (feed.path, feed.kind, feed.title, feed.description, feed.state),
                    )
                else:
                    connection.execute("DELETE FROM feed WHERE path = ?", (path,))
            for path in sorted(changes.gone):
                if modified := history.gone.get(path):
                    connection.execute(
                        "INSERT OR REPLACE INTO gone VALUES (?, ?)", (path, _seconds(modified))
                    )
                else:
                    connection.execute("DELETE FROM gone WHERE path = ?", (path,))
            for path, blob in changes.good.items():
                if blob is None:
                    connection.execute("DELETE FROM good WHERE path = ?", (os.fsencode(path),))
                else:
                    connection.execute("INSERT OR REPLACE INTO good VALUES (?, ?)", (os.fsencode(path), blob))
            connection.execute("DELETE FROM intent")
            connection.execute("UPDATE meta SET serial = ?, unclean = 1", (history.serial,))

    @staticmethod
    def _save_documents(connection: sqlite3.Connection, history: History, paths: set[str]) -> None:
        kept: list[tuple[str, str, int, int, int, int]] = []
        dropped: list[tuple[str]] = []
        for path in sorted(paths):
            if document := history.documents.get(path):
                _, mtime_ns, inode = history.stamps[path]
                seconds = _seconds(document.modified)
                kept.append((path, document.digest, document.size, seconds, mtime_ns, inode))
            else:
                dropped.append((path,))
        connection.executemany("INSERT OR REPLACE INTO document VALUES (?, ?, ?, ?, ?, ?)", kept)
        connection.executemany("DELETE FROM document WHERE path = ?", dropped)

    def settle(self) -> None:
        """Remove the journal of a transaction that was cut off before it changed anything.

        SQLite itself leaves it until the next transaction, which may be long in coming.
        """
        if self.path.with_name(self.path.name + "-journal").exists() and self.identity() is not None:
            try:
                connection = self._connect(self.path, "rw")
                connection.execute("BEGIN IMMEDIATE")
                if connection.execute("PRAGMA application_id").fetchone()[0]:
                    for step in (1, -1):  # SQLite skips an update that changes nothing
                        connection.execute("UPDATE meta SET serial = serial + ?", (step,))
                connection.execute("COMMIT")
            except sqlite3.Error as error:
                self.close()
                raise publish_error("write", self.path, error) from error

    def finish(self, history: History) -> None:
        """Say that everything on disk is as the ledger has it."""
        with self._transaction(history) as connection:
            connection.execute("UPDATE meta SET unclean = 0")

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    @contextmanager
    def _transaction(self, history: History) -> Iterator[sqlite3.Connection]:
        """One transaction; after an error the connection is given up, and the next one starts clean."""
        try:
            connection = self._connect(self.path, "rwc")
            connection.execute("BEGIN IMMEDIATE")
            if not connection.execute("PRAGMA application_id").fetchone()[0]:
                self._create(connection, history)
            yield connection
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            self.close()  # which rolls back
            raise publish_error("write", self.path, error) from error
        except BaseException:
            self.close()
            raise

    @staticmethod
    def _create(connection: sqlite3.Connection, history: History) -> None:
        _upgrade(connection, 0)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(
            "INSERT INTO meta VALUES (1, ?, ?, 1)",
            (history.ledger_id, history.serial),
        )

    def _migrate(self, connection: sqlite3.Connection, version: int) -> sqlite3.Connection:
        """Bring the file (or, when it is only read, a copy in memory) to this version's schema."""
        if self._read_only:
            source, connection = connection, self._into_memory(connection)
            source.close()
        connection.execute("BEGIN IMMEDIATE")
        _upgrade(connection, version)
        connection.execute("COMMIT")
        return connection

    def _reader(self) -> sqlite3.Connection:
        if not self._read_only:
            return self._connect(self.path, "rw")
        try:
            connection = self._connect(self.path, "ro")
            connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
        except sqlite3.OperationalError as error:
            if (error.sqlite_errorcode & 0xFF) not in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
                raise
            self.close()
            connection = self._copy()
        return connection

    def _copy(self) -> sqlite3.Connection:
        """Return a copy in memory of a ledger whose last transaction was cut off.

        SQLite must undo that one before it reads, and reading must not write.
        """
        with tempfile.TemporaryDirectory(prefix="feedmill-") as folder:
            copy = Path(folder) / self.path.name
            try:
                shutil.copyfile(self.path, copy)
                journal = self.path.with_name(self.path.name + "-journal")
                with suppress(FileNotFoundError):
                    shutil.copyfile(journal, copy.with_name(journal.name))
            except OSError as error:
                raise publish_error("read", self.path, error) from error
            source = self._connect(copy, "rw")
            try:
                return self._into_memory(source)
            finally:
                source.close()

    def _into_memory(self, source: sqlite3.Connection) -> sqlite3.Connection:
        memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._connection = memory
        source.backup(memory)
        return memory

    def _connect(self, path: Path, mode: str) -> sqlite3.Connection:
        if self._connection is None:
            # An address, since sqlite3 refuses a path with undecodable bytes.
            address = f"file:{urllib.parse.quote(os.fsencode(path))}?mode={mode}"
            connection = sqlite3.connect(
                address, uri=True, isolation_level=None, timeout=_PATIENCE, check_same_thread=False
            )
            self._connection = connection
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
        return self._connection


def _read_history(connection: sqlite3.Connection) -> History:
    """Return what is in the tables.

    Raises:
        ValueError: something there that feedmill never wrote.
    """
    history = History()
    head = connection.execute("SELECT ledger_id, serial, unclean FROM meta").fetchone()
    if head is None:
        raise ValueError("its head is missing")
    history.ledger_id, history.serial, history.unclean = head[0], head[1], bool(head[2])
    for path, digest, size, modified, mtime_ns, inode in connection.execute(
        "SELECT path, digest, size, modified, mtime_ns, inode FROM document"
    ):
        history.documents[checked(path)] = Published(
            path=path, digest=Digest(digest), size=size, modified=_instant(modified)
        )
        history.stamps[path] = (size, mtime_ns, inode)
    for path, kind, title, description, state in connection.execute(
        "SELECT path, kind, title, description, state FROM feed"
    ):
        if state not in _STATES:
            raise ValueError(f"{state!r} is no state of a feed")
        history.feeds[checked(path)] = FeedMemory(
            path=path, kind=kind, title=title, description=description, state=state
        )
    for path, modified in connection.execute("SELECT path, modified FROM gone"):
        history.gone[checked(path)] = _instant(modified)
    history.good = {os.fsdecode(path) for (path,) in connection.execute("SELECT path FROM good")}
    history.intents = {checked(path) for (path,) in connection.execute("SELECT path FROM intent")}
    return history


def _upgrade(connection: sqlite3.Connection, version: int) -> None:
    for script in _MIGRATIONS[version:]:
        for statement in script.split(";"):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _seconds(instant: Instant) -> int:
    return to_micros(instant) // _SECOND


def _instant(seconds: int) -> Instant:
    return from_micros(seconds * _SECOND)
