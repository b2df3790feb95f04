"""The store in a database keeps the contract of the port."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedmill.store import Place, SubscriptionTables
from feedmill.store.local.place import LocalPlace
from feedmill.store.postgres.place import PostgresPlace
from store_contract.backups import BackupContract
from store_contract.contract import Contract
from store_contract.subscriptions import SubscriptionContract


class TestPostgres(Contract):
    @pytest.fixture
    def place(self, url: str) -> Place:
        return PostgresPlace(url)


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
