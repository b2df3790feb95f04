"""What feedmill did not make is never overwritten, followed, deleted (docs/promises.md, Files of others)."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from feedmill.model.artifact import Artifact
from feedmill.model.seed import Severity
from feedmill.store import Committed
from feedmill.store.local.store import LocalStore

SITE = {"all.rss": b"<rss/>", "topics/ai.atom": b"<feed/>", "index.html": b"<html>"}


def test_a_foreign_file_is_reported_and_the_others_go_on(
    feeds: Path, publish: Callable[..., Committed]
) -> None:
    (feeds / "topics").mkdir(parents=True)
    (feeds / "topics/ai.atom").write_bytes(b"mine")
    with LocalStore(feeds) as store:
        result = publish(store, SITE)
        assert set(result.written) == {"all.rss", "index.html"}
        (problem,) = result.problems
        assert (problem.path, problem.severity) == ("topics/ai.atom", Severity.ERROR)
        assert "was not made by feedmill; move it away" in problem.message
        assert (feeds / "topics/ai.atom").read_bytes() == b"mine"
        assert "topics/ai.atom" not in store.documents
        publish(store, remove=["topics/ai.atom"])
        assert (feeds / "topics/ai.atom").read_bytes() == b"mine"
        (feeds / "topics/ai.atom").unlink()
        assert publish(store, SITE).written == ("topics/ai.atom",)


def test_a_refused_document_is_tried_again_by_every_later_run(
    feeds: Path, publish: Callable[..., Committed], snapshot: Callable[[], object]
) -> None:
    feeds.mkdir()
    (feeds / "all.rss").write_bytes(b"mine")
    with LocalStore(feeds) as store:
        publish(store, SITE)
        assert store.verify() == {"all.rss"}
    before = snapshot()
    for _ in range(2):  # told each time, and nothing is written
        with LocalStore(feeds) as store:
            assert store.verify() == {"all.rss"}
            assert [problem.path for problem in publish(store, SITE).problems] == ["all.rss"]
    assert snapshot() == before
    (feeds / "all.rss").unlink()
    with LocalStore(feeds) as store:
        assert store.verify() == {"all.rss"}
        assert publish(store, SITE).written == ("all.rss",)
        assert store.verify() == frozenset()
    with LocalStore(feeds) as store:
        assert store.verify() == frozenset()


def test_a_refused_document_that_nobody_wants_any_more_is_forgotten(
    feeds: Path, publish: Callable[..., Committed]
) -> None:
    feeds.mkdir()
    (feeds / "all.rss").write_bytes(b"mine")
    with LocalStore(feeds) as store:
        publish(store, SITE)
        publish(store, {"index.html": b"a pass that tried only this"})
        assert store.verify() == {"all.rss"}
        publish(store, {"index.html": b"a pass that tried everything"})
        assert store.verify() == frozenset()
    with LocalStore(feeds) as store:
        assert store.verify() == frozenset()


def test_a_foreign_file_that_appears_before_the_commit_is_reported(feeds: Path, noon: datetime) -> None:
    with LocalStore(feeds) as store, store.begin(noon) as publication:
        assert publication.add(Artifact(path="all.rss", body=b"x"))
        (feeds / "all.rss").write_bytes(b"mine")
        result = publication.commit()
    assert result.written == ()
    assert (feeds / "all.rss").read_bytes() == b"mine"
    assert [problem.path for problem in result.problems] == ["all.rss"]


def test_add_says_which_documents_will_not_be_there(feeds: Path, noon: datetime) -> None:
    feeds.mkdir()
    (feeds / "all.rss").write_bytes(b"mine")
    with LocalStore(feeds) as store, store.begin(noon) as publication:
        assert not publication.add(Artifact(path="all.rss", body=b"x"))
        assert publication.add(Artifact(path="all.atom", body=b"x"))


def test_equal_bytes_are_adopted(feeds: Path, publish: Callable[..., Committed]) -> None:
    feeds.mkdir()
    (feeds / "all.rss").write_bytes(b"<rss/>")
    inode = (feeds / "all.rss").stat().st_ino
    with LocalStore(feeds) as store:
        result = publish(store, SITE)
        assert set(result.written) == {"topics/ai.atom", "index.html"}
        assert result.unchanged == 1
        assert result.problems == ()
    assert (feeds / "all.rss").stat().st_ino == inode
    with LocalStore(feeds) as store:
        assert set(store.documents) == set(SITE)
        assert store.verify() == frozenset()


def make_folder(path: Path, outside: Path) -> None:
    path.mkdir()


def make_link(path: Path, outside: Path) -> None:
    path.symlink_to(outside / "target")


def make_dangling(path: Path, outside: Path) -> None:
    path.symlink_to(outside / "nowhere")


def make_fifo(path: Path, outside: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize("make", [make_folder, make_link, make_dangling, make_fifo])
@pytest.mark.parametrize("known", [False, True])
def test_whatever_is_in_the_way_stays(
    tmp_path: Path,
    feeds: Path,
    publish: Callable[..., Committed],
    make: Callable[[Path, Path], None],
    known: bool,
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "target").write_bytes(b"precious")
    with LocalStore(feeds) as store:
        publish(store, SITE if known else {"index.html": b"<html>"})
        target = feeds / "all.rss"
        target.unlink(missing_ok=True)
        make(target, outside)
        kind = target.lstat().st_mode
        if known:
            assert store.verify() == {"all.rss"}
        for body in (b"<rss/>", b"<rss>2</rss>"):
            result = publish(store, SITE | {"all.rss": body})
            assert [problem.path for problem in result.problems] == ["all.rss"]
            assert "was not made by feedmill" in result.problems[0].message
        assert target.lstat().st_mode == kind
        assert (outside / "target").read_bytes() == b"precious"
        assert sorted(os.listdir(outside)) == ["target"]
        assert "all.rss" not in store.generation().documents
        assert (feeds / "topics/ai.atom").exists()
        publish(store, remove=["all.rss"])
        assert target.lstat().st_mode == kind
        assert os.listdir(feeds / ".feedmill/tmp") == []


def test_a_link_planted_after_the_last_look_is_not_replaced(
    tmp_path: Path, feeds: Path, publish: Callable[..., Committed]
) -> None:
    (tmp_path / "target").write_bytes(b"precious")
    with LocalStore(feeds) as store:
        publish(store, SITE)
        (feeds / "all.rss").unlink()
        (feeds / "all.rss").symlink_to(tmp_path / "target")
        result = publish(store, {"all.rss": b"<rss>2</rss>"})  # no verify in between
        assert [problem.path for problem in result.problems] == ["all.rss"]
        assert (feeds / "all.rss").is_symlink()
        assert store.verify() == {"all.rss"}


def test_a_linked_folder_is_not_entered(
    tmp_path: Path, feeds: Path, publish: Callable[..., Committed]
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    feeds.mkdir()
    (feeds / "topics").symlink_to(outside)
    with LocalStore(feeds) as store:
        result = publish(store, SITE)
        assert set(result.written) == {"all.rss", "index.html"}
        assert [problem.message for problem in result.problems] == [
            "topics is a symbolic link, not a folder and was not made by feedmill; move it away"
        ]
    assert os.listdir(outside) == []


def test_a_folder_that_became_a_link_is_not_entered(
    tmp_path: Path, feeds: Path, publish: Callable[..., Committed]
) -> None:
    with LocalStore(feeds) as store:
        publish(store, SITE)
        (feeds / "topics").rename(tmp_path / "outside")
        (feeds / "topics").symlink_to(tmp_path / "outside")
        assert store.verify() == {"topics/ai.atom"}
        publish(store, remove=["topics/ai.atom"])
        assert (tmp_path / "outside/ai.atom").read_bytes() == b"<feed/>"


def test_a_file_where_a_folder_should_be(feeds: Path, publish: Callable[..., Committed]) -> None:
    feeds.mkdir()
    (feeds / "topics").write_bytes(b"mine")
    with LocalStore(feeds) as store:
        result = publish(store, SITE)
        assert [problem.path for problem in result.problems] == ["topics/ai.atom"]
    assert (feeds / "topics").read_bytes() == b"mine"


def test_an_index_waits_for_what_it_names(
    feeds: Path, noon: datetime, publish: Callable[..., Committed]
) -> None:
    with LocalStore(feeds) as store:
        publish(store, {"index.html": b"1", "providers/x.rss": b"x"})
        with store.begin(noon) as publication:
            publication.add(Artifact(path="topics/new.rss", body=b"new"))
            publication.add(Artifact(path="index.html", body=b"names topics/new.rss", index=True))
            publication.remove("providers/x.rss")
            (feeds / "topics").write_bytes(b"in the way")
            result = publication.commit()
        assert (feeds / "index.html").read_bytes() == b"1"
        assert (feeds / "providers/x.rss").exists(), "the old index still names it"
        assert [problem.path for problem in result.problems] == ["topics/new.rss", "index.html"]
        assert "because topics/new.rss could not be published" in result.problems[1].message
        (feeds / "topics").unlink()
        result = publish(
            store,
            {"topics/new.rss": b"new", "index.html": b"names topics/new.rss"},
            remove=["providers/x.rss"],
        )
        assert (result.written, result.removed) == (("topics/new.rss", "index.html"), ("providers/x.rss",))


def test_the_feeds_folder_itself_may_be_a_link(
    tmp_path: Path, feeds: Path, publish: Callable[..., Committed]
) -> None:
    (tmp_path / "real").mkdir()
    feeds.symlink_to(tmp_path / "real")
    with LocalStore(feeds) as store:
        assert publish(store, SITE).problems == ()
    assert (tmp_path / "real/topics/ai.atom").read_bytes() == b"<feed/>"
    with LocalStore(feeds) as store:
        assert store.verify() == frozenset()


def test_own_folder_as_a_link_is_refused(
    tmp_path: Path, feeds: Path, publish: Callable[..., Committed]
) -> None:
    (tmp_path / "outside").mkdir()
    feeds.mkdir()
    (feeds / ".feedmill").symlink_to(tmp_path / "outside")
    with LocalStore(feeds) as store, pytest.raises(Exception, match="symbolic link"):
        publish(store, SITE)
    assert os.listdir(tmp_path / "outside") == []
