"""A database as the place where generations are kept, for several nodes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path

from feedmill.store.history import History
from feedmill.store.local.backup import Backup, new_file, write_subscriptions
from feedmill.store.local.backup import write_history as write_ledger
from feedmill.store.port import Saved, Store
from feedmill.store.postgres.backup import read_good, write_history
from feedmill.store.postgres.bodies import BodyCache
from feedmill.store.postgres.database import Database
from feedmill.store.postgres.lead import PostgresLead, new_name
from feedmill.store.postgres.node import PostgresNode
from feedmill.store.postgres.rows import read_within
from feedmill.store.postgres.schema import STAGING, version_of
from feedmill.store.postgres.store import PostgresStore
from feedmill.store.postgres.subscriptions import DatabaseTables


class PostgresPlace:
    """The database that `store.url` names; `Place` says what each part promises.

    Stores and leads of one place belong to one process, which has one name and one cache of bodies.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._lead: PostgresLead | None = None
        self._name = new_name()
        self._bodies = BodyCache()

    def lead(self, purpose: str) -> PostgresLead:
        """Return the lead of the database."""
        lead = PostgresLead(self._url, purpose, name=self._name)
        self._lead = self._lead if self._lead is not None and self._lead.is_valid() else lead
        return lead

    def open(self, *, read_only: bool = False) -> PostgresStore:
        """Open the database's store, under the lead that was last taken here."""
        return PostgresStore(self._url, self._name, None if read_only else self._lead, self._bodies)

    def subscriptions(self) -> DatabaseTables:
        """Open the tables of subscriptions."""
        return DatabaseTables(self._url, self._name)

    def find_subscriptions(self) -> DatabaseTables | None:
        """Open the tables of subscriptions, if there are any."""
        with closing(Database(self._url, self._name)) as look:
            there = version_of(look)
        return self.subscriptions() if there else None

    def backup(self, file: Path) -> Saved:
        """Write one state of the database into a ledger's file."""
        tables = self.find_subscriptions()
        with closing(tables) if tables else nullcontext(), new_file(file) as connection:
            if tables is None:
                write_ledger(connection, History(), ())
            else:
                with (
                    closing(Database(self._url, self._name)) as database,
                    database.transaction(snapshot=True),
                ):
                    write_ledger(connection, read_within(database), read_good(database))
            subscriptions = write_subscriptions(connection, tables)
        return Backup(file).saved(subscriptions)

    def restore(self, file: Path) -> Saved:
        """Have the backup's history in the database."""
        backup = Backup(file)
        with closing(Database(self._url, self._name, STAGING)) as database:
            good = write_history(database, backup)
        with closing(self.subscriptions()) as tables:
            return replace(backup.saved(backup.restore_subscriptions(tables)), good=good)

    def node(self, told: Callable[[Store], None], turned: Callable[[], None]) -> PostgresNode:
        """Return this process as one of the nodes that share the database, not yet begun."""
        return PostgresNode(self._url, self._name, self._bodies, told, turned)
