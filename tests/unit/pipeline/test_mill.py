"""The mill: what a pass writes and what it leaves alone, over real files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feedmill.catalog.memberships import Memberships
from feedmill.config import loads
from feedmill.errors import StoreError
from feedmill.model.feed import FeedRow
from feedmill.model.seed import Reason
from feedmill.model.settings import Settings
from feedmill.pipeline import Mill, PassReport, PassRequest
from feedmill.render.listing import Listing
from nobody import NOBODY, as_nobody
from untouched import let_rest

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONFIG = "site: {title: T, url: 'https://f.example.org/'}\nguard: {min_entries: 3}\n"


def text(name: str, *, topics: str = "News", extra: str = "", date: str = "2026-01-01") -> str:
    return (
        f"---\ntitle: {name}\nwebUrl: https://x.org/{name}\npublishedDateTime: {date}\n"
        f"topics: [{topics}]\n{extra}---\nText.\n"
    )


class Folder:
    """A site in a folder, with a clock that only the test moves."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.now = NOW
        self.config = CONFIG
        (root / "seeds").mkdir()

    def write(self, name: str, content: str) -> None:
        path = self.root / "seeds" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")

    def settings(self) -> Settings:
        return replace(loads(self.config, base=self.root), workers=1)

    def run(self, **request: object) -> PassReport:
        with Mill(self.settings(), clock=lambda: self.now) as mill:
            return mill.run(PassRequest(**request))  # type: ignore[arg-type]

    def feeds(self) -> dict[str, int]:
        folder = self.root / "feeds"
        return {
            path.relative_to(folder).as_posix(): path.stat().st_mtime_ns
            for path in folder.rglob("*.*")
            if ".feedmill" not in path.parts
        }

    def read(self, path: str) -> str:
        return (self.root / "feeds" / path).read_text(encoding="utf-8", errors="replace")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_a_pass_with_nothing_to_do_writes_nothing(folder: Folder) -> None:
    folder.write("a.md", text("a"))
    let_rest(folder.root / "seeds/a.md")
    folder.run()
    watched = [folder.root / "feeds", folder.root / ".feedmill"]
    before = {p: p.stat().st_mtime_ns for top in watched for p in top.rglob("*") if p.is_file()}
    report = folder.run()
    after = {p: p.stat().st_mtime_ns for top in watched for p in top.rglob("*") if p.is_file()}
    assert (report.written, report.changed) == (0, 0)
    assert {p: t for p, t in after.items() if p.name != "lock"} == {
        p: t for p, t in before.items() if p.name != "lock"
    }


def test_an_edit_touches_its_feeds_alone(folder: Folder) -> None:
    folder.write("a.md", text("a", topics="One"))
    folder.write("b.md", text("b", topics="Two"))
    folder.run()
    before = folder.feeds()
    folder.write("a.md", text("a", topics="One", extra="excerpt: new\n"))
    report = folder.run()
    changed = {path for path, mtime in folder.feeds().items() if before[path] != mtime}
    assert changed == {
        f"{feed}.{suffix}" for feed in ("all", "topics/one") for suffix in ("rss", "atom", "json", "html")
    }
    assert (report.appeared, report.changed, report.vanished) == (0, 1, 0)


def test_heat_alone_moves_nothing_not_even_the_ledger(folder: Folder) -> None:
    folder.write("a.md", text("a", extra="heat: 1\n"))
    folder.run()
    before = folder.feeds(), (folder.root / "feeds/.feedmill/ledger.db").stat().st_mtime_ns
    folder.write("a.md", text("a", extra="heat: 2\n"))
    report = folder.run()
    assert (report.written, report.changed) == (0, 0)
    assert (folder.feeds(), (folder.root / "feeds/.feedmill/ledger.db").stat().st_mtime_ns) == before


@pytest.mark.parametrize("lose_state", [False, True])
def test_the_guard_holds_back_what_lost_its_files(folder: Folder, lose_state: bool) -> None:
    for number in range(4):
        folder.write(f"{number}.md", text(f"t{number}"))
    folder.run()
    before = folder.feeds()
    for number in range(3):
        (folder.root / f"seeds/{number}.md").unlink()
    if lose_state:
        (folder.root / ".feedmill/catalog.db").unlink()
    report = folder.run()
    assert report.held is not None
    assert "3 of 4" in report.held
    assert folder.feeds() == before
    assert folder.run(force=True).held is None
    assert "t0" not in folder.read("all.json")


def test_a_takedown_is_never_held_back(folder: Folder) -> None:
    for number in range(4):
        folder.write(f"{number}.md", text(f"t{number}"))
    folder.run()
    for number in range(4):
        folder.write(f"{number}.md", text(f"t{number}", extra="published: false\n"))
    report = folder.run()
    assert report.held is None
    assert report.withheld == {Reason.UNPUBLISHED: 4}
    assert json.loads(folder.read("all.json"))["items"] == []


@pytest.mark.parametrize("lose_state", [False, True])
@pytest.mark.parametrize("word", ["published: false\n", "removed: true\n", "expiryDateTime: 2026-02-01\n"])
def test_a_held_pass_publishes_takedowns_alone(folder: Folder, lose_state: bool, word: str) -> None:
    folder.config += "feeds: {limit: 5}\n"
    for number in range(10):
        folder.write(f"{number}.md", text(f"t{number}", date=f"2026-01-{28 - number:02}"))
    folder.run()
    for number in range(3, 9):
        (folder.root / f"seeds/{number}.md").unlink()
    folder.write("0.md", text("t0", date="2026-01-28", extra=word))
    folder.write("1.md", text("t1", date="2026-01-27", extra="excerpt: Edited\n"))
    folder.write("new.md", text("new"))
    if lose_state:
        (folder.root / ".feedmill/catalog.db").unlink()
    report = folder.run()
    assert report.held is not None
    titles = [item["title"] for item in json.loads(folder.read("all.json"))["items"]]
    assert titles == ["t1", "t2", "t3", "t4", "t5"]
    assert "Edited" not in folder.read("all.json")
    assert all(title in folder.read("index.html") for title in titles)
    assert "t0" not in folder.read("index.html")
    before = folder.feeds()
    assert folder.run().held is not None
    assert folder.feeds() == before
    assert folder.run(force=True).held is None
    released = {path: folder.read(path) for path in folder.feeds()}
    shutil.rmtree(folder.root / "feeds")
    shutil.rmtree(folder.root / ".feedmill")
    folder.run()
    assert {path: folder.read(path) for path in folder.feeds()} == released


def test_an_expiry_is_not_held_back_by_a_missing_folder(folder: Folder) -> None:
    folder.write("a.md", text("a", extra="expiryDateTime: 2026-03-02\n"))
    folder.write("b.md", text("b"))
    folder.run()
    (folder.root / "seeds").rename(folder.root / "away")
    assert folder.run().next_change == NOW + timedelta(hours=12)
    folder.now += timedelta(days=1)
    assert folder.run().held is not None
    assert [item["title"] for item in json.loads(folder.read("all.json"))["items"]] == ["b"]


def test_a_missing_seeds_folder_publishes_nothing(folder: Folder) -> None:
    folder.write("a.md", text("a"))
    folder.run()
    before = folder.feeds()
    (folder.root / "seeds").rename(folder.root / "away")
    assert folder.run().held is not None
    assert folder.feeds() == before


def test_an_emptied_feed_stays_until_it_is_pruned_and_comes_back(folder: Folder) -> None:
    folder.write("a.md", text("a", topics="Rare"))
    folder.write("b.md", text("b"))
    folder.run()
    folder.write("a.md", text("a", topics="News"))
    folder.run()
    assert "<title>Rare</title>" in folder.read("topics/rare.atom")
    assert "<entry>" not in folder.read("topics/rare.atom")
    assert "rare" not in folder.read("feeds.json")
    assert folder.run(prune=True).retired == ("topics/rare",)
    with Mill(folder.settings(), clock=lambda: folder.now) as mill:
        assert "topics/rare.atom" in mill.generation().gone
    folder.write("a.md", text("a", topics="Rare"))
    folder.run()
    assert "<entry>" in folder.read("topics/rare.atom")
    with Mill(folder.settings(), clock=lambda: folder.now) as mill:
        assert "topics/rare.atom" not in mill.generation().gone


def test_copies_have_the_bytes_of_their_documents_and_go_with_them(folder: Folder) -> None:
    folder.config += "copies: {feed.xml: all.atom, old/rare.xml: topics/rare.rss,"
    folder.config += " list.opml: feeds.opml, b.htm: all.html}\n"
    copies = {"feed.xml": "all.atom", "list.opml": "feeds.opml", "b.htm": "all.html"}

    def same() -> None:
        assert {path: folder.read(path) for path in copies} == {p: folder.read(copies[p]) for p in copies}

    folder.write("b.md", text("b"))
    folder.run()
    same()
    assert not (folder.root / "feeds/old").exists(), "there is no such feed yet"
    folder.write("a.md", text("a", topics="Rare"))
    assert folder.run().problems == ()
    same()
    assert folder.read("old/rare.xml") == folder.read("topics/rare.rss")
    (folder.root / "feeds/feed.xml").write_text("broken")
    folder.write("a.md", text("a", extra="published: false\n"))
    folder.run()
    same()
    assert folder.read("old/rare.xml") == folder.read("topics/rare.rss"), "emptied, as its document"
    assert "<item>" not in folder.read("old/rare.xml")
    assert folder.run(prune=True).removed == 5
    assert not (folder.root / "feeds/old").exists()
    with Mill(folder.settings(), clock=lambda: folder.now) as mill:
        generation = mill.generation()
        assert generation.documents["feed.xml"].form == "all.atom"
        assert generation.documents["all.atom"].form == "all.atom"
        assert "old/rare.xml" in generation.gone
    folder.config = folder.config.replace("feed.xml: all.atom, ", "")
    folder.run()
    assert not (folder.root / "feeds/feed.xml").exists()
    assert folder.run().written == 0


def test_a_copy_is_held_by_what_stands_there_and_its_document_is_not(folder: Folder) -> None:
    folder.config += "copies: {feed.xml: all.atom}\n"
    folder.write("a.md", text("a"))
    (folder.root / "feeds").mkdir()
    (folder.root / "feeds/feed.xml").write_text("mine")
    report = folder.run()
    assert [problem.path for problem in report.problems] == [str(folder.root / "feeds/feed.xml")]
    assert folder.read("feed.xml") == "mine"
    assert "<entry>" in folder.read("all.atom")
    (folder.root / "feeds/feed.xml").unlink()
    assert folder.run().problems == ()
    assert folder.read("feed.xml") == folder.read("all.atom")


def test_a_copy_is_ours_although_the_ledger_was_lost(folder: Folder) -> None:
    folder.config += "copies: {feed.xml: all.atom}\n"
    folder.write("a.md", text("a"))
    folder.run()
    shutil.rmtree(folder.root / "feeds/.feedmill")
    folder.write("a.md", text("a", extra="published: false\n"))
    assert folder.run().problems == ()
    assert folder.read("feed.xml") == folder.read("all.atom")
    assert "<entry>" not in folder.read("feed.xml")


def test_what_a_full_disk_keeps_from_being_taken_down_is_withheld_in_its_copies_too(folder: Folder) -> None:
    folder.config += "copies: {feed.xml: all.atom, x.xml: topics/other.atom}\n"
    folder.write("a.md", text("a"))
    folder.write("b.md", text("b", topics="Other"))
    folder.run()
    folder.write("a.md", text("a", extra="published: false\n"))
    with Mill(folder.settings(), clock=lambda: folder.now) as mill:
        shutil.rmtree(folder.root / "feeds/.feedmill/tmp", ignore_errors=True)
        (folder.root / "feeds/.feedmill/tmp").write_text("in the way of anything that is to be written")
        with pytest.raises(StoreError):
            mill.run(PassRequest())
        assert {"feed.xml", "index.html"} <= mill.generation().suspended
        assert "x.xml" not in mill.generation().suspended


def test_time_alone_publishes_and_expires(folder: Folder) -> None:
    folder.write(
        "a.md", text("soon", date="2026-03-01T13:00:00Z", extra="expiryDateTime: 2026-03-01T14:00:00Z\n")
    )
    report = folder.run()
    assert report.next_change == NOW + timedelta(hours=1)
    assert "soon" not in folder.read("all.json")
    folder.now = NOW + timedelta(hours=1)
    assert folder.run().appeared == 1
    assert "soon" in folder.read("all.json")
    folder.now = NOW + timedelta(hours=2)
    assert folder.run().vanished == 1
    folder.now = NOW + timedelta(hours=1)  # a clock that was set back
    assert folder.run().appeared == 1


def test_a_broken_seed_keeps_its_entry_even_when_the_state_folder_went_with_it(folder: Folder) -> None:
    folder.write("a.md", text("a"))
    folder.run()
    before = folder.feeds()
    (folder.root / ".feedmill/catalog.db").unlink()
    folder.write("a.md", "---\ntitle: [unclosed\n---\n")
    report = folder.run()
    assert (report.kept, report.errors) == (1, 1)
    assert report.problems[0].kept
    assert folder.feeds() == before


def test_of_two_seeds_with_one_identity_the_newest_goes_out_then_the_smallest_path(folder: Folder) -> None:
    folder.write("b.md", text("same", extra="excerpt: from b\n"))
    folder.write("a.md", text("same", extra="excerpt: from a\n"))
    assert folder.run().withheld == {Reason.DUPLICATE: 1}
    assert "from a" in folder.read("all.json")
    folder.write("b.md", text("same", extra="excerpt: from b\n", date="2026-01-02"))
    folder.run()
    assert "from b" in folder.read("all.json")
    (folder.root / "seeds/b.md").unlink()
    folder.run()
    assert "from a" in folder.read("all.json")


def test_problems_of_a_scan_stay_told_after_a_hinted_pass(folder: Folder) -> None:
    folder.write("a.md", text("a"))
    (folder.root / "seeds/out.md").symlink_to("/etc/hostname")
    with Mill(folder.settings(), clock=lambda: folder.now) as mill:
        first = mill.run(PassRequest())
        folder.write("a.md", text("a", extra="excerpt: x\n"))
        second = mill.run(PassRequest(paths=frozenset({"a.md"})))
        (folder.root / "seeds/out.md").unlink()
        third = mill.run(PassRequest(paths=frozenset({""})))
    told: Callable[[PassReport], list[str]] = lambda report: [p.path for p in report.problems]  # noqa: E731
    assert (told(first), told(second), told(third)) == (["out.md"], ["out.md"], [])


def test_the_front_page_has_the_latest_entries_as_they_are_now(folder: Folder) -> None:
    for number in range(10):
        folder.write(f"{number}.md", text(f"entry-{number}", date=f"2026-01-{28 - number:02}"))
    folder.run()
    shown = folder.read("index.html")
    assert [number for number in range(10) if f">entry-{number}</a>" in shown] == list(range(7))
    folder.write("6.md", text("entry-6", date="2026-01-22", extra="excerpt: None other changed\n"))
    folder.write("0.md", text("entry-0", date="2026-01-28", extra="excerpt: Changed in words alone\n"))
    folder.run()
    assert "Changed in words alone" in folder.read("index.html")
    folder.write("3.md", text("entry-3", date="2026-01-25", extra="published: false\n"))
    folder.run()
    shown = folder.read("index.html")
    assert [number for number in range(10) if f">entry-{number}</a>" in shown] == [0, 1, 2, 4, 5, 6, 7]
    before = {path: folder.read(path) for path in folder.feeds()}
    shutil.rmtree(folder.root / "feeds")
    shutil.rmtree(folder.root / ".feedmill")
    folder.run()
    assert {path: folder.read(path) for path in folder.feeds()} == before


def test_an_entry_that_would_fill_the_front_page_is_left_out_there(folder: Folder) -> None:
    folder.write("a.md", text("a"))
    folder.write("b.md", text("b", date="2026-01-02").replace("title: b", f"title: {'b ' * 40_000}"))
    folder.run()
    assert len(folder.read("index.html")) < 64 << 10
    assert ">a</a>" in folder.read("index.html")


def test_a_page_counts_the_entries_beyond_its_limit_whenever_they_change(folder: Folder) -> None:
    folder.config += "feeds: {limit: 2}\n"
    for number in range(5):
        folder.write(f"{number}.md", text(f"t{number}", date=f"2026-01-{28 - number:02}"))
    folder.run()
    assert "latest 2 of 5" in folder.read("topics/news.html")
    feed = folder.read("topics/news.rss")
    folder.write("4.md", text("t4", date="2026-01-24", extra="published: false\n"))
    folder.run()
    assert "latest 2 of 4" in folder.read("topics/news.html")
    assert folder.read("topics/news.rss") == feed


def test_a_file_of_ones_own_beside_the_feeds_stays_and_is_no_fault(folder: Folder) -> None:
    folder.write("a.md", text("a"))
    (folder.root / "feeds").mkdir()
    own = {"robots.txt": "User-agent: *\nDisallow: /\n", "404.html": "<h1>Ours</h1>", "favicon.ico": "icon"}
    for name, content in own.items():
        (folder.root / "feeds" / name).write_text(content)
    for _ in range(2):
        assert folder.run().problems == ()
        assert {name: folder.read(name) for name in own} == own
    with Mill(folder.settings(), clock=lambda: folder.now) as mill:
        mill.run(PassRequest())
        assert not own.keys() & mill.generation().documents.keys()
        assert "410.html" in mill.generation().documents


def test_the_front_page_is_planned_to_change_with_its_first_entries(folder: Folder) -> None:
    folder.write("a.md", text("a"))
    folder.write("b.md", text("b", date="2026-03-01T13:00:00Z"))
    with Mill(folder.settings(), clock=lambda: folder.now) as mill:
        mill.run(PassRequest())
        documents = mill.generation().documents
        for listing in ("index.html", "feeds.json", "feeds.opml", "sitemap.xml"):
            assert documents[listing].next_change == NOW + timedelta(hours=1)
        assert documents["robots.txt"].next_change is None


def test_formats_that_are_dropped_are_gone_for_good(folder: Folder) -> None:
    folder.write("a.md", text("a"))
    folder.run()
    folder.config = CONFIG + "feeds: {formats: [atom], html: false}\n"
    report = folder.run()
    assert set(folder.feeds()) == {"all.atom", "topics/news.atom", "feeds.json", "feeds.opml"}
    assert report.removed == 14


def test_a_document_that_was_damaged_is_made_again_and_no_other_feed_is_touched(folder: Folder) -> None:
    folder.write("a.md", text("a", topics="One"))
    folder.write("b.md", text("b", topics="Two"))
    folder.run()
    before = {path: folder.read(path) for path in folder.feeds()}
    mtimes = folder.feeds()
    (folder.root / "feeds/topics/one.atom").unlink()
    (folder.root / "feeds/topics/one.rss").write_text("half a docu")
    report = folder.run()
    assert report.written == 2
    assert {path: folder.read(path) for path in folder.feeds()} == before
    assert folder.feeds() == mtimes, "the same bytes are as old as they were"


@contextmanager
def another_user(folder: Folder) -> Iterator[None]:
    """As somebody who owns the site and has no rights beside."""
    for path in (folder.root, *folder.root.rglob("*")):
        os.chown(path, NOBODY, -1)
    with as_nobody():
        yield


@pytest.fixture
def shared_folder() -> Iterator[Folder]:
    """A site that another user can reach, after a first pass: what that imports may be out of reach."""
    with tempfile.TemporaryDirectory() as root:
        folder = Folder(Path(root))
        folder.write("b.md", text("b"))
        folder.run()
        yield folder


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs to become another user")


@needs_root
def test_a_file_that_becomes_readable_again_is_read(shared_folder: Folder) -> None:
    """Its permissions come back without a new mtime; until then each pass looks, and writes nothing."""
    folder = shared_folder
    folder.write("a.md", text("a"))
    seed = folder.root / "seeds/a.md"
    os.utime(seed, (1, 1))
    seed.chmod(0)
    with another_user(folder):
        let_rest(*(folder.root / "seeds").glob("*.md"))
        first = folder.run()
        before = (folder.root / ".feedmill/catalog.db").read_bytes()
        second = folder.run()
        after = (folder.root / ".feedmill/catalog.db").read_bytes()
    assert (first.errors, second.errors) == (1, 1)
    assert before == after
    seed.chmod(0o644)
    assert folder.run().eligible == 2


@needs_root
@pytest.mark.parametrize("lose_state", [False, True])
def test_seeds_in_a_folder_that_cannot_be_listed_keep_their_entries(
    shared_folder: Folder, lose_state: bool
) -> None:
    """Whether or not the catalog went with it: the state folder never costs a byte of the output."""
    folder = shared_folder
    folder.write("sub/a.md", text("a"))
    folder.write("sub/draft.md", text("draft", extra="published: false\n"))
    folder.run()
    feeds = folder.feeds()
    closed = folder.root / "seeds/sub"
    closed.chmod(0)
    if lose_state:
        shutil.rmtree(folder.root / ".feedmill")
    with another_user(folder):
        reports = [folder.run(force=True), folder.run()]
    assert [(report.eligible, report.kept) for report in reports] == [(2, 1), (2, 1)]
    assert folder.feeds() == feeds
    closed.chmod(0o755)
    assert folder.run().kept == 0
    assert folder.feeds() == feeds


def test_a_feed_whose_path_is_taken_is_listed_nowhere(folder: Folder) -> None:
    """Until the foreign file is gone; whatever lists feeds names nothing that is not there."""

    def listed() -> list[str]:
        feeds = json.loads(folder.read("feeds.json"))["feeds"]
        return sorted(feed["slug"] or feed["kind"] for feed in feeds)

    taken = folder.root / "feeds/topics/news.atom"
    taken.parent.mkdir(parents=True)
    taken.write_text("mine")
    folder.write("a.md", text("a", topics="News, Tools"))
    assert "topics/news.atom" in folder.run().problems[0].path
    assert listed() == ["all", "tools"]
    for change in ("b", "c"):  # with the directory read anew, and in the pass that touches the feed
        folder.write(f"{change}.md", text(change, topics="News, Tools"))
        folder.run(paths=frozenset({f"{change}.md"}) if change == "c" else None)
        assert listed() == ["all", "tools"]
        assert "news" not in folder.read("feeds.opml")
    assert taken.read_text() == "mine"
    taken.unlink()
    assert folder.run().problems == ()
    assert listed() == ["all", "news", "tools"]
    assert "<title>c</title>" in taken.read_text()


@pytest.mark.parametrize("how", ["in place", "renamed", "linked"])
def test_restored_times_hide_no_edit(folder: Folder, how: str) -> None:
    folder.write("a.md", text("one"))
    path = folder.root / "seeds/a.md"
    os.utime(path, (1, 1))
    folder.run()
    if how == "linked":
        os.link(path, folder.root / "seeds/b.txt.aside")
    edited = path if how != "renamed" else folder.root / "seeds/aside"
    edited.write_text(text("two"))  # as long as it was
    os.utime(edited, (1, 1))
    edited.replace(path)
    folder.run()
    assert "<title>two</title>" in folder.read("all.atom")


def test_a_changed_ctime_alone_costs_a_look_and_no_write(folder: Folder) -> None:
    folder.write("a.md", text("a"))
    folder.run()
    before = folder.feeds()
    path = folder.root / "seeds/a.md"
    path.chmod(0o600)
    report = folder.run()
    assert (report.changed, report.written) == (0, 0)
    assert folder.feeds() == before


def test_a_hint_is_read_in_a_look_at_everything(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that keeps no ctime, say: what the watcher heard still counts."""
    folder.write("a.md", text("one"))
    let_rest(folder.root / "seeds/a.md")
    folder.run()
    folder.write("a.md", text("two"))
    monkeypatch.setattr("feedmill.pipeline.ingest.same", lambda row, item: True)
    assert folder.run().appeared == 0
    assert folder.run(hints=frozenset({"a.md"})).appeared == 1


def test_a_hint_speaks_of_every_name_of_a_file(folder: Folder) -> None:
    """A hard-linked twin gets no event of its own."""
    folder.write("a.md", text("a"))
    (folder.root / "seeds" / "b.md").hardlink_to(folder.root / "seeds" / "a.md")
    with Mill(folder.settings(), clock=lambda: folder.now) as mill:
        mill.run(PassRequest())
        with (folder.root / "seeds" / "a.md").open("r+") as file:
            file.write(text("a", extra="published: false\n"))
        mill.run(PassRequest(paths=frozenset({"a.md"})))
    assert "<title>a<" not in folder.read("all.rss")


def lose(ledger: Path) -> None:
    ledger.unlink()


def damage(ledger: Path) -> None:
    ledger.write_bytes(b"no database at all\n" * 500)


@pytest.mark.parametrize("fault", [lose, damage])
@pytest.mark.parametrize("formats", ["rss, atom, json", "rss", "json"])
def test_a_lost_ledger_takes_no_emptied_feed_away(
    folder: Folder, fault: Callable[[Path], None], formats: str
) -> None:
    folder.config += (
        f"feeds: {{formats: [{formats}]}}\ntopics: {{Rare & “odd”: {{description: d & <d>, slug: rare}}}}\n"
    )
    folder.write("a.md", text("secret", topics="Rare & “odd”"))
    folder.write("b.md", text("b"))
    folder.write("c.md", text("moved", topics="Old"))
    folder.run()
    folder.write("c.md", text("moved"))
    folder.run()
    emptied = {p: folder.read(p) for p in folder.feeds() if "old." in p}
    fault(folder.root / "feeds/.feedmill/ledger.db")
    folder.write("a.md", text("secret", topics="Rare & “odd”", extra="published: false\n"))
    folder.config = folder.config.replace("topics:", "#")  # nobody speaks of it any more
    folder.run()
    assert {p: folder.read(p) for p in folder.feeds() if "old." in p} == emptied
    assert not [path for path in folder.feeds() if "secret" in folder.read(path)]
    for suffix in formats.split(", "):
        assert "Rare &" in folder.read(f"topics/rare.{suffix}")
    assert "d &amp; &lt;d&gt;" in folder.read("topics/rare.html")
    listed = {path: folder.read(path) for path in ("feeds.json", "feeds.opml", "index.html")}
    assert not [path for path, body in listed.items() if "rare" in body or "topics/old" in body]
    after = folder.feeds()
    assert folder.run(full=True).written == 0
    assert folder.feeds() == after
    assert set(folder.run(prune=True).retired) == {"topics/rare", "topics/old"}


def test_a_feed_whose_documents_are_broken_keeps_its_address(folder: Folder) -> None:
    folder.write("a.md", text("a", topics="Rare"))
    folder.write("b.md", text("b"))
    folder.run()
    folder.write("a.md", text("a"))
    for suffix in ("rss", "atom", "json"):
        path = folder.root / f"feeds/topics/rare.{suffix}"
        path.write_bytes(
            path.read_bytes()[:400].replace(b"title>", b"t\xff>") + b"<generator>feedmill</generator>"
        )
    lose(folder.root / "feeds/.feedmill/ledger.db")
    folder.run()
    assert "<title>rare</title>" in folder.read("topics/rare.atom")
    assert "<entry>" not in folder.read("topics/rare.atom")


def test_only_the_file_that_is_shown_is_kept_for_later(folder: Folder) -> None:
    """What is kept of a twin would outlive the entry, and a held pass shows what is kept."""
    folder.write("a.md", text("gone"))
    folder.write("twin.md", text("gone"))
    for number in range(4):
        folder.write(f"b{number}.md", text(f"b{number}"))
    folder.run()
    with Mill(folder.settings(), clock=lambda: folder.now) as mill:
        assert "twin.md" not in list(mill.store.last_good_paths())
    for name in ("a.md", "twin.md"):
        (folder.root / "seeds" / name).unlink()
    folder.run()
    for number in range(3):
        (folder.root / f"seeds/b{number}.md").unlink()
    folder.write("b3.md", text("b3", extra="published: false\n"))
    assert folder.run().held is not None
    assert "gone" not in folder.read("all.json")
    assert "b0" in folder.read("all.json")


@pytest.mark.parametrize("then", ["deleted", "replaced"])
def test_a_file_written_under_a_name_that_it_has_no_more_is_seen_under_its_others(
    folder: Folder, then: str
) -> None:
    folder.write("a.md", text("a"))
    seeds = folder.root / "seeds"
    (seeds / "b.md").hardlink_to(seeds / "a.md")
    with Mill(folder.settings(), clock=lambda: folder.now) as mill:
        mill.run(PassRequest())
        with (seeds / "a.md").open("r+") as file:
            file.write(text("a", extra="published: false\n"))
        (seeds / "a.md").unlink()
        if then == "replaced":
            folder.write("a.md", text("other"))
        mill.run(PassRequest(paths=frozenset({"a.md"})))
    assert "<title>a<" not in folder.read("all.rss")


def test_who_got_ready_asks_and_prints_at_the_first_change_what_it_touches_alone(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 6):
        folder.write(f"{number}.md", text(f"t{number}", topics=f"C{number}", date=f"2026-01-0{number}"))
    folder.run()
    printed = []
    line = Listing._json_line

    def told(self: Listing, row: FeedRow) -> bytes:
        printed.append(row.path)
        return line(self, row)

    with Mill(folder.settings(), clock=lambda: folder.now) as mill:
        mill.run(PassRequest())
        mill.warm()
        monkeypatch.setattr(Listing, "_json_line", told)
        monkeypatch.setattr(Memberships, "feeds", lambda self: pytest.fail("it reads every feed"))
        folder.write("2.md", text("edited", topics="C2, New", date="2026-01-06"))
        assert mill.run(PassRequest(paths=frozenset(["2.md"]))).appeared == 1
    monkeypatch.undo()
    assert sorted(printed) == ["all", "topics/c2", "topics/new"]
    published = {path: folder.read(path) for path in folder.feeds()}
    assert published["index.html"].index("edited") < published["index.html"].index("t5")
    shutil.rmtree(folder.root / ".feedmill")
    shutil.rmtree(folder.root / "feeds")
    folder.run()
    assert {path: folder.read(path) for path in folder.feeds()} == published


def test_who_got_ready_has_nothing_to_load_at_the_first_change_and_published_nothing(folder: Folder) -> None:
    folder.write("one.md", text("one"))
    folder.write("two.md", text("two", topics="News, Other"))
    folder.run()
    script = f"""
import sys
from datetime import UTC, datetime
from pathlib import Path
from feedmill.config import loads
from feedmill.pipeline import Mill, PassRequest

root = Path({str(folder.root)!r})
out = lambda: {{path: path.stat().st_mtime_ns for path in root.glob("feeds/**/*.*")}}
with Mill(loads({CONFIG!r}, base=root), clock=lambda: datetime(2026, 3, 1, 12, tzinfo=UTC)) as mill:
    mill.run(PassRequest())
    before = out()
    mill.warm()
    assert out() == before
    known = set(sys.modules)
    seed = root / "seeds/one.md"
    seed.write_text(seed.read_text().replace("Text.", "Text, *edited*."))
    report = mill.run(PassRequest(paths=frozenset(["one.md"])))
    assert report.changed == 1
    print(sorted(set(sys.modules) - known))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")
    published = {path: folder.read(path) for path in folder.feeds()}
    assert "edited" in published["all.atom"]
    shutil.rmtree(folder.root / ".feedmill")
    folder.run()
    assert {path: folder.read(path) for path in folder.feeds()} == published


def test_what_is_read_again_and_is_as_it_was_is_no_change(folder: Folder) -> None:
    for name in ("a", "b"):
        folder.write(f"{name}.md", text(name))
    with Mill(folder.settings(), clock=lambda: folder.now) as mill:
        assert mill.run(PassRequest()).appeared == 2
        assert [move.sign for move in mill.moves()] == ["+", "+"]
        mill.run(PassRequest(full=True))
        assert mill.moves() == ()
        folder.write("b.md", text("b", extra="excerpt: new\n"))
        mill.run(PassRequest(full=True))
        assert [(move.sign, move.title) for move in mill.moves()] == [("~", "b")]
    shutil.rmtree(folder.root / ".feedmill")
    folder.write("c.md", text("c"))
    with Mill(folder.settings(), clock=lambda: folder.now) as mill:
        report = mill.run(PassRequest())
        assert (report.appeared, report.changed, report.vanished) == (1, 0, 0)
        assert [(move.sign, move.title) for move in mill.moves()] == [("+", "c")]
