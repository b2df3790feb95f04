"""Printed beside: of many feeds processes make the documents, and they are what is made here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedmill.config import loads
from feedmill.errors import RenderError
from feedmill.pipeline import Mill, PassReport, PassRequest
from feedmill.pipeline.printing import Printing
from feedmill.seeds.decode_pool import process

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONFIG = """
site: {{title: T, url: 'https://f.example.org/', id: 'https://f.example.org/'}}
seeds: {{workers: {workers}, dir: ../seeds}}
theme: {{dir: ../theme}}
copies: {{blog.xml: topics/t7.atom}}
feeds: {{archive: month, limit: 5}}
"""
SEED = """---
title: {0} <&>
webUrl: https://x.org/{0}
date: 2026-0{1}-01
tags: [t{0}, all of them]
provider: P{2}
---
Text of *{0}*.
"""

Build = Callable[[int], tuple[PassReport, dict[str, bytes]]]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Build a site of 70 terms with so many workers; return the report and all documents."""
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    for number in range(69):
        (seeds / f"{number}.md").write_text(SEED.format(number, 1 + number % 2, number % 9))
    (tmp_path / "theme").mkdir()

    def run(workers: int) -> tuple[PassReport, dict[str, bytes]]:
        root = tmp_path / "site"
        shutil.rmtree(root, ignore_errors=True)
        feeds = root / "feeds"
        (feeds / "topics").mkdir(parents=True)
        (feeds / "topics" / "t9.rss").write_text("somebody else's")
        with Mill(loads(CONFIG.format(workers=workers), base=root), clock=lambda: NOW) as mill:
            report = mill.run(PassRequest())
        found = {
            str(file.relative_to(feeds)): file.read_bytes()
            for file in sorted(feeds.rglob("*"))
            if file.is_file() and ".feedmill" not in file.parts
        }
        return report, found

    return run


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was printed beside, by path."""
    printed: list[str] = []
    ours = Printing.sent

    def sent(*arguments: object) -> tuple[str, bytes]:
        path, data = ours(*arguments)  # type: ignore[arg-type]
        printed.append(path)
        return path, data

    monkeypatch.setattr(Printing, "sent", sent)
    return printed


@pytest.fixture(params=[True, False], ids=["forked", "fresh"])
def forked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Print in copies of this program, then in fresh ones."""
    monkeypatch.setattr(process, "may_fork", lambda: request.param)


@pytest.mark.usefixtures("forked")
def test_documents_are_those_that_are_printed_here(build: Build, beside: list[str]) -> None:
    here = build(1)
    assert not beside
    there = build(2)
    assert {"all", "topics/t7", "all/2026-01"} <= set(beside)
    assert there[1] == here[1]
    assert there[0].problems == here[0].problems
    assert [Path(problem.path).name for problem in there[0].problems] == ["t9.rss"]
    assert there[1]["blog.xml"] == there[1]["topics/t7.atom"]


@pytest.mark.usefixtures("forked")
def test_pages_on_which_the_theme_fails_are_told(build: Build, beside: list[str], tmp_path: Path) -> None:
    (tmp_path / "theme" / "feed.html").write_text(
        '{% if feed.path == "topics/t3" %}{{ nothing }}{% endif %}{% extends "feedmill/feed.html" %}'
    )
    here, there = build(1), build(2)
    assert "topics/t3" in beside
    assert there[1] == here[1]
    assert there[0].problems == here[0].problems
    assert any("nothing" in problem.message for problem in there[0].problems)


def test_what_ends_a_process_is_printed_here(
    build: Build, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    here = build(1)
    ours, own = Printing.__call__, os.getpid()

    def dying(self: Printing, path: str, sent: bytes) -> object:
        if path == "topics/t5" and os.getpid() != own:
            (tmp_path / f"died{os.getpid()}").touch()
            os._exit(7)
        return ours(self, path, sent)

    monkeypatch.setattr(process, "may_fork", lambda: True)
    monkeypatch.setattr(Printing, "__call__", dying)
    assert build(2)[1] == here[1]
    assert len(list(tmp_path.glob("died*"))) > 1


def test_what_cannot_be_printed_is_named(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    from feedmill.render.feedgen_backend import Atom

    ours = Atom.fragments

    def failing(self: Atom, entries: object, *, full: bool) -> list[bytes]:
        if any(entry.title.startswith("5 ") for entry in entries):  # type: ignore[attr-defined]
            raise ValueError("no such thing")
        return ours(self, entries, full=full)  # type: ignore[arg-type]

    monkeypatch.setattr(process, "may_fork", lambda: True)
    monkeypatch.setattr(Atom, "fragments", failing)
    with pytest.raises(RenderError, match="no such thing"):
        build(2)
