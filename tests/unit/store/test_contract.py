"""The store in a folder keeps the contract of the port."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedmill.store import Place
from feedmill.store.local.place import LocalPlace
from store_contract.contract import Contract


class TestFolder(Contract):
    @pytest.fixture
    def place(self, feeds: Path) -> Place:
        return LocalPlace(feeds)
