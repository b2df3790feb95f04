"""The catalog: a cache that is made anew when it is not sound, and whose order is that of paths."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedmill.catalog import Catalog, FeedRecord, FileRow, RecordRow
from feedmill.errors import CatalogError
from feedmill.model.seed import EntryId
from feedmill.model.state import Place, State
from feedmill.model.taxonomy import ALL, FeedKey, Kind


def rows(*paths: bytes) -> list[FileRow]:
    return [FileRow(number, path, 1, 2, 2, 3, b"d", True) for number, path in enumerate(paths, 1)]


def test_files_come_in_order_of_path_in_pages_and_below_a_folder() -> None:
    paths = [b"a.md", b"b/x.md", b"b/y.md", b"b.md", b"c\xff.md"]
    with Catalog() as catalog:
        catalog.begin()
        catalog.files.put(rows(*reversed(paths)))
        assert [row.path for row in catalog.files.all(size=2)] == sorted(paths)
        below = catalog.files.all(b"b/", b"b/\xff", size=1)
        assert [row.path for row in below] == [b"b/x.md", b"b/y.md"]


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"\0" * 200])
def test_what_is_no_sound_catalog_is_made_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "catalog.db"
    path.write_bytes(content)
    with Catalog.open_file(path) as catalog:
        assert catalog.fresh
    with Catalog.open_file(path) as catalog:
        assert not catalog.fresh


def test_a_catalog_of_another_version_is_made_anew_but_never_by_a_reader(tmp_path: Path) -> None:
    path = tmp_path / "catalog %41?#.db"
    with Catalog.open_file(path) as catalog:
        catalog.begin()
        catalog.files.put(rows(b"a.md"))
        catalog.set_meta({"version": "999"})
        catalog.commit()
    with pytest.raises(CatalogError, match="another version"):
        Catalog(path, readable=True)
    with Catalog.open_file(path) as catalog:
        assert catalog.fresh
        assert list(catalog.files.all()) == []


def test_a_copy_in_memory_leaves_the_file_alone(tmp_path: Path) -> None:
    with Catalog.open_file(tmp_path / "c.db") as catalog:
        catalog.begin()
        catalog.files.put(rows(b"a.md"))
        catalog.commit()
        with catalog.copy_to_memory() as copy:
            copy.begin()
            copy.files.forget([1])
            copy.commit()
            assert copy.files.find(b"a.md") is None
        assert catalog.files.find(b"a.md") is not None


def test_a_rolled_back_pass_never_was() -> None:
    with Catalog() as catalog:
        catalog.begin()
        catalog.files.put(rows(b"a.md"))
        catalog.rollback()
        assert catalog.files.find(b"a.md") is None


def test_a_feed_s_entries_are_ranked_by_score_then_newest_then_id() -> None:
    with Catalog() as catalog:
        catalog.begin()
        catalog.files.put(rows(*(b"%d" % number for number in range(1, 6))))
        catalog.states.put(
            [
                State(n, b"%d" % n, "eligible", False, EntryId(f"e{n}"), 0, 10 * n, b"d", b"g")
                for n in range(1, 6)
            ]
        )
        ranks = [(0.0, 5, "e1"), (0.0, 7, "e2"), (9.0, 1, "e3"), (0.0, 5, "e4"), (float("-inf"), 99, "e5")]
        places = [Place(ALL, s, p, EntryId(e), n, "") for n, (s, p, e) in enumerate(ranks, 1)]
        ids = catalog.memberships.add([ALL])
        catalog.memberships.put(places, ids)
        feed = ids[ALL]
        assert [row.file for row in catalog.memberships.ranked(feed, 9)] == [3, 2, 1, 4, 5]
        assert [row.updated for row in catalog.memberships.ranked(feed, 2)] == [30, 20]
        assert [catalog.memberships.rank(feed, place) for place in places] == [2, 1, 0, 3, 4]
        assert catalog.memberships.places([3, 5]) == {3: [places[2]], 5: [places[4]]}
        catalog.memberships.drop([3])
        assert [row.file for row in catalog.memberships.ranked(feed, 1)] == [2]


def test_a_state_comes_back_as_it_was_stored_and_replaces_an_earlier_one() -> None:
    with Catalog() as catalog:
        catalog.begin()
        catalog.files.put(rows(b"a.md", b"b.md"))
        first = State(1, b"a.md", "eligible", True, EntryId("urn:e"), 1, 2, b"d", b"g")
        second = State(2, b"b.md", "duplicate", False, EntryId("urn:e"), 1, 2, b"d", b"g", b"a.md")
        catalog.states.put([first, second])
        assert catalog.states.candidates("urn:e") == [first, second]
        catalog.states.put([first._replace(kept=False)])
        assert catalog.states.find(1) == first._replace(kept=False)
        assert catalog.states.find(7) is None
        assert catalog.states.eligible_paths() == {"a.md"}


def test_a_neighbourhood_is_who_stands_or_stood_for_the_same_entries() -> None:
    with Catalog() as catalog:
        catalog.begin()
        catalog.files.put(rows(*(b"%d" % number for number in range(1, 6))))
        entries = {1: "urn:a", 2: "urn:a", 3: "urn:b", 4: "urn:c", 5: None}
        states = {
            n: State(n, b"%d" % n, "eligible" if e else "expired", False, EntryId(e) if e else None)
            for n, e in entries.items()
        }
        catalog.states.put(list(states.values()))
        assert catalog.states.neighbourhood([1], ["urn:b"]) == {n: states[n] for n in (1, 2, 3)}
        assert catalog.states.neighbourhood([5], []) == {5: states[5]}
        assert catalog.states.neighbourhood([], []) == {}


def test_feeds_are_planned_to_change_with_their_seeds_and_counted() -> None:
    news, other = FeedKey(Kind.TOPIC, "a/b"), FeedKey(Kind.CUSTOM, "other")
    with Catalog() as catalog:
        catalog.begin()
        memberships = catalog.memberships
        ids = memberships.add([ALL, news, other])
        memberships.count({ids[news]: 3, ids[other]: 0}, [(ids[news], "A/B", 2), (ids[news], "a/b", 1)])
        memberships.count({ids[news]: -1}, [(ids[news], "a/b", -1)])
        assert memberships.labels([ids[news]]) == {ids[news]: [("A/B", 2)]}
        assert {key: record.total for key, record in memberships.find([news, other]).items()} == {
            news: 2,
            other: 0,
        }
        catalog.states.put_events([(ids[news], 10, 1), (ids[news], 20, 2), (ids[other], 15, 2), (0, 12, 2)])
        assert sorted(memberships.planned_with([2])) == [other, news]
        assert memberships.planned(9, 10) == [news]
        assert memberships.next_plans(10) == {ALL: None, news: 20}  # nothing is published of an empty feed
        assert memberships.next_plans(20, [news, other]) == {news: None}


def test_events_are_due_once_their_time_has_come() -> None:
    with Catalog() as catalog:
        catalog.begin()
        catalog.states.put_events([(0, 10, 1), (0, 20, 1), (0, 20, 2), (1, 9, 2)])
        assert catalog.states.due(0, 10) == [1]
        assert sorted(catalog.states.due(10, 20)) == [1, 2]
        assert catalog.states.next_event(10) == 20
        assert catalog.states.next_event(20) is None
        catalog.states.drop_events([1])
        assert catalog.states.due(0, 99) == [2]


def test_more_keys_than_a_statement_takes_are_asked_in_parts() -> None:
    with Catalog() as catalog:
        catalog.begin()
        catalog.files.put([FileRow(n, b"%d" % n, 1, 1, 1, 1, b"", True) for n in range(1, 1301)])
        catalog.files.put_records([RecordRow(n, "invalid", None, None, b"", True) for n in range(1, 1301)])
        assert len(catalog.files.known(range(1, 1301))) == 1300
        catalog.files.forget(list(range(1, 1300)))
        assert [row.id for row in catalog.files.all()] == [1300]


def test_rows_have_their_tables_columns_in_order() -> None:
    """They are inserted as they are."""
    fields = {
        "file": FileRow._fields,
        "record": RecordRow._fields,
        "state": tuple(name for name in State._fields if name != "path"),
        "feed": FeedRecord._fields,
    }
    with Catalog() as catalog:
        for table, names in fields.items():
            assert tuple(row[1] for row in catalog._db.rows(f"PRAGMA table_info({table})")) == names
