"""The one door to psycopg: a connection that comes back by itself, its errors in feedmill's words."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from feedmill.errors import ConfigError, PublishError

try:
    import psycopg
    from psycopg.conninfo import conninfo_to_dict
except ImportError as missing:
    raise ConfigError("store.url", "PostgreSQL needs pip install 'feedmill[postgres]'") from missing

_DEFAULTS = {
    "connect_timeout": "3",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "4000",
}
"""A database that went away is noticed within seconds, unless the address says otherwise."""

Row = tuple[Any, ...]


class Database:
    """One connection, made when it is first needed and again after it broke. Any thread may use it.

    `setup` are statements for each new connection. Statements are their own transactions, but within
    `transaction`.

    Raises (everything):
        PublishError: the database cannot be reached, or does not do it.
    """

    def __init__(self, url: str, name: str, setup: Sequence[str] = ()) -> None:
        self._url = url
        self._name = name
        self._setup = tuple(setup)
        self._connection: psycopg.Connection[Row] | None = None
        self._lock = threading.RLock()

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """Run a statement and return its rows."""
        with self._told() as connection:
            found = connection.execute(statement, values)
            return found.fetchall() if found.description else []

    def change(self, statement: str, values: Sequence[object] = ()) -> int:
        """Run a statement and return how many rows it changed."""
        with self._told() as connection:
            return int(connection.execute(statement, values).rowcount)

    def copy(self, statement: str, rows: Sequence[Row]) -> None:
        """Send rows by a COPY statement."""
        with self._told() as connection, connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)

    @contextmanager
    def transaction(self, *, snapshot: bool = False) -> Iterator[None]:
        """Have everything within be one transaction; with `snapshot` it reads one state of the database."""
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
            raise PublishError("the connection to the database was lost during a transaction")
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
        with self._told() as connection:
            for _ in connection.notifies(timeout=patience, stop_after=1):
                pass

    @property
    def backend(self) -> int:
        """The number of the server's process for this connection; 0: there is none."""
        return self._connection.info.backend_pid if self._connection is not None else 0

    def close(self) -> None:
        """Let go of the connection; the next statement makes another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()

    @contextmanager
    def _told(self) -> Iterator[psycopg.Connection[Row]]:
        with self._lock:
            try:
                yield self._connected()
            except psycopg.Error as error:
                if self._connection is not None and self._connection.broken:
                    self.close()
                why = (str(error).strip().splitlines() or [type(error).__name__])[0]
                raise PublishError(f"the database {where(self._url)}: {why}") from error

    def _connected(self) -> psycopg.Connection[Row]:
        if self._connection is None:
            known = {**_DEFAULTS, **conninfo_to_dict(self._url), "application_name": self._name}
            connection = psycopg.connect(autocommit=True, **known)  # type: ignore[arg-type]
            try:
                for statement in self._setup:
                    connection.execute(statement)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection


def where(url: str) -> str:
    """Return what a database is called in messages: host, port and name, no user and no password."""
    try:
        known = conninfo_to_dict(url)
    except psycopg.Error:
        return "that store.url names"
    host, port, name = (str(known.get(key) or "") for key in ("host", "port", "dbname"))
    return f"{name or 'of the user'!s} at {host or 'localhost'}" + (f":{port}" if port else "")
