"""A mirror in a folder: whole, in order, only what changed, only what is ours; killed wherever one likes."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from feedmill.mirror import Edition, Memory, Mirror
from feedmill.mirror.folder import Folder
from feedmill.mirror.place import Holding, MirrorError, Put
from mirrored import MARK, dead_links, edition, page

FEED = b"<feed><generator>feedmill</generator></feed>"
FIRST = {"topics/a.atom": FEED, "topics/b.json": b"{}", "topics/b.atom": FEED + b"b"}
FIRST |= {"index.html": page(*FIRST)}
SECOND = {"topics/a.atom": FEED + b"2", "topics/c.atom": FEED + b"c"}
SECOND |= {"index.html": page(*SECOND)}


@pytest.fixture
def www(tmp_path: Path) -> Path:
    return tmp_path / "www"


def made(www: Path, memory: Path | None = None) -> Mirror:
    return Mirror(Folder(www, "site"), Memory(memory))


def there(www: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(www)): path.read_bytes()
        for path in www.rglob("*")
        if path.is_file() and path.name != ".feedmill"
    }


def test_it_holds_what_is_published_and_nothing_else(www: Path) -> None:
    mirror = made(www)
    assert mirror.sync(edition(FIRST)).put == 4
    assert there(www) == FIRST
    before = (www / "topics/a.atom").stat()
    outcome = mirror.sync(edition(FIRST))
    assert (outcome.put, outcome.unchanged, outcome.behind) == (0, 4, 0)
    assert (www / "topics/a.atom").stat() == before
    outcome = mirror.sync(edition(SECOND))
    assert (outcome.put, outcome.deleted) == (3, 2)
    assert there(www) == SECOND
    assert mirror.counts["listed"] == 1


@pytest.mark.parametrize("remembers", [True, False])
def test_a_restart_finds_out_what_is_there(www: Path, tmp_path: Path, remembers: bool) -> None:
    memory = tmp_path / "memory.db" if remembers else None
    made(www, memory).sync(edition(FIRST))
    (www / "own.css").write_text("mine")
    (www / "topics/own.atom").write_text("<feed><generator>Jekyll</generator></feed>")
    outcome = made(www, memory).sync(edition(SECOND))
    assert not outcome.trouble
    foreign = {"own.css": b"mine", "topics/own.atom": b"<feed><generator>Jekyll</generator></feed>"}
    # Without a memory, JSON is known for ours by the mark of the same feed beside it.
    assert there(www) == SECOND | foreign


def test_what_pages_are_dressed_with_is_known_for_ours(www: Path) -> None:
    dress = {"feed.css": b"/* generator: feedmill */ a", "robots.txt": b"# generator: feedmill\n"}
    made(www).sync(edition(dress))
    (www / "sitemap.xml").write_text("<urlset/>")
    outcome = made(www).sync(edition({"feed.css": dress["feed.css"] + b"b", "sitemap.xml": b"ours"}))
    assert there(www) == {"feed.css": dress["feed.css"] + b"b", "sitemap.xml": b"<urlset/>"}
    assert outcome.refused == ("sitemap.xml",)


def test_a_foreign_file_keeps_its_path(www: Path) -> None:
    www.mkdir()
    (www / "index.html").write_text("my home page")
    outcome = made(www).sync(edition(FIRST))
    assert outcome.refused == ("index.html",)
    assert there(www) == FIRST | {"index.html": b"my home page"}


def test_a_foreign_folder_keeps_its_path_and_the_rest_is_done(www: Path) -> None:
    made(www).sync(edition(FIRST))
    (www / "topics/c.atom").mkdir()
    outcome = made(www).sync(edition(SECOND))
    assert (outcome.refused, outcome.trouble) == (("topics/c.atom",), "")
    del (rest := dict(SECOND))["topics/c.atom"]
    assert there(www) == rest


def test_what_somebody_changed_or_deleted_is_mended(www: Path) -> None:
    mirror = made(www)
    mirror.sync(edition(FIRST))
    (www / "topics/a.atom").write_text("changed")
    (www / "topics/b.atom").unlink()
    assert mirror.sync(edition(FIRST)).put == 0, "nobody has told of it"
    mirror.doubt()
    assert mirror.sync(edition(FIRST)).put == 2
    assert there(www) == FIRST


def test_links_lead_nowhere(www: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    www.mkdir()
    (www / "topics").symlink_to(outside)
    outcome = made(www).sync(edition(FIRST))
    assert set(outcome.failures) == {"topics/a.atom", "topics/b.json", "topics/b.atom"}
    assert (list(outside.iterdir()), there(www)) == ([], {})


def test_an_index_waits_for_what_it_names_and_deletions_for_the_index(www: Path) -> None:
    mirror = made(www)
    mirror.sync(edition(FIRST))
    (www / "topics/c.atom").mkdir()
    outcome = mirror.sync(edition(SECOND))
    assert "topics/c.atom" in outcome.trouble
    assert there(www) == FIRST | {"topics/a.atom": SECOND["topics/a.atom"]}
    (www / "topics/c.atom").rmdir()
    assert not mirror.sync(edition(SECOND)).trouble
    assert there(www) == SECOND


def test_a_withdrawn_document_goes_although_an_index_names_it(www: Path) -> None:
    mirror = made(www)
    mirror.sync(edition(FIRST))
    mirror.sync(edition(FIRST, withdrawn=("topics/a.atom",)))
    assert "topics/a.atom" not in there(www)


def test_what_is_on_disk_no_more_is_left_to_the_next_edition(www: Path) -> None:
    mirror = made(www)
    mirror.sync(edition(FIRST))
    told = edition(SECOND)
    late = Edition(
        serial=2,
        documents=told.documents,
        body=lambda path, digest: None if path == "topics/c.atom" else told.body(path, digest),
        describe=told.describe,
    )
    outcome = mirror.sync(late)
    assert (outcome.behind, outcome.trouble) == (4, "")
    assert not dead_links(there(www))
    assert mirror.sync(told).behind == 0
    assert there(www) == SECOND


def test_a_damaged_memory_costs_time_alone(www: Path, tmp_path: Path) -> None:
    memory = tmp_path / "memory.db"
    made(www, memory).sync(edition(FIRST))
    memory.write_bytes(b"no database" * 1000)
    mirror = made(www, memory)
    assert mirror.sync(edition(FIRST)).put == 0
    assert Memory(memory).holdings


def test_what_is_another_site_s_below_stays(www: Path) -> None:
    """A mirror of feedmill's, a feeds folder, and what tells nothing but is at no address of a document."""
    for name in ("custom", "topics", "old"):
        Mirror(Folder(www / name, "site"), Memory(None)).sync(edition(FIRST))
        (www / name / ".feedmill").unlink()
    (www / "custom/.feedmill").write_text("site")
    (www / "topics/.feedmill").mkdir()
    before = there(www)
    ours = {"all.atom": FEED, "authors/a.atom": FEED}
    made(www).sync(edition(ours))
    assert there(www) == before | ours


def test_a_folder_that_another_site_keeps_loses_nothing(www: Path) -> None:
    Mirror(Folder(www, "other"), Memory(None)).sync(edition(FIRST))
    outcome = made(www).sync(edition(SECOND))
    assert outcome.refused == ("topics/a.atom", "index.html")
    assert there(www) == FIRST | {"topics/c.atom": SECOND["topics/c.atom"]}
    assert (www / ".feedmill").read_text() == "other"


def test_what_a_mirror_remembers_as_its_own_stays_its_own(www: Path, tmp_path: Path) -> None:
    """A copy is at any path, and somebody may have touched it."""
    memory = tmp_path / "memory.db"
    copied = {"old/feed.atom": FEED}
    Mirror(Folder(www, "before"), Memory(memory)).sync(edition(FIRST | copied))
    (www / ".feedmill").unlink()
    os.utime(www / "old/feed.atom")
    outcome = made(www, memory).sync(edition(SECOND))
    assert (outcome.refused, there(www)) == ((), SECOND)


def test_headers_that_an_earlier_version_took_for_granted_are_put_once(tmp_path: Path) -> None:
    file = tmp_path / "memory.db"
    with closing(sqlite3.connect(file)) as database:
        database.executescript(
            "CREATE TABLE holdings (path TEXT PRIMARY KEY, tag TEXT, digest TEXT, headers TEXT);"
            "INSERT INTO holdings VALUES ('a.atom', '1', 'aa', 'text/atom'), ('b.atom', '2', 'bb', '');"
            "PRAGMA user_version = 1"
        )
    assert Memory(file).holdings == {"a.atom": Holding("1", "aa", "?"), "b.atom": Holding("2", "bb", "")}
    assert len(Memory(file).holdings) == 2


class Killed(BaseException):
    """The process ends here."""


class Mortal(Folder):
    """Dies at a step: before it, or right after."""

    def __init__(self, root: Path, steps: Iterator[int], last: int, after: bool) -> None:
        super().__init__(root, "site")
        self._steps, self._last, self._after = steps, last, after
        self._now = -1

    def put(self, new: Put, body: bytes) -> Holding:
        self._die(after=False)
        holding = super().put(new, body)
        assert not dead_links(there(self.root))
        self._die(after=True, step=False)
        return holding

    def delete(self, path: str) -> None:
        self._die(after=False)
        super().delete(path)
        assert not dead_links(there(self.root))
        self._die(after=True, step=False)

    def _die(self, *, after: bool, step: bool = True) -> None:
        self._now = next(self._steps) if step else self._now
        if self._now == self._last and after == self._after:
            raise Killed


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("last", range(5))
def test_killed_at_each_step_it_names_nothing_absent_and_goes_on(www: Path, last: int, after: bool) -> None:
    made(www).sync(edition(FIRST))
    mortal = Mirror(Mortal(www, count(), last, after), Memory(None))
    mortal.each = lambda work, items: [work(item) for item in items]  # type: ignore[method-assign]
    with pytest.raises(Killed):
        mortal.sync(edition(SECOND))
    assert not dead_links(there(www))
    made(www).sync(edition(SECOND))
    assert there(www) == SECOND


def test_a_place_out_of_reach_is_not_asked_a_thousand_times(www: Path) -> None:
    class Gone(Folder):
        asked = 0

        def put(self, new: Put, body: bytes) -> Holding:
            Gone.asked += 1
            raise MirrorError("no route to host")

    outcome = Mirror(Gone(www, "site"), Memory(None)).sync(edition({f"{n}.atom": FEED for n in range(300)}))
    assert outcome.trouble.startswith("no route to host (and ")
    assert Gone.asked < 50


def test_unfinished_files_of_a_killed_run_go(www: Path) -> None:
    www.mkdir()
    (www / ".feedmill-0123").write_text("half a docum")
    (www / ".htaccess").write_text("mine")
    made(www).sync(edition({"a.html": MARK.encode()}))
    assert set(os.listdir(www)) == {".feedmill", ".htaccess", "a.html"}
