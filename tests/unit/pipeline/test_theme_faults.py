"""A theme whose templates fail stops no feed, keeps no takedown back, and is told until it is mended."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedmill.config import loads
from feedmill.daemon.config_file import ConfigFile
from feedmill.model.settings import Settings
from feedmill.pipeline import Mill, PassReport, PassRequest
from feedmill.pipeline.dry_run import last_known

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SEED = "---\ntitle: %s\nwebUrl: https://x.org/%s\ndate: 2026-01-01\ntopics: [%s]\n%s---\nText.\n"
FAILS_ON_B = (
    '{% extends "feedmill/feed.html" %}\n'
    "{% block hero %}<h1>Themed</h1>{% if feed.path == 'topics/b' %}\n"
    "{{ entrys }}{% endif %}{% endblock %}"
)


class Site:
    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "seeds").mkdir()
        (root / "theme").mkdir()
        self.theme("feed.html", FAILS_ON_B)

    def theme(self, name: str, text: str) -> None:
        (self.root / "theme" / name).write_text(text)

    def write(self, name: str, topic: str, line: str = "") -> None:
        (self.root / "seeds" / f"{name}.md").write_text(SEED % (name, name, topic, line))

    @property
    def settings(self) -> Settings:
        config = "site: {title: T, url: 'https://f.example.org/'}\ntheme: {dir: theme}\n"
        return replace(loads(config, base=self.root), workers=1)

    def run(self) -> PassReport:
        with Mill(self.settings, clock=lambda: NOW) as mill:
            return mill.run(PassRequest())

    def read(self, path: str) -> str:
        return (self.root / "feeds" / path).read_text()

    def feeds(self) -> dict[str, bytes]:
        folder = self.root / "feeds"
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*.*"))
            if path.is_file() and ".feedmill" not in path.parts
        }


@pytest.fixture
def site(tmp_path: Path) -> Site:
    found = Site(tmp_path)
    found.write("one", "a")
    found.write("two", "b")
    return found


def told(report: PassReport) -> list[str]:
    return [str(problem) for problem in report.problems]


def fault(site: Site) -> list[str]:
    why = "'entrys' is undefined; mend that: 1 page is made by feedmill's own templates meanwhile"
    return [f"{site.root}/theme/feed.html:3: {why} (first: topics/b.html)"]


def test_feeds_go_out_and_the_page_is_ours_where_the_theme_fails(site: Site) -> None:
    report = site.run()
    assert told(report) == fault(site)
    assert report.errors == 1
    assert last_known(site.settings)["problems"][0]["path"] == f"{site.root}/theme/feed.html"
    assert "<h1>Themed</h1>" in site.read("topics/a.html")
    assert "Themed" not in site.read("topics/b.html") and "two" in site.read("topics/b.html")
    assert "two" in site.read("topics/b.atom")


def test_a_takedown_leaves_the_page_that_fails(site: Site) -> None:
    site.theme("feed.html", '{% extends "feedmill/feed.html" %}')
    site.run()
    site.theme("feed.html", FAILS_ON_B)
    site.write("three", "b")
    site.write("two", "b", "published: false\n")
    site.run()
    page = site.read("topics/b.html")
    assert "three" in page and "two" not in page


def test_it_is_told_until_it_is_mended_and_a_cold_build_makes_the_same(site: Site) -> None:
    site.run()
    site.write("three", "a")
    assert told(site.run()) == fault(site)  # though nobody printed that page
    assert told(site.run()) == fault(site)
    warm = site.feeds()
    shutil.rmtree(site.root / ".feedmill")
    assert told(site.run()) == fault(site)
    assert site.feeds() == warm
    config = ConfigFile(lambda: site.settings)
    assert not config.changed()
    site.theme("feed.html", FAILS_ON_B.replace("entrys", "entries | length"))
    assert config.changed()
    assert told(site.run()) == []
    assert "Themed" in site.read("topics/b.html")


def test_a_fault_goes_with_its_page_s_data(site: Site) -> None:
    site.theme("entry.html", "{% if entry.title == 'two' %}\n{{ entry.nope }}{% endif %}")
    site.theme("feed.html", '{% extends "feedmill/feed.html" %}')
    site.run()
    site.write("two", "b", "removed: true\n")
    assert told(site.run()) == []


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("base.html", "\n{% block x %}", "base.html:2: "),
        ("words.html", "{% set x %}", "words.html:1: "),
        ("style.css", "</style", "style.css: "),
        ("missing.html", "{{ nothing }}", "missing.html:1: "),
        ("feed.css", "{{ nothing }}", "feed.css:1: "),
        ("index.html", "{{ nothing }}", "index.html:1: "),
    ],
)
def test_every_page_is_there_whatever_fails(site: Site, name: str, text: str, where: str) -> None:
    (site.root / "theme/feed.html").unlink()
    site.theme(name, text)
    report = site.run()
    assert f"{site.root}/theme/{where}" in told(report)[0] and len(told(report)) == 1
    assert {"index.html", "404.html", "feed.css", "feeds.opml", "topics/a.html"} <= site.feeds().keys()


def test_a_file_that_is_no_text_stops_no_takedown(site: Site) -> None:
    site.theme("feed.html", '{% extends "feedmill/feed.html" %}')
    site.run()
    (site.root / "theme/extra.css").write_bytes(b"p { content: '\xe9' }")
    site.write("two", "b", "published: false\n")
    report = site.run()
    why = "is no UTF-8 (its byte 15); save it as UTF-8; mend that: 7 pages are made by feedmill's own"
    [said] = told(report)
    assert said == f"{site.root}/theme/extra.css: {why} templates meanwhile (first: 404.html)"
    assert not any("x.org/two" in site.read(page) for page in ("index.html", "topics/b.html"))
