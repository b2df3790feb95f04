"""The catalog: what is known of every seed, in a database that may be deleted at any time."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from sqlalchemy import URL, delete, inspect, select
from sqlalchemy.exc import DatabaseError

from feedmill.catalog import schema as t
from feedmill.catalog.database import MEMORY, Database, among, translated
from feedmill.catalog.facts import Facts
from feedmill.catalog.memberships import Memberships
from feedmill.catalog.states import States
from feedmill.errors import CatalogError

_META = select(t.meta.c.key, t.meta.c.value)
_CLEAR = tuple(delete(table) for table in t.DERIVED)
_FORGET_META = delete(t.meta).where(among(t.meta.c.key))


class Catalog:
    """One open catalog: `facts` from files, and what is derived from them: `states`, `memberships`.

    Everything between `begin` and `commit` becomes visible at once or never.
    """

    def __init__(self, url: str | URL = MEMORY) -> None:
        """Open the catalog at the SQLAlchemy URL `url`, made anew where it is of another version.

        Raises:
            CatalogError: it cannot be opened or is no catalog.
        """
        self._attach(url)
        with translated():
            self.fresh = self._prepare()

    def _attach(self, url: str | URL) -> None:
        self._db = Database(url)
        self.facts = Facts(self._db)
        self.states = States(self._db)
        self.memberships = Memberships(self._db)
        self.begin, self.commit, self.rollback = self._db.begin, self._db.commit, self._db.rollback
        self.close = self._db.close

    @classmethod
    def open_file(cls, path: Path) -> Catalog:
        """Open the catalog kept in the SQLite file `path`; what is no sound catalog is replaced.

        Raises:
            CatalogError: the file cannot be made or written.
        """
        url = _url(path)
        try:
            return cls(url)
        except CatalogError as error:
            if not _is_damage(error):
                raise
        for suffix in ("", "-wal", "-shm"):  # a cache is made again, not repaired
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        return cls(url)

    @classmethod
    def open_readable(cls, path: Path) -> Catalog:
        """Open an existing catalog to look at it; nothing is made, mended or replaced.

        Raises:
            CatalogError: it cannot be read, or is of another version.
        """
        catalog = cls.__new__(cls)
        catalog._attach(_url(path))
        try:
            if catalog.meta().get("version") != str(t.VERSION):
                raise CatalogError("the catalog is of another version")
        except CatalogError:
            catalog.close()
            raise
        catalog.fresh = False
        return catalog

    def copy_to_memory(self) -> Catalog:
        """Return a copy in memory, for a pass that must leave no trace."""
        copy = Catalog()
        with translated():
            source = self._db.connection.connection.driver_connection
            target = copy._db.connection.connection.driver_connection
            assert isinstance(source, sqlite3.Connection) and isinstance(target, sqlite3.Connection)
            source.backup(target)
        copy.fresh = self.fresh
        return copy

    def __enter__(self) -> Catalog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def meta(self) -> dict[str, str]:
        """Return the catalog's small facts: fingerprints, the ledger it belongs to, the last instant."""
        return dict(self._db.rows(_META))

    def set_meta(self, facts: Mapping[str, str]) -> None:
        """Store small facts."""
        self._db.run_in(_FORGET_META, list(facts))
        self._db.put(t.meta, list(facts.items()))

    def clear_derived(self) -> None:
        """Forget everything that can be derived again."""
        for statement in _CLEAR:
            self._db.run(statement)

    def _prepare(self) -> bool:
        """Make the tables where they are not there, or are another version's; say whether that was so."""
        if inspect(self._db.connection).has_table(t.meta.name):
            self._db.connection.rollback()
            if self.meta().get("version") == str(t.VERSION):
                return False
        self._db.connection.rollback()
        self.begin()
        t.metadata.drop_all(self._db.connection)
        t.metadata.create_all(self._db.connection)
        self.set_meta({"version": str(t.VERSION)})
        self.commit()
        return True


def _url(path: Path) -> URL:
    return URL.create("sqlite", database=str(path))


def _is_damage(error: CatalogError) -> bool:
    """Whether the file is no sound database, rather than out of reach (locked, full disk, no permission)."""
    cause = error.__cause__
    root = cause.orig if isinstance(cause, DatabaseError) else cause
    return isinstance(root, sqlite3.DatabaseError) and not isinstance(root, sqlite3.OperationalError)
