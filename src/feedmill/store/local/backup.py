"""A backup: one file that is a ledger, with the tables of subscriptions in it. Every form makes and takes it.

It holds no documents: a pass makes them again from the seeds, and they keep their Last-Modified where their
bytes are the same.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

from feedmill.errors import PublishError
from feedmill.model.filename import to_text
from feedmill.store.history import History
from feedmill.store.local.ledger import Ledger
from feedmill.store.local.rows import APPLICATION_ID, create, write_changes, write_good
from feedmill.store.local.sqlite import address, connect
from feedmill.store.local.subscriptions import create_tables
from feedmill.store.local.translate import publish_error
from feedmill.store.local.values import Changes, Damage, LocalHistory
from feedmill.store.port import Saved, SubscriptionTables

_COLUMNS = "callback, path, topic, host, secret, verify_token, ends, sent, verified, failures, retry, trouble"
_ROWS = f"SELECT {_COLUMNS} FROM feedmill_subscription ORDER BY path, callback"
_INSERT = f"INSERT INTO feedmill_subscription ({_COLUMNS}) VALUES ({', '.join('?' * 12)})"


def may_replace(file: Path) -> bool:
    """Tell whether a backup may take the place of `file`: of nothing, an empty file, or an earlier one."""
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            return False
        if not status.st_size:
            return True
        with closing(connect(file, "ro")) as connection:
            mark = connection.execute("PRAGMA application_id").fetchone()[0]
            held = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'feedmill_subscription'")
            return mark == APPLICATION_ID and held.fetchone() is not None  # the ledger has no such table
    except FileNotFoundError:
        return True
    except (OSError, sqlite3.Error):
        return False


@contextmanager
def new_file(file: Path, source: str = "what was to be saved") -> Iterator[sqlite3.Connection]:
    """Open a new ledger that takes the place of `file` when all is written and was read back.

    Mode 0600: it holds secrets. `source` says in messages what it is made from.

    Raises:
        PublishError: it cannot be written, is none, or knows nothing; `file` is as it was.
    """
    aside = file.with_name(f"{file.name}.new")
    try:
        aside.unlink(missing_ok=True)
        os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(connect(aside, "rw")) as connection:
            yield connection
        with aside.open("rb") as written:
            os.fsync(written.fileno())
        found = _read(aside)
        if isinstance(found, Damage):
            raise PublishError(f"{source} is damaged ({found.why}); {file} is as it was")
        if not found.serial:
            raise PublishError(f"nothing is published, so there is nothing to save; {file} is as it was")
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


def copy_ledger(ledger: Path, connection: sqlite3.Connection) -> None:
    """Copy the ledger into a new database, as it is after some transaction.

    Raises:
        PublishError: there is none, or it cannot be read.
    """
    if not ledger.exists() or Ledger(ledger).is_empty():
        raise PublishError(f"there is no ledger {ledger}: nothing was published here, or it is not mounted")
    try:
        with closing(connect(ledger, "ro")) as source:
            source.backup(connection)
    except sqlite3.Error as error:
        raise publish_error("read", ledger, error) from error


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
        found = _read(file)
        if isinstance(found, Damage):
            raise PublishError(f"{file} is no backup of feedmill's, or damaged: {found.why}")
        if not found.serial:
            raise PublishError(f"{file} is no backup of feedmill's: nothing is in it")
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


def _read(file: Path) -> LocalHistory | Damage:
    ledger = Ledger(file, read_only=True)
    try:
        return ledger.load(whole=True)
    finally:
        ledger.close()


def replace_ledger(ledger: Path, backup: Backup, here: LocalHistory) -> int:
    """Put the backup's ledger in the place of `ledger`, which had `here`; return how many good forms it has.

    Documents of ours stay ours, and the feeds that the backup does not know of stay feeds, live or retired.
    The number of the last publication grows: no catalog takes what is restored for what it belongs to.
    """
    then = backup.history
    with new_file(ledger, str(backup.file)) as connection:
        with closing(connect(backup.file, "ro")) as source:
            source.backup(connection)
        if here.serial:
            connection.execute("ATTACH DATABASE ? AS here", (address(ledger, "ro"),))
        connection.execute("BEGIN IMMEDIATE")
        for name in ("subscription", "intent", "ping"):
            connection.execute(f"DROP TABLE IF EXISTS main.feedmill_{name}")
        connection.execute("DROP TABLE IF EXISTS main.place")
        younger = Changes(
            feeds=here.feeds.keys() - then.feeds.keys(),
            gone=here.gone.keys() - then.gone.keys() - then.documents.keys(),
        )
        write_changes(connection, here, younger)
        _choose_good(connection, whose_good(then, here.ledger_id, here.serial))
        good = connection.execute("SELECT count(*) FROM main.good").fetchone()[0]
        head = (max(here.serial, then.serial) + 1, good)
        connection.execute("UPDATE main.meta SET unclean = 1, serial = ?, good = ?", head)
        connection.executemany(
            "INSERT OR IGNORE INTO main.intent VALUES (?)", [(path,) for path in here.documents]
        )
        connection.execute("COMMIT")
    for suffix in ("-journal", "-wal", "-shm"):
        ledger.with_name(ledger.name + suffix).unlink(missing_ok=True)
    return int(good)


Whose = Literal["backup", "here", "both"]
"""Whose last good forms count after a restore; of `both`, what they have alike."""


def whose_good(then: History, ledger_id: str, serial: int) -> Whose:
    """Return whose last good forms cannot have been taken down, or corrected, since a backup was made.

    A seed that is faulty now would go out again in that form. Of one history the newer of the two knows; of
    two histories nobody knows which one does. A place that has no `serial` knows nothing. A seed that is
    sound needs none of them.
    """
    if not serial:
        return "backup"
    if then.ledger_id != ledger_id:
        return "both"
    return "backup" if then.serial >= serial else "here"


def _choose_good(connection: sqlite3.Connection, whose: Whose) -> None:
    """Leave in a restored ledger the last good forms that count; the one before is attached as `here`."""
    if whose == "both":
        connection.execute(
            "DELETE FROM main.good WHERE NOT EXISTS (SELECT 1 FROM here.good AS known"
            " WHERE known.path = main.good.path AND known.record = main.good.record)"
        )
    elif whose == "here":
        connection.execute("DELETE FROM main.good")
        connection.execute("INSERT INTO main.good SELECT path, record FROM here.good")
