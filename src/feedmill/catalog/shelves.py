"""Shelves: the ordered entries of every feed, its labels and its planned changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import bindparam, delete, func, insert, select

from feedmill.catalog import schema as t
from feedmill.catalog.database import Database, chunks
from feedmill.catalog.rows import FeedRecord, MemberRow, RankedRow

_RANKED = (
    select(t.member.c.file, t.standing.c.digest, t.standing.c.updated)
    .join(t.standing, t.standing.c.file == t.member.c.file)
    .where(t.member.c.feed == bindparam("feed"))
    .order_by(t.member.c.score, t.member.c.published, t.member.c.entry_id)
    .limit(bindparam("size"))
)
_FEED_BY_KEY = select(t.feed).where(t.feed.c.kind == bindparam("kind"), t.feed.c.key == bindparam("key"))
_FEED_BY_ID = select(t.feed).where(t.feed.c.id == bindparam("feed"))
_LABELS = select(t.label.c.label, t.label.c.count).where(
    t.label.c.feed == bindparam("feed"), t.label.c.count > 0
)
_NEXT_PLAN = select(func.min(t.plan.c.at)).where(
    t.plan.c.feed == bindparam("feed"), t.plan.c.at > bindparam("after")
)


class Shelves:
    """Feeds as the catalog knows them: ids, members in order, label counts, plans."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find_feed(self, kind: str, key: str) -> FeedRecord | None:
        """Return a feed by kind and key."""
        for row in self._db.rows(_FEED_BY_KEY, {"kind": kind, "key": key}):
            return FeedRecord._make(row)
        return None

    def get_feed(self, feed: int) -> FeedRecord:
        """Return a feed by id."""
        return FeedRecord._make(self._db.rows(_FEED_BY_ID, {"feed": feed})[0])

    def feeds(self) -> Iterator[FeedRecord]:
        """Yield every feed that has, or had, members."""
        for row in self._db.rows(select(t.feed)):
            yield FeedRecord._make(row)

    def next_feed_id(self) -> int:
        """Return an id that no feed has."""
        return int(self._db.scalar(select(func.max(t.feed.c.id))) or 0) + 1

    def put_feeds(self, new: Sequence[FeedRecord], changed: Sequence[FeedRecord]) -> None:
        """Insert and replace feeds."""
        if changed:
            self._db.delete(t.feed, "id", [row.id for row in changed])
        rows = [*new, *changed]
        if rows:
            self._db.run(insert(t.feed), [row._asdict() for row in rows])

    def labels(self, feed: int) -> list[tuple[str, int]]:
        """Return how often each label of a term is used among eligible seeds."""
        return [(row[0], row[1]) for row in self._db.rows(_LABELS, {"feed": feed})]

    def label_counts(self, feed: int, labels: Sequence[str]) -> dict[str, int]:
        """Return the counts of the given labels of a term."""
        found: dict[str, int] = {}
        for chunk in chunks(labels):
            statement = select(t.label.c.label, t.label.c.count).where(
                t.label.c.feed == feed, t.label.c.label.in_(chunk)
            )
            found.update((row[0], row[1]) for row in self._db.rows(statement))
        return found

    def put_labels(self, feed: int, counts: Mapping[str, int], *, fresh: bool) -> None:
        """Replace the counts of the given labels of a term; `fresh`: it has none yet."""
        for chunk in chunks([] if fresh else list(counts)):
            self._db.run(delete(t.label).where(t.label.c.feed == feed, t.label.c.label.in_(chunk)))
        rows = [{"feed": feed, "label": label, "count": n} for label, n in counts.items() if n > 0]
        if rows:
            self._db.run(insert(t.label), rows)

    def put_members(self, rows: Sequence[MemberRow]) -> None:
        """Store memberships."""
        if rows:
            self._db.run(insert(t.member), [row._asdict() for row in rows])

    def members_of(self, ids: Sequence[int]) -> list[MemberRow]:
        """Return every membership of the given files."""
        found: list[MemberRow] = []
        for chunk in chunks(ids):
            found += [
                MemberRow._make(r) for r in self._db.rows(select(t.member).where(t.member.c.file.in_(chunk)))
            ]
        return found

    def drop_members(self, ids: Sequence[int]) -> None:
        """Forget every membership of the given files."""
        self._db.delete(t.member, "file", ids)

    def ranked(self, feed: int, size: int) -> list[RankedRow]:
        """Return the first `size` entries of a feed, in its order: an index range, never a scan."""
        return [RankedRow._make(row) for row in self._db.rows(_RANKED, {"feed": feed, "size": size})]

    def rank(self, place: MemberRow) -> int:
        """Return how many entries come before `place` in its feed."""
        m = t.member.c
        before = (m.score < place.score) | (
            (m.score == place.score)
            & (
                (m.published < place.published)
                | ((m.published == place.published) & (m.entry_id < place.entry_id))
            )
        )
        statement = select(func.count()).select_from(t.member).where(m.feed == place.feed, before)
        return int(self._db.scalar(statement) or 0)

    def put_plans(self, rows: Sequence[tuple[int, int, int]]) -> None:
        """Store (feed id, instant, file id): when a feed is planned to change."""
        if rows:
            self._db.run(insert(t.plan), [{"feed": feed, "at": at, "file": file} for feed, at, file in rows])

    def next_plan(self, feed: int, after: int) -> int | None:
        """Return when the feed is next planned to change."""
        found: int | None = self._db.scalar(_NEXT_PLAN, {"feed": feed, "after": after})
        return found

    def planned(self, after: int, until: int) -> list[int]:
        """Return the feeds with a planned change in (`after`, `until`]."""
        statement = select(t.plan.c.feed).where(t.plan.c.at > after, t.plan.c.at <= until).distinct()
        return [row[0] for row in self._db.rows(statement)]

    def next_plans(self, after: int) -> dict[int, int]:
        """Return the next planned change of every feed that has one."""
        statement = (
            select(t.plan.c.feed, func.min(t.plan.c.at)).where(t.plan.c.at > after).group_by(t.plan.c.feed)
        )
        return dict(self._db.rows(statement))
