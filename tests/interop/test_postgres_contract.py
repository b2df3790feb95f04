"""The store in a database keeps the contract of the port."""

from __future__ import annotations

import pytest

from feedmill.store import Place, SubscriptionTables
from feedmill.store.postgres.place import PostgresPlace
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
