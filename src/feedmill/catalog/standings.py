"""Standings: what each seed is as of the last pass, and when that will change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import bindparam, func, insert, select, update

from feedmill.catalog import schema as t
from feedmill.catalog.database import Database, chunks
from feedmill.catalog.rows import StandingRow

_NEXT_EVENT = select(func.min(t.event.c.at)).where(t.event.c.at > bindparam("after"))


class Standings:
    """Who is eligible, who is withheld and why, who competes for one entry, and what is due when."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self, ids: Sequence[int]) -> dict[int, StandingRow]:
        """Return the standings of `ids`."""
        found: dict[int, StandingRow] = {}
        for chunk in chunks(ids):
            for row in self._db.rows(select(t.standing).where(t.standing.c.file.in_(chunk))):
                found[row[0]] = StandingRow._make(row)
        return found

    def put(self, rows: Sequence[StandingRow], *, fresh: bool = False) -> None:
        """Store standings; `fresh`: none of these files has one yet."""
        if not rows:
            return
        if not fresh:
            self._db.delete(t.standing, "file", [row.file for row in rows])
        self._db.run(insert(t.standing), [row._asdict() for row in rows])

    def drop(self, ids: Sequence[int]) -> None:
        """Forget standings."""
        self._db.delete(t.standing, "file", ids)

    def set_state(self, ids: Sequence[int], state: str) -> None:
        """Set the state of candidates that won or lost their entry."""
        for chunk in chunks(ids):
            self._db.run(update(t.standing).where(t.standing.c.file.in_(chunk)).values(state=state))

    def group(self, entry_ids: Sequence[str]) -> list[tuple[bytes, StandingRow]]:
        """Return (path, standing) of every candidate for the given entries."""
        found: list[tuple[bytes, StandingRow]] = []
        for chunk in chunks(entry_ids):
            statement = (
                select(t.file.c.path, t.standing)
                .join(t.standing, t.standing.c.file == t.file.c.id)
                .where(t.standing.c.entry_id.in_(chunk))
            )
            found += [(row[0], StandingRow._make(row[1:])) for row in self._db.rows(statement)]
        return found

    def eligible(self) -> Iterator[StandingRow]:
        """Yield the standing of every eligible seed."""
        for row in self._db.rows(select(t.standing).where(t.standing.c.state == "eligible")):
            yield StandingRow._make(row)

    def contested(self) -> list[str]:
        """Return the entries that several candidates stand for."""
        statement = (
            select(t.standing.c.entry_id)
            .where(t.standing.c.entry_id.is_not(None))
            .group_by(t.standing.c.entry_id)
            .having(func.count() > 1)
        )
        return [row[0] for row in self._db.rows(statement)]

    def counts(self) -> dict[str, int]:
        """Return how many seeds have each state."""
        statement = select(t.standing.c.state, func.count()).group_by(t.standing.c.state)
        return dict(self._db.rows(statement))

    def kept(self) -> int:
        """Return how many eligible seeds are shown in their last good form."""
        statement = select(func.count()).select_from(t.standing).where(t.standing.c.kept.is_(True))
        return int(self._db.scalar(statement) or 0)

    def with_state(self, states: Sequence[str]) -> Iterator[tuple[int, bytes, str]]:
        """Yield (file id, path, state) of every seed in one of `states`, by path."""
        statement = (
            select(t.file.c.id, t.file.c.path, t.standing.c.state)
            .join(t.standing, t.standing.c.file == t.file.c.id)
            .where(t.standing.c.state.in_(list(states)))
            .order_by(t.file.c.path)
        )
        yield from self._db.rows(statement)

    def put_events(self, rows: Sequence[tuple[int, int]]) -> None:
        """Store (instant, file id): when a seed's standing or entry changes."""
        if rows:
            self._db.run(insert(t.event), [{"at": at, "file": file} for at, file in rows])

    def drop_times(self, ids: Sequence[int]) -> None:
        """Forget the events and plans of files."""
        self._db.delete(t.event, "file", ids)
        self._db.delete(t.plan, "file", ids)

    def due(self, after: int, until: int) -> list[int]:
        """Return the files with an event in (`after`, `until`]."""
        statement = select(t.event.c.file).where(t.event.c.at > after, t.event.c.at <= until).distinct()
        return [row[0] for row in self._db.rows(statement)]

    def next_event(self, after: int) -> int | None:
        """Return the first event after an instant."""
        found: int | None = self._db.scalar(_NEXT_EVENT, {"after": after})
        return found

    def next_events(self, after: int, size: int) -> list[tuple[int, bytes]]:
        """Return the first `size` (instant, path) after an instant."""
        statement = (
            select(t.event.c.at, t.file.c.path)
            .join(t.file, t.file.c.id == t.event.c.file)
            .where(t.event.c.at > after)
            .order_by(t.event.c.at, t.file.c.path)
            .limit(size)
        )
        return [(row[0], row[1]) for row in self._db.rows(statement)]
