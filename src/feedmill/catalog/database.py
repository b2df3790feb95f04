"""The database under the catalog: one connection, its transactions, and its errors in our words.

SQLite's own settings are in `_tune`; nothing else here depends on it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Table, bindparam, create_engine, event, insert
from sqlalchemy.engine import Compiled, Connection, Engine, RootTransaction
from sqlalchemy.exc import DatabaseError, SQLAlchemyError
from sqlalchemy.pool import StaticPool
from sqlalchemy.sql import Executable

from feedmill.errors import CatalogError

MEMORY = "sqlite://"
_CHUNK = 500


class Database:
    """One connection. Whoever holds it owns it: one thread at a time."""

    def __init__(self, url: str | URL) -> None:
        self._transaction: RootTransaction | None = None
        self._inserts: dict[str, Compiled] = {}
        with translated():
            self._engine = _engine(url)
            self.connection = self._engine.connect()

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back."""
        self.rollback()
        self.connection.close()
        self._engine.dispose()

    def begin(self) -> None:
        """Start a transaction."""
        assert self._transaction is None, "one transaction at a time"
        with translated():
            self._transaction = self.connection.begin()

    def commit(self) -> None:
        """Make everything since `begin` durable as one."""
        assert self._transaction is not None
        transaction, self._transaction = self._transaction, None
        with translated():
            transaction.commit()

    def rollback(self) -> None:
        """Forget everything since `begin`; does nothing outside a transaction."""
        if self._transaction is not None:
            transaction, self._transaction = self._transaction, None
            with translated():
                transaction.rollback()

    def run(self, statement: Executable, rows: Sequence[Mapping[str, Any]] | None = None) -> None:
        """Run a statement, once for each of `rows` where given."""
        with translated():
            self.connection.execute(statement, rows)

    def put(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows, each the values of all of a table's columns, in their order.

        The values are what the driver takes: passing each through SQLAlchemy would cost more than the insert.
        """
        if not rows:
            return
        compiled = self._inserts.get(table.name)
        if compiled is None:
            compiled = self._inserts[table.name] = insert(table).compile(self._engine)
        with translated():
            if self._engine.dialect.positional:
                self.connection.exec_driver_sql(compiled.string, list(rows))
            else:
                names = table.columns.keys()
                named = [dict(zip(names, row, strict=True)) for row in rows]
                self.connection.exec_driver_sql(compiled.string, named)

    def rows(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
        """Return all rows of a query."""
        with translated():
            found = self.connection.execute(statement, values).fetchall()
            self._end_reading()
        return found

    def scalar(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Any:
        """Return the first column of the first row of a query, None without rows."""
        with translated():
            found = self.connection.execute(statement, values).scalar()
            self._end_reading()
        return found

    def _end_reading(self) -> None:
        """Outside a transaction of ours, keep no snapshot that would hold the write-ahead log back."""
        if self._transaction is None:
            self.connection.rollback()

    def rows_in(self, statement: Executable, keys: Sequence[Any], **values: Any) -> Iterator[Any]:
        """Yield all rows of a query over an expanding parameter `keys`, a bounded number at a time."""
        for chunk in chunks(keys):
            yield from self.rows(statement, {"keys": chunk, **values})

    def run_in(self, statement: Executable, keys: Sequence[Any], **values: Any) -> None:
        """Run a statement over an expanding parameter `keys`, a bounded number at a time."""
        for chunk in chunks(keys):
            with translated():
                self.connection.execute(statement, {"keys": chunk, **values})


def _engine(url: str | URL) -> Engine:
    memory = url == MEMORY
    engine = create_engine(
        url, **({"poolclass": StaticPool} if memory else {}), connect_args={"check_same_thread": False}
    )
    event.listen(engine, "connect", _tune)
    event.listen(engine, "begin", _begin)
    return engine


def _tune(connection: Any, _: object) -> None:
    """SQLite: write-ahead log, so that `status` and `explain` read beside a pass."""
    connection.isolation_level = None  # we say BEGIN ourselves
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")  # losing the last pass of a cache costs time only
    connection.execute("PRAGMA busy_timeout = 5000")
    connection.execute("PRAGMA cache_size = -131072")  # KiB at most: deriving a million seeds fills it


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def among(column: Any) -> Any:
    """Return the condition that `column` is one of the expanding parameter `keys`.

    Statements are built once, at import: building one costs more than running it.
    """
    return column.in_(bindparam("keys", expanding=True))


def chunks(ids: Sequence[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(ids), _CHUNK):
        yield list(ids[start : start + _CHUNK])


@contextmanager
def translated() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise CatalogError(f"the catalog cannot be used: {_cause(error)}") from error


def _cause(error: BaseException) -> str:
    return str(error.orig) if isinstance(error, DatabaseError) and error.orig else str(error)


def _root(error: BaseException) -> BaseException | None:
    cause = error.__cause__
    return cause.orig if isinstance(cause, DatabaseError) and cause.orig else cause
