"""Archives: their chain has every entry, a pass rewrites what it must alone, a takedown is in none."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive_reader import parse, walk
from feedmill.catalog import Catalog
from feedmill.config import loads
from feedmill.model.instant import Instant
from feedmill.model.settings import Settings
from feedmill.pipeline import Mill, PassReport, PassRequest
from feedmill.pipeline.check import check_seeds
from feedmill.pipeline.dry_run import compare, dry_run_of
from feedmill.pipeline.explain import explain
from feedmill.server.media import is_topic

URL = "https://f.example.org/"
CONFIG = f"""
site: {{title: T, url: "{URL}", home: "https://x.org/"}}
seeds: {{workers: 1}}
guard: {{min_entries: 3}}
feeds: {{limit: 2, archive: month, formats: [rss, atom], html: false}}
custom: [{{slug: best, title: Best, order: quality}}]
"""
MONTHS = ("2025-11", "2026-01", "2026-02", "2026-03")


def when(text: str) -> Instant:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Site:
    """Seeds on the 5th and 15th of some months, in one topic; a mill that stays open as a daemon's does."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.now = when("2026-03-20")
        self.config = CONFIG
        (root / "seeds").mkdir()
        for month in MONTHS:
            for day in ("05", "15"):
                self.write(f"{month}-{day}")

    def write(self, day: str, extra: str = "", text: str = "Text.") -> str:
        name = f"{day}.md"
        head = f"title: Of {day}\nid: urn:x:{day}\nwebUrl: https://x.org/{day}\npublishedDateTime: {day}"
        (self.root / "seeds" / name).write_text(f"---\n{head}\ntopics: [News]\n{extra}\n---\n{text}\n")
        return name

    def open(self) -> Mill:
        return Mill(replace(loads(self.config, base=self.root)), clock=lambda: self.now)

    def build(self, mill: Mill | None = None, *paths: str, **more: bool) -> PassReport:
        request = PassRequest(paths=frozenset(paths) if paths else None, **more)  # type: ignore[arg-type]
        if mill is not None:
            return mill.run(request)
        with self.open() as fresh:
            return fresh.run(request)

    def get(self, address: str) -> bytes:
        return (self.root / "feeds" / address.removeprefix(URL)).read_bytes()

    def chain(self, path: str = "all.atom") -> list[str]:
        """Walk a feed, and return the days of its entries."""
        return sorted(each.removeprefix("urn:x:") for each in walk(URL + path, self.get))

    def stamps(self) -> dict[str, int]:
        folder = self.root / "feeds"
        return {
            file.relative_to(folder).as_posix(): file.stat().st_mtime_ns
            for file in folder.rglob("*.*")
            if ".feedmill" not in file.parts
        }


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.fixture
def mill(site: Site) -> Iterator[Mill]:
    with site.open() as mill:
        site.build(mill)
        yield mill


def written(site: Site, mill: Mill, *paths: str) -> set[str]:
    """Run a pass over a few paths; return the documents that it wrote."""
    before = site.stamps()
    site.build(mill, *paths)
    return {path for path, stamp in site.stamps().items() if before.get(path) != stamp}


def planned(mill: Mill, path: str) -> Instant | None:
    return mill.store.documents[path].next_change


def feeds(*stems: str, suffixes: tuple[str, ...] = ("atom",)) -> set[str]:
    return {
        f"{feed}{stem}.{suffix}" for feed in ("all", "topics/news") for stem in stems for suffix in suffixes
    }


@pytest.mark.parametrize("start", ["all.atom", "all.rss", "topics/news.atom", "topics/news.rss"])
def test_a_reader_that_starts_anywhere_misses_none(site: Site, mill: Mill, start: str) -> None:
    every = [f"{month}-{day}" for month in MONTHS for day in ("05", "15")]
    assert site.chain(start) == every
    first = parse(site.get(URL + start))
    assert first.links["prev-archive"] == f"{URL}{start.rpartition('.')[0]}/2026-02.atom"
    assert "complete" not in first.marks


def test_only_feeds_in_order_of_time_have_archives(site: Site, mill: Mill) -> None:
    assert not (site.root / "feeds/custom/best").exists()
    assert parse(site.get(f"{URL}custom/best.atom")).marks == frozenset()


def test_what_is_newer_than_the_archives_is_beyond_the_limit_and_size(site: Site) -> None:
    site.config = CONFIG.replace("limit: 2", "limit: 2, max_bytes: 1 KiB")
    for day in ("2026-03-01", "2026-03-02"):
        site.write(day, "excerpt: short", "Long text. " * 400)
    site.build()
    now = parse(site.get(f"{URL}all.atom"))
    assert sorted(now.entries) == [f"urn:x:2026-03-{day}" for day in ("01", "02", "05", "15")]
    assert b"Long text" not in site.get(f"{URL}all.atom")
    assert len(site.chain()) == 10


def test_no_size_and_no_limit_drops_anything_from_an_archive(site: Site) -> None:
    site.config = CONFIG.replace("limit: 2", "limit: 1, max_bytes: 1 KiB")
    site.write("2026-02-07", text="Long text. " * 400)
    site.build()
    assert len(parse(site.get(f"{URL}all/2026-02.atom")).entries) == 3
    assert site.get(f"{URL}all/2026-02.atom").count(b"Long text.") == 400


def test_a_feed_that_is_all_in_one_document_is_complete_and_names_its_archives(site: Site) -> None:
    site.config = CONFIG.replace("limit: 2", "limit: 8")
    site.build()
    for suffix in ("atom", "rss"):
        found = parse(site.get(f"{URL}all.{suffix}"))
        assert found.marks == {"complete"}
        assert found.links["prev-archive"] == f"{URL}all/2026-02.atom"


def test_a_document_that_left_entries_out_for_size_is_not_complete(site: Site) -> None:
    """RFC 5005, section 2: of a complete feed readers may forget whatever is not in it."""
    whole = CONFIG.replace("limit: 2", "limit: 8")
    site.config = whole.replace("limit: 8", "limit: 8, max_bytes: 2 KiB")
    with site.open() as small:
        site.build(small)
        for suffix in ("atom", "rss"):
            found = parse(site.get(f"{URL}all.{suffix}"))
            assert 2 < len(found.entries) < 8
            assert found.marks == set()
            assert len(site.chain(f"all.{suffix}")) == 8
        written(site, small, site.write("2026-03-15", text="Other."))
        after_edit = {suffix: site.get(f"{URL}all.{suffix}") for suffix in ("atom", "rss")}
    site.build(full=True)
    assert {suffix: site.get(f"{URL}all.{suffix}") for suffix in ("atom", "rss")} == after_edit
    site.config = whole
    site.build()
    assert parse(site.get(f"{URL}all.atom")).marks == {"complete"}


def test_an_edit_touches_its_own_period_alone(site: Site, mill: Mill) -> None:
    assert written(site, mill, site.write("2026-01-05", text="Other.")) == feeds("/2026-01")
    newest = written(site, mill, site.write("2026-03-15", text="Other."))
    assert newest - {"custom/best.atom", "custom/best.rss"} == feeds("", suffixes=("atom", "rss"))


def test_an_edit_of_today_asks_the_catalog_about_no_archive(site: Site) -> None:
    with Catalog() as catalog, Mill(mill_settings(site), clock=lambda: site.now, catalog=catalog) as mill:
        site.build(mill)

        def asked(*paths: str) -> list[str]:
            statements: list[str] = []
            catalog._db.connection.set_trace_callback(statements.append)
            site.build(mill, *paths)
            catalog._db.connection.set_trace_callback(None)
            return [text for text in statements if re.match(r"SELECT (min|count)\(.+ FROM member ", text)]

        assert asked(site.write("2026-03-15", text="Another.")) == []
        assert asked(site.write("2026-03-18")) == [], "it counts as one more that is in no archive"
        assert asked(site.write("2026-01-16")), "one more in an archive"
        assert "2026-03-18" in site.chain()
        assert "2026-01-16" in site.chain()


def test_a_back_dated_entry_makes_its_period_and_its_neighbours_name_it(site: Site, mill: Mill) -> None:
    found = written(site, mill, site.write("2025-12-24"))
    assert feeds("/2025-12", "/2025-11", "/2026-01") <= found
    assert not found & feeds("/2026-02", "", suffixes=("atom", "rss"))
    assert "2025-12-24" in site.chain()


@pytest.mark.parametrize("month", MONTHS)
def test_a_takedown_is_in_none_in_the_same_pass(site: Site, mill: Mill, month: str) -> None:
    name = site.write(f"{month}-05", "published: false", "Secret.")
    written(site, mill, name)
    for file in (site.root / "feeds").rglob("*.*"):
        if ".feedmill" not in file.parts:
            assert f"https://x.org/{month}-05".encode() not in file.read_bytes(), file
    assert len(site.chain()) == len(site.chain("topics/news.atom")) == 7


def test_an_emptied_period_stays_valid_and_empty_outside_the_chain(site: Site, mill: Mill) -> None:
    names = [site.write(f"2026-01-{day}", "published: false") for day in ("05", "15")]
    assert feeds("/2026-01", "/2025-11", "/2026-02") <= written(site, mill, *names)
    empty = parse(site.get(f"{URL}all/2026-01.atom"))
    assert (len(empty.entries), list(empty.marks)) == (0, ["archive"])
    assert empty.links["current"] == f"{URL}all.atom"
    assert "prev-archive" not in empty.links
    assert len(site.chain()) == 6
    assert not written(site, mill, "nothing.md")
    assert feeds("/2026-01", "/2025-11", "/2026-02") <= written(site, mill, site.write("2026-01-09"))
    assert "2026-01-09" in site.chain()


def test_a_period_that_lost_its_entries_is_pruned_as_a_feed_is(site: Site, mill: Mill) -> None:
    for day in ("05", "15"):
        site.write(f"2026-01-{day}", "published: false")
    report = site.build(mill, prune=True)
    assert report.retired == ("all/2026-01", "topics/news/2026-01")
    assert not (site.root / "feeds/all/2026-01.atom").exists()
    assert "all/2026-01.atom" in mill.store.gone
    site.write("2026-01-05")
    site.build(mill)
    assert "all/2026-01.atom" not in mill.store.gone
    assert len(site.chain()) == 7


def test_the_turn_of_the_month_is_a_planned_change(site: Site, mill: Mill) -> None:
    april = when("2026-04-01")
    assert mill.next_change(site.now) == april
    assert planned(mill, "all.atom") == planned(mill, "all/2026-02.atom") == april
    assert planned(mill, "all/2026-01.atom") is None
    site.now = when("2026-03-31T23:59:59")
    assert not written(site, mill, "nothing.md")
    site.now = april
    assert written(site, mill, "nothing.md") == feeds("/2026-03", "/2026-02") | feeds(
        "", suffixes=("atom", "rss")
    )
    assert len(site.chain()) == 8
    assert mill.next_change(site.now) is None
    assert parse(site.get(f"{URL}all.atom")).links["prev-archive"] == f"{URL}all/2026-03.atom"
    assert planned(mill, "all/2026-02.atom") is None


def test_a_clock_set_back_opens_the_period_again(site: Site, mill: Mill) -> None:
    site.now = when("2026-04-01")
    site.build(mill, "nothing.md")
    site.now = when("2026-03-20")
    site.build(mill, "nothing.md")
    assert parse(site.get(f"{URL}all.atom")).links["prev-archive"] == f"{URL}all/2026-02.atom"
    assert parse(site.get(f"{URL}all/2026-03.atom")).entries == ()
    assert len(site.chain()) == 8
    site.now = when("2026-06-01")
    site.build(mill, "nothing.md")
    assert len(site.chain()) == 8


def test_an_expiry_in_an_archive_is_planned_for_its_document(site: Site, mill: Mill) -> None:
    site.build(mill, site.write("2026-01-05", "expiryDateTime: 2026-03-25"))
    assert planned(mill, "all/2026-01.atom") == when("2026-03-25")
    site.now = when("2026-03-25")
    assert feeds("/2026-01") <= written(site, mill, "nothing.md")
    assert planned(mill, "all/2026-01.atom") is None
    assert len(site.chain()) == 7


def test_a_held_pass_takes_down_in_archives_too_across_the_turn_of_the_month(site: Site) -> None:
    site.build()
    for day in ("2025-11-05", "2025-11-15", "2026-01-05", "2026-02-05", "2026-03-05"):
        (site.root / f"seeds/{day}.md").unlink()
    site.write("2026-01-15", "published: false")
    site.now = when("2026-05-02")
    report = site.build()
    assert report.held is not None
    for file in (site.root / "feeds").rglob("*.*"):
        if ".feedmill" not in file.parts:
            assert b"https://x.org/2026-01-15" not in file.read_bytes(), file
    ids = walk(f"{URL}all.atom", site.get)
    assert len(ids) == len(walk(f"{URL}topics/news.rss", site.get)) == 7


@pytest.mark.parametrize("archive", ["off", "year"])
def test_archives_of_another_kind_are_retired(site: Site, mill: Mill, archive: str) -> None:
    site.config = CONFIG.replace("archive: month", f"archive: {archive}")
    with site.open() as other:
        site.build(other)
        assert "all/2026-02.atom" in other.store.gone
        assert not (site.root / "feeds/all/2026-02.atom").exists()
        assert (site.root / "feeds/all/2025.atom").exists() == (archive == "year")
    if archive == "off":
        assert parse(site.get(f"{URL}all.atom")).marks == frozenset()
        assert "prev-archive" not in parse(site.get(f"{URL}all.rss")).links
    else:
        assert len(site.chain()) == 8
    site.config = CONFIG
    site.build()
    assert len(site.chain()) == 8


def test_what_something_foreign_keeps_out_is_named_by_nothing(site: Site) -> None:
    foreign = site.root / "feeds/all/2026-01.atom"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("mine")
    with site.open() as mill:
        assert [problem.path for problem in site.build(mill).problems] == [str(foreign)]
        assert len(site.chain()) == 6
        site.build(mill, site.write("2025-11-05", text="Other."))
        site.build(mill, site.write("2026-02-07"))
        assert len(site.chain()) == 7
        assert foreign.read_text() == "mine"
        foreign.unlink()
        site.build(mill)
        assert len(site.chain()) == 9


def test_the_newest_archive_that_cannot_be_is_in_the_feed_instead(site: Site) -> None:
    (site.root / "feeds/all/2026-02.atom").mkdir(parents=True)
    site.build()
    assert len(site.chain()) == 8
    assert parse(site.get(f"{URL}all.atom")).links["prev-archive"] == f"{URL}all/2026-01.atom"


def test_a_new_title_is_in_every_archive(site: Site, mill: Mill) -> None:
    """More seeds of the open month write their topic otherwise: no archive is touched but for its title."""
    names = [site.write(f"2026-03-{day:02}") for day in range(6, 15)]
    for name in names:
        file = site.root / "seeds" / name
        file.write_text(file.read_text().replace("[News]", "[NEWS]"))
    site.build(mill, *names)
    for month in MONTHS[:3]:
        assert b"<title>NEWS</title>" in site.get(f"{URL}topics/news/{month}.atom")


def test_a_dry_run_and_an_explanation_know_archives(site: Site, mill: Mill) -> None:
    site.write("2026-01-05", text="Other.")
    site.write("2025-11-05", "published: false")
    settings = mill.settings
    with dry_run_of(settings, lambda: site.now, PassRequest()) as dry_run:
        found = {change.path: change for change in compare(dry_run)}
    assert (
        found.keys()
        == {"all/2026-01", "all/2025-11", "topics/news/2026-01", "topics/news/2025-11"}
        | {"custom/best"} & found.keys()
    )
    assert [change.title for change in found["all/2026-01"].change] == ["Of 2026-01-05"]
    assert [change.title for change in found["all/2025-11"].vanish] == ["Of 2025-11-05"]
    (told,) = explain(settings, "https://x.org/2026-01-05", lambda: site.now)
    ranks = {rank.path: (rank.rank, rank.shown, rank.archive) for rank in told.feeds}
    assert ranks["all"] == (6, False, "all/2026-01")
    (told,) = explain(settings, "https://x.org/2026-03-05", lambda: site.now)
    assert [(r.shown, r.archive) for r in told.feeds if r.path == "all"] == [(True, "")]


def mapped(site: Site) -> list[str]:
    text = (site.root / "feeds/sitemap.xml").read_text()
    return re.findall(r"<loc>https://f.example.org/(all/.*?)</loc></url>", text)


def test_the_map_names_the_archives_of_all_and_an_edit_leaves_them_alone(site: Site) -> None:
    site.config = CONFIG.replace("html: false", "html: true")
    with site.open() as mill:
        site.build(mill)
        assert mapped(site) == ["all/2026-02.html", "all/2026-01.html", "all/2025-11.html"]
        before = (site.root / "feeds/sitemap.xml").read_text()
        site.build(mill, site.write("2026-01-05", text="Another text."))
        assert (site.root / "feeds/sitemap.xml").read_text() == before
        site.build(mill, site.write("2025-12-24"))
        assert mapped(site)[2] == "all/2025-12.html"
        (site.root / "seeds/2025-12-24.md").unlink()
        site.build(mill, "2025-12-24.md")
        assert (site.root / "feeds/sitemap.xml").read_text() == before
        site.now = when("2026-04-01")
        site.build(mill)
        assert mapped(site)[0] == "all/2026-03.html"
    warm = (site.root / "feeds/sitemap.xml").read_text()
    shutil.rmtree(site.root / ".feedmill")
    shutil.rmtree(site.root / "feeds")
    site.build()
    assert (site.root / "feeds/sitemap.xml").read_text() == warm


def test_archives_are_no_topics() -> None:
    assert is_topic("all.atom")
    assert is_topic("topics/2026.atom")
    assert not is_topic("all/2026-02.atom")
    assert not is_topic("topics/news/2026.atom")


@pytest.mark.parametrize("archive", ["off", "month", "year"])
def test_check_tells_of_large_documents(site: Site, monkeypatch: pytest.MonkeyPatch, archive: str) -> None:
    monkeypatch.setattr("feedmill.pipeline.check.MANY_ENTRIES", 2)
    site.config = CONFIG.replace("archive: month", f"archive: {archive}")
    site.now = when("2027-01-01")
    found = [each.message for each in check_seeds(mill_settings(site), lambda: site.now)]
    told = [message for message in found if "document(s)" in message]
    said = "2 document(s) have more than 2 entries, topics/news/2026 has 6; 'feeds.archive' can be month"
    assert told == ([said] if archive == "year" else [])


@pytest.mark.parametrize("archive", ["month", "year"])
def test_check_tells_which_setting_makes_a_document_large(
    site: Site, monkeypatch: pytest.MonkeyPatch, archive: str
) -> None:
    monkeypatch.setattr("feedmill.pipeline.check.MANY_ENTRIES", 7)
    show = "{slug: show, where: {}, limit: 9, podcast: {image: 'https://x.org/a.png', categories: [Arts]}}"
    site.config = CONFIG.replace("archive: month", f"archive: {archive}").replace("limit: 2", "limit: 9")
    site.config = site.config.replace("custom: [", f"custom: [{show}, ")
    for month in MONTHS:
        for day in ("05", "15"):
            site.write(f"{month}-{day}", "enclosure: {url: https://x.org/1.mp3, length: 9}")
    found = [each.message for each in check_seeds(mill_settings(site), lambda: site.now)]
    said = "3 document(s) have more than 7 entries, topics/news has 8; its 'limit' can be lower"
    assert [message for message in found if "document(s)" in message] == [said]


def mill_settings(site: Site) -> Settings:
    return loads(site.config, base=site.root)
