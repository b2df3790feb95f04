"""The store in a folder keeps the contract of the port."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedmill.store import Place, SubscriptionTables
from feedmill.store.local.place import LocalPlace
from store_contract.backups import BackupContract
from store_contract.contract import Contract
from store_contract.subscriptions import SubscriptionContract


class TestFolder(Contract):
    @pytest.fixture
    def place(self, feeds: Path) -> Place:
        return LocalPlace(feeds)


class TestFile(SubscriptionContract):
    @pytest.fixture
    def tables(self, feeds: Path) -> SubscriptionTables:
        return LocalPlace(feeds).subscriptions()


class TestFromFolderToFolder(BackupContract):
    @pytest.fixture
    def place(self, feeds: Path) -> Place:
        return LocalPlace(feeds)

    @pytest.fixture
    def target(self, tmp_path: Path) -> Place:
        return LocalPlace(tmp_path / "target")
