"""Memberships: the ordered entries of every feed, its labels and its planned changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from feedmill.catalog.database import KEYS, Database, keys
from feedmill.catalog.rows import FeedRecord, RankedRow
from feedmill.model.state import Place
from feedmill.model.taxonomy import FeedKey, Kind

_PLACES = f"""
    SELECT key, score, published, entry_id, file, label FROM member JOIN feed ON id = feed
    WHERE file IN {KEYS}
"""
_RANKED = """
    SELECT member.file, digest, updated FROM member JOIN state ON state.file = member.file
    WHERE feed = ? ORDER BY score, member.published, member.entry_id LIMIT ?
"""
_BETWEEN = """
    SELECT member.file, digest, updated FROM member JOIN state ON state.file = member.file
    WHERE feed = ? AND score = 0 AND member.published > ? AND member.published <= ?
    ORDER BY member.published, member.entry_id
"""
_NEWEST_BEFORE = "SELECT min(published) FROM member WHERE feed = ? AND score = 0 AND published > ?"
_OLDEST_FROM = "SELECT max(published) FROM member WHERE feed = ? AND score = 0 AND published <= ?"
_COUNT_FROM = "SELECT count(*) FROM member WHERE feed = ? AND score = 0 AND published <= ?"
_WITH_MEMBERS = """
    SELECT key FROM feed WHERE total > 0 AND EXISTS (
        SELECT 1 FROM member WHERE feed = id AND score = 0 AND published > ? AND published <= ?
    )
"""
_CHANGING = """
    SELECT member.published, min(at) FROM event JOIN member ON event.file = member.file
    WHERE event.feed = ? AND member.feed = ? AND at > ? GROUP BY member.published
"""
_RANK = "SELECT count(*) FROM member WHERE feed = ? AND (score, published, entry_id) < (?, ?, ?)"
_COUNT = "UPDATE feed SET total = total + ? WHERE id = ?"
_COUNT_LABEL = """
    INSERT INTO label VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count
"""
_CHANGE = "UPDATE feed SET title = ?, updated = ?, digest = ?, printed = ? WHERE id = ?"
_NEXT_PLANS = """
    SELECT key, min(at) FROM feed LEFT JOIN event ON feed = id AND at > ? WHERE (total > 0 OR key = 'all/')
"""
_PLANNED = "SELECT DISTINCT key FROM event JOIN feed ON id = feed WHERE feed > 0 AND"


class Memberships:
    """Feeds as the catalog knows them: members in order, label counts, plans."""

    def __init__(self, database: Database) -> None:
        self._db = database

    # Feeds

    def find(self, feeds: Iterable[FeedKey]) -> dict[FeedKey, FeedRecord]:
        """Return those of the given feeds that have, or had, members."""
        rows = self._db.rows(f"SELECT * FROM feed WHERE key IN {KEYS}", (keys(map(_name, feeds)),))
        return {record.key: record for record in map(_record, rows)}

    def feeds(self) -> list[FeedRecord]:
        """Return every feed that has, or had, members."""
        return [_record(row) for row in self._db.rows("SELECT * FROM feed")]

    def add(self, feeds: Sequence[FeedKey]) -> dict[FeedKey, int]:
        """Store new feeds, without members yet, and return their ids."""
        if not feeds:
            return {}
        first = int(self._db.scalar("SELECT max(id) FROM feed") or 0) + 1
        found = {key: number for number, key in enumerate(feeds, first)}
        self._db.put("feed", [(number, _name(key), 0, "", 0, None, None) for key, number in found.items()])
        return found

    def change(self, records: Sequence[FeedRecord]) -> None:
        """Replace what is known of feeds, but for the number of their members."""
        self._db.run_each(_CHANGE, [(*record[3:], record.id) for record in records])

    def count(self, totals: Mapping[int, int], labels: Sequence[tuple[int, str, int]]) -> None:
        """Add to the numbers of members, and of uses of labels (feed, label, by how much)."""
        self._db.run_each(_COUNT, [(step, feed) for feed, step in totals.items() if step])
        self._db.run_each(_COUNT_LABEL, [row for row in labels if row[2]])

    def labels(self, feeds: Sequence[int]) -> dict[int, list[tuple[str, int]]]:
        """Return how often each label of the given terms is used among eligible seeds."""
        found: dict[int, list[tuple[str, int]]] = {}
        used = f"SELECT feed, label, count FROM label WHERE count > 0 AND feed IN {KEYS}"
        for feed, label, count in self._db.rows(used, (keys(feeds),)):
            found.setdefault(feed, []).append((label, count))
        return found

    # Members

    def put(self, places: Iterable[Place], ids: Mapping[FeedKey, int]) -> None:
        """Store the places of entries; `ids` are those of their feeds."""
        self._db.put(
            "member",
            [
                (ids[feed], -score, -published, entry_id, file, label)
                for feed, score, published, entry_id, file, label in places
            ],
        )

    def places(self, files: Sequence[int]) -> dict[int, list[Place]]:
        """Return the places of the given files' entries."""
        found: dict[int, list[Place]] = {}
        for name, score, published, entry_id, file, label in self._db.rows(_PLACES, (keys(files),)):
            place = Place(_key(name), -score, -published, entry_id, file, label)
            found.setdefault(file, []).append(place)
        return found

    def drop(self, files: Sequence[int]) -> None:
        """Forget the places of the given files' entries."""
        if files:
            self._db.run(f"DELETE FROM member WHERE file IN {KEYS}", (keys(files),))

    def ranked(self, feed: int, size: int) -> list[RankedRow]:
        """Return the first `size` entries of a feed, in its order: an index range, never a scan."""
        return [RankedRow._make(row) for row in self._db.rows(_RANKED, (feed, size))]

    def rank(self, feed: int, place: Place) -> int:
        """Return how many entries come before `place` in its feed."""
        return int(self._db.scalar(_RANK, (feed, -place.score, -place.published, place.entry_id)))

    # Members by their time of publication, of feeds in order of time: their score is 0

    def between(self, feed: int, start: int, end: int) -> list[RankedRow]:
        """Return the entries published from `start` until before `end`, in the feed's order."""
        return [RankedRow._make(row) for row in self._db.rows(_BETWEEN, (feed, -end, -start))]

    def newest_before(self, feed: int, at: int) -> int | None:
        """Return the last publication before an instant."""
        found = self._db.scalar(_NEWEST_BEFORE, (feed, -at))
        return None if found is None else -int(found)

    def oldest_from(self, feed: int, at: int) -> int | None:
        """Return the first publication at an instant or after it."""
        found = self._db.scalar(_OLDEST_FROM, (feed, -at))
        return None if found is None else -int(found)

    def count_from(self, feed: int, at: int) -> int:
        """Return how many entries were published at an instant or after it."""
        return int(self._db.scalar(_COUNT_FROM, (feed, -at)))

    def published_between(self, start: int, end: int) -> list[FeedKey]:
        """Return the feeds with entries published from `start` until before `end`."""
        return [_key(row[0]) for row in self._db.rows(_WITH_MEMBERS, (-end, -start))]

    def changing(self, feed: int, after: int) -> list[tuple[int, int]]:
        """Return (publication, next planned change after an instant) of the entries that have one."""
        return [(-published, at) for published, at in self._db.rows(_CHANGING, (feed, feed, after))]

    # When they are planned to change (`States.put_events`)

    def planned_with(self, files: Sequence[int]) -> list[FeedKey]:
        """Return the feeds that are planned to change with the given files."""
        return [_key(row[0]) for row in self._db.rows(f"{_PLANNED} file IN {KEYS}", (keys(files),))]

    def planned(self, after: int, until: int) -> list[FeedKey]:
        """Return the feeds with a planned change in (`after`, `until`]."""
        return [_key(row[0]) for row in self._db.rows(f"{_PLANNED} at > ? AND at <= ?", (after, until))]

    def next_plans(self, after: int, feeds: Iterable[FeedKey] | None = None) -> dict[FeedKey, int | None]:
        """Return the next planned change after an instant of all feeds (or of `feeds`) that are published."""
        if feeds is None:
            rows = self._db.rows(f"{_NEXT_PLANS} GROUP BY id", (after,))
        else:
            rows = self._db.rows(
                f"{_NEXT_PLANS} AND key IN {KEYS} GROUP BY id", (after, keys(map(_name, feeds)))
            )
        return {_key(name): at for name, at in rows}


def _name(key: FeedKey) -> str:
    return f"{key.kind.value}/{key.key}"


def _key(name: str) -> FeedKey:
    kind, _, key = name.partition("/")
    return FeedKey(Kind(kind), key)


def _record(row: Sequence[Any]) -> FeedRecord:
    return FeedRecord(row[0], _key(row[1]), *row[2:])
