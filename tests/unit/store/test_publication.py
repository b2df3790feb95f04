"""What a publication makes visible, in which order, and what it leaves alone."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from feedmill.errors import PublishError
from feedmill.model.artifact import Artifact
from feedmill.model.instant import floor_second
from feedmill.store import Committed, FeedMemory
from feedmill.store.local.store import LocalStore

SITE = {"all.rss": b"<rss/>", "topics/ai.atom": b"<feed/>", "index.html": b"<html>"}


def visible(feeds: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(feeds)): path.read_bytes()
        for path in feeds.rglob("*")
        if path.is_file() and ".feedmill" not in path.parts
    }


def test_a_first_publication_writes_everything(feeds: Path, publish: Callable[..., Committed]) -> None:
    with LocalStore(feeds) as store:
        result = publish(store, SITE)

    assert visible(feeds) == SITE
    assert set(result.written) == set(SITE)
    assert (result.unchanged, result.removed, result.problems) == (0, (), ())
    assert sorted(os.listdir(feeds / ".feedmill")) == ["ledger.db", "tmp"]
    assert os.listdir(feeds / ".feedmill" / "tmp") == []


def test_documents_are_for_everybody_and_the_ledger_is_not(
    feeds: Path, publish: Callable[..., Committed]
) -> None:
    before = os.umask(0o022)
    try:
        with LocalStore(feeds) as store:
            publish(store, SITE)
    finally:
        os.umask(before)
    assert stat.S_IMODE((feeds / "topics/ai.atom").stat().st_mode) == 0o644
    assert stat.S_IMODE((feeds / "topics").stat().st_mode) == 0o755
    assert stat.S_IMODE((feeds / ".feedmill").stat().st_mode) == 0o700


def test_nothing_to_do_writes_nothing(
    feeds: Path, publish: Callable[..., Committed], snapshot: Callable[[], object]
) -> None:
    with LocalStore(feeds) as store:
        publish(store, SITE)
        with store.begin(store.documents["all.rss"].modified) as publication:
            publication.remember_feed(FeedMemory(path="topics/ai", kind="topic", title="AI"))
            publication.keep_good("a.md", b"record")
            publication.commit()
    before = snapshot()
    with LocalStore(feeds) as store:
        assert store.verify() == frozenset()
        with store.begin(store.documents["all.rss"].modified + timedelta(days=1)) as publication:
            for path, body in SITE.items():
                assert publication.add(Artifact(path=path, body=body))
            publication.remember_feed(FeedMemory(path="topics/ai", kind="topic", title="AI"))
            publication.keep_good("a.md", b"record")
            publication.drop_good("never.md")
            publication.remove("topics/never.rss")
            publication.plan("all.rss", store.documents["all.rss"].modified + timedelta(days=2))
            result = publication.commit()
        assert store.serial == 2
    assert result == Committed(unchanged=3)
    assert snapshot() == before


def test_opening_an_absent_folder_makes_nothing(tmp_path: Path, feeds: Path) -> None:
    with LocalStore(feeds) as store:
        assert store.verify() == frozenset()
        assert store.serial == 0
        assert dict(store.generation().documents) == {}
    assert os.listdir(tmp_path) == []


def test_unchanged_documents_keep_their_file(feeds: Path, publish: Callable[..., Committed]) -> None:
    with LocalStore(feeds) as store:
        publish(store, SITE)
        before = (feeds / "all.rss").stat()
        result = publish(store, SITE | {"topics/ai.atom": b"<feed>2</feed>"}, after=60)
    assert result.written == ("topics/ai.atom",)
    assert result.unchanged == 2
    after = (feeds / "all.rss").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_last_modified_moves_with_the_bytes_and_only_with_them(
    feeds: Path, noon: datetime, publish: Callable[..., Committed]
) -> None:
    second = timedelta(seconds=1)
    start = floor_second(noon)
    seen = []
    with LocalStore(feeds) as store:
        for body, after in ((b"a", 0), (b"a", 60), (b"b", 60.9), (b"c", 60.95), (b"d", -3600), (b"d", 7200)):
            publish(store, {"all.rss": body}, after=after)
            seen.append(store.documents["all.rss"].modified - start)
            told = (feeds / "all.rss").stat().st_mtime_ns // 10**9
            assert told == store.documents["all.rss"].modified.timestamp()
    assert seen == [0 * second, 0 * second, 61 * second, 62 * second, 63 * second, 63 * second]


def test_without_commit_nothing_happens(
    feeds: Path, publish: Callable[..., Committed], noon: datetime
) -> None:
    with LocalStore(feeds) as store:
        publish(store, SITE)
        with store.begin(noon) as publication:
            publication.add(Artifact(path="all.rss", body=b"new"))
            publication.remove("topics/ai.atom")
            assert len(os.listdir(feeds / ".feedmill/tmp")) == 1
        assert os.listdir(feeds / ".feedmill/tmp") == []
        with pytest.raises(RuntimeError), store.begin(noon) as publication:
            publication.add(Artifact(path="all.rss", body=b"new"))
            raise RuntimeError
        assert os.listdir(feeds / ".feedmill/tmp") == []
        assert visible(feeds) == SITE
        assert store.serial == 1


def test_indexes_come_after_what_they_name_and_deletions_last(
    feeds: Path, publish: Callable[..., Committed], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    rename, unlink = os.replace, os.unlink

    def replace_(source: bytes, target: bytes, **dirs: int) -> None:
        steps.append(target.decode())
        rename(source, target, **dirs)

    def unlink_(name: bytes, **dirs: int) -> None:
        steps.append(f"-{name.decode()}")
        unlink(name, **dirs)

    with LocalStore(feeds) as store:
        publish(store, {"index.html": b"1", "topics/old.rss": b"1", "topics/ai.rss": b"1"})
        monkeypatch.setattr(os, "replace", replace_)
        monkeypatch.setattr(os, "unlink", unlink_)
        publish(
            store,
            {
                "index.html": b"2",
                "topics/ai.html": b"2",
                "topics/ai.rss": b"2",
                "feeds.opml": b"2",
                "topics/new.rss": b"2",
            },
            remove=["topics/old.rss"],
        )
    assert steps == ["ai.rss", "new.rss", "ai.html", "feeds.opml", "index.html", "-old.rss"]


def test_a_page_waits_for_the_index_it_names(
    feeds: Path, publish: Callable[..., Committed], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = os.replace

    def denied(source: bytes, target: bytes, **how: int) -> None:
        if target == b"feeds.opml":
            raise PermissionError(errno.EACCES, "denied")
        place(source, target, **how)

    wanted = {**SITE, "feeds.opml": b"<opml/>", "feeds.json": b"{}"}
    with LocalStore(feeds) as store:
        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", denied)
            result = publish(store, wanted)
        assert visible(feeds).keys() == wanted.keys() - {"feeds.opml", "index.html"}
        assert [problem.path for problem in result.problems] == ["feeds.opml", "index.html"]
        publish(store, wanted, after=1)
    assert visible(feeds) == wanted


def test_a_folder_goes_with_its_last_document(feeds: Path, publish: Callable[..., Committed]) -> None:
    with LocalStore(feeds) as store:
        publish(store, SITE | {"providers/x.rss": b"x"})
        (feeds / "providers/mine.txt").write_text("by hand")
        result = publish(store, remove=["topics/ai.atom", "providers/x.rss"])
    assert result.removed == ("topics/ai.atom", "providers/x.rss")
    assert not (feeds / "topics").exists()
    assert os.listdir(feeds / "providers") == ["mine.txt"]


def test_only_what_the_ledger_lists_is_deleted(feeds: Path, publish: Callable[..., Committed]) -> None:
    feeds.mkdir()
    (feeds / "mine.rss").write_text("by hand")
    with LocalStore(feeds) as store:
        assert publish(store, SITE, remove=["mine.rss"]).removed == ()
    assert (feeds / "mine.rss").read_text() == "by hand"


def test_removing_what_somebody_removed_is_no_fault(feeds: Path, publish: Callable[..., Committed]) -> None:
    with LocalStore(feeds) as store:
        publish(store, SITE)
        (feeds / "topics/ai.atom").unlink()
        result = publish(store, remove=["topics/ai.atom"])
        assert result == Committed()
        assert "topics/ai.atom" not in store.documents


def test_plans_are_told_and_never_written(
    feeds: Path, noon: datetime, publish: Callable[..., Committed], snapshot: Callable[[], object]
) -> None:
    with LocalStore(feeds) as store:
        publish(store, SITE)
        before = snapshot()
        with store.begin(noon) as publication:
            publication.plan("all.rss", noon + timedelta(hours=1))
            publication.plan("nowhere.rss", noon)
            publication.commit()
        assert store.generation().documents["all.rss"].next_change == noon + timedelta(hours=1)
        assert snapshot() == before
        with store.begin(noon) as publication:
            publication.plan("all.rss", None)
            publication.commit()
        assert store.generation().documents["all.rss"].next_change is None


def test_a_read_only_store_publishes_nothing(
    feeds: Path, noon: datetime, publish: Callable[..., Committed], snapshot: Callable[[], object]
) -> None:
    with LocalStore(feeds) as store:
        publish(store, SITE)
    (feeds / ".feedmill/tmp/left").write_bytes(b"half")
    before = snapshot()
    with LocalStore(feeds, read_only=True) as store:
        assert set(store.documents) == set(SITE)
        assert store.verify() == frozenset()
        with pytest.raises(PublishError, match="read only"):
            store.begin(noon)
    assert snapshot() == before


def test_large_publications_flush_at_once(feeds: Path, publish: Callable[..., Committed]) -> None:
    many = {f"topics/{n}.rss": b"x%d" % n for n in range(100)}
    with LocalStore(feeds) as store:
        assert len(publish(store, many).written) == 100
        assert len(publish(store, {path: body + b"!" for path, body in many.items()}).written) == 100
        assert store.verify(hash_all=True) == frozenset()
