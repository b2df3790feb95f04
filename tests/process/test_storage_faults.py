"""What is kept is damaged, lost, locked, from the future or somebody else's: feeds stay, the fault is told.

Each fault is followed by a build in which a seed changed, and by one after the fault is gone; then the
documents are those of a site that nothing ever happened to.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import Command
from leak.outlets import documents
from reliability.results import keep

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]

CONFIG = 'site: {title: Site, url: "https://feeds.example.net/"}\nfeeds: {formats: [atom]}\n'
CATALOG = ".feedmill/catalog.db"
LEDGER = "feeds/.feedmill/ledger.db"


def write(site: Path, name: str, version: int) -> None:
    """Save a seed."""
    (site / "seeds").mkdir(parents=True, exist_ok=True)
    (site / f"seeds/{name}.md").write_text(
        f"---\ntitle: {name} {version}\nwebUrl: https://example.com/{name}\n"
        f"publishedDateTime: 2024-01-01\ntopics: [T]\n---\n"
    )


@pytest.fixture
def site(tmp_path: Path, feedmill: Command) -> Path:
    """A site that was built twice."""
    (tmp_path / "config.yaml").write_text(CONFIG)
    for name in ("a", "b"):
        write(tmp_path, name, 1)
    feedmill("build", cwd=tmp_path)
    return tmp_path


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2 + 7)


def scrambled(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for place in range(4096, len(data), 97):
        data[place] ^= 0x5A
    path.write_bytes(data)


def headless(path: Path) -> None:
    path.write_bytes(b"\xff" * 100 + path.read_bytes()[100:])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def foreign(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE people (name TEXT)")
    database.close()


def text(path: Path) -> None:
    path.write_text("This is no database.\n" * 500)


def newer(path: Path) -> None:
    with sqlite3.connect(path) as database:
        if path.name == "catalog.db":
            database.execute("UPDATE meta SET value = '99999' WHERE key = 'version'")
        database.execute("PRAGMA user_version = 99999")
    database.close()


def deleted(path: Path) -> None:
    shutil.rmtree(path.parent)


FAULTS: list[Callable[[Path], None]] = [
    truncated,
    scrambled,
    headless,
    emptied,
    foreign,
    text,
    newer,
    deleted,
]

TRIED = FAULTS if os.environ.get("FEEDMILL_TORTURE") else [scrambled, foreign, newer, deleted]


@pytest.fixture(scope="module")
def tried() -> Iterator[list[str]]:
    """The faults that were survived, for the page."""
    found: list[str] = []
    yield found
    keep(
        "Storage faults lose nothing",
        "catalog and ledger damaged, exchanged, locked and deleted",
        len(found),
        f"rebuilt, or refused with a word: {', '.join(found)}",
    )


@pytest.mark.parametrize("fault", TRIED, ids=lambda fault: fault.__name__)
def test_a_catalog_is_disposable(
    site: Path, feedmill: Command, tried: list[str], fault: Callable[[Path], None]
) -> None:
    fault(site / CATALOG)
    write(site, "a", 2)
    run = feedmill("build", cwd=site)
    assert "Traceback" not in run.stderr
    assert b"a 2" in (site / "feeds/all.atom").read_bytes()
    found = documents(site / "feeds")
    shutil.rmtree(site / ".feedmill")
    feedmill("build", cwd=site)
    assert documents(site / "feeds") == found
    tried.append(f"catalog {fault.__name__}")


@pytest.mark.parametrize("fault", TRIED, ids=lambda fault: fault.__name__)
def test_a_damaged_ledger_is_told_and_never_half_used(
    site: Path, feedmill: Command, tried: list[str], fault: Callable[[Path], None]
) -> None:
    before = documents(site / "feeds")
    fault(site / LEDGER)
    write(site, "a", 2)
    run = feedmill("build", cwd=site, code=None)
    assert "Traceback" not in run.stderr
    assert run.returncode in (0, 1, 3), run.stderr
    after = documents(site / "feeds")
    assert set(after) == set(before)
    if run.returncode == 3:
        assert after == before
        assert "ledger" in run.stderr
    else:
        assert b"a 2" in after["all.atom"]
        assert feedmill("build", cwd=site, code=None).returncode == 0
        assert documents(site / "feeds") == after
    tried.append(f"ledger {fault.__name__}")


def test_a_locked_catalog_is_waited_for_and_then_told(
    site: Path, feedmill: Command, tried: list[str]
) -> None:
    before = documents(site / "feeds")
    write(site, "a", 2)
    other = sqlite3.connect(site / CATALOG, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    run = feedmill("build", cwd=site, code=3)
    assert "catalog" in run.stderr and "locked" in run.stderr
    assert "Traceback" not in run.stderr
    assert set(documents(site / "feeds")) == set(before)
    other.execute("ROLLBACK")
    other.close()
    feedmill("build", cwd=site)
    assert b"a 2" in (site / "feeds/all.atom").read_bytes()
    tried.append("catalog locked")


def test_a_feeds_folder_that_is_another_is_filled(site: Path, feedmill: Command, tried: list[str]) -> None:
    before = documents(site / "feeds")
    (site / "feeds").rename(site / "elsewhere")
    (site / "feeds").mkdir()
    feedmill("build", cwd=site)
    assert documents(site / "feeds") == before
    assert documents(site / "elsewhere") == before
    tried.append("feeds folder replaced")


@pytest.mark.parametrize("fault", [scrambled, text, deleted], ids=lambda fault: fault.__name__)
def test_a_lost_ledger_leaves_emptied_feeds_to_their_subscribers(
    site: Path, feedmill: Command, fault: Callable[[Path], None]
) -> None:
    write(site, "c", 1)
    (site / "seeds/c.md").write_text((site / "seeds/c.md").read_text().replace("[T]", "[Rare thing]"))
    feedmill("build", cwd=site)
    (site / "seeds/c.md").unlink()
    fault(site / LEDGER)
    feedmill("build", cwd=site, code=None)
    found = (site / "feeds/topics/rare-thing.atom").read_text()
    assert "<title>Rare thing</title>" in found
    assert "<entry>" not in found
    assert "rare-thing" not in (site / "feeds/index.html").read_text()
    assert feedmill("build", cwd=site).returncode == 0
    assert (site / "feeds/topics/rare-thing.atom").read_text() == found
