"""A site moves from its feeds folder to a database, and back, by the two commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conftest import Command
from feedmill.store import Place
from feedmill.store.local.place import LocalPlace
from feedmill.store.postgres.place import PostgresPlace
from operated.daemon import seed_text

CONFIG = "site: {url: 'https://feeds.test/'}\nguard: {min_entries: 1}\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG)
    for name in ("First", "Second"):
        (tmp_path / "seeds" / f"{name}.md").write_text(seed_text(name))
    return tmp_path


def published(place: Place) -> dict[str, tuple[str, object]]:
    with place.open(read_only=True) as store:
        assert all(store.body(path, one.digest) is not None for path, one in store.documents.items())
        return {path: (one.digest, one.modified) for path, one in store.documents.items()}


def test_there_and_back(site: Path, url: str, feedmill: Command, tmp_path: Path) -> None:
    folder, database = LocalPlace(site / "feeds"), PostgresPlace(url)
    feedmill("build", cwd=site)
    (site / "seeds" / "Second.md").write_text("---\ntitle: [broken\n---\n")
    feedmill("build", cwd=site, code=1)  # the second one's last good form is history now
    before = published(folder)
    saved = json.loads(feedmill("backup", "there", "--json", cwd=site).stdout)
    assert saved == {"documents": len(before), "seeds": 2, "subscriptions": 0}

    (site / "config.yaml").write_text(f"{CONFIG}store: {{url: '{url}'}}\n")
    assert "2 seeds" in feedmill("restore", "there", cwd=site).stdout
    assert "0 written" not in feedmill("build", cwd=site, code=1).stdout
    assert published(database) == before
    assert "published here" in feedmill("restore", "there", cwd=site, code=2).stderr

    feedmill("backup", "back", cwd=site)
    (site / "config.yaml").write_text(CONFIG)
    (site / "feeds" / "all.atom").unlink()
    feedmill("restore", "back", "--force", cwd=site)
    feedmill("build", cwd=site, code=1)
    assert published(folder) == before


def test_a_build_with_nothing_to_do_writes_nothing_and_a_database_away_is_told(
    site: Path, url: str, feedmill: Command
) -> None:
    (site / "config.yaml").write_text(f"{CONFIG}store: {{url: '{url}'}}\n")
    feedmill("build", cwd=site)
    with PostgresPlace(url).open(read_only=True) as store:
        serial = store.serial
    again = json.loads(feedmill("build", "--json", cwd=site).stdout)
    assert again["feeds"]["written"] == 0
    with PostgresPlace(url).open(read_only=True) as store:
        assert store.serial == serial
    dry = feedmill("build", "--dry-run", cwd=site)
    assert "Traceback" not in dry.stderr
    assert not (site / "feeds").exists()
    away = feedmill("build", "--set", "store.url=postgresql://me:hush@127.0.0.1:1/x", cwd=site, code=3)
    assert "127.0.0.1:1" in away.stderr and "hush" not in away.stderr
    shown = feedmill("config", "--set", "store.url=postgresql://me:hush@127.0.0.1:1/x", cwd=site)
    assert "hush" not in shown.stdout
