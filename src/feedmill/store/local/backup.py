"""A backup: one file that is a ledger, with the tables of subscriptions in it. Every form makes and takes it.

It holds no documents: a pass makes them again from the seeds, and they keep their Last-Modified where their
bytes are the same.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from feedmill.errors import PublishError
from feedmill.model.filename import to_text
from feedmill.store.history import History
from feedmill.store.local.ledger import Ledger
from feedmill.store.local.rows import create, write_changes, write_good
from feedmill.store.local.sqlite import connect
from feedmill.store.local.subscriptions import create_tables
from feedmill.store.local.translate import publish_error
from feedmill.store.local.values import Changes, Damage, LocalHistory
from feedmill.store.port import Saved, SubscriptionTables

_COLUMNS = "callback, path, topic, host, secret, verify_token, ends, sent, verified, failures, retry, trouble"
_ROWS = f"SELECT {_COLUMNS} FROM feedmill_subscription ORDER BY path, callback"
_INSERT = f"INSERT INTO feedmill_subscription ({_COLUMNS}) VALUES ({', '.join('?' * 12)})"


@contextmanager
def new_file(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a new database that takes the place of `file` when all is written; mode 0600: it holds secrets.

    Raises:
        PublishError: it cannot be written; `file` is as it was.
    """
    aside = file.with_name(f"{file.name}.new")
    try:
        aside.unlink(missing_ok=True)
        os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(connect(aside, "rw")) as connection:
            yield connection
        with aside.open("rb") as written:
            os.fsync(written.fileno())
        aside.replace(file)
    except (OSError, sqlite3.Error) as error:
        raise publish_error("write", file, error) from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def write_history(
    connection: sqlite3.Connection, history: History, good: Iterable[tuple[str, bytes | None]]
) -> None:
    """Make a new database a ledger of `history`, whose documents have no files, and of last good forms."""
    found = LocalHistory(
        ledger_id=history.ledger_id,
        serial=history.serial,
        documents=history.documents,
        stamps={path: (document.size, 0, 0) for path, document in history.documents.items()},
        feeds=history.feeds,
        gone=history.gone,
    )
    everything = Changes(
        documents=set(found.documents), feeds=set(found.feeds), gone=set(found.gone), refused=False
    )
    connection.execute("BEGIN IMMEDIATE")
    create(connection, found)
    write_changes(connection, found, everything)
    connection.execute("UPDATE meta SET good = ?", (write_good(connection, good),))
    connection.execute("COMMIT")


def write_subscriptions(connection: sqlite3.Connection, tables: SubscriptionTables | None) -> int:
    """Add the tables of subscriptions to a backup; return how many there are."""
    connection.execute("BEGIN IMMEDIATE")
    create_tables(connection)
    rows = tables.read(_ROWS) if tables is not None else []
    connection.executemany(_INSERT, rows)
    connection.execute("COMMIT")
    return len(rows)


class Backup:
    """A backup that is read.

    Raises:
        PublishError: there is none, or it is none.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        if not file.is_file():
            raise PublishError(f"there is no backup {file}")
        ledger = Ledger(file, read_only=True)
        try:
            found = ledger.load()
        finally:
            ledger.close()
        if isinstance(found, Damage):
            raise PublishError(f"{file} is no backup of feedmill's: {found.why}")
        self.history = found

    def good(self) -> Iterator[tuple[str, bytes]]:
        """Yield the last good forms."""
        for path, record in self._rows("SELECT path, record FROM good ORDER BY path"):
            yield to_text(path), record

    def restore_subscriptions(self, tables: SubscriptionTables) -> int:
        """Have these subscriptions, and no others; return how many there are."""
        rows = list(self._rows(_ROWS))
        tables.write("DELETE FROM feedmill_intent")
        tables.write("DELETE FROM feedmill_subscription")
        for row in rows:
            tables.write(_INSERT, row)
        tables.save()
        return len(rows)

    def saved(self, subscriptions: int) -> Saved:
        """Return how much is in it."""
        return Saved(
            documents=len(self.history.documents), good=self.history.good, subscriptions=subscriptions
        )

    def _rows(self, statement: str) -> Iterator[Sequence[Any]]:
        try:
            with closing(connect(self.file, "ro")) as connection:
                yield from connection.execute(statement)
        except sqlite3.Error as error:
            raise publish_error("read", self.file, error) from error


def replace_ledger(ledger: Path, backup: Backup, known: Iterable[str], serial: int) -> None:
    """Put the backup's ledger in the place of `ledger`; `known` are ours, whether it knows or not.

    `serial` is the number that the last publication has now: it grows, so that no catalog takes what is
    restored for what it belongs to.
    """
    ledger.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with new_file(ledger) as connection:
        with closing(connect(backup.file, "ro")) as source:
            source.backup(connection)
        connection.execute("BEGIN IMMEDIATE")
        for name in ("subscription", "intent", "ping"):
            connection.execute(f"DROP TABLE IF EXISTS feedmill_{name}")
        connection.execute("DROP TABLE IF EXISTS place")
        connection.execute("UPDATE meta SET unclean = 1, serial = ?", (serial,))
        connection.executemany("INSERT OR IGNORE INTO intent VALUES (?)", [(path,) for path in known])
        connection.execute("COMMIT")
    for suffix in ("-journal", "-wal", "-shm"):
        ledger.with_name(ledger.name + suffix).unlink(missing_ok=True)
