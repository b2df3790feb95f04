"""A ledger that is damaged, foreign, too new or gone: told, set aside, and publication goes on."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from feedmill.errors import PublishError
from feedmill.model.feed import Directory, Feed
from feedmill.model.site import Site
from feedmill.model.taxonomy import Kind
from feedmill.store import Committed, FeedMemory
from feedmill.store.local.store import LocalStore

OWN_SITE = {
    "all.rss": b"<rss><channel><generator>feedmill</generator></channel></rss>",
    "all.json": b"{}",
    "topics/ai.atom": b'<feed><generator uri="x">feedmill</generator></feed>',
    "topics/ai.json": b"{}",
    "topics/old.html": b'<html><head><meta name="generator" content="feedmill"></head></html>',
    "feeds.opml": b"<opml/>",
    "feeds.json": b"[]",
    "index.html": b'<meta name="generator" content="feedmill">',
}


def truncate(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def scribble(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))


def text(path: Path) -> None:
    path.write_text("not a database, but long enough to look like one" * 100)


def another_program(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE document (path)")
    other.close()


def headless(path: Path) -> None:
    with sqlite3.connect(path) as ledger:
        ledger.execute("DELETE FROM meta")
    ledger.close()


def tableless(path: Path) -> None:
    with sqlite3.connect(path) as ledger:
        ledger.execute("DROP TABLE gone")
    ledger.close()


def climbing(path: Path) -> None:
    with sqlite3.connect(path) as ledger:
        ledger.execute("UPDATE document SET path = '../../etc/passwd' WHERE path = 'all.rss'")
    ledger.close()


def deleted(path: Path) -> None:
    shutil.rmtree(path.parent)


DAMAGES = (truncate, scribble, text, another_program, headless, tableless, climbing)


@pytest.fixture
def ledger(feeds: Path, publish: Callable[..., Committed]) -> Path:
    """The ledger of a site that was published and closed, among files of somebody else's."""
    with LocalStore(feeds) as store:
        publish(store, OWN_SITE)
        with store.begin(store.documents["all.rss"].modified) as publication:
            publication.keep_good("a.md", b"x" * 20_000)
            publication.commit()
    (feeds / "about.html").write_bytes(b'<meta name="generator" content="feedmill"> copied by hand')
    (feeds / "topics/mine.rss").write_bytes(b"<rss><generator>WordPress</generator></rss>")
    (feeds / "topics/mine.json").write_bytes(b"{}")
    return feeds / ".feedmill/ledger.db"


@pytest.mark.parametrize("damage", [*DAMAGES, empty, deleted])
def test_publication_goes_on(
    feeds: Path, ledger: Path, publish: Callable[..., Committed], damage: Callable[[Path], None]
) -> None:
    with LocalStore(feeds, read_only=True) as store:
        modified = {path: document.modified for path, document in store.documents.items()}
    damage(ledger)
    with LocalStore(feeds) as store:
        if damage in DAMAGES:
            (problem,) = store.problems
            assert problem.path == ".feedmill/ledger.db.corrupt-1"
            assert "ledger was damaged" in problem.message
            assert (ledger.parent / "ledger.db.corrupt-1").exists()
        assert (list(store.last_good_paths()), store.last_good("a.md")) == ([], None)
        # Its own documents are recognised by their mark, and so are their times; nothing else is touched.
        assert set(store.documents) == set(OWN_SITE)
        assert {path: document.modified for path, document in store.documents.items()} == modified
        store.verify()
        wanted = {path: body for path, body in OWN_SITE.items() if path != "topics/old.html"}
        wanted["all.rss"] = b"<rss>changed</rss>"
        result = publish(store, wanted, remove=["topics/old.html"])
        assert (result.written, result.removed) == (("all.rss",), ("topics/old.html",))
        assert result.problems == ()
    assert (feeds / "topics/mine.rss").read_bytes().startswith(b"<rss><generator>WordPress")
    assert (feeds / "topics/mine.json").exists()
    assert (feeds / "about.html").exists()
    with LocalStore(feeds) as store:
        assert store.problems == ()
        assert store.verify() == frozenset()
        assert publish(store, wanted) == Committed(unchanged=len(wanted))


def test_a_site_that_feedmill_rendered_is_recognised(feeds: Path, publish: Callable[..., Committed]) -> None:
    from feedmill.render import Renderer

    renderer = Renderer(Site(title="T" * 500, url="https://x.example/", id="https://x.example/"))
    topic = Feed(kind=Kind.TOPIC, path="topics/ai", id="urn:uuid:1", title="AI", description="d" * 2000)
    everything = Feed(kind=Kind.ALL, path="all", id="urn:uuid:2", title="All", description="")
    listing = Directory(rows=(), formats=("rss", "atom", "json", "html"))
    rendered = [
        *renderer.render_feed(topic),
        *renderer.render_feed(everything),
        *renderer.render_directory(listing),
    ]
    with LocalStore(feeds) as store:
        publish(store, {artifact.path: artifact.body for artifact in rendered})
    deleted(feeds / ".feedmill/ledger.db")
    with LocalStore(feeds) as store:
        assert set(store.documents) == {artifact.path for artifact in rendered}


def test_damaged_ledgers_are_kept_but_not_without_end(feeds: Path, ledger: Path) -> None:
    for _ in range(12):
        text(ledger)
        with LocalStore(feeds) as store:
            assert store.problems
    assert len([name for name in os.listdir(ledger.parent) if "corrupt" in name]) == 9


def test_reading_alone_sets_nothing_aside(feeds: Path, ledger: Path, snapshot: Callable[[], object]) -> None:
    text(ledger)
    before = snapshot()
    with LocalStore(feeds, read_only=True) as store:
        assert [problem.path for problem in store.problems] == [".feedmill/ledger.db"]
        assert set(store.documents) == set(OWN_SITE)
    assert snapshot() == before


def test_a_newer_ledger_is_left_alone(feeds: Path, ledger: Path, snapshot: Callable[[], object]) -> None:
    with sqlite3.connect(ledger) as connection:
        connection.execute("PRAGMA user_version = 7")
    connection.close()
    before = snapshot()
    for read_only in (False, True):
        with pytest.raises(PublishError, match="written by a newer feedmill"):
            LocalStore(feeds, read_only=read_only)
    assert snapshot() == before


def test_a_locked_ledger_is_not_damaged(feeds: Path, ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedmill.store.local.sqlite.PATIENCE", 0.05)
    holder = sqlite3.connect(ledger, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(PublishError, match="locked"):
            LocalStore(feeds)
    finally:
        holder.close()
    with LocalStore(feeds) as store:
        assert store.problems == ()


def test_damage_met_while_running_is_mended_by_opening_again(
    feeds: Path, ledger: Path, publish: Callable[..., Committed]
) -> None:
    with LocalStore(feeds) as store:
        publish(store, {"all.rss": b"<generator>feedmill</generator>2"})
        text(ledger)
        with pytest.raises(PublishError):
            publish(store, {"all.rss": b"<generator>feedmill</generator>3"})
        store.reopen()
        assert store.problems
        assert store.verify() == frozenset()
        publish(store, {"all.rss": b"<generator>feedmill</generator>4"})
    with LocalStore(feeds) as store:
        assert store.problems == ()


KILLED = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN IMMEDIATE")
connection.execute("DELETE FROM document")
connection.execute("INSERT INTO good SELECT randomblob(9), randomblob(90000) FROM meta")
connection.execute("UPDATE meta SET serial = 99")
os.kill(os.getpid(), signal.SIGKILL)
"""


def cut_off(ledger: Path) -> None:
    """Leave a half-written transaction, with the journal that undoes it."""
    subprocess.run([sys.executable, "-c", KILLED, str(ledger)], check=False)
    assert ledger.with_name("ledger.db-journal").exists()


def test_a_cut_off_transaction_is_undone(feeds: Path, ledger: Path) -> None:
    cut_off(ledger)
    with LocalStore(feeds) as store:
        assert set(store.documents) == set(OWN_SITE)
        assert store.serial == 2
        assert store.problems == ()
    assert not ledger.with_name("ledger.db-journal").exists()


def test_a_cut_off_transaction_is_read_without_a_write(
    feeds: Path, ledger: Path, snapshot: Callable[[], object]
) -> None:
    cut_off(ledger)
    before = snapshot()
    with LocalStore(feeds, read_only=True) as store:
        assert set(store.documents) == set(OWN_SITE)
        assert store.serial == 2
        assert store.last_good("a.md") == b"x" * 20_000
    assert snapshot() == before


def test_a_folder_with_an_awkward_name(tmp_path: Path, publish: Callable[..., Committed]) -> None:
    feeds = tmp_path / os.fsdecode(b"a?b#c %41 caf\xe9")
    with LocalStore(feeds) as store:
        publish(store, OWN_SITE)
    assert (feeds / ".feedmill/ledger.db").exists()
    with LocalStore(feeds) as store:
        assert set(store.documents) == set(OWN_SITE)


def test_documents_of_a_killed_first_run_are_its_own(feeds: Path, noon: datetime) -> None:
    store = LocalStore(feeds)
    with store.begin(noon) as publication, store.tree() as tree:
        publication.remember_feed(FeedMemory(path="all", kind="all", title="All"))
        store.announce(tree, {"all.rss", "topics/ai.rss"})
        (feeds / "all.rss").write_bytes(b"half of it, without a ma")
    with LocalStore(feeds) as after:  # as if killed right there
        assert set(after.documents) == {"all.rss"}
