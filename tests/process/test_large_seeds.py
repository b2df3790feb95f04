"""Large seeds in hinted passes: bounded time, small ones first, none lost, none tried again for nothing."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feedmill.config import loads
from feedmill.pipeline import Mill, PassReport, PassRequest
from untouched import let_rest

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONFIG = "site: {title: T, url: 'https://f.example.org/'}\nseeds: {workers: 1}\n"
HOSTILE = (
    "---\ntitle: H\nwebUrl: https://x.org/h\ndate: 2026-01-01\nimages:\n" + "- - -\n" * 650_000 + "---\n"
)


class Site:
    """A folder of seeds, an open mill over it and a clock that only the test moves."""

    def __init__(self, root: Path) -> None:
        self.seeds = root / "seeds"
        self.seeds.mkdir()
        self.feed = root / "feeds/all.atom"
        self.now = NOW
        self.mill = Mill(loads(CONFIG, base=root), clock=lambda: self.now)

    def write(self, name: str, *, date: str = "2026-01-01", more: str = "", body: str = "") -> str:
        (self.seeds / f"{name}.md").write_text(
            f"---\ntitle: {name}\nwebUrl: https://x.org/{name}\ndate: {date}\n{more}---\n{body}"
        )
        return f"{name}.md"

    def hostile(self, name: str) -> str:
        (self.seeds / f"{name}.md").write_text(HOSTILE)
        return f"{name}.md"

    def run(self, *paths: str) -> PassReport:
        return self.mill.run(PassRequest(paths=frozenset(paths) if paths else None))

    def shown(self) -> set[str]:
        text = self.feed.read_text()
        return {part.partition("</title>")[0] for part in text.partition("<entry>")[2].split("<title>")[1:]}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    with site.mill:
        yield site


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every large seed take too long for another one to follow."""
    monkeypatch.setattr("feedmill.pipeline.ingest.PATIENCE", 0.0)


@pytest.mark.usefixtures("hurried")
def test_no_pass_takes_more_large_seeds_than_there_is_time_for(site: Site) -> None:
    site.write("out")
    site.write("due", date="2026-03-01T12:00:01Z")
    site.run()
    large = [site.write(f"large{n}", body="word " * (40_000 - 2_000 * n)) for n in range(4)]
    small = site.write("small")
    report = site.run(*large, small)
    assert site.shown() == {"out", "small", "large3"}  # the smallest first
    assert report.left == set(large[:3])
    # what came up meanwhile does not wait for another one
    site.write("out", more="published: false\n")
    site.now += timedelta(seconds=2)
    report = site.run("out.md", *report.left)
    assert site.shown() == {"due", "small", "large3"}
    assert report.left == set(large[:3])
    # and those that are left have their turn, with a quick pass between two slow ones
    counts = []
    while report.left:
        report = site.run(*report.left)
        counts.append(len(report.left))
    assert counts == [2, 2, 1, 1, 0]
    assert site.shown() == {"due", "small", "large0", "large1", "large2", "large3"}


@pytest.mark.usefixtures("hurried")
def test_who_asks_for_everything_waits_for_everything(site: Site) -> None:
    site.write("out")
    site.run()
    for n in range(2):
        site.write(f"large{n}", body="word " * 20_000)
    assert not site.run().left
    assert site.shown() == {"out", "large0", "large1"}


def test_a_seed_that_was_given_up_is_not_tried_again_until_it_changes(site: Site) -> None:
    site.write("out")
    site.run()
    path = site.hostile("h")
    let_rest(site.seeds / path)
    report = site.run(path)
    assert "it was given up" in report.problems[0].message
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    for paths in ((path,), ()):
        assert "it was given up" in site.run(*paths).problems[0].message
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime == before
    site.write("h")
    assert not site.run(path).problems
    assert site.shown() == {"out", "h"}
