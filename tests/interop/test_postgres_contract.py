"""The store in a database keeps the contract of the port."""

from __future__ import annotations

import pytest

from feedmill.store import Place
from feedmill.store.postgres.place import PostgresPlace
from store_contract.contract import Contract


class TestPostgres(Contract):
    @pytest.fixture
    def place(self, url: str) -> Place:
        return PostgresPlace(url)
