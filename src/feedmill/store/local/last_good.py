"""What a publication changes of the last good forms: any number of them in bounded memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from feedmill.model.filename import to_bytes, to_text
from feedmill.store.local.sqlite import connect
from feedmill.store.local.translate import publish_error

_ROOM = 8 << 20
"""Bytes of forms kept in memory; a cold build of a large site has gigabytes."""


class GoodChanges:
    """A mapping from seed paths to new forms (None: dropped), spilled into a file when it is large.

    `place` names that file, below feedmill's own folder, when it is first needed; it is temporary
    like any staged document.
    """

    def __init__(self, place: Callable[[], Path]) -> None:
        self._place = place
        self._small: dict[str, bytes | None] = {}
        self._bytes = 0
        self._file: Path | None = None
        self._spill: sqlite3.Connection | None = None

    def __bool__(self) -> bool:
        return bool(self._small) or self._spill is not None

    def set(self, path: str, blob: bytes | None) -> None:
        """Keep `blob` for a seed, or drop what is kept."""
        self._small[path] = blob
        self._bytes += len(path) + len(blob or b"") + 200
        if self._bytes > _ROOM:
            self._empty()

    def unset(self, path: str) -> None:
        """Leave a seed as the ledger has it."""
        self._small.pop(path, None)
        if self._spill is not None:
            self._run("DELETE FROM good WHERE path = ?", [(to_bytes(path),)])

    def items(self) -> Iterator[tuple[str, bytes | None]]:
        """Yield every change."""
        if self._spill is None:
            yield from self._small.items()
            return
        self._empty()
        try:
            for path, blob in self._spill.execute("SELECT path, record FROM good"):
                yield to_text(path), blob
        except sqlite3.Error as error:
            raise publish_error("read", self._place(), error) from error

    def clear(self) -> None:
        """Forget every change."""
        self._small.clear()
        self._bytes = 0
        if self._spill is not None:
            with suppress(sqlite3.Error):
                self._spill.close()
            self._spill = None
        if self._file is not None:
            with suppress(OSError):
                self._file.unlink(missing_ok=True)
            self._file = None

    def _empty(self) -> None:
        self._run(
            "INSERT OR REPLACE INTO good VALUES (?, ?)",
            [(to_bytes(path), blob) for path, blob in self._small.items()],
        )
        self._small.clear()
        self._bytes = 0

    def _run(self, statement: str, rows: Sequence[tuple[bytes | None, ...]]) -> None:
        try:
            if self._spill is None:
                self._file = self._place()
                self._spill = connect(self._file, "rwc")
                for pragma in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE"):
                    self._spill.execute(f"PRAGMA {pragma}")
                self._spill.execute("CREATE TABLE good (path BLOB PRIMARY KEY, record BLOB)")
            self._spill.execute("BEGIN")
            self._spill.executemany(statement, rows)
            self._spill.execute("COMMIT")
        except sqlite3.Error as error:
            raise publish_error("write", self._file or self._place(), error) from error
