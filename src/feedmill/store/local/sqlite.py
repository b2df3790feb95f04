"""Opening SQLite files whatever their names, and telling damage from bad luck."""

from __future__ import annotations

import os
import sqlite3
import urllib.parse
from pathlib import Path

PATIENCE = 5.0
"""Seconds to wait for another process's transaction."""

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT})


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """Open `path` ("ro", "rw" or "rwc"), in autocommit, for use by one thread at a time."""
    where = address(path, mode)
    return sqlite3.connect(where, uri=True, isolation_level=None, timeout=PATIENCE, check_same_thread=False)


def address(path: Path, mode: str) -> str:
    """Return `path` as SQLite opens it by address: sqlite3 refuses a path with undecodable bytes."""
    return f"file:{urllib.parse.quote(os.fsencode(path))}?mode={mode}"


def primary_code(error: sqlite3.Error) -> int:
    """Return SQLite's result code without its extension; 0 where sqlite3 itself complains."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def is_damage(error: sqlite3.Error) -> bool:
    """Tell whether the file's content is at fault (no retry will help), not the disk or a lock."""
    return primary_code(error) in _DAMAGED
