"""States: what each seed is as of the last pass, and when that will change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from feedmill.catalog.database import KEYS, Database, keys
from feedmill.model.filename import to_text
from feedmill.model.state import State

_STATES = """
    SELECT state.file, path, state, kept, entry_id, published, updated, state.digest, good, instead
    FROM state JOIN file ON id = state.file
"""
_NEIGHBOURS = f"""
    {_STATES} WHERE state.file IN (
        SELECT value FROM json_each(:files)
        UNION SELECT file FROM state WHERE entry_id IN (
            SELECT value FROM json_each(:entries)
            UNION SELECT entry_id FROM state WHERE file IN (SELECT value FROM json_each(:files))
        )
    )
"""
_NEXT_EVENTS = """
    SELECT at, file FROM event JOIN file ON id = file
    WHERE feed = 0 AND at > ? ORDER BY at, path LIMIT ?
"""
_DUE = "SELECT DISTINCT file FROM event WHERE feed = 0 AND at > ? AND at <= ?"
_OVERVIEW = "SELECT id, path, file.digest, state, kept FROM file JOIN state ON file = id"


class States:
    """Who is eligible, who is withheld and why, who competes for one entry, and what is due when."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self, file: int) -> State | None:
        """Return the state of a file, None where it has none."""
        for row in self._db.rows(f"{_STATES} WHERE state.file = ?", (file,)):
            return _state(row)
        return None

    def candidates(self, entry_id: str) -> list[State]:
        """Return the states of all candidates for an entry."""
        return [_state(row) for row in self._db.rows(f"{_STATES} WHERE entry_id = ?", (entry_id,))]

    def neighbourhood(self, files: Iterable[int], entry_ids: Iterable[str]) -> dict[int, State]:
        """Return the states of `files`, and of all candidates for `entry_ids` and for what those were for."""
        rows = self._db.rows(_NEIGHBOURS, {"files": keys(files), "entries": keys(entry_ids)})
        return {row[0]: _state(row) for row in rows}

    def put(self, states: Sequence[State]) -> None:
        """Store states, in place of what the same files had."""
        self._db.put("state", [(state.file, *state[2:]) for state in states])

    def drop(self, files: Sequence[int]) -> None:
        """Forget states."""
        if files:
            self._db.run(f"DELETE FROM state WHERE file IN {KEYS}", (keys(files),))

    def eligible(self) -> dict[str, bytes]:
        """Return the digest of every entry that is out, by its id."""
        return dict(self._db.rows("SELECT entry_id, digest FROM state WHERE state = 'eligible'"))

    def eligible_paths(self) -> set[str]:
        """Return the paths of the seeds that are out."""
        paths = "SELECT path FROM file JOIN state ON file = id WHERE state = 'eligible'"
        return {to_text(row[0]) for row in self._db.rows(paths)}

    def eligible_files(self) -> dict[str, bytes]:
        """Return the digests of the files that are out, by path."""
        files = "SELECT path, file.digest FROM file JOIN state ON file = id WHERE state = 'eligible'"
        return {to_text(path): digest for path, digest in self._db.rows(files)}

    def with_state(self, states: Sequence[str]) -> list[State]:
        """Return every seed in one of `states`, by path."""
        found = self._db.rows(f"{_STATES} WHERE state IN {KEYS} ORDER BY path", (keys(states),))
        return [_state(row) for row in found]

    def overview(self) -> list[tuple[int, bytes, bytes, str, bool]]:
        """Return (file id, path, digest, state, kept) of every seed, at once: for the desk."""
        return self._db.rows(_OVERVIEW)

    # What is due when

    def put_events(self, rows: Sequence[tuple[int, int, int]]) -> None:
        """Store (feed id, instant, file): when a feed is planned to change, or (0) a seed's state changes."""
        self._db.put("event", rows)

    def drop_events(self, files: Sequence[int]) -> None:
        """Forget the events of files."""
        if files:
            self._db.run(f"DELETE FROM event WHERE file IN {KEYS}", (keys(files),))

    def due(self, after: int, until: int) -> list[int]:
        """Return the files with an event in (`after`, `until`]."""
        return [row[0] for row in self._db.rows(_DUE, (after, until))]

    def next_event(self, after: int) -> int | None:
        """Return the first event after an instant."""
        found: int | None = self._db.scalar("SELECT min(at) FROM event WHERE feed = 0 AND at > ?", (after,))
        return found

    def next_events(self, after: int, size: int) -> list[tuple[int, int]]:
        """Return the first `size` (instant, file) after an instant, by instant and path."""
        return self._db.rows(_NEXT_EVENTS, (after, size))


def _state(row: Sequence[Any]) -> State:
    state = State._make(row)
    return state._replace(kept=bool(state.kept))
