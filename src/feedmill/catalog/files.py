"""Files: what a scan compares, and what decoding gave for each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from feedmill.catalog.database import KEYS, Database, keys
from feedmill.catalog.rows import FaultRow, FileRow, KnownRow, RecordRow

_PAGE = "SELECT * FROM file WHERE path >= ? ORDER BY path LIMIT ?"
_PAGE_BELOW = "SELECT * FROM file WHERE path >= ? AND path < ? ORDER BY path LIMIT ?"
_STATS = "SELECT path, size, mtime_ns, ctime_ns, inode FROM file WHERE path > ? ORDER BY path LIMIT ?"
_CHANGE = """
    UPDATE file SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, digest = ?, is_seed = ? WHERE id = ?
"""
_KNOWN = "SELECT id, path, reason, facts FROM file JOIN record ON file = id"
_SEEDS = "SELECT id, path, seed FROM file JOIN record ON file = id"
_FAULTS = """
    SELECT id, path, state, kept, instead, iif(problems, fault, NULL)
    FROM file JOIN record ON record.file = id JOIN state ON state.file = id
"""
_FAULTY = f"""
    {_FAULTS} WHERE id IN (
        SELECT file FROM record WHERE problems
        UNION SELECT file FROM state WHERE state IN ('undated', 'duplicate')
    )
"""

_CONTENTS = f"SELECT path, digest FROM file WHERE id IN {KEYS}"


class Files:
    """The files under the seeds folder and the records decoded from them."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._fingerprint: int | None = None

    def all(self, start: bytes = b"", end: bytes | None = None, *, size: int = 5000) -> Iterator[FileRow]:
        """Yield the files with `start` <= path < `end` (None: all that follow) in order of path, in pages.

        No cursor stays open between pages: rows at or before the one yielded may be written meanwhile.
        """
        while True:
            if end is None:
                rows = self._db.rows(_PAGE, (start, size))
            else:
                rows = self._db.rows(_PAGE_BELOW, (start, end, size))
            yield from map(FileRow._make, rows)
            if len(rows) < size:
                return
            start = rows[-1][1] + b"\0"

    def stats(self, *, size: int = 5000) -> Iterator[tuple[bytes, int, int, int, int]]:
        """Yield path, size, mtime, ctime (nanoseconds) and inode of all files, in order of path, in pages."""
        after = b""
        while page := self._db.rows(_STATS, (after, size)):
            yield from page
            after = page[-1][0]

    def fingerprint(self) -> str:
        """Return a digest of the paths and contents of all files.

        It is the sum of one for each, so that keeping it up costs what changes.
        """
        if self._fingerprint is None:
            self._fingerprint = sum(_fingerprint_of(row.path, row.digest) for row in self.all())
        return f"{self._fingerprint % (1 << 128):032x}"

    def rolled_back(self) -> None:
        """Count anew: what was changed last has not been."""
        self._fingerprint = None

    def _count(self, new: Iterable[FileRow], gone: Sequence[int]) -> None:
        """Keep up the fingerprint, where it was asked for, before rows are put, changed or forgotten."""
        if self._fingerprint is not None:
            self._fingerprint += sum(_fingerprint_of(row.path, row.digest) for row in new)
            self._fingerprint -= sum(_fingerprint_of(*row) for row in self._db.rows(_CONTENTS, (keys(gone),)))

    def find(self, path: bytes) -> FileRow | None:
        """Return what is known of a file, None where nothing is."""
        for row in self._db.rows("SELECT * FROM file WHERE path = ?", (path,)):
            return FileRow._make(row)
        return None

    def paths_of(self, inode: int) -> list[bytes]:
        """Return every path at which the file `inode` was last seen: hard links have several."""
        return [row[0] for row in self._db.rows("SELECT path FROM file WHERE inode = ?", (inode,))]

    def next_id(self) -> int:
        """Return an id that no file has."""
        return int(self._db.scalar("SELECT max(id) FROM file") or 0) + 1

    def not_seeds(self) -> int:
        """Return how many files match but are no seeds."""
        return int(self._db.scalar("SELECT count(*) FROM file WHERE NOT is_seed"))

    def put(self, new: Sequence[FileRow], changed: Sequence[FileRow] = ()) -> None:
        """Insert the rows `new` and replace the rows `changed`."""
        self._count((*new, *changed), [row.id for row in changed])
        self._db.put("file", new)
        self._db.run_each(_CHANGE, [(*row[2:], row.id) for row in changed])

    def put_records(self, rows: Sequence[RecordRow]) -> None:
        """Store what decoding gave, in place of what there was."""
        self._db.put("record", rows)

    def forget_records(self, ids: Sequence[int]) -> None:
        """Forget the records of files that are no seeds any more."""
        if ids:
            self._db.run(f"DELETE FROM record WHERE file IN {KEYS}", (keys(ids),))

    def forget(self, ids: Sequence[int]) -> None:
        """Forget files and their records; what is derived of them must be gone already."""
        if ids:
            self._count((), ids)
            self.forget_records(ids)
            self._db.run(f"DELETE FROM file WHERE id IN {KEYS}", (keys(ids),))

    # What decoding gave

    def records(self, ids: Sequence[int]) -> dict[int, RecordRow]:
        """Return the records of `ids`; files that are no seeds are not among them."""
        found = self._db.rows(f"SELECT * FROM record WHERE file IN {KEYS}", (keys(ids),))
        return {row[0]: RecordRow._make(row) for row in found}

    def known(self, ids: Sequence[int]) -> list[KnownRow]:
        """Return what a decision starts from, for each of `ids` that is a seed."""
        return [KnownRow._make(row) for row in self._db.rows(f"{_KNOWN} WHERE id IN {KEYS}", (keys(ids),))]

    def all_known(self, *, size: int = 1000) -> Iterator[list[KnownRow]]:
        """Yield the same for all seeds, in pages, by id; no cursor stays open between pages."""
        after = 0
        while page := self._db.rows(f"{_KNOWN} WHERE id > ? ORDER BY id LIMIT ?", (after, size)):
            yield [KnownRow._make(row) for row in page]
            after = page[-1][0]

    def set_facts(self, facts: Sequence[tuple[bytes, int]]) -> None:
        """Replace the facts of files: pairs of facts and file."""
        self._db.run_each("UPDATE record SET facts = ? WHERE file = ?", facts)

    def seeds(self, ids: Sequence[int]) -> dict[int, tuple[bytes, bytes | None]]:
        """Return (path, seed) of `ids`; the seed is None where the file itself is none that is valid."""
        if not ids:
            return {}
        return {row[0]: row[1:] for row in self._db.rows(f"{_SEEDS} WHERE id IN {KEYS}", (keys(ids),))}

    def all_seeds(self, *, size: int = 500) -> Iterator[list[tuple[int, bytes, bytes]]]:
        """Yield pages of (file, path, seed) of every valid seed, by id."""
        after = 0
        valid = f"{_SEEDS} WHERE id > ? AND seed IS NOT NULL ORDER BY id LIMIT ?"
        while page := self._db.rows(valid, (after, size)):
            yield page
            after = page[-1][0]

    def faults(self, ids: Sequence[int] | None = None) -> list[FaultRow]:
        """Return what there may be to tell of `ids`; of all seeds of which there is something (None)."""
        if ids is None:
            rows = self._db.rows(_FAULTY)
        else:
            rows = self._db.rows(f"{_FAULTS} WHERE id IN {KEYS}", (keys(ids),))
        return [FaultRow._make(row) for row in rows]


def _fingerprint_of(path: bytes, digest: bytes) -> int:
    """Return a number of 128 bits for a file's path and content."""
    return int.from_bytes(hashlib.blake2b(path, digest_size=16, key=digest).digest())
