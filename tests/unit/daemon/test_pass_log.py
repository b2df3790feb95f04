"""What the log says of passes: each fault once, and how it ended; each entry that leaves, and why."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from feedmill.config import loads
from feedmill.daemon.log import TextFormatter
from feedmill.daemon.pass_log import PassLog
from feedmill.model.seed import Problem, Severity
from feedmill.pipeline import Mill, PassReport, PassRequest

NOW = datetime(2026, 3, 1, tzinfo=UTC)
CONFIG = "site: {title: T, url: 'https://f.example.org/'}\nseeds: {exclude: [old/**]}\n"
SEED = "---\ntitle: Secret title\nwebUrl: https://x.org/%s\ndate: 2026-01-01\n%s\n---\nText.\n"


class Site:
    """Seeds in a folder, a mill over them, and a log of its passes."""

    def __init__(self, root: Path, config: str = CONFIG) -> None:
        self.root = root
        self.now = NOW
        self.mill = Mill(replace(loads(config, base=root), workers=1), clock=lambda: self.now)
        self.log = PassLog()

    def write(self, name: str, link: str, line: str = "") -> None:
        path = self.root / "seeds" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(SEED % (link, line), encoding="utf-8")

    def run(self, **request: Any) -> None:
        self.log.add(self.mill.run(PassRequest(**request)), None, self.mill)


@pytest.fixture
def site(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Site]:
    caplog.set_level(logging.INFO)
    (tmp_path / "seeds").mkdir()
    found = Site(tmp_path)
    with found.mill:
        yield found


def facts(caplog: pytest.LogCaptureFixture, message: str) -> list[dict[str, Any]]:
    return [record.facts for record in caplog.records if record.message == message]  # type: ignore[attr-defined]


def report(*problems: Problem, gone: frozenset[str] = frozenset()) -> PassReport:
    return PassReport(trigger="change", as_of=NOW, seconds=0.0, problems=problems, gone=gone)


@pytest.mark.parametrize(("gone", "word"), [(frozenset(), "mended"), (frozenset({"a.md"}), "deleted")])
def test_a_fault_ends_mended_or_with_its_file(
    site: Site, caplog: pytest.LogCaptureFixture, gone: frozenset[str], word: str
) -> None:
    site.log.add(report(Problem(path="a.md", message="no title")), frozenset({"a.md"}), site.mill)
    site.log.add(report(gone=gone), frozenset({"a.md"}), site.mill)
    assert [record.message for record in caplog.records] == ["fault", word]


def test_equal_faults_are_one_line_and_every_kind_is_told(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    many = [Problem(path=f"{n:03}.md", line=1, message="no date; add 'date: 2026-03-01'") for n in range(300)]
    few = [
        Problem(path="z.md", message=f"{severity.value}s are told", severity=severity)
        for severity in (Severity.NOTICE, Severity.WARNING)
    ]
    site.log.add(report(*many, *few), None, site.mill)
    (fault,) = facts(caplog, "fault")
    assert (fault["seed"], fault["count"], fault["why"]) == ("000.md:1", 300, many[0].message)
    assert fault["also"] == [f"{n:03}.md:1" for n in range(1, 10)]
    assert [record.message for record in caplog.records] == ["fault", "warning", "notice"]
    assert 'also="001.md:1, 002.md:1,' in TextFormatter().format(caplog.records[0])
    caplog.clear()
    tomorrow = [replace(each, message="no date; add 'date: 2026-03-02'") for each in many]
    site.log.add(report(*tomorrow, *few), None, site.mill)
    assert not caplog.records
    site.log.add(report(*tomorrow[:1], *few), None, site.mill)
    assert facts(caplog, "mended")[0]["count"] == 299


def test_each_entry_that_leaves_is_told_with_its_reason_but_not_its_title(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("withdrawn", "expired", "gone", "broken", "moved", "excluded", "stays"):
        site.write(f"{name}.md", name, "expiryDate: 2026-03-02" if name == "expired" else "")
    site.run()
    site.write("withdrawn.md", "withdrawn", "published: false")
    site.write("broken.md", "broken", "published: perhaps")
    site.write("moved.md", "elsewhere")
    (site.root / "seeds/old").mkdir()
    (site.root / "seeds/excluded.md").rename(site.root / "seeds/old/excluded.md")
    (site.root / "seeds/gone.md").unlink()
    site.now = NOW + timedelta(days=2)
    site.run()
    left = {each["seed"]: (each["reason"], each["why"]) for each in facts(caplog, "left")}
    assert left == {
        "withdrawn.md": ("unpublished", "it says 'published: false'"),
        "expired.md": ("expired", "its expiry has come"),
        "gone.md": ("gone", "its file is gone"),
        "excluded.md": ("gone", "its file is gone"),
        "broken.md": ("invalid", "it is invalid now"),
        "moved.md": ("identity", "its file carries another entry now: its id or its link is another"),
    }
    assert "Secret" not in caplog.text


def test_a_seed_that_the_config_excludes_left_because_of_that(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    before, after = Site(tmp_path), Site(tmp_path, CONFIG.replace("old/**", "a.md"))
    before.write("a.md", "a")
    for site in (before, after):
        with site.mill:
            site.run()
    assert [each["reason"] for each in facts(caplog, "left")] == ["excluded"]


def test_a_takedown_in_a_held_pass_is_told_by_its_file(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    for n in range(30):
        site.write(f"{n}.md", str(n))
    site.run()
    for n in range(1, 25):
        (site.root / f"seeds/{n}.md").unlink()
    site.write("0.md", "0", "draft: true")
    site.run()
    assert [(each["seed"], each["reason"], each["why"]) for each in facts(caplog, "left")] == [
        ("0.md", "unpublished", "it says 'draft: true'")
    ]


def test_of_many_departures_the_reasons_are_counted(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    for n in range(15):
        site.write(f"{n:02}.md", str(n))
    site.run()
    for n in range(15):
        site.write(f"{n:02}.md", str(n), "draft: true" if n else "removed: true")
    site.run()
    assert len(facts(caplog, "left")) == 10
    (many,) = facts(caplog, "many entries left at once")
    assert many == {"count": 15, "reasons": {"unpublished": 14, "removed": 1}}
