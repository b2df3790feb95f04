"""The store in a database keeps the contract of the port."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from feedmill.store import Place, SubscriptionTables
from feedmill.store.local.place import LocalPlace
from feedmill.store.postgres.place import PostgresPlace
from store_contract.backups import BackupContract
from store_contract.contract import SITE, Contract, publish, visible
from store_contract.subscriptions import SubscriptionContract


class TestPostgres(Contract):
    @pytest.fixture
    def place(self, url: str) -> Place:
        return PostgresPlace(url)

    def test_who_watches_learns_of_a_generation(self, url: str) -> None:
        place = PostgresPlace(url)
        with place.lead("test"), place.open() as store, place.open(read_only=True) as watcher:
            assert watcher.watch(0, 0) == 0
            publish(store, SITE)
            assert watcher.watch(0, 30) == 1
            assert watcher.watch(1, 0) == 1
            watcher.reopen()
            assert visible(watcher) == SITE
            told = threading.Thread(target=publish, args=(store, {"all.rss": b"2"}))
            told.start()
            assert watcher.watch(1, 30) == 2
            told.join()


class TestTables(SubscriptionContract):
    @pytest.fixture
    def tables(self, url: str) -> SubscriptionTables:
        return PostgresPlace(url).subscriptions()


class TestFromDatabaseToFolder(BackupContract):
    @pytest.fixture
    def place(self, url: str) -> Place:
        return PostgresPlace(url)

    @pytest.fixture
    def target(self, tmp_path: Path) -> Place:
        return LocalPlace(tmp_path / "target")


class TestFromFolderToDatabase(BackupContract):
    @pytest.fixture
    def place(self, tmp_path: Path) -> Place:
        return LocalPlace(tmp_path / "place")

    @pytest.fixture
    def target(self, url: str) -> Place:
        return PostgresPlace(url)
