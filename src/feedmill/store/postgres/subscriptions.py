"""The tables of subscriptions in the database: every node takes requests, the one that leads delivers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from feedmill.store.postgres.database import Database
from feedmill.store.postgres.schema import upgrade


class DatabaseTables:
    """`SubscriptionTables` in the database; the port says what each part promises."""

    def __init__(self, url: str, name: str) -> None:
        self._db = Database(url, name)
        upgrade(self._db)

    def read(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._db.rows(_ours(statement), values)

    def write(self, statement: str, values: Sequence[object] = ()) -> int:
        self._db.begin()
        return self._db.change(_ours(statement), values)

    def save(self) -> None:
        if self._db.under_way:
            self._db.commit()

    def settle(self) -> bool:
        """A database is no copy of itself: what was restored into it was put in doubt then."""
        return False

    def require_same(self) -> None:
        """A database that went away is missed by whoever asks it."""

    def close(self) -> None:
        """Save, and let go of the connection."""
        try:
            self.save()
        finally:
            self._db.close()


def _ours(statement: str) -> str:
    """Return a statement with psycopg's marks for values."""
    return statement.replace("?", "%s")
