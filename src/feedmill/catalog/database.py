"""The database under the catalog: one SQLite connection, its transactions, and its errors in our words."""

from __future__ import annotations

import json
import os
import sqlite3
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from feedmill.errors import CatalogError

KEYS = "(SELECT value FROM json_each(?))"
"""What a column is in a list of: `keys` makes the parameter."""

_PRAGMAS = (
    "journal_mode = WAL",  # `status` and `explain` read beside a pass
    "synchronous = NORMAL",  # losing the last pass of a cache costs time only
    "busy_timeout = 5000",
    "cache_size = -49152",  # KiB at most: deriving a million seeds fills it
)


class Database:
    """One connection, to the file `path` or to memory (None). One thread at a time.

    Outside of `begin` and `commit` each statement stands for itself.
    """

    def __init__(self, path: Path | None) -> None:
        self._open = False
        with translated():
            self.connection = sqlite3.connect(
                ":memory:" if path is None else _address(path),
                uri=path is not None,
                isolation_level=None,  # we say BEGIN ourselves
                check_same_thread=False,
            )
            try:
                for pragma in _PRAGMAS:
                    self.connection.execute(f"PRAGMA {pragma}")
            except sqlite3.Error:
                self.connection.close()
                raise

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back."""
        self.rollback()
        self.connection.close()

    def begin(self) -> None:
        """Start a transaction."""
        assert not self._open, "one transaction at a time"
        self.run("BEGIN")
        self._open = True

    def commit(self) -> None:
        """Make everything since `begin` durable as one."""
        assert self._open
        self.run("COMMIT")
        self._open = False

    def rollback(self) -> None:
        """Forget everything since `begin`; does nothing outside a transaction."""
        if self._open:
            self._open = False
            with translated():
                self.connection.rollback()  # nothing, where SQLite has rolled back by itself (a full disk)

    def run(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Run a statement."""
        with translated():
            self.connection.execute(statement, values)

    def run_each(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement for each of `rows`."""
        if rows:
            with translated():
                self.connection.executemany(statement, rows)

    def put(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Store rows, each the values of all of a table's columns in their order, in place of equal keys'."""
        if rows:
            places = ", ".join("?" * len(rows[0]))
            self.run_each(f"INSERT OR REPLACE INTO {table} VALUES ({places})", rows)

    def rows(self, statement: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Any]:
        """Return all rows of a query: no cursor stays open."""
        with translated():
            return self.connection.execute(statement, values).fetchall()

    def scalar(self, statement: str, values: Sequence[Any] = ()) -> Any:
        """Return the first column of the first row of a query, None without rows."""
        found = self.rows(statement, values)
        return found[0][0] if found else None


def keys(values: Iterable[Any]) -> str:
    """Return numbers or texts as the parameter of a statement with `KEYS`, any number of them."""
    return json.dumps(list(values))


def is_damage(error: CatalogError) -> bool:
    """Whether the file is no sound database, rather than out of reach (locked, full disk, no permission)."""
    cause = error.__cause__
    return isinstance(cause, sqlite3.DatabaseError) and not isinstance(cause, sqlite3.OperationalError)


def _address(path: Path) -> str:
    """Return `path` as an address: sqlite3 refuses names with bytes that are no UTF-8."""
    return f"file:{urllib.parse.quote(os.fsencode(path))}"


@contextmanager
def translated() -> Iterator[None]:
    """Have SQLite's errors be ours.

    Raises:
        CatalogError: the catalog cannot be used.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise CatalogError(f"the catalog cannot be used: {error}") from error
