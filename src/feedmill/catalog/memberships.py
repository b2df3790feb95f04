"""Memberships: the ordered entries of every feed, its labels and its planned changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import bindparam, delete, func, select, tuple_, update

from feedmill.catalog import schema as t
from feedmill.catalog.database import Database, among
from feedmill.catalog.rows import FeedRecord, MemberRow, RankedRow

_RANKED = (
    select(t.member.c.file, t.standing.c.digest, t.standing.c.updated)
    .join(t.standing, t.standing.c.file == t.member.c.file)
    .where(t.member.c.feed == bindparam("feed"))
    .order_by(t.member.c.score, t.member.c.published, t.member.c.entry_id)
    .limit(bindparam("size"))
)
_FEED_BY_KEY = select(t.feed).where(t.feed.c.kind == bindparam("kind"), t.feed.c.key == bindparam("key"))
_FEEDS = select(t.feed)
_LAST_FEED = select(func.max(t.feed.c.id))
_FEED_BY_ID = select(t.feed).where(t.feed.c.id == bindparam("feed"))
_LABELS = select(t.label.c.label, t.label.c.count).where(
    t.label.c.feed == bindparam("feed"), t.label.c.count > 0
)
_CHANGE_FEEDS = (
    update(t.feed)
    .where(t.feed.c.id == bindparam("number"))
    .values({name: bindparam(f"new_{name}") for name in ("total", "title", "updated", "digest", "printed")})
)
_LABEL_COUNTS = select(t.label.c.label, t.label.c.count).where(
    t.label.c.feed == bindparam("feed"), among(t.label.c.label)
)
_DROP_LABELS = delete(t.label).where(t.label.c.feed == bindparam("feed"), among(t.label.c.label))
_MEMBERS = select(t.member).where(among(t.member.c.file))
_DROP_MEMBERS = delete(t.member).where(among(t.member.c.file))
_ALL_NEXT_PLANS = (
    select(t.plan.c.feed, func.min(t.plan.c.at))
    .where(t.plan.c.at > bindparam("after"))
    .group_by(t.plan.c.feed)
)
_NEXT_PLANS = _ALL_NEXT_PLANS.where(among(t.plan.c.feed))
_PLANNED_FOR = select(t.plan.c.feed).where(among(t.plan.c.file)).distinct()
_PLANNED = (
    select(t.plan.c.feed)
    .where(t.plan.c.at > bindparam("after"), t.plan.c.at <= bindparam("until"))
    .distinct()
)
_RANK = (
    select(func.count())
    .select_from(t.member)
    .where(
        t.member.c.feed == bindparam("feed"),
        tuple_(t.member.c.score, t.member.c.published, t.member.c.entry_id)
        < tuple_(bindparam("score"), bindparam("published"), bindparam("entry_id")),
    )
)


class Memberships:
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
        for row in self._db.rows(_FEEDS):
            yield FeedRecord._make(row)

    def next_feed_id(self) -> int:
        """Return an id that no feed has."""
        return int(self._db.scalar(_LAST_FEED) or 0) + 1

    def put_feeds(self, rows: Sequence[FeedRecord]) -> None:
        """Store new feeds."""
        self._db.put(t.feed, rows)

    def change_feeds(self, rows: Sequence[FeedRecord]) -> None:
        """Replace what is known of feeds."""
        if rows:
            self._db.run(
                _CHANGE_FEEDS,
                [
                    {
                        "number": row.id,
                        "new_total": row.total,
                        "new_title": row.title,
                        "new_updated": row.updated,
                        "new_digest": row.digest,
                        "new_printed": row.printed,
                    }
                    for row in rows
                ],
            )

    def labels(self, feed: int) -> list[tuple[str, int]]:
        """Return how often each label of a term is used among eligible seeds."""
        return [(row[0], row[1]) for row in self._db.rows(_LABELS, {"feed": feed})]

    def label_counts(self, feed: int, labels: Sequence[str]) -> dict[str, int]:
        """Return the counts of the given labels of a term."""
        return dict(self._db.rows_in(_LABEL_COUNTS, labels, feed=feed))

    def put_labels(self, feed: int, counts: Mapping[str, int], *, fresh: bool) -> None:
        """Replace the counts of the given labels of a term; `fresh`: it has none yet."""
        if not fresh:
            self._db.run_in(_DROP_LABELS, list(counts), feed=feed)
        self._db.put(t.label, [(feed, label, n) for label, n in counts.items() if n > 0])

    def put_members(self, rows: Sequence[MemberRow]) -> None:
        """Store memberships."""
        self._db.put(t.member, rows)

    def members_of(self, ids: Sequence[int]) -> list[MemberRow]:
        """Return every membership of the given files."""
        return [MemberRow._make(row) for row in self._db.rows_in(_MEMBERS, ids)]

    def drop_members(self, ids: Sequence[int]) -> None:
        """Forget every membership of the given files."""
        self._db.run_in(_DROP_MEMBERS, ids)

    def ranked(self, feed: int, size: int) -> list[RankedRow]:
        """Return the first `size` entries of a feed, in its order: an index range, never a scan."""
        return [RankedRow._make(row) for row in self._db.rows(_RANKED, {"feed": feed, "size": size})]

    def rank(self, place: MemberRow) -> int:
        """Return how many entries come before `place` in its feed."""
        return int(self._db.scalar(_RANK, place._asdict()))

    def put_plans(self, rows: Sequence[tuple[int, int, int]]) -> None:
        """Store (feed id, instant, file id): when a feed is planned to change."""
        self._db.put(t.plan, rows)

    def planned_for(self, files: Sequence[int]) -> list[int]:
        """Return the feeds that are planned to change with the given files."""
        return [row[0] for row in self._db.rows_in(_PLANNED_FOR, files)]

    def planned(self, after: int, until: int) -> list[int]:
        """Return the feeds with a planned change in (`after`, `until`]."""
        return [row[0] for row in self._db.rows(_PLANNED, {"after": after, "until": until})]

    def next_plans(self, after: int, feeds: Sequence[int] | None = None) -> dict[int, int]:
        """Return the next planned change of every feed (or of `feeds`) that has one."""
        if feeds is None:
            return dict(self._db.rows(_ALL_NEXT_PLANS, {"after": after}))
        return dict(self._db.rows_in(_NEXT_PLANS, feeds, after=after))
