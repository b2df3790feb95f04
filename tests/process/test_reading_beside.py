"""Read where it is decoded: of many files each process reads its own, and all comes out as if read here."""

from __future__ import annotations

import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedmill.config import loads
from feedmill.pipeline import Mill, PassReport, PassRequest
from untouched import let_rest

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SEED = "---\ntitle: {0}\nwebUrl: https://x.org/{0}\ndate: 2026-01-01\n{1}---\nText.\n"
HOSTILE = SEED.format("H", "images:\n" + "- - -\n" * 650_000)


def site(root: Path, workers: int) -> Mill:
    config = f"""
        site: {{title: T, url: 'https://f.example.org/', id: 'https://f.example.org/'}}
        seeds: {{workers: {workers}, dir: ../seeds, max_bytes: 5MB}}
    """
    root.mkdir()
    return Mill(loads(config, base=root), clock=lambda: NOW)


@pytest.fixture
def mills(tmp_path: Path) -> Iterator[list[Mill]]:
    """Two over one folder of many seeds: one reads here, the other beside."""
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    for number in range(240):
        more = "published: false\n" if number % 3 else ""
        (seeds / f"{number:03}.md").write_text(SEED.format(f"t{number}", more))
    with ExitStack() as stack:
        yield [stack.enter_context(site(tmp_path / f"site{workers}", workers)) for workers in (1, 2)]


def told(report: PassReport) -> object:
    return report.problems, report.total, report.eligible, report.withheld, report.not_seeds, report.gone


def documents(mill: Mill) -> dict[str, bytes]:
    folder = mill.settings.feeds_dir
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*.atom")}


def known(mill: Mill) -> list[object]:
    """What the catalog knows of the files, but for what hangs on how long ago they were written."""
    with closing(sqlite3.connect(mill.settings.state_dir / "catalog.db")) as catalog:
        return catalog.execute("SELECT path, size, inode, digest, is_seed FROM file ORDER BY path").fetchall()


def both(mills: list[Mill], *, full: bool = False) -> PassReport:
    here, beside = [mill.run(PassRequest(full=full, force=True)) for mill in mills]
    assert told(beside) == told(here)
    assert documents(mills[1]) == documents(mills[0])
    assert known(mills[1]) == known(mills[0])
    assert (beside.appeared, beside.changed, beside.vanished) == (here.appeared, here.changed, here.vanished)
    return beside


def test_what_is_read_beside_is_what_is_read_here(mills: list[Mill], tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    outside = tmp_path / "outside.md"
    outside.write_text(SEED.format("outside", ""))
    os.mkfifo(seeds / "pipe.md")
    (seeds / "out.md").symlink_to(outside)
    (seeds / "loop.md").symlink_to("loop.md")
    (seeds / "in.md").symlink_to("000.md")
    (seeds / "README.md").write_text("no seed")
    (seeds / "empty.md").write_text("")
    (seeds / "broken.md").write_text("---\ntitle: [\n---\n")
    (seeds / "latin.md").write_bytes(SEED.format("é", "").encode("latin-1"))
    (seeds / "large.md").write_text(SEED.format("large", "published: true\n") + "x" * 5_300_000)
    Path(os.fsdecode(os.fsencode(seeds) + b"/\xff\n.md")).write_text(SEED.format("odd", ""))
    report = both(mills)
    assert report.eligible == 81
    assert {"large.md", "latin.md", "broken.md"} <= {problem.path for problem in report.problems}

    for file in seeds.glob("*.md"):  # as `git checkout` does: all is new, and nothing has changed
        if not file.is_symlink() and file.is_file():
            os.utime(file, ns=(1, 1))
    assert both(mills).changed == 0
    (seeds / "000.md").unlink()
    (seeds / "003.md").write_text(SEED.format("t3", "published: false\n"))
    (seeds / "006.md").write_text("")
    (seeds / "009.md").write_text(SEED.format("t9", "removed: true\n") + "x" * 5_300_000)
    (seeds / "012.md").unlink()
    (seeds / "012.md").symlink_to(outside)
    for number in range(15, 240):
        (seeds / f"{number:03}.md").touch()
    assert both(mills).eligible == 78  # 006 and 012 are broken, not taken down: they keep their entries
    both(mills, full=True)


def test_what_was_given_up_beside_is_not_tried_again_until_it_changes(
    mills: list[Mill], tmp_path: Path
) -> None:
    hostile = tmp_path / "seeds/h.md"
    hostile.write_text(HOSTILE)
    let_rest(hostile)
    beside = mills[1]
    assert "it was given up" in beside.run(PassRequest()).problems[0].message
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    assert "it was given up" in beside.run(PassRequest()).problems[0].message
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime == before
    hostile.write_text(SEED.format("H", ""))
    assert beside.run(PassRequest()).eligible == 81
