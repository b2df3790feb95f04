"""Last good forms: any number of them, in bounded memory."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from feedmill.errors import PublishError
from feedmill.store import Committed
from feedmill.store.local.store import LocalStore

BLOB = b"x" * 1000


@pytest.fixture(params=["in memory", "spilled"])
def room(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "spilled":
        monkeypatch.setattr("feedmill.store.local.last_good._ROOM", 5000)
    return str(request.param)


def temporary(feeds: Path) -> list[str]:
    folder = feeds / ".feedmill/tmp"
    return os.listdir(folder) if folder.exists() else []


def names(count: int) -> list[str]:
    return [os.fsdecode(b"%05d \xff.md" % n) for n in range(count)]


@pytest.mark.usefixtures("room")
def test_are_kept_and_dropped_and_counted(feeds: Path, noon: datetime) -> None:
    with LocalStore(feeds) as store:
        with store.begin(noon) as publication:
            for path in names(50):
                publication.keep_good(path, BLOB)
            publication.drop_good(names(50)[7])
            assert store.last_good(names(50)[3]) is None, "what was kept before the pass"
            publication.commit()
        assert store.last_good_count() == 49
    with LocalStore(feeds) as store:
        assert store.last_good_count() == 49
        assert sorted(store.last_good_paths()) == sorted(set(names(50)) - {names(50)[7]})
        with store.begin(noon) as publication:
            for path in names(50)[10:]:
                publication.drop_good(path)
            publication.keep_good(names(50)[0], b"new")
            publication.keep_good(names(50)[1], b"new")
            publication.keep_good(names(50)[1], BLOB)  # as before, after all
            publication.keep_good(names(50)[20], BLOB)  # not dropped, after all
            publication.commit()
        assert store.last_good_count() == 10
        assert store.last_good(names(50)[0]) == b"new"
        assert store.last_good(names(50)[1]) == BLOB
        assert store.last_good(names(50)[20]) == BLOB
        assert store.last_good(names(50)[21]) is None
    assert temporary(feeds) == []


@pytest.mark.usefixtures("room")
def test_are_written_only_when_they_change(
    feeds: Path, noon: datetime, snapshot: Callable[[], object]
) -> None:
    for turn in range(2):
        with LocalStore(feeds) as store, store.begin(noon) as publication:
            for path in names(50):
                publication.keep_good(path, BLOB)
            publication.drop_good("never.md")
            publication.commit()
        if turn == 0:
            before = snapshot()
    assert snapshot() == before


@pytest.mark.usefixtures("room")
def test_are_left_alone_without_a_commit(feeds: Path, noon: datetime) -> None:
    with LocalStore(feeds) as store:
        with store.begin(noon) as publication:
            for path in names(50):
                publication.keep_good(path, BLOB)
        assert store.last_good_count() == 0
        assert temporary(feeds) == []
        assert not (feeds / ".feedmill/ledger.db").exists()


def test_a_million_bytes_of_them_do_not_stay_in_memory(feeds: Path, noon: datetime) -> None:
    import tracemalloc

    with LocalStore(feeds) as store, store.begin(noon) as publication:
        publication.keep_good("warm up", b"")
        tracemalloc.start()
        for n in range(20_000):
            publication.keep_good(f"{n}.md", bytes(3000))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        publication.commit()
        assert store.last_good_count() == 20_001
    assert peak < 24 << 20


def test_damage_among_them_is_met_once(
    feeds: Path, noon: datetime, publish: Callable[..., Committed]
) -> None:
    with LocalStore(feeds) as store:
        publish(store, {"all.rss": b"<generator>feedmill</generator>"})
        with store.begin(noon) as publication:
            publication.keep_good("a.md", b"y" * 200_000)
            publication.commit()
    ledger = feeds / ".feedmill/ledger.db"
    cut = ledger.read_bytes()
    with ledger.open("r+b") as file:  # the chain of a large row's pages leads nowhere
        for page in range(len(cut) // 4096):
            if cut[page * 4096 + 100 : page * 4096 + 200] == b"y" * 100:
                file.seek(page * 4096)
                file.write(b"\xff" * 4096)
    with LocalStore(feeds) as store, pytest.raises(PublishError, match="malformed"):
        store.last_good("a.md")
    with LocalStore(feeds) as store:
        assert [problem.path for problem in store.problems] == [".feedmill/ledger.db.corrupt-1"]
        assert set(store.documents) == {"all.rss"}
        assert store.last_good("a.md") is None
    with sqlite3.connect(feeds / ".feedmill/ledger.db.corrupt-1") as kept:
        assert kept.execute("SELECT count(*) FROM document").fetchone() == (1,)
    kept.close()
