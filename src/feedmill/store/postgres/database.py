"""The one door to psycopg: a connection that comes back by itself, its errors in feedmill's words."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from feedmill.errors import ConfigError, PublishError, StoreAway

try:
    import psycopg
    from psycopg.conninfo import conninfo_to_dict
    from psycopg.errors import OperationalError
except ImportError as missing:
    why = "PostgreSQL needs psycopg: pip install '.[postgres]' in feedmill's checkout"
    raise ConfigError("store.url", why) from missing

_DEFAULTS = {
    "connect_timeout": "3",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "4000",
}
"""A database that went away is noticed within seconds, unless the address says otherwise."""

QUICK, SLOW = 5.0, 120.0
"""Seconds that a database may say nothing: to what takes no time, and to what a pass asks of it.

One that hangs is told by nothing else: the kernel acknowledges for it.
"""

Row = tuple[Any, ...]
T = TypeVar("T")


class _Connection(psycopg.Connection[Row]):
    """A connection that is at its end when nothing was heard for so many seconds."""

    patience = SLOW

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for what a statement leads to; who has a `timeout` of his own is told, and may go on."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.patience)
        except psycopg.errors._WaitTimeout:
            self.pgconn.finish()
            raise OperationalError(f"nothing was heard of it for {self.patience:g} seconds") from None


class Database:
    """One connection, made when it is first needed and again after it broke. Any thread may use it.

    `setup` are statements for each new connection. Statements are their own transactions, but within
    `transaction`. Where a connection `lasts` no statement is tried again over another: its locks went with
    it. `patience` are seconds that it may say nothing.

    Raises (everything):
        StoreAway: the database cannot be reached.
        PublishError: it does not do it.
    """

    def __init__(
        self,
        url: str,
        name: str,
        setup: Sequence[str] = (),
        *,
        lasts: bool = False,
        patience: float = SLOW,
    ) -> None:
        self._url = url
        self._name = name
        self._setup = tuple(setup)
        self._lasts = lasts
        self._patience = patience
        self.connected = 0
        """How often it was connected: over another connection it may be in an earlier state."""
        self._connection: psycopg.Connection[Row] | None = None
        self._lock = threading.RLock()

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """Run a statement and return its rows."""

        def run(connection: psycopg.Connection[Row]) -> list[Row]:
            found = connection.execute(statement, values, binary=True)
            return found.fetchall() if found.description else []

        return self._do(run)

    def change(self, statement: str, values: Sequence[object] = ()) -> int:
        """Run a statement and return how many rows it changed."""
        return self._do(lambda connection: connection.execute(statement, values).rowcount)

    def copy(self, table: str, columns: Mapping[str, str], rows: Iterable[Row]) -> None:
        """Send rows by COPY; `columns` are those that the rows have, each with its type."""
        statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"

        def run(connection: psycopg.Connection[Row]) -> None:
            with connection.cursor() as cursor, cursor.copy(statement) as copy:
                copy.set_types(list(columns.values()))
                for row in rows:
                    copy.write_row(row)

        self._do(run)

    @contextmanager
    def transaction(self, *, snapshot: bool = False) -> Iterator[None]:
        """Have everything within be one transaction; with `snapshot` it reads one state of the database.

        Other threads wait meanwhile.
        """
        with self._lock:
            self.begin()
            try:
                if snapshot:
                    self.rows("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                yield
                self.commit()
            finally:
                self.rollback()

    def begin(self) -> None:
        """Begin a transaction, unless one is under way."""
        if not self.under_way:
            self.rows("BEGIN")

    def commit(self) -> None:
        """Commit the transaction. After an error nobody knows whether that was done."""
        if not self.under_way:
            raise StoreAway("the connection to the database was lost during a transaction")
        self.rows("COMMIT")

    def rollback(self) -> None:
        """Undo the transaction that is under way, if any."""
        if self.under_way:
            with suppress(PublishError):
                self.rows("ROLLBACK")

    @property
    def under_way(self) -> bool:
        """Whether a transaction is under way."""
        connection = self._connection
        return (
            connection is not None and connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE
        )

    def wait(self, patience: float) -> None:
        """Wait until the database tells something (LISTEN), `patience` seconds at most."""
        self._do(lambda connection: list(connection.notifies(timeout=patience, stop_after=1)))

    def close(self) -> None:
        """Let go of the connection; the next statement makes another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()

    def _do(self, action: Callable[[psycopg.Connection[Row]], T]) -> T:
        with self._lock:
            idle = self._connection is not None and not self.under_way
            try:
                return self._once(action)
            except StoreAway:
                if self._lasts or not idle:
                    raise
                return self._once(action)  # the server was started anew since the last statement

    def _once(self, action: Callable[[psycopg.Connection[Row]], T]) -> T:
        try:
            return action(self._connected())
        except psycopg.Error as error:
            why = (str(error).strip().splitlines() or [type(error).__name__])[0]
            message = f"the database {where(self._url)}: {why}"
            if self._connection is None or self._connection.broken:
                self.close()
                raise StoreAway(message) from error
            raise PublishError(message) from error

    def _connected(self) -> psycopg.Connection[Row]:
        if self._connection is None:
            known = {**_DEFAULTS, **conninfo_to_dict(self._url), "application_name": self._name}
            connection = _Connection.connect(autocommit=True, **known)  # type: ignore[arg-type]
            connection.patience = self._patience
            try:
                for statement in self._setup:
                    connection.execute(statement)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
            self.connected += 1
        return self._connection


def where(url: str) -> str:
    """Return what a database is called in messages: host, port and name, no user and no password."""
    try:
        known = conninfo_to_dict(url)
    except psycopg.Error:
        return "that store.url names"
    host, port, name = (str(known.get(key) or "") for key in ("host", "port", "dbname"))
    return f"{name or 'of the user'!s} at {host or 'localhost'}" + (f":{port}" if port else "")
