"""History between the database and a backup file."""

from __future__ import annotations

from collections.abc import Iterator

from feedmill.model.filename import to_bytes, to_text
from feedmill.model.instant import to_seconds
from feedmill.store.history import History
from feedmill.store.local.backup import Backup, Whose, whose_good
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


def write_history(database: Database, backup: Backup) -> int:
    """Have the backup's history instead of what is there, in one transaction; the caller leads.

    A document whose bytes are there already keeps them; the next pass makes the others. Feeds that the
    backup does not know of stay feeds, live or retired. Returns how many last good forms there are now.
    """
    history = backup.history
    with database.transaction():
        [(ledger_id, serial)] = database.rows("SELECT ledger_id, serial FROM feedmill_head FOR UPDATE")
        whose = whose_good(history, ledger_id, serial)
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
        database.rows("DELETE FROM feedmill_seeds")
        database.rows("DELETE FROM feedmill_feed WHERE path = ANY(%s::text[])", (list(history.feeds),))
        known_paths = [*history.gone, *history.documents]
        database.rows("DELETE FROM feedmill_gone WHERE path = ANY(%s::text[])", (known_paths,))
        database.copy("feedmill_feed", _FEED, _feeds(history))
        gone = ((path, to_seconds(at)) for path, at in history.gone.items())
        database.copy("feedmill_gone", {"path": "text", "modified": "int8"}, gone)
        good = _choose_good(database, backup, whose)
        database.rows(
            "UPDATE feedmill_head SET ledger_id = %s, serial = %s, good = %s, feeds_at = %s, gone_at = %s,"
            " removed_at = %s, prints = '', seeds = ''",
            (history.ledger_id, serial, good, serial, serial, serial),
        )
    return good


def _choose_good(database: Database, backup: Backup, whose: Whose) -> int:
    """Have the last good forms that count; return how many they are."""
    page: list[Row] = []
    for path, record in backup.good():
        page.append((to_bytes(path), record))
        if len(page) == _BATCH:
            database.copy("staged_good", _GOOD, page)
            page = []
    database.copy("staged_good", _GOOD, page)
    if whose == "backup":
        database.rows("DELETE FROM feedmill_good")
        database.rows("INSERT INTO feedmill_good SELECT path, record FROM staged_good")
    elif whose == "both":
        database.rows(
            "DELETE FROM feedmill_good AS known WHERE NOT EXISTS (SELECT 1 FROM staged_good AS past"
            " WHERE past.path = known.path AND past.record = known.record)"
        )
    return int(database.rows("SELECT count(*) FROM feedmill_good")[0][0])


def _documents(history: History) -> Iterator[Row]:
    for one in history.documents.values():
        yield one.path, one.digest, one.size, to_seconds(one.modified)


def _feeds(history: History) -> Iterator[Row]:
    for feed in history.feeds.values():
        yield feed.path, feed.kind, feed.title, feed.description, feed.state
