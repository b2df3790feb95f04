"""Fixtures of what talks to programs of others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from postgres import Server, programs

_numbers = count(1)


@pytest.fixture(scope="session")
def server(require: Callable[..., str]) -> Iterator[Server]:
    """A PostgreSQL that ends with the session."""
    found = Server(programs(require))
    yield found
    found.end()


@pytest.fixture
def url(server: Server) -> str:
    """The address of an empty place in it."""
    return server.url(f"t{next(_numbers)}")
