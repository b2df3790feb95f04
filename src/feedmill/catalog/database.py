"""The database under the catalog: one connection, its transactions, and its errors in our words.

SQLite's own settings are in `_tune`; nothing else here depends on it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import (
    URL,
    Boolean,
    Insert,
    Select,
    Table,
    UpdateBase,
    bindparam,
    create_engine,
    event,
    insert,
)
from sqlalchemy.engine import Connection, Engine, RootTransaction
from sqlalchemy.exc import DatabaseError, SQLAlchemyError
from sqlalchemy.pool import StaticPool
from sqlalchemy.sql.compiler import SQLCompiler

from feedmill.errors import CatalogError

MEMORY = "sqlite://"
Statement = Select[Any] | UpdateBase
_CHUNK = 512
_NONE: Mapping[str, Any] = MappingProxyType({})


class Database:
    """One connection. Whoever holds it owns it: one thread at a time."""

    def __init__(self, url: str | URL) -> None:
        self._transaction: RootTransaction | None = None
        self._prepared: dict[tuple[Statement, int], _Prepared] = {}
        with translated():
            self._engine = _engine(url)
            self.connection = self._engine.connect()
            self._driver: Any = self.connection.connection.driver_connection

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

    def run(self, statement: Statement, rows: Sequence[Mapping[str, Any]] | None = None) -> None:
        """Run a statement, once for each of `rows` where given."""
        prepared = self._prepare(statement)
        with translated():
            if rows is None:
                self._driver.cursor().execute(prepared.text, prepared.arguments({}))
            else:
                self._driver.cursor().executemany(prepared.text, [prepared.arguments(row) for row in rows])

    def put(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows, each the values of all of a table's columns, in their order."""
        if not rows:
            return
        prepared = self._prepare(_insert(table))
        with translated():
            if prepared.order is not None:
                self._driver.cursor().executemany(prepared.text, rows)
            else:
                names = table.columns.keys()
                named = [dict(zip(names, row, strict=True)) for row in rows]
                self._driver.cursor().executemany(prepared.text, named)

    def rows(self, statement: Statement, values: Mapping[str, Any] = _NONE) -> list[Any]:
        """Return all rows of a query. `statement` lives as long as the program: it is prepared once."""
        return self._fetch(self._prepare(statement), values)

    def scalar(self, statement: Statement, values: Mapping[str, Any] = _NONE) -> Any:
        """Return the first column of the first row of a query, None without rows."""
        found = self.rows(statement, values)
        return found[0][0] if found else None

    def rows_in(self, statement: Statement, keys: Sequence[Any], **values: Any) -> Iterator[Any]:
        """Yield all rows of a query over an expanding parameter `keys`, a bounded number at a time."""
        for chunk in chunks(keys):
            yield from self._fetch(self._prepare(statement, len(chunk)), values, chunk)

    def run_in(self, statement: Statement, keys: Sequence[Any], **values: Any) -> None:
        """Run a statement over an expanding parameter `keys`, a bounded number at a time."""
        for chunk in chunks(keys):
            prepared = self._prepare(statement, len(chunk))
            with translated():
                self._driver.cursor().execute(prepared.text, prepared.arguments(values, chunk))

    def _fetch(self, prepared: _Prepared, values: Mapping[str, Any], keys: Sequence[Any] = ()) -> list[Any]:
        with translated():
            cursor = self._driver.cursor()
            found: list[Any] = cursor.execute(prepared.text, prepared.arguments(values, keys)).fetchall()
            for place in prepared.booleans:
                found = [(*row[:place], bool(row[place]), *row[place + 1 :]) for row in found]
            if self._transaction is None:
                self._driver.rollback()  # keep no snapshot that would hold the write-ahead log back
        return found

    def _prepare(self, statement: Statement, keys: int = 0) -> _Prepared:
        found = self._prepared.get((statement, keys))
        if found is None:
            found = self._prepared[statement, keys] = _Prepared.make(statement, self._engine, keys)
        return found


class _Prepared(NamedTuple):
    """A statement as the driver takes it: SQLAlchemy writes it once, it would take ten times the query."""

    text: str
    order: tuple[str, ...] | None
    """The names of the parameters in their order; None where the driver takes them by name."""

    constants: Mapping[str, Any]
    expanded: tuple[str, ...]
    """What the expanding parameter `keys` is called, one name for each key."""

    booleans: tuple[int, ...]
    """Which columns of a row are true or false: SQLite gives 1 and 0."""

    @classmethod
    def make(cls, statement: Statement, engine: Engine, keys: int) -> _Prepared:
        compiled = statement.compile(engine)
        assert isinstance(compiled, SQLCompiler)
        constants = {name: bind.effective_value for name, bind in compiled.binds.items()}
        if keys:
            state = compiled.construct_expanded_state({**constants, "keys": [None] * keys})
            text, order = state.statement, state.positiontup
            expanded = tuple(state.parameter_expansion["keys"])
        else:
            text, order, expanded = compiled.string, compiled.positiontup, ()
        columns = statement.selected_columns if isinstance(statement, Select) else ()
        booleans = tuple(n for n, column in enumerate(columns) if isinstance(column.type, Boolean))
        return cls(text, tuple(order) if order is not None else None, constants, expanded, booleans)

    def arguments(self, values: Mapping[str, Any], keys: Sequence[Any] = ()) -> Any:
        found = {**self.constants, **values, **dict(zip(self.expanded, keys, strict=True))}
        return found if self.order is None else [found[name] for name in self.order]


@cache
def _insert(table: Table) -> Insert:
    return insert(table)


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


def chunks(keys: Sequence[Any]) -> Iterator[list[Any]]:
    """Yield `keys` in lists of few lengths, the last key repeated: a condition means the same, and few
    statements are to be prepared."""
    for start in range(0, len(keys), _CHUNK):
        chunk = list(keys[start : start + _CHUNK])
        yield chunk + chunk[-1:] * ((1 << (len(chunk) - 1).bit_length()) - len(chunk))


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
