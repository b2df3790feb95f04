"""The catalog: a cache that is made anew when it is not sound, and whose order is that of paths."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedmill.catalog import Catalog, FeedRecord, FileRow, MemberRow, RecordRow, StateRow
from feedmill.errors import CatalogError


def rows(*paths: bytes) -> list[FileRow]:
    return [FileRow(number, path, 1, 2, 2, 3, b"d", True) for number, path in enumerate(paths, 1)]


def test_files_come_in_order_of_path_in_pages_and_below_a_folder() -> None:
    paths = [b"a.md", b"b/x.md", b"b/y.md", b"b.md", b"c\xff.md"]
    with Catalog() as catalog:
        catalog.begin()
        catalog.facts.put_files(rows(*reversed(paths)), [])
        assert [row.path for row in catalog.facts.files(size=2)] == sorted(paths)
        below = catalog.facts.files(after=b"b/", until=b"b/\xff", size=1)
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
        catalog.facts.put_files(rows(b"a.md"), [])
        catalog.set_meta({"version": "999"})
        catalog.commit()
    with pytest.raises(CatalogError, match="another version"):
        Catalog.open_readable(path)
    with Catalog.open_file(path) as catalog:
        assert catalog.fresh
        assert list(catalog.facts.files()) == []


def test_a_copy_in_memory_leaves_the_file_alone(tmp_path: Path) -> None:
    with Catalog.open_file(tmp_path / "c.db") as catalog:
        catalog.begin()
        catalog.facts.put_files(rows(b"a.md"), [])
        catalog.commit()
        with catalog.copy_to_memory() as copy:
            copy.begin()
            copy.facts.forget_files([1])
            copy.commit()
            assert copy.facts.find_file(b"a.md") is None
        assert catalog.facts.find_file(b"a.md") is not None


def test_a_rolled_back_pass_never_was() -> None:
    with Catalog() as catalog:
        catalog.begin()
        catalog.facts.put_files(rows(b"a.md"), [])
        catalog.rollback()
        assert catalog.facts.find_file(b"a.md") is None


def test_a_feed_s_entries_are_ranked_by_score_then_newest_then_id() -> None:
    with Catalog() as catalog:
        catalog.begin()
        files = range(1, 6)
        catalog.states.put([StateRow(n, "eligible", False, f"e{n}", 0, 10 * n, b"d") for n in files])
        places = [
            (0.0, -5, "e1"),
            (0.0, -7, "e2"),
            (-9.0, -1, "e3"),
            (0.0, -5, "e4"),
            (float("inf"), -99, "e5"),
        ]
        members = [MemberRow(7, s, p, e, n, "") for n, (s, p, e) in enumerate(places, 1)]
        catalog.memberships.put_members(members)
        assert [row.file for row in catalog.memberships.ranked(7, 9)] == [3, 2, 1, 4, 5]
        assert [row.updated for row in catalog.memberships.ranked(7, 2)] == [30, 20]
        assert [catalog.memberships.rank(member) for member in members] == [2, 1, 0, 3, 4]
        catalog.memberships.drop_members([3])
        assert [row.file for row in catalog.memberships.ranked(7, 1)] == [2]


def test_events_are_due_once_their_time_has_come() -> None:
    with Catalog() as catalog:
        catalog.begin()
        catalog.states.put_events([(10, 1), (20, 1), (20, 2)])
        assert catalog.states.due(0, 10) == [1]
        assert sorted(catalog.states.due(10, 20)) == [1, 2]
        assert catalog.states.next_event(10) == 20
        assert catalog.states.next_event(20) is None
        catalog.states.drop_times([1])
        assert catalog.states.due(0, 99) == [2]


def test_more_keys_than_a_statement_takes_are_asked_in_parts() -> None:
    with Catalog() as catalog:
        catalog.begin()
        catalog.facts.put_files([FileRow(n, b"%d" % n, 1, 1, 1, 1, b"", True) for n in range(1, 1301)], [])
        assert len(catalog.facts.paths(range(1, 1301))) == 1300
        catalog.facts.forget_files(list(range(1, 1300)))
        assert [row.id for row in catalog.facts.files()] == [1300]


def test_rows_have_their_tables_columns_in_order() -> None:
    """They are inserted as they are."""
    fields = {
        "file": FileRow._fields,
        "record": RecordRow._fields,
        "state": StateRow._fields,
        "member": MemberRow._fields,
        "feed": FeedRecord._fields,
    }
    with Catalog() as catalog:
        for table, names in fields.items():
            assert tuple(row[1] for row in catalog._db.rows(f"PRAGMA table_info({table})")) == names
