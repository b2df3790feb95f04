"""States: what each seed is as of the last pass, and when that will change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import bindparam, delete, func, select, update

from feedmill.catalog import schema as t
from feedmill.catalog.database import Database, among
from feedmill.catalog.rows import StateRow

_FIND = select(t.standing).where(among(t.standing.c.file))
_DROP = delete(t.standing).where(among(t.standing.c.file))
_SET_STATE = update(t.standing).where(among(t.standing.c.file)).values(state=bindparam("new_state"))
_GROUP = (
    select(t.file.c.path, t.standing)
    .join(t.standing, t.standing.c.file == t.file.c.id)
    .where(among(t.standing.c.entry_id))
)
_ELIGIBLE = select(t.standing).where(t.standing.c.state == "eligible")
_CONTESTED = (
    select(t.standing.c.entry_id)
    .where(t.standing.c.entry_id.is_not(None))
    .group_by(t.standing.c.entry_id)
    .having(func.count() > 1)
)
_WITH_STATE = (
    select(t.file.c.id, t.file.c.path, t.standing.c.state)
    .join(t.standing, t.standing.c.file == t.file.c.id)
    .where(among(t.standing.c.state))
    .order_by(t.file.c.path)
)
_DROP_EVENTS = delete(t.event).where(among(t.event.c.file))
_DROP_PLANS = delete(t.plan).where(among(t.plan.c.file))
_DUE = (
    select(t.event.c.file)
    .where(t.event.c.at > bindparam("after"), t.event.c.at <= bindparam("until"))
    .distinct()
)
_NEXT_EVENT = select(func.min(t.event.c.at)).where(t.event.c.at > bindparam("after"))
_NEXT_EVENTS = (
    select(t.event.c.at, t.file.c.path)
    .join(t.file, t.file.c.id == t.event.c.file)
    .where(t.event.c.at > bindparam("after"))
    .order_by(t.event.c.at, t.file.c.path)
    .limit(bindparam("size"))
)


class States:
    """Who is eligible, who is withheld and why, who competes for one entry, and what is due when."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self, ids: Sequence[int]) -> dict[int, StateRow]:
        """Return the states of `ids`."""
        return {row[0]: StateRow._make(row) for row in self._db.rows_in(_FIND, ids)}

    def put(self, rows: Sequence[StateRow]) -> None:
        """Store the states of files that have none."""
        self._db.put(t.standing, rows)

    def drop(self, ids: Sequence[int]) -> None:
        """Forget states."""
        self._db.run_in(_DROP, ids)

    def set_state(self, ids: Sequence[int], state: str) -> None:
        """Set the state of candidates that won or lost their entry."""
        self._db.run_in(_SET_STATE, ids, new_state=state)

    def group(self, entry_ids: Sequence[str]) -> list[tuple[bytes, StateRow]]:
        """Return (path, state) of every candidate for the given entries."""
        return [(row[0], StateRow._make(row[1:])) for row in self._db.rows_in(_GROUP, entry_ids)]

    def eligible(self) -> Iterator[StateRow]:
        """Yield the state of every eligible seed."""
        for row in self._db.rows(_ELIGIBLE):
            yield StateRow._make(row)

    def contested(self) -> list[str]:
        """Return the entries that several candidates stand for."""
        return [row[0] for row in self._db.rows(_CONTESTED)]

    def with_state(self, states: Sequence[str]) -> Iterator[tuple[int, bytes, str]]:
        """Yield (file id, path, state) of every seed in one of `states`, by path."""
        yield from self._db.rows_in(_WITH_STATE, states)

    def put_events(self, rows: Sequence[tuple[int, int]]) -> None:
        """Store (instant, file id): when a seed's state or entry changes."""
        self._db.put(t.event, rows)

    def drop_times(self, ids: Sequence[int]) -> None:
        """Forget the events and plans of files."""
        self._db.run_in(_DROP_EVENTS, ids)
        self._db.run_in(_DROP_PLANS, ids)

    def due(self, after: int, until: int) -> list[int]:
        """Return the files with an event in (`after`, `until`]."""
        return [row[0] for row in self._db.rows(_DUE, {"after": after, "until": until})]

    def next_event(self, after: int) -> int | None:
        """Return the first event after an instant."""
        found: int | None = self._db.scalar(_NEXT_EVENT, {"after": after})
        return found

    def next_events(self, after: int, size: int) -> list[tuple[int, bytes]]:
        """Return the first `size` (instant, path) after an instant."""
        rows = self._db.rows(_NEXT_EVENTS, {"after": after, "size": size})
        return [(row[0], row[1]) for row in rows]
