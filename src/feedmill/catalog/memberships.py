"""Memberships: the ordered entries of every feed, its labels and its planned changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from feedmill.catalog.database import Database
from feedmill.catalog.rows import FeedRecord, MemberRow, RankedRow

_RANKED = """
    SELECT member.file, digest, updated FROM member JOIN state ON state.file = member.file
    WHERE feed = ? ORDER BY score, member.published, member.entry_id LIMIT ?
"""
_RANK = """
    SELECT count(*) FROM member WHERE feed = ? AND (score, published, entry_id) < (?, ?, ?)
"""
_CHANGE_FEEDS = "UPDATE feed SET total = ?, title = ?, updated = ?, digest = ?, printed = ? WHERE id = ?"
_ALL_NEXT_PLANS = "SELECT feed, min(at) FROM plan WHERE at > ? GROUP BY feed"
_NEXT_PLANS = "SELECT feed, min(at) FROM plan WHERE at > ? AND feed IN ({keys}) GROUP BY feed"


class Memberships:
    """Feeds as the catalog knows them: ids, members in order, label counts, plans."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find_feed(self, kind: str, key: str) -> FeedRecord | None:
        """Return a feed by kind and key."""
        for row in self._db.rows("SELECT * FROM feed WHERE kind = ? AND key = ?", (kind, key)):
            return FeedRecord._make(row)
        return None

    def get_feed(self, feed: int) -> FeedRecord:
        """Return a feed by id."""
        return FeedRecord._make(self._db.rows("SELECT * FROM feed WHERE id = ?", (feed,))[0])

    def feeds(self) -> Iterator[FeedRecord]:
        """Yield every feed that has, or had, members."""
        for row in self._db.rows("SELECT * FROM feed"):
            yield FeedRecord._make(row)

    def next_feed_id(self) -> int:
        """Return an id that no feed has."""
        return int(self._db.scalar("SELECT max(id) FROM feed") or 0) + 1

    def put_feeds(self, rows: Sequence[FeedRecord]) -> None:
        """Store new feeds."""
        self._db.put("feed", rows)

    def change_feeds(self, rows: Sequence[FeedRecord]) -> None:
        """Replace what is known of feeds."""
        self._db.run_each(_CHANGE_FEEDS, [(*row[3:], row.id) for row in rows])

    def labels(self, feed: int) -> list[tuple[str, int]]:
        """Return how often each label of a term is used among eligible seeds."""
        return self._db.rows("SELECT label, count FROM label WHERE feed = ? AND count > 0", (feed,))

    def label_counts(self, feed: int, labels: Sequence[str]) -> dict[str, int]:
        """Return the counts of the given labels of a term."""
        counts = "SELECT label, count FROM label WHERE feed = ? AND label IN ({keys})"
        return dict(self._db.rows_in(counts, labels, feed))

    def put_labels(self, feed: int, counts: Mapping[str, int], *, fresh: bool) -> None:
        """Replace the counts of the given labels of a term; `fresh`: it has none yet."""
        if not fresh:
            self._db.run_in("DELETE FROM label WHERE feed = ? AND label IN ({keys})", list(counts), feed)
        self._db.put("label", [(feed, label, n) for label, n in counts.items() if n > 0])

    def put_members(self, rows: Sequence[MemberRow]) -> None:
        """Store memberships."""
        self._db.put("member", rows)

    def members_of(self, ids: Sequence[int]) -> list[MemberRow]:
        """Return every membership of the given files."""
        found = self._db.rows_in("SELECT * FROM member WHERE file IN ({keys})", ids)
        return [MemberRow._make(row) for row in found]

    def drop_members(self, ids: Sequence[int]) -> None:
        """Forget every membership of the given files."""
        self._db.run_in("DELETE FROM member WHERE file IN ({keys})", ids)

    def ranked(self, feed: int, size: int) -> list[RankedRow]:
        """Return the first `size` entries of a feed, in its order: an index range, never a scan."""
        return [RankedRow._make(row) for row in self._db.rows(_RANKED, (feed, size))]

    def rank(self, place: MemberRow) -> int:
        """Return how many entries come before `place` in its feed."""
        return int(self._db.scalar(_RANK, place[:4]))

    def put_plans(self, rows: Sequence[tuple[int, int, int]]) -> None:
        """Store (feed id, instant, file id): when a feed is planned to change."""
        self._db.put("plan", rows)

    def planned_for(self, files: Sequence[int]) -> list[int]:
        """Return the feeds that are planned to change with the given files."""
        found = self._db.rows_in("SELECT DISTINCT feed FROM plan WHERE file IN ({keys})", files)
        return [row[0] for row in found]

    def planned(self, after: int, until: int) -> list[int]:
        """Return the feeds with a planned change in (`after`, `until`]."""
        found = self._db.rows("SELECT DISTINCT feed FROM plan WHERE at > ? AND at <= ?", (after, until))
        return [row[0] for row in found]

    def next_plans(self, after: int, feeds: Sequence[int] | None = None) -> dict[int, int]:
        """Return the next planned change of every feed (or of `feeds`) that has one."""
        if feeds is None:
            return dict(self._db.rows(_ALL_NEXT_PLANS, (after,)))
        return dict(self._db.rows_in(_NEXT_PLANS, feeds, after))
