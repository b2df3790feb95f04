"""History goes into one file and out of it into a place of any form, the same.

A form's test module derives a class from `BackupContract` and gives it fixtures `place` and `target`, empty.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from feedmill.errors import StoreError
from feedmill.push.subscriptions import Subscriptions
from feedmill.store import FeedMemory, Place, Saved, Store
from store_contract.contract import AI, AWKWARD, NOON, SITE, publish, visible
from store_contract.subscriptions import NOW, subscribe


def known(place: Place) -> dict[str, Any]:
    """Return all history of a place, but for its serial."""
    with place.open(read_only=True) as store:
        documents = {path: (one.digest, one.size, one.modified) for path, one in store.documents.items()}
        return {
            "ledger_id": store.ledger_id,
            "documents": documents,
            "feeds": dict(store.feeds),
            "gone": store.gone,
            "good": {path: store.last_good(path) for path in store.last_good_paths()},
        }


def fill(place: Place) -> None:
    """Publish and subscribe, so that everything there is to know is there."""
    with place.lead("test"), place.open() as store:
        publish(store, SITE)
        publish(store, {"all.rss": b"2"}, retire=["topics/ai.atom", "old.rss"], after=60)
        with store.begin(NOON + timedelta(hours=1)) as publication:
            publication.remember_feed(AI)
            for number in range(1_200):
                publication.keep_good(f"{number}.md", b"good %d" % number)
            publication.keep_good(AWKWARD, b"\x00")
            publication.commit()
    with closing(Subscriptions(place.subscriptions())) as subscriptions:
        subscribe(subscriptions, 1, 2, 3)


def _keep(store: Store, forms: Mapping[str, bytes | None], feed: FeedMemory | None = None) -> None:
    with store.begin(NOON + timedelta(hours=2)) as publication:
        for path, blob in forms.items():
            if blob is None:
                publication.drop_good(path)
            else:
                publication.keep_good(path, blob)
        if feed is not None:
            publication.remember_feed(feed)
        publication.commit()


class BackupContract:
    """One test a promise."""

    def test_everything_comes_back_and_is_published_as_it_was(
        self, place: Place, target: Place, tmp_path: Path
    ) -> None:
        fill(place)
        file = tmp_path / "backup"
        wanted = Saved(documents=2, good=1_201, subscriptions=3)
        assert place.backup(file) == wanted
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        with target.lead("restore"):
            assert target.restore(file) == wanted
        assert known(target) == known(place)
        with closing(Subscriptions(target.subscriptions())) as subscriptions:
            assert subscriptions.counts()["subscriptions"] == 3
            assert len(subscriptions.due("all.atom", "bb", NOW, 10)) == 3
        with target.lead("test"), target.open() as store, place.open(read_only=True) as before:
            assert store.serial > before.serial
            store.tidy()
            assert store.verify() == {"all.rss", "index.html"}
            documents = {"all.rss": b"2", "index.html": SITE["index.html"]}
            publish(store, documents, after=9_000)
            assert visible(store) == documents
            assert known(target)["documents"] == known(place)["documents"], "Last-Modified stays"
            publish(store, {"topics/ai.atom": b"<feed/>"}, after=9_000)
            assert "topics/ai.atom" not in store.gone

    def test_what_came_since_goes_and_stays_ours(self, place: Place, tmp_path: Path) -> None:
        file = tmp_path / "backup"
        with place.lead("test"), place.open() as store:
            publish(store, SITE)
            place.backup(file)
            publish(store, {"all.rss": b"2", "later.rss": b"later"}, after=60)
            serial = store.serial
        with place.lead("restore"):
            place.restore(file)
        with place.lead("test"), place.open() as store:
            assert store.serial > serial
            store.verify()
            assert publish(store, SITE | {"later.rss": b"other"}, after=120).problems == ()
            assert visible(store) == SITE | {"later.rss": b"other"}

    def test_what_was_decided_since_stays_decided(self, place: Place, tmp_path: Path) -> None:
        file = tmp_path / "backup"
        with place.lead("test"), place.open() as store:
            publish(store, SITE | {"old.rss": b"old"})
            _keep(store, {"down.md": b"1", "corrected.md": b"1", "same.md": b"1"})
            place.backup(file)
            publish(store, SITE, retire=["old.rss", "young.rss"], after=60)
            _keep(store, {"down.md": None, "corrected.md": b"2", "young.md": b"1"}, AI)
        with place.lead("restore"):
            assert place.restore(file).good == 3
        found = known(place)
        assert found["good"] == {"corrected.md": b"2", "same.md": b"1", "young.md": b"1"}
        assert AI.path in found["feeds"]
        assert "young.rss" in found["gone"]
        assert "old.rss" not in found["gone"], "the backup has it published"

    def test_of_two_histories_what_both_have_alike_remains(
        self, place: Place, target: Place, tmp_path: Path
    ) -> None:
        for each, forms in (
            (place, {"a.md": b"1", "b.md": b"1", "c.md": b"1"}),
            (target, {"a.md": b"1", "b.md": b"2", "d.md": b"1"}),
        ):
            with each.lead("test"), each.open() as store:
                publish(store, SITE)
                _keep(store, forms)
        place.backup(tmp_path / "backup")
        with target.lead("restore"):
            assert target.restore(tmp_path / "backup").good == 1
        assert known(target)["good"] == {"a.md": b"1"}

    def test_an_empty_place_takes_no_backups_place(self, place: Place, target: Place, tmp_path: Path) -> None:
        fill(place)
        place.backup(tmp_path / "backup")
        before = (tmp_path / "backup").read_bytes()
        with pytest.raises(StoreError):
            target.backup(tmp_path / "backup")
        assert (tmp_path / "backup").read_bytes() == before
        assert [file.name for file in tmp_path.glob("backup*")] == ["backup"]

    def test_what_is_no_backup_changes_nothing(self, place: Place, tmp_path: Path) -> None:
        fill(place)
        before = known(place)
        (tmp_path / "text").write_text("no database " * 999)
        (tmp_path / "empty").touch()
        with place.lead("restore"):
            for file in (tmp_path / "text", tmp_path / "empty", tmp_path / "nowhere"):
                with pytest.raises(StoreError, match="backup"):
                    place.restore(file)
        assert known(place) == before
