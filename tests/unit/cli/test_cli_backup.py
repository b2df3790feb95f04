"""`feedmill backup` and `restore`, and a ledger that was lost: nothing is lost twice, nothing comes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from curator import Run, Site


@pytest.fixture
def built(site: Site, run: Run) -> Site:
    """A site with one article, built."""
    site.seed("a.md")
    run("build")
    return site


def ledger(site: Site) -> Path:
    return site.feeds / ".feedmill" / "ledger.db"


def scribble(file: Path) -> None:
    file.write_bytes(b"no database at all" * 100)


def empty(file: Path) -> None:
    file.write_bytes(b"")


@pytest.mark.parametrize(("damage", "said"), [(scribble, "damaged"), (empty, "is empty")])
def test_a_lost_ledger_is_told_by_the_pass_that_meets_it(
    built: Site, run: Run, damage: Callable[[Path], None], said: str
) -> None:
    run("build")  # which leaves a seal
    damage(ledger(built))
    done = run("build", code=1)
    assert "error: the ledger " in done.err and said in done.err, done.err
    assert "which feeds are retired" in done.err
    run("build")
