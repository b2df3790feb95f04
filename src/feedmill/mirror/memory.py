"""What a mirror remembers of its place from run to run: what each tag there stands for. Disposable."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from types import MappingProxyType

from feedmill.mirror.place import Holding

_VERSION = 2

_UNKNOWN = "?"
"""Headers of what earlier versions noted without having looked at them: such an object is put once more."""
_PLACE = f"CREATE TABLE place (url TEXT); PRAGMA user_version = {_VERSION}"
_MADE = f"""
    DROP TABLE IF EXISTS holdings; DROP TABLE IF EXISTS place;
    CREATE TABLE holdings (path TEXT PRIMARY KEY, tag TEXT, digest TEXT, headers TEXT) WITHOUT ROWID;
    {_PLACE}
"""
_FROM_1 = f"UPDATE holdings SET headers = '{_UNKNOWN}' WHERE headers <> ''; {_PLACE}"


class Memory:
    """Holdings by path, in memory, and in a file where there is one.

    Without the file a start has more to look at, and nothing else is lost: whose an object is it says
    itself. So a file that cannot be read is made anew, and one that cannot be written is done without. `url`
    is noted there: the file is all that is left of a mirror that is taken out of the settings.
    """

    def __init__(self, file: Path | None, url: str = "") -> None:
        self._file = file
        self._url = url
        self._rows: dict[str, Holding] = {}
        self._unsaved: set[str] = set()
        with suppress(sqlite3.Error, OSError):
            self._rows = self._load()

    @property
    def holdings(self) -> Mapping[str, Holding]:
        """What is known, by path."""
        return MappingProxyType(self._rows)

    def note(self, path: str, holding: Holding | None) -> None:
        """Remember what is at a path now; None: nothing."""
        if self._rows.get(path) == holding:
            return
        if holding is None:
            del self._rows[path]
        else:
            self._rows[path] = holding
        self._unsaved.add(path)

    def save(self) -> None:
        """Write down what is new."""
        if not self._unsaved or self._file is None:
            return
        with suppress(sqlite3.Error, OSError), closing(self._connect(self._file)) as database:
            if database.execute("PRAGMA user_version").fetchone() != (_VERSION,):
                return
            gone = [(path,) for path in self._unsaved if path not in self._rows]
            rows = [(path, *self._rows[path]) for path in self._unsaved if path in self._rows]
            database.execute("BEGIN IMMEDIATE")
            database.executemany("DELETE FROM holdings WHERE path = ?", gone)
            database.executemany("INSERT OR REPLACE INTO holdings VALUES (?, ?, ?, ?)", rows)
            database.execute("COMMIT")
            self._unsaved.clear()

    def _load(self) -> dict[str, Holding]:
        if self._file is None:
            return {}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        try:
            return self._read(self._file)
        except sqlite3.DatabaseError:
            self._file.unlink(missing_ok=True)
            return self._read(self._file)

    def _read(self, file: Path) -> dict[str, Holding]:
        with closing(self._connect(file)) as database:
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version != _VERSION:
                database.executescript(_MADE if version != 1 else _FROM_1)
                database.execute("INSERT INTO place VALUES (?)", (self._url,))
            rows = database.execute("SELECT path, tag, digest, headers FROM holdings")
            return {path: Holding(*rest) for path, *rest in rows}

    @staticmethod
    def _connect(file: Path) -> sqlite3.Connection:
        database = sqlite3.connect(os.fspath(file), isolation_level=None)
        database.execute("PRAGMA synchronous = OFF")  # what a power cut takes is looked up again
        return database


def remembered(file: Path) -> tuple[str, int]:
    """Return where the mirror is that a file is the memory of, and how many documents of ours are there.

    "" where an earlier version made it, 0 where it cannot be read. Nothing is changed.
    """
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
        (documents,) = database.execute("SELECT count(*) FROM holdings WHERE digest <> ''").fetchone()
        with suppress(sqlite3.Error):
            return str(database.execute("SELECT url FROM place").fetchone()[0]), int(documents)
        return "", int(documents)
    return "", 0
