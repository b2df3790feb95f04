"""The ledger's tables: their schema, its versions, and what is in them as values."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from feedmill.model.artifact import Digest, Published, checked
from feedmill.model.filename import to_bytes
from feedmill.model.instant import from_seconds, to_seconds
from feedmill.store.local.values import Changes, LocalHistory
from feedmill.store.port import FeedMemory

APPLICATION_ID = 0x464D4C4C
"""SQLite's mark of whose file it is: "FMLL"."""

_MIGRATIONS = (
    """
    CREATE TABLE meta (
        id INTEGER PRIMARY KEY CHECK (id = 1), ledger_id TEXT NOT NULL, serial INTEGER NOT NULL,
        unclean INTEGER NOT NULL, good INTEGER NOT NULL
    );
    CREATE TABLE document (
        path TEXT PRIMARY KEY, digest TEXT NOT NULL, size INTEGER NOT NULL,
        modified INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, inode INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE feed (
        path TEXT PRIMARY KEY, kind TEXT NOT NULL, title TEXT NOT NULL,
        description TEXT NOT NULL, state TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE gone (path TEXT PRIMARY KEY, modified INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE good (path BLOB PRIMARY KEY, record BLOB NOT NULL);
    CREATE TABLE intent (path TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE refused (path TEXT PRIMARY KEY) WITHOUT ROWID
    """,
)
"""What leads from each version to the next; `modified` counts seconds since 1970, `meta.good` the
rows of `good` (counting a million takes longer than a pass)."""
VERSION = len(_MIGRATIONS)

_STATES = frozenset({"live", "emptied", "retired"})


def upgrade(connection: sqlite3.Connection, version: int) -> None:
    """Bring the tables of `version` (0: none) to this version's schema."""
    for script in _MIGRATIONS[version:]:
        for statement in script.split(";"):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def create(connection: sqlite3.Connection, history: LocalHistory) -> None:
    """Make the tables of a new ledger."""
    upgrade(connection, 0)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("INSERT INTO meta VALUES (1, ?, ?, 1, 0)", (history.ledger_id, history.serial))


def read_history(connection: sqlite3.Connection) -> LocalHistory:
    """Return what is in the tables.

    Raises:
        ValueError: something is there that feedmill never wrote.
    """
    history = LocalHistory()
    head = connection.execute("SELECT ledger_id, serial, unclean, good FROM meta").fetchone()
    if head is None:
        raise ValueError("its head is missing")
    history.ledger_id, history.serial, history.unclean, history.good = head
    for path, digest, size, modified, mtime_ns, inode in connection.execute(
        "SELECT path, digest, size, modified, mtime_ns, inode FROM document"
    ):
        history.documents[checked(path)] = Published(
            path=path, digest=Digest(digest), size=size, modified=from_seconds(modified)
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
        history.gone[checked(path)] = from_seconds(modified)
    history.intents = {checked(path) for (path,) in connection.execute("SELECT path FROM intent")}
    history.refused = {checked(path) for (path,) in connection.execute("SELECT path FROM refused")}
    return history


def write_changes(connection: sqlite3.Connection, history: LocalHistory, changes: Changes) -> None:
    """Make the rows that `changes` names equal to `history`."""
    kept: list[tuple[str, str, int, int, int, int]] = []
    for path in sorted(changes.documents | changes.touched):
        if document := history.documents.get(path):
            _, mtime_ns, inode = history.stamps[path]
            modified = to_seconds(document.modified)
            kept.append((path, document.digest, document.size, modified, mtime_ns, inode))
        else:
            connection.execute("DELETE FROM document WHERE path = ?", (path,))
    connection.executemany("INSERT OR REPLACE INTO document VALUES (?, ?, ?, ?, ?, ?)", kept)
    feeds = (history.feeds[path] for path in sorted(changes.feeds))
    connection.executemany(
        "INSERT OR REPLACE INTO feed VALUES (?, ?, ?, ?, ?)",
        [(feed.path, feed.kind, feed.title, feed.description, feed.state) for feed in feeds],
    )
    for path in sorted(changes.gone):
        if moment := history.gone.get(path):
            connection.execute("INSERT OR REPLACE INTO gone VALUES (?, ?)", (path, to_seconds(moment)))
        else:
            connection.execute("DELETE FROM gone WHERE path = ?", (path,))
    if changes.refused:
        connection.execute("DELETE FROM refused")
        connection.executemany(
            "INSERT INTO refused VALUES (?)", [(path,) for path in sorted(history.refused)]
        )


def write_good(connection: sqlite3.Connection, good: Iterable[tuple[str, bytes | None]]) -> int:
    """Keep or drop last good forms of seeds; return by how many there are more now."""
    more = 0
    for path, blob in good:
        key = to_bytes(path)
        more -= connection.execute("DELETE FROM good WHERE path = ?", (key,)).rowcount
        if blob is not None:
            connection.execute("INSERT INTO good VALUES (?, ?)", (key, blob))
            more += 1
    return more
