"""Reading what is published: all of it, or what came since."""

from __future__ import annotations

from feedmill.model.artifact import Digest, Published
from feedmill.model.instant import from_seconds
from feedmill.store.history import History
from feedmill.store.port import FeedMemory
from feedmill.store.postgres.database import Database
from feedmill.store.postgres.schema import version_of


def read_history(database: Database, known: History | None = None, *, whole: bool = False) -> History:
    """Return what is published, in one snapshot; of what is `known` already only the difference is read.

    But all of it where `whole` is asked for: the database may have gone back to an earlier state. Planned
    changes are no part of it: they are taken over from what is known.

    Raises:
        PublishError: the database cannot be read, or a newer feedmill made it.
    """
    with database.transaction(snapshot=True):
        return read_within(database, known, whole=whole)


def read_within(database: Database, known: History | None = None, *, whole: bool = False) -> History:
    """Do the same within a snapshot."""
    if not version_of(database):
        return History()
    ledger_id, serial, good, feeds_at, gone_at, removed_at = database.rows(
        "SELECT ledger_id, serial, good, feeds_at, gone_at, removed_at FROM feedmill_head"
    )[0]
    old = known if known is not None and known.ledger_id == ledger_id else History(serial=-1)
    if old.serial == serial and not whole:
        return old
    since = -1 if whole or old.serial > serial else old.serial
    history = History(ledger_id=ledger_id, serial=serial, good=good, feeds=old.feeds, gone=old.gone)
    if removed_at <= since:
        history.documents.update(old.documents)
    _read_documents(database, history, since if removed_at <= since else -1, old)
    if feeds_at > since:
        history.feeds = _read_feeds(database)
    if gone_at > since:
        rows = database.rows("SELECT path, modified FROM feedmill_gone")
        history.gone = {path: from_seconds(modified) for path, modified in rows}
    return history


def _read_documents(database: Database, history: History, since: int, old: History) -> None:
    for path, digest, size, modified in database.rows(
        "SELECT path, digest, size, modified FROM feedmill_document WHERE serial > %s ORDER BY path", (since,)
    ):
        before = old.documents.get(path)
        history.documents[path] = Published(
            path=path,
            digest=Digest(digest),
            size=size,
            modified=from_seconds(modified),
            next_change=before.next_change if before is not None else None,
        )


def _read_feeds(database: Database) -> dict[str, FeedMemory]:
    rows = database.rows("SELECT path, kind, title, description, state FROM feedmill_feed")
    return {
        path: FeedMemory(path=path, kind=kind, title=title, description=description, state=state)
        for path, kind, title, description, state in rows
    }
