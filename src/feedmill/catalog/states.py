"""States: what each seed is as of the last pass, and when that will change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from feedmill.catalog.database import Database
from feedmill.catalog.rows import StateRow

_GROUP = "SELECT path, state.* FROM state JOIN file ON file.id = state.file WHERE entry_id IN ({keys})"
_CONTESTED = """
    SELECT entry_id FROM state WHERE entry_id IS NOT NULL GROUP BY entry_id HAVING count(*) > 1
"""
_WITH_STATE = """
    SELECT id, path, state FROM file JOIN state ON file = id WHERE state IN ({keys}) ORDER BY path
"""
_NEXT_EVENTS = """
    SELECT at, path FROM event JOIN file ON id = file WHERE at > ? ORDER BY at, path LIMIT ?
"""


class States:
    """Who is eligible, who is withheld and why, who competes for one entry, and what is due when."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self, ids: Sequence[int]) -> dict[int, StateRow]:
        """Return the states of `ids`."""
        found = self._db.rows_in("SELECT * FROM state WHERE file IN ({keys})", ids)
        return {row[0]: StateRow._make(row) for row in found}

    def put(self, rows: Sequence[StateRow]) -> None:
        """Store the states of files that have none."""
        self._db.put("state", rows)

    def drop(self, ids: Sequence[int]) -> None:
        """Forget states."""
        self._db.run_in("DELETE FROM state WHERE file IN ({keys})", ids)

    def set_state(self, ids: Sequence[int], state: str) -> None:
        """Set the state of candidates that won or lost their entry."""
        self._db.run_in("UPDATE state SET state = ? WHERE file IN ({keys})", ids, state)

    def group(self, entry_ids: Sequence[str]) -> list[tuple[bytes, StateRow]]:
        """Return (path, state) of every candidate for the given entries."""
        return [(row[0], StateRow._make(row[1:])) for row in self._db.rows_in(_GROUP, entry_ids)]

    def eligible(self) -> Iterator[StateRow]:
        """Yield the state of every eligible seed."""
        for row in self._db.rows("SELECT * FROM state WHERE state = 'eligible'"):
            yield StateRow._make(row)

    def contested(self) -> list[str]:
        """Return the entries that several candidates stand for."""
        return [row[0] for row in self._db.rows(_CONTESTED)]

    def with_state(self, states: Sequence[str]) -> Iterator[tuple[int, bytes, str]]:
        """Yield (file id, path, state) of every seed in one of `states`, by path."""
        yield from self._db.rows_in(_WITH_STATE, states)

    def put_events(self, rows: Sequence[tuple[int, int]]) -> None:
        """Store (instant, file id): when a seed's state or entry changes."""
        self._db.put("event", rows)

    def drop_times(self, ids: Sequence[int]) -> None:
        """Forget the events and plans of files."""
        self._db.run_in("DELETE FROM event WHERE file IN ({keys})", ids)
        self._db.run_in("DELETE FROM plan WHERE file IN ({keys})", ids)

    def due(self, after: int, until: int) -> list[int]:
        """Return the files with an event in (`after`, `until`]."""
        found = self._db.rows("SELECT DISTINCT file FROM event WHERE at > ? AND at <= ?", (after, until))
        return [row[0] for row in found]

    def next_event(self, after: int) -> int | None:
        """Return the first event after an instant."""
        found: int | None = self._db.scalar("SELECT min(at) FROM event WHERE at > ?", (after,))
        return found

    def next_events(self, after: int, size: int) -> list[tuple[int, bytes]]:
        """Return the first `size` (instant, path) after an instant."""
        return self._db.rows(_NEXT_EVENTS, (after, size))
