"""The catalog: what is known of every seed, in a database that may be deleted at any time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from feedmill.catalog.database import Database, is_damage, translated
from feedmill.catalog.files import Files
from feedmill.catalog.memberships import Memberships
from feedmill.catalog.schema import DERIVED, TABLES, VERSION
from feedmill.catalog.states import States
from feedmill.errors import CatalogError


class Catalog:
    """One open catalog: `files`, and what is derived from them: `states`, `memberships`.

    Everything between `begin` and `commit` becomes visible at once or never.
    """

    def __init__(self, path: Path | None = None, *, readable: bool = False) -> None:
        """Open the catalog in the file `path`, or one in memory, made anew where it is of another version.

        `readable`: to look at it only; nothing is made, mended or replaced.

        Raises:
            CatalogError: it cannot be opened, is no catalog, or to be read and of another version.
        """
        self._db = Database(path)
        self.files = Files(self._db)
        self.states = States(self._db)
        self.memberships = Memberships(self._db)
        self.begin, self.commit = self._db.begin, self._db.commit
        self.close = self._db.close
        try:
            self.fresh = not self._is_current()
            if self.fresh and readable:
                raise CatalogError("the catalog is of another version")
            if self.fresh:
                self._make()
        except CatalogError:
            self.close()
            raise

    @classmethod
    def open_file(cls, path: Path) -> Catalog:
        """Open the catalog kept in the SQLite file `path`; what is no sound catalog is replaced.

        Raises:
            CatalogError: the file cannot be made or written.
        """
        try:
            return cls(path)
        except CatalogError as error:
            if not is_damage(error):
                raise
        for suffix in ("", "-wal", "-shm"):  # a cache is made again, not repaired
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        return cls(path)

    def copy_to_memory(self) -> Catalog:
        """Return a copy in memory, for a pass that must leave no trace."""
        copy = Catalog()
        with translated():
            self._db.connection.backup(copy._db.connection)
        copy.fresh = self.fresh
        return copy

    def __enter__(self) -> Catalog:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def rollback(self) -> None:
        """Undo everything since `begin`."""
        self._db.rollback()
        self.files.rolled_back()

    def meta(self) -> dict[str, str]:
        """Return the catalog's small facts: fingerprints, the ledger it belongs to, the last instant."""
        return dict(self._db.rows("SELECT key, value FROM meta"))

    def set_meta(self, facts: Mapping[str, str]) -> None:
        """Store small facts."""
        self._db.put("meta", list(facts.items()))

    def clear_derived(self) -> None:
        """Forget everything that can be derived again."""
        for table in DERIVED:
            self._db.run(f"DELETE FROM {table}")

    def _is_current(self) -> bool:
        known = self._db.rows("SELECT 1 FROM sqlite_schema WHERE name = 'meta'")
        return bool(known) and self.meta().get("version") == VERSION

    def _make(self) -> None:
        """Make the tables; another version's go."""
        self.begin()
        tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        for (name,) in self._db.rows(tables):
            self._db.run(f'DROP TABLE "{name}"')
        for statement in TABLES.split(";\n"):
            self._db.run(statement)
        self.set_meta({"version": VERSION})
        self.commit()
