"""The desk over a real mill: what it shows of each seed, what it writes, how it undoes that."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from queue import Queue

import pytest

from feedmill.config import loads
from feedmill.daemon.desk_view import DeskView
from feedmill.daemon.past_passes import PastPasses
from feedmill.model.desk import SeedRow
from feedmill.model.instant import Instant
from feedmill.model.settings import Settings
from feedmill.pipeline import Mill, PassReport, PassRequest
from feedmill.pipeline.explain import explain_each, remarks
from feedmill.server.desk.query import Index, Query

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SEEDS = {
    "out.md": "title: Out\nwebUrl: https://x.org/out\ndate: 2026-01-01\ntopics: [Bread]\nprovider: Acme\n",
    "draft.md": "title: Draft\nwebUrl: https://x.org/d\ndate: 2026-01-02\npublished: false # not yet\n",
    "later.md": "title: Later\nwebUrl: https://x.org/l\ndate: 2027-01-01\n",
    "twin.md": "title: Twin\nwebUrl: https://x.org/out\ndate: 2025-01-01\n",
    "broken.md": "title: Broken\n",
    "sub/undated.md": "title: Undated\nwebUrl: https://x.org/u\n",
}


class Office:
    """What the service would tell: passes run here, at once."""

    def __init__(self, folder: Path, more: str = "") -> None:
        self.settings: Settings = loads(f"site: {{title: Test}}\n{more}", base=folder)
        self.mill = Mill(self.settings, clock=lambda: NOW)
        self.past = PastPasses()

    def look(self, paths: Iterable[str]) -> Future[PassReport]:
        ticket: Future[PassReport] = Future()
        ticket.set_result(self.run(frozenset(paths)))
        return ticket

    def burst(self) -> AbstractContextManager[None]:
        return nullcontext()

    def run(self, paths: frozenset[str] | None = None) -> PassReport:
        held = self.past.last is not None and self.past.last.held is not None
        report = self.mill.run(PassRequest(trigger="test", paths=None if held else paths))  # as PassRunner
        self.past.add(report)
        return report

    def all_feed(self) -> str:
        return (self.settings.feeds_dir / "all.atom").read_text("utf-8")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    for name, front in SEEDS.items():
        file = tmp_path / "seeds" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"---\n{front}---\nThe *text* of {name}.\n", "utf-8")
    made = Office(tmp_path)
    with made.mill:
        made.run()
        yield made


def clock() -> Instant:
    return NOW


def rows_of(view: DeskView) -> dict[str, SeedRow]:
    view.seeds()
    for thread in threading.enumerate():  # the titles of drafts are read in one of their own
        if thread.name == "feedmill-drafts":
            thread.join(10)
    return {row.path: row for row in view.seeds().rows}


def test_every_seed_is_there_drafts_by_title_too(office: Office) -> None:
    view = DeskView(office, clock)
    rows = rows_of(view)
    assert {path: (row.state, row.title) for path, row in rows.items()} == {
        "out.md": ("eligible", "Out"),
        "draft.md": ("unpublished", "Draft"),
        "later.md": ("scheduled", "Later"),
        "twin.md": ("duplicate", "Twin"),
        "broken.md": ("invalid", ""),
        "sub/undated.md": ("undated", "Undated"),
    }
    assert [row.path for row in view.seeds().rows][:2] == ["later.md", "draft.md"]  # the newest first
    assert rows["broken.md"].problems[0].line == 1
    assert view.feeds_of(["out.md", "draft.md"])["out.md"] == ("all", "providers/acme", "topics/bread")
    view.close()


def test_a_name_is_found_in_any_form_of_its_letters(office: Office) -> None:
    (office.settings.scan.dir / "zu\u0308rich.md").write_text("---\ntitle: Caf\u00e9\n---\nText.\n", "utf-8")
    office.run()
    view = DeskView(office, clock)
    index = Index(view.seeds())
    for text in ("z\u00fcrich", "Zu\u0308RICH"):
        assert index.find(Query(text=text)).paths == ("zu\u0308rich.md",)
    view.close()


def test_a_seed_is_shown_as_it_would_look(office: Office) -> None:
    view = DeskView(office, clock)
    draft = view.view("draft.md")
    assert draft is not None
    assert draft.entry is not None
    assert draft.entry.content == "<p>The <em>text</em> of draft.md.</p>"
    assert (draft.feeds, draft.feeds_if_out) == ((), ("all",))
    assert "published: false" in draft.why
    for form in ("html", "rss", "atom", "json"):
        document = view.document("draft.md", form)
        assert document is not None
        assert b"Draft" in document
        assert b"https://x.org/d" in document
    out = view.view("out.md")
    assert out is not None
    assert next((one.path, one.rank, one.total) for one in out.feeds) == ("all", 1, 1)
    broken = view.view("broken.md")
    assert broken is not None
    assert broken.entry is None
    assert view.document("broken.md", "atom") is None
    assert view.view("../config.yaml") is None
    assert view.document("draft.md", "exe") is None
    view.close()


def test_a_flag_is_flipped_published_and_undone_to_the_byte(office: Office) -> None:
    view = DeskView(office, clock)
    file = office.settings.scan.dir / "draft.md"
    before = file.read_bytes()
    change = view.flip(["draft.md", "later.md", "nowhere.md", "../config.yaml"], published=True)
    assert file.read_bytes() == before.replace(b"published: false #", b"published: true #")
    assert "Draft" in office.all_feed()
    assert set(change.changed) == {"draft.md", "later.md"}
    assert [path for path, _ in change.refused] == ["nowhere.md", "../config.yaml"]
    assert change.appeared == 1
    assert change.written > 0
    assert [path for path, remark in change.remarks if "still in no feed" in remark] == ["later.md"]
    assert view.seeds().rows[1].state == "eligible"
    again = view.flip(["draft.md"], published=True)
    assert (again.changed, again.already) == ((), ("draft.md",))
    undone = view.undo(change.number)
    assert undone is not None
    assert undone.vanished == 1
    assert file.read_bytes() == before
    assert "Draft" not in office.all_feed()
    assert view.undo(change.number) is None  # once is enough
    assert [one.number for one in view.changes()] == [undone.number, again.number, change.number]
    assert DeskView(office, clock).undo(change.number) is None  # another run of the daemon
    view.close()


def test_what_somebody_wrote_since_is_not_undone(office: Office) -> None:
    view = DeskView(office, clock)
    file = office.settings.scan.dir / "draft.md"
    change = view.flip(["draft.md"], published=True)
    file.write_bytes(file.read_bytes() + b"More.\n")
    undone = view.undo(change.number)
    assert undone is not None
    assert undone.refused == (("draft.md", "was changed since; set the flag by hand"),)
    assert file.read_bytes().endswith(b"More.\n")
    view.close()


def test_what_was_decided_since_is_not_undone_though_it_reads_the_same(office: Office) -> None:
    view = DeskView(office, clock)
    file = office.settings.scan.dir / "draft.md"
    before = file.read_bytes()
    first = view.flip(["draft.md"], published=True)
    second = view.flip(["draft.md"], published=False)
    third = view.flip(["draft.md"], published=True)
    undone = view.undo(first.number)
    assert undone is not None
    assert undone.refused == (("draft.md", "was changed since; set the flag by hand"),)
    assert "Draft" in office.all_feed()
    for one in (third, second, first):  # from the last on all of it goes back
        undone = view.undo(one.number)
        assert undone is not None
        assert not undone.refused
    assert file.read_bytes() == before
    view.close()


def test_who_takes_down_what_is_down_already_keeps_it_down(office: Office) -> None:
    view = DeskView(office, clock)
    first = view.flip(["out.md"], published=False)
    assert view.flip(["out.md"], published=False).already == ("out.md",)
    undone = view.undo(first.number)
    assert undone is not None
    assert undone.refused == (("out.md", "was changed since; set the flag by hand"),)
    view.close()


def test_nobody_waits_for_the_pass_of_another(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    view = DeskView(office, clock)
    asked: Queue[Future[PassReport]] = Queue()

    def look(paths: Iterable[str]) -> Future[PassReport]:
        ticket: Future[PassReport] = Future()
        asked.put(ticket)
        return ticket

    monkeypatch.setattr(office, "look", look)
    with ThreadPoolExecutor(2) as threads:
        many = threads.submit(view.flip, ["draft.md", "later.md"], published=True)
        ticket = asked.get(timeout=10)
        one = threads.submit(view.flip, ["out.md"], published=False)
        asked.get(timeout=10).set_result(office.run())
        assert one.result(10).changed == ("out.md",)
        assert "Out" not in office.all_feed()
        assert not many.done()
        assert [change.changed for change in view.changes()] == [("out.md",), ("draft.md", "later.md")]
        ticket.set_result(office.run())
        assert many.result(10).changed == ("draft.md", "later.md")
    view.close()


def test_who_takes_one_down_hears_of_its_twin(office: Office) -> None:
    view = DeskView(office, clock)
    change = view.flip(["out.md"], published=False)
    assert change.remarks == (
        ("out.md", "twin.md carries the same entry and is published in its place; unpublish it as well"),
    )
    view.close()


def test_a_held_mill_is_told_with_the_list(office: Office) -> None:
    base = office.settings.scan.dir.parent
    office.mill.__exit__(None, None, None)
    held = Office(base, "guard: {min_entries: 1, max_vanished: 0.1}")
    view = DeskView(held, clock)
    for number in range(3):
        front = f"title: More {number}\nwebUrl: https://x.org/{number}\ndate: 2026-01-01\n"
        (base / "seeds" / f"more-{number}.md").write_text(f"---\n{front}---\nText.\n", "utf-8")
    with held.mill:
        held.run()
        assert view.seeds().held == ""
        for number in range(2):
            (base / "seeds" / f"more-{number}.md").unlink()
        held.run()
        assert "2 of 4 entries" in view.seeds().held
        assert view.flip(["more-2.md"], published=False).trouble.startswith("held back: ")
        assert "More 2" not in held.all_feed()
        assert next(row.state for row in view.seeds().rows if row.path == "more-2.md") == "eligible"
        assert view.seeds() is view.seeds()
        (out,) = explain_each(held.settings, ["out.md"], clock)
        assert out.held.startswith("2 of 3 entries")
        assert not out.waits
        view.flip(["draft.md"], published=True)
        (draft,) = explain_each(held.settings, ["draft.md"], clock)
        assert (draft.state, draft.waits) == ("eligible", True)
        assert remarks(draft, published=True) == [f"still in no feed: {draft.held}"]
        held.mill.run(PassRequest(trigger="test", force=True))
        assert explain_each(held.settings, ["draft.md"], clock)[0].held == ""
    view.close()


def test_without_a_catalog_the_desk_says_so(office: Office) -> None:
    (office.settings.state_dir / "catalog.db").unlink()
    view = DeskView(office, clock)
    assert "catalog" in view.seeds().trouble
    view.close()
