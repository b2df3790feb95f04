"""One publication in the database: staged by COPY, committed in one transaction that also moves the head."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

from feedmill.errors import PublishError
from feedmill.model.artifact import Artifact, Published, checked, digest
from feedmill.model.instant import Instant, to_seconds
from feedmill.store.history import History
from feedmill.store.port import Committed, FeedMemory
from feedmill.store.postgres.database import Database
from feedmill.store.postgres.published_tables import PublishedTables
from feedmill.store.postgres.staging import Staging
from feedmill.store.postgres.wishes import Difference, Wishes, after, difference


class PostgresPublication:
    """A `Publication` in the database, as the port promises."""

    def __init__(self, store: PublishedTables, now: Instant) -> None:
        self._store = store
        self._now = now
        self._wishes = Wishes()
        self._staging = Staging(store.writer)
        self._prints = ""
        self._seeds: Callable[[], str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.discard()

    def discard(self) -> None:
        self._staging.discard()

    def add(self, artifact: Artifact) -> bool:
        """Want `artifact` published; nothing foreign is ever in the way."""
        path = checked(artifact.path)
        self._wishes.forget(path)
        body, known = digest(artifact.body), self._store.history.documents.get(path)
        if known is not None and known.digest == body and path not in self._store.suspects:
            self._wishes.unchanged.add(path)
            return True
        document = Published(
            path=path,
            digest=body,
            size=len(artifact.body),
            modified=self._store.history.last_modified(path, body, self._now),
        )
        self._wishes.added[path] = document, self._stage(document, artifact.body)
        return True

    def _stage(self, document: Published, body: bytes) -> int:
        self._store.bodies.put(document.digest, body)
        return self._staging.document(document, body)

    def published(self, path: str) -> bytes | None:
        known = self._store.history.documents.get(path)
        return self._store.body(path, known.digest) if known is not None else None

    def remove(self, path: str) -> None:
        self._wishes.forget(checked(path))
        self._wishes.removed[path] = False

    def retire(self, path: str) -> None:
        self._wishes.forget(checked(path))
        self._wishes.removed[path] = True

    def plan(self, path: str, change: Instant | None) -> None:
        """Say when the document `path` is going to change by itself (kept in memory: every node plans)."""
        self._wishes.plans[path] = change

    def remember_feed(self, feed: FeedMemory) -> None:
        self._wishes.feeds[checked(feed.path)] = feed

    def keep_good(self, path: str, blob: bytes) -> None:
        self._staging.good(path, blob)

    def drop_good(self, path: str) -> None:
        self._staging.good(path, None)

    def made_from(self, prints: str, seeds: Callable[[], str]) -> None:
        self._prints, self._seeds = prints, seeds

    def commit(self) -> Committed:
        """Make everything visible and durable at once.

        Raises:
            PublishError: the database cannot do it, or another node leads now. Nothing was changed, or all of
                it where the connection was lost in the last moment; the next publication finds out.
        """
        store, wishes = self._store, self._wishes
        change = difference(store.history, wishes, self._now)
        new = after(store.history, wishes, change)
        seeds = self._seeds() if self._seeds is not None else None
        made = None if seeds is None else f"{self._prints} {seeds}"
        documents = bool(wishes.added or change.removed or change.gone or change.feeds)
        try:
            if documents or self._staging.has_good or made not in (None, store.lead.recorded):
                self._write(change, new, seeds, documents=documents)
        finally:
            self.discard()
        if made is not None:
            store.lead.trusted, store.lead.recorded = True, made
        store.took(new, wishes.added)
        store.lead.highest = max(store.lead.highest, new.serial)
        return Committed(written=tuple(wishes.added), unchanged=len(wishes.unchanged), removed=change.removed)

    def _write(self, change: Difference, new: History, seeds: str | None, *, documents: bool) -> None:
        store, database = self._store, self._store.writer
        self._staging.flush()
        head = database.rows(
            "SELECT serial, good, seeds, prints FROM feedmill_head WHERE epoch = %s FOR UPDATE",
            (store.lead.epoch,),
        )
        if not head or head[0][0] != store.history.serial:
            store.stale = True
            raise PublishError("another node leads now: nothing was published here")
        serial, good, known, prints = head[0]
        more, changed = _write_good(database)
        seeds = known if seeds is None else seeds
        if not (documents or changed or known != seeds or self._prints not in ("", prints)):
            return
        new.good = good + more
        new.serial = max(serial, store.lead.highest) + 1 if documents or changed else serial
        _write_documents(database, self._wishes, change, new.serial)
        _write_rest(database, change)
        store.stale = True  # until it is known that the transaction was committed
        self._move_head(change, new, seeds)
        database.commit()
        store.stale = False

    def _move_head(self, change: Difference, new: History, seeds: str) -> None:
        """Move the head, if it is still under our epoch: who lost the lead commits nothing."""
        database, lead = self._store.writer, self._store.lead
        if seeds:
            database.rows(
                "INSERT INTO feedmill_seeds VALUES (%s, %s)"
                " ON CONFLICT (digest) DO UPDATE SET serial = excluded.serial",
                (seeds, new.serial),
            )
        moved = {
            "feeds_at": bool(change.feeds),
            "gone_at": bool(change.gone or change.revived),
            "removed_at": bool(change.removed),
        }
        columns = "".join(f", {name} = {new.serial:d}" for name, changed in moved.items() if changed)
        done = database.change(
            "UPDATE feedmill_head SET serial = %s, good = %s, seeds = %s,"
            f" prints = coalesce(nullif(%s, ''), prints){columns} WHERE epoch = %s",
            (new.serial, new.good, seeds, self._prints, lead.epoch),
        )
        assert done == 1, "the head was locked"
        database.rows("SELECT pg_notify('feedmill', %s)", (str(new.serial),))


def _write_documents(database: Database, wishes: Wishes, change: Difference, serial: int) -> None:
    if wishes.added:
        database.rows(
            "INSERT INTO feedmill_document (path, digest, size, modified, serial, body)"
            " SELECT path, digest, size, modified, %s, body FROM staged_document WHERE number = ANY(%s)"
            " ON CONFLICT (path) DO UPDATE SET digest = excluded.digest, size = excluded.size,"
            " modified = excluded.modified, serial = excluded.serial, body = excluded.body",
            (serial, [number for _, number in wishes.added.values()]),
        )
    if change.removed:
        database.rows("DELETE FROM feedmill_document WHERE path = ANY(%s)", (list(change.removed),))


def _write_rest(database: Database, change: Difference) -> None:
    if change.revived:
        database.rows("DELETE FROM feedmill_gone WHERE path = ANY(%s)", (list(change.revived),))
    if change.gone:
        database.rows(
            "INSERT INTO feedmill_gone SELECT * FROM unnest(%s::text[], %s::bigint[])"
            " ON CONFLICT (path) DO UPDATE SET modified = excluded.modified",
            (list(change.gone), [to_seconds(at) for at in change.gone.values()]),
        )
    if change.feeds:
        rows = ((one.path, one.kind, one.title, one.description, one.state) for one in change.feeds)
        database.rows(
            "INSERT INTO feedmill_feed"
            " SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[])"
            " ON CONFLICT (path) DO UPDATE SET kind = excluded.kind, title = excluded.title,"
            " description = excluded.description, state = excluded.state",
            [list(column) for column in zip(*rows, strict=True)],
        )


def _write_good(database: Database) -> tuple[int, bool]:
    """Keep and drop last good forms; return by how many there are more now, and whether any changed."""
    last = "(SELECT DISTINCT ON (path) path, record FROM staged_good ORDER BY path, number DESC) AS last"
    same = "kept.path = last.path"
    dropped = database.change(
        f"DELETE FROM feedmill_good AS kept USING {last} WHERE {same} AND last.record IS NULL"
    )
    changed = database.change(
        f"UPDATE feedmill_good AS kept SET record = last.record FROM {last}"
        f" WHERE {same} AND kept.record <> last.record"
    )
    added = database.change(
        f"INSERT INTO feedmill_good SELECT path, record FROM {last} WHERE record IS NOT NULL"
        " ON CONFLICT (path) DO NOTHING"
    )
    return added - dropped, bool(dropped or changed or added)
