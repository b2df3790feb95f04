"""The ledger: what only history knows of the published documents, in one SQLite file.

A rollback journal, not a write-ahead log: between two transactions the ledger is one plain file,
so it can be copied, read from a read-only medium and opened without a write. It costs four fsyncs
a transaction instead of one, but those come after the documents are visible. `synchronous=EXTRA`
also flushes the folder after the journal is gone: a committed transaction stays committed.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from feedmill.errors import PublishError
from feedmill.model.filename import to_bytes, to_text
from feedmill.store.local.rows import (
    APPLICATION_ID,
    VERSION,
    create,
    read_history,
    upgrade,
    write_changes,
    write_good,
)
from feedmill.store.local.sqlite import connect, is_damage, primary_code
from feedmill.store.local.translate import publish_error
from feedmill.store.local.values import Changes, Damage, LocalHistory

_PRAGMAS = ("synchronous=EXTRA", "temp_store=MEMORY", "trusted_schema=OFF", "cell_size_check=ON")
_DAMAGED = 2
"""`meta.unclean` of a ledger in which damage was met: the next start looks at every page."""
_PATHS = "SELECT path FROM good WHERE path > ? ORDER BY path LIMIT 1000"
_CHECKED = 256 << 20
"""Bytes of a ledger that an unclean end alone makes worth looking at page by page."""


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

    def is_empty(self) -> bool:
        """Tell whether the file has no bytes: nothing was ever written to it, or all that was is lost."""
        try:
            return self.path.stat().st_size == 0
        except OSError:
            return False

    def load(self, *, whole: bool = False) -> LocalHistory | Damage:
        """Return the content; a `Damage` when the file is no ledger.

        A file of no bytes is a ledger that was never written. After an unclean end, and where the `whole`
        file is asked for, SQLite checks the pages as well.

        Raises:
            PublishError: unreadable, locked, or made by a newer feedmill.
        """
        try:
            return self._load(whole=whole)
        except sqlite3.Error as error:
            self.close()
            if is_damage(error) or primary_code(error) == sqlite3.SQLITE_ERROR:
                return Damage(why=str(error))
            raise publish_error("read", self.path, error) from error
        except (ValueError, TypeError, OverflowError) as error:
            self.close()
            return Damage(why=str(error))

    def _load(self, *, whole: bool) -> LocalHistory | Damage:
        connection = self._reader()
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        mark = connection.execute("PRAGMA application_id").fetchone()[0]
        if not version and not mark and not connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
            self.close()
            return LocalHistory()
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
        history = read_history(connection)
        whole = whole or history.unclean == _DAMAGED
        if whole or (history.unclean and self.path.stat().st_size <= _CHECKED):
            verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            if verdict != "ok":
                self.close()
                return Damage(why=verdict.splitlines()[-1])
        connection.execute("COMMIT")
        return history

    def last_good(self, path: str) -> bytes | None:
        """Return the blob kept for the seed `path`."""
        for (blob,) in self._read("SELECT record FROM good WHERE path = ?", to_bytes(path)):
            return bytes(blob)
        return None

    def last_good_paths(self) -> Iterator[str]:
        """Yield the paths that a blob is kept for, in order of their bytes; writing meanwhile is fine."""
        last = b""
        while batch := [row[0] for row in self._read(_PATHS, last)]:
            yield from map(to_text, batch)
            last = batch[-1]

    def _read(self, statement: str, value: object) -> list[tuple[Any]]:
        if self._connection is None and self.identity() is None:
            return []
        try:
            return self._reader().execute(statement, (value,)).fetchall()
        except sqlite3.Error as error:
            if primary_code(error) == sqlite3.SQLITE_ERROR:  # no such table: it was never written
                return []
            if is_damage(error):
                self._note_damage()
            self.close()
            raise publish_error("read", self.path, error) from error

    def _note_damage(self) -> None:
        """Have the next start look closely; damage that hides in one row would else be met for ever."""
        if not self._read_only:
            with suppress(sqlite3.Error):
                self._connect("rw").execute("UPDATE meta SET unclean = ?", (_DAMAGED,))

    def announce(self, history: LocalHistory, paths: Collection[str]) -> None:
        """Write down, before the first new document is visible, which ones are going to be ours.

        Also marks the ledger unclean: until `finish` says otherwise, nothing on disk is believed.
        """
        with self._transaction(history) as connection:
            connection.execute("UPDATE meta SET unclean = 1")
            connection.executemany("INSERT OR IGNORE INTO intent VALUES (?)", [(path,) for path in paths])

    def save(
        self, history: LocalHistory, changes: Changes, good: Iterable[tuple[str, bytes | None]] = ()
    ) -> None:
        """Write `changes` and `good` down in one transaction, after which no intent is open."""
        with self._transaction(history) as connection:
            write_changes(connection, history, changes)
            more = write_good(connection, good)
            connection.execute("DELETE FROM intent")
            # Counted from the row: a transaction that was reported as failed may have been kept.
            head = (history.serial, more)
            connection.execute("UPDATE meta SET serial = ?, good = good + ?, unclean = 1", head)
            kept = connection.execute("SELECT good FROM meta").fetchone()[0]
        history.good = kept

    def settle(self) -> None:
        """Remove the journal of a transaction that was cut off before it changed anything.

        SQLite itself leaves it until the next transaction, which may be long in coming.
        """
        if self.path.with_name(self.path.name + "-journal").exists() and self.identity() is not None:
            try:
                connection = self._connect("rw")
                connection.execute("BEGIN IMMEDIATE")
                if connection.execute("PRAGMA application_id").fetchone()[0]:
                    for step in (1, -1):  # SQLite skips an update that changes nothing
                        connection.execute("UPDATE meta SET serial = serial + ?", (step,))
                connection.execute("COMMIT")
            except sqlite3.Error as error:
                self.close()
                raise publish_error("write", self.path, error) from error

    def finish(self, history: LocalHistory) -> None:
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
    def _transaction(self, history: LocalHistory) -> Iterator[sqlite3.Connection]:
        """One transaction; after an error the connection is given up, and the next one starts clean."""
        try:
            connection = self._connect("rwc")
            connection.execute("BEGIN IMMEDIATE")
            if not connection.execute("PRAGMA application_id").fetchone()[0]:
                create(connection, history)
            yield connection
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            self.close()  # which rolls back
            raise publish_error("write", self.path, error) from error
        except BaseException:
            self.close()
            raise

    def _migrate(self, connection: sqlite3.Connection, version: int) -> sqlite3.Connection:
        """Bring the file (or, when it is only read, a copy in memory) to this version's schema."""
        if self._read_only:
            source, connection = connection, self._into_memory(connection)
            source.close()
        connection.execute("BEGIN IMMEDIATE")
        upgrade(connection, version)
        connection.execute("COMMIT")
        return connection

    def _reader(self) -> sqlite3.Connection:
        if not self._read_only:
            return self._connect("rw")
        if self._connection is not None:
            return self._connection
        try:
            connection = self._connect("ro")
            connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
        except sqlite3.OperationalError as error:
            if primary_code(error) not in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
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
            source = connect(copy, "rw")
            try:
                return self._into_memory(source)
            finally:
                source.close()

    def _into_memory(self, source: sqlite3.Connection) -> sqlite3.Connection:
        memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._connection = memory
        source.backup(memory)
        return memory

    def _connect(self, mode: str) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = connect(self.path, mode)
            for pragma in _PRAGMAS:
                self._connection.execute(f"PRAGMA {pragma}")
        return self._connection
