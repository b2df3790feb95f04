"""History between the database and a backup file."""

from __future__ import annotations

from collections.abc import Iterator

from feedmill.model.filename import to_bytes, to_text
from feedmill.model.instant import to_seconds
from feedmill.store.history import History
from feedmill.store.local.backup import Backup
from feedmill.store.postgres.database import Database, Row
from feedmill.store.postgres.schema import STAGED_DOCUMENT

_BATCH = 500
_FEED = dict.fromkeys(("path", "kind", "title", "description", "state"), "text")
_GOOD = {"path": "bytea", "record": "bytea"}


def read_good(database: Database) -> Iterator[tuple[str, bytes]]:
    """Yield all last good forms, page by page; within a snapshot of one state."""
    last = b""
    while rows := database.rows(
        "SELECT path, record FROM feedmill_good WHERE path > %s ORDER BY path LIMIT %s", (last, _BATCH)
    ):
        yield from ((to_text(path), record) for path, record in rows)
        last = rows[-1][0]


def write_history(database: Database, backup: Backup) -> None:
    """Have the backup's history instead of what is there, in one transaction; the caller leads.

    A document whose bytes are there already keeps them; the next pass makes the others.
    """
    history = backup.history
    with database.transaction():
        [(serial,)] = database.rows("SELECT serial FROM feedmill_head FOR UPDATE")
        serial = max(serial, history.serial) + 1
        known = {name: STAGED_DOCUMENT[name] for name in ("path", "digest", "size", "modified")}
        database.copy("staged_document", known, _documents(history))
        database.rows("DELETE FROM feedmill_document WHERE path NOT IN (SELECT path FROM staged_document)")
        database.rows(
            "INSERT INTO feedmill_document AS kept (path, digest, size, modified, serial)"
            " SELECT path, digest, size, modified, %s FROM staged_document"
            " ON CONFLICT (path) DO UPDATE SET digest = excluded.digest, size = excluded.size,"
            " modified = excluded.modified, serial = excluded.serial,"
            " body = CASE WHEN kept.digest = excluded.digest THEN kept.body END",
            (serial,),
        )
        for table in ("feed", "gone", "good", "seeds"):
            database.rows(f"DELETE FROM feedmill_{table}")
        database.copy("feedmill_feed", _FEED, _feeds(history))
        gone = ((path, to_seconds(at)) for path, at in history.gone.items())
        database.copy("feedmill_gone", {"path": "text", "modified": "int8"}, gone)
        page: list[Row] = []
        for path, record in backup.good():
            page.append((to_bytes(path), record))
            if len(page) == _BATCH:
                database.copy("feedmill_good", _GOOD, page)
                page = []
        database.copy("feedmill_good", _GOOD, page)
        database.rows(
            "UPDATE feedmill_head SET ledger_id = %s, serial = %s, good = %s, feeds_at = %s, gone_at = %s,"
            " removed_at = %s, prints = '', seeds = ''",
            (history.ledger_id, serial, history.good, serial, serial, serial),
        )


def _documents(history: History) -> Iterator[Row]:
    for one in history.documents.values():
        yield one.path, one.digest, one.size, to_seconds(one.modified)


def _feeds(history: History) -> Iterator[Row]:
    for feed in history.feeds.values():
        yield feed.path, feed.kind, feed.title, feed.description, feed.state
