"""What the store notices about documents that changed without it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from feedmill.store import Committed
from feedmill.store.local.store import LocalStore

SITE = {"all.rss": b"<rss/>", "topics/ai.atom": b"<feed/>", "index.html": b"<html>"}


def test_missing_and_changed_documents_are_told_and_mended(
    feeds: Path, publish: Callable[..., Committed]
) -> None:
    with LocalStore(feeds) as store:
        publish(store, SITE)
    (feeds / "all.rss").unlink()
    (feeds / "topics/ai.atom").write_bytes(b"<feed>by hand</feed>")
    with LocalStore(feeds) as store:
        modified = {path: document.modified for path, document in store.documents.items()}
        assert store.verify() == {"all.rss", "topics/ai.atom"}
        assert set(store.generation().documents) == {"index.html"}
        result = publish(store, SITE, after=60)
        assert set(result.written) == {"all.rss", "topics/ai.atom"}
        assert result.unchanged == 1
        assert store.verify() == frozenset()
        # The bytes are those of before, so the validators are, too.
        assert {path: document.modified for path, document in store.documents.items()} == modified
        assert set(store.generation().documents) == set(SITE)


def test_a_whole_folder_that_vanished_is_mended(feeds: Path, publish: Callable[..., Committed]) -> None:
    with LocalStore(feeds) as store:
        publish(store, SITE)
        shutil.rmtree(feeds / "topics")
        assert store.verify() == {"topics/ai.atom"}
        publish(store, SITE)
        assert (feeds / "topics/ai.atom").read_bytes() == b"<feed/>"


def test_a_touched_document_is_read_and_believed(
    feeds: Path, publish: Callable[..., Committed], snapshot: Callable[[], object]
) -> None:
    with LocalStore(feeds) as store:
        publish(store, SITE)
    os.utime(feeds / "all.rss")
    before = snapshot()
    with LocalStore(feeds) as store:
        assert store.verify() == frozenset()
    assert snapshot() == before
    with LocalStore(feeds) as store:
        store.verify()
        publish(store, {"index.html": b"<html>2"})
    with LocalStore(feeds) as store:  # the new time went along with the next change
        assert store.memory.history.stamps["all.rss"][1] == (feeds / "all.rss").stat().st_mtime_ns


def test_a_change_that_keeps_size_time_and_inode_needs_a_full_look(
    feeds: Path, publish: Callable[..., Committed]
) -> None:
    with LocalStore(feeds) as store:
        publish(store, SITE)
        forge(feeds / "all.rss", b"<XXX/>")
        assert store.verify() == frozenset()
        assert store.verify(hash_all=True) == {"all.rss"}


def test_after_an_unclean_end_everything_is_read(feeds: Path, publish: Callable[..., Committed]) -> None:
    store = LocalStore(feeds)
    publish(store, SITE)
    forge(feeds / "all.rss", b"<XXX/>")
    with LocalStore(feeds) as after:  # the first one never said that it ended
        assert after.verify() == {"all.rss"}
        publish(after, SITE)
    forge(feeds / "all.rss", b"<XXX/>")
    with LocalStore(feeds) as clean:
        assert clean.verify() == frozenset()


def test_an_unclean_end_is_over_once_all_was_verified(feeds: Path, publish: Callable[..., Committed]) -> None:
    publish(LocalStore(feeds), SITE)
    with LocalStore(feeds):
        pass  # nobody looked
    with LocalStore(feeds) as store:
        assert store.memory.history.unclean
        store.verify()
    with LocalStore(feeds) as store:
        assert not store.memory.history.unclean


def test_left_over_temporary_files_go(feeds: Path, publish: Callable[..., Committed]) -> None:
    with LocalStore(feeds) as store:
        publish(store, SITE)
        (feeds / ".feedmill/tmp/1-1").write_bytes(b"half")
        store.tidy()
    assert os.listdir(feeds / ".feedmill/tmp") == []


def test_a_copy_of_the_folder_is_as_good(
    tmp_path: Path, feeds: Path, publish: Callable[..., Committed]
) -> None:
    with LocalStore(feeds) as store:
        publish(store, SITE)
        shutil.copytree(feeds, tmp_path / "copy")  # while the first one is still open
    with LocalStore(tmp_path / "copy") as copy:
        assert copy.verify() == frozenset()
        assert publish(copy, SITE) == Committed(unchanged=3)


def forge(path: Path, body: bytes) -> None:
    """Change bytes in a way that no status tells."""
    status = path.stat()
    with path.open("r+b") as file:
        file.write(body)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
