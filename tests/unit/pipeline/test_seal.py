"""The seal: it holds exactly as long as a pass would have nothing to do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feedmill.config import loads
from feedmill.model.settings import Settings
from feedmill.pipeline import Mill, PassReport, PassRequest, parts
from feedmill.pipeline.up_to_date import sealed_report
from untouched import let_rest

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SEED = "---\ntitle: {0}\nwebUrl: https://x.org/{0}\npublishedDateTime: {1}\ntopics: [News]\n---\nText.\n"


class Site:
    """Four seeds: two out, one scheduled, one broken; long enough untouched to be trusted."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.now = NOW
        self.workers = 1
        self.config = "site: {title: T, url: 'https://f.example.org/'}\n"
        (root / "seeds").mkdir()
        for name, date in (("a", "2026-01-01"), ("b", "2026-01-02"), ("later", "2026-04-01")):
            self.write(f"{name}.md", SEED.format(name, date))
        self.write("broken.md", "---\ntitle: [\n---\n")

    def write(self, name: str, text: str) -> Path:
        path = self.root / "seeds" / name
        path.write_text(text)
        os.utime(path, (1_000_000, 1_000_000))
        let_rest(path)
        return path

    def settings(self) -> Settings:
        return replace(loads(self.config, base=self.root), workers=self.workers)

    def build(self) -> PassReport:
        with Mill(self.settings(), clock=lambda: self.now) as mill:
            report = mill.run(PassRequest())
            mill.seal(report)
        return report

    def sealed(self) -> PassReport | None:
        return sealed_report(self.settings(), self.now)


@pytest.fixture(params=["whole", "in parts"])
def site(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Also as if so few files were many: two processes look at each for itself."""
    site = Site(tmp_path)
    if request.param == "in parts":
        site.workers = 2
        monkeypatch.setattr(parts, "_FILES", 1)
    site.build()
    return site


def test_a_sealed_site_is_reported_as_a_pass_would(site: Site) -> None:
    site.now += timedelta(days=1)
    sealed = site.sealed()
    assert sealed is not None
    assert replace(sealed, seconds=0) == replace(site.build(), seconds=0)
    assert (sealed.eligible, sealed.total, len(sealed.problems)) == (2, 4, 1)


def test_a_sealed_site_is_not_sealed_again(site: Site) -> None:
    before = {path: path.stat().st_mtime_ns for path in site.root.rglob("*") if path.is_file()}
    site.now += timedelta(hours=1)
    site.build()
    assert {path: path.stat().st_mtime_ns for path in site.root.rglob("*") if path.is_file()} == before


def replace_text(path: Path, old: str, new: str) -> None:
    path.write_bytes(path.read_bytes().replace(old.encode(), new.encode()))


BREAKS: dict[str, Callable[[Site], object]] = {
    "a seed was edited": lambda site: site.write("a.md", SEED.format("changed", "2026-01-01")),
    "a seed was touched": lambda site: (site.root / "seeds/a.md").touch(),
    "a seed was added": lambda site: site.write("c.md", SEED.format("c", "2026-01-03")),
    "a seed was deleted": lambda site: (site.root / "seeds/a.md").unlink(),
    "a seed was renamed": lambda site: (site.root / "seeds/a.md").rename(site.root / "seeds/z.md"),
    "a seed was replaced by one of the same size and time": lambda site: (
        (site.root / "seeds/a.md").rename(site.root / "a.old"),
        site.write("a.md", SEED.format("q", "2026-01-01")),
    ),
    "a link leads nowhere": lambda site: (site.root / "seeds/link.md").symlink_to("nowhere"),
    "the seeds folder is gone": lambda site: (site.root / "seeds").rename(site.root / "elsewhere"),
    "the config says something else": lambda site: setattr(
        site, "config", site.config + "feeds: {limit: 1}\n"
    ),
    "a seed is due": lambda site: setattr(site, "now", datetime(2026, 4, 1, tzinfo=UTC)),
    "the clock went back": lambda site: setattr(site, "now", NOW - timedelta(microseconds=1)),
    "a document is gone": lambda site: (site.root / "feeds/all.rss").unlink(),
    "a document was changed": lambda site: replace_text(site.root / "feeds/all.rss", "<title>", "<title>X"),
    "the ledger is gone": lambda site: (site.root / "feeds/.feedmill/ledger.db").unlink(),
    "the feeds are gone": lambda site: shutil.rmtree(site.root / "feeds"),
    "the catalog is gone": lambda site: (site.root / ".feedmill/catalog.db").unlink(),
    "a run was killed and left the catalog open": lambda site: (
        site.root / ".feedmill/catalog.db-wal"
    ).touch(),
    "the seal is gone": lambda site: (site.root / ".feedmill/seal.json").unlink(),
    "the seal is cut short": lambda site: os.truncate(site.root / ".feedmill/seal.json", 40),
    "the seal's files are none": lambda site: replace_text(
        site.root / ".feedmill/seal.json", '"files": ', '"files": [7], "_": '
    ),
    "the seal's parts begin nowhere": lambda site: replace_text(
        site.root / ".feedmill/seal.json", '"files": ', '"files": [[7, "x"]], "_": '
    ),
    "the seal has no parts": lambda site: replace_text(
        site.root / ".feedmill/seal.json", '"files": ', '"files": [], "_": '
    ),
    "the seal's parts are not the whole": lambda site: replace_text(
        site.root / ".feedmill/seal.json", '"files": [["", ', '"files": [["later.md", '
    ),
    "the seal is a list": lambda site: (site.root / ".feedmill/seal.json").write_text("[]"),
    "the seal is another program's": lambda site: (site.root / ".feedmill/seal.json").write_text("{}"),
    "the seal's times are none": lambda site: replace_text(
        site.root / ".feedmill/seal.json", '"since": ', '"since": "x", "_": '
    ),
    "another pass has published": lambda site: (
        site.write("c.md", SEED.format("c", "2026-01-03")),
        Mill(site.settings(), clock=lambda: site.now).__enter__().run(PassRequest()),
    ),
}


@pytest.mark.parametrize("what", BREAKS)
def test_the_seal_is_broken(site: Site, what: str) -> None:
    assert site.sealed() is not None
    BREAKS[what](site)
    assert site.sealed() is None
    assert site.build().held is None or what == "the seeds folder is gone"


def test_a_file_just_written_is_not_sealed(site: Site) -> None:
    """It may change again within the tick of its mtime."""
    path = site.root / "seeds/a.md"
    path.write_text(SEED.format("changed", "2026-01-01"))
    soon = time.time() + 60  # a build a moment later finds it "just written", however slow the machine
    os.utime(path, (soon, soon))
    site.build()
    assert site.sealed() is None


def test_what_is_in_the_way_is_looked_at_by_each_pass(site: Site) -> None:
    (site.root / "seeds/link.md").symlink_to("nowhere")
    site.build()
    seals = (site.root / ".feedmill/seal.json").stat().st_mtime_ns
    assert any(problem.path == "link.md" for problem in site.build().problems)
    assert site.sealed() is None
    assert (site.root / ".feedmill/seal.json").stat().st_mtime_ns == seals


def test_a_full_disk_costs_the_seal_and_nothing_else(site: Site) -> None:
    (site.root / ".feedmill/seal.json").unlink()
    (site.root / ".feedmill/seal.json.new").mkdir()
    assert site.build().eligible == 2
    assert site.sealed() is None


def test_a_build_with_nothing_to_do_needs_no_catalog(site: Site) -> None:
    (site.root / "config.yaml").write_text(site.config)
    program = (
        "import sys; from feedmill.cli import main\n"
        "code = main(['build', '--json'])\n"
        "heavy = {'feedmill.catalog', 'feedgen', 'jinja2', 'asyncio'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
        "sys.exit(code)"
    )

    def build() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", program],
            cwd=site.root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    first, second = build(), build()
    assert "feedmill.catalog" in first.stderr
    assert second.stderr == "[]\n"
    assert (first.returncode, second.returncode) == (1, 1)
    facts = [json.loads(run.stdout) for run in (first, second)]
    for report in facts:
        del report["as_of"], report["seconds"]
    assert facts[0]["seeds"] == facts[1]["seeds"]
    assert facts[0]["problems"] == facts[1]["problems"]
