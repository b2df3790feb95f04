"""Facts: what a scan compares and what decoding gave, from files alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from feedmill.catalog.database import Database
from feedmill.catalog.rows import FileRow, RecordRow

_PAGE = "SELECT * FROM file WHERE path > ? ORDER BY path LIMIT ?"
_PAGE_BELOW = "SELECT * FROM file WHERE path > ? AND path < ? ORDER BY path LIMIT ?"
_CHANGE = """
    UPDATE file SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, digest = ?, is_seed = ? WHERE id = ?
"""
_FORGET_FILES = "DELETE FROM file WHERE id IN ({keys})"
_FORGET_RECORDS = "DELETE FROM record WHERE file IN ({keys})"
_RECORDS = "SELECT file, blob FROM record WHERE file IN ({keys})"
_EVERYTHING = "SELECT id, path, blob FROM file JOIN record ON file = id"


class Facts:
    """The files under the seeds folder and the records decoded from them."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def files(self, *, after: bytes = b"", until: bytes | None = None, size: int = 5000) -> Iterator[FileRow]:
        """Yield the files with `after` < path < `until` in order of path, in pages.

        No cursor stays open between pages: rows at or before the one yielded may be written meanwhile.
        """
        while True:
            if until is None:
                rows = self._db.rows(_PAGE, (after, size))
            else:
                rows = self._db.rows(_PAGE_BELOW, (after, until, size))
            page = [FileRow._make(row) for row in rows]
            yield from page
            if len(page) < size:
                return
            after = page[-1].path

    def find_file(self, path: bytes) -> FileRow | None:
        """Return what is known of a file, None where nothing is."""
        for row in self._db.rows("SELECT * FROM file WHERE path = ?", (path,)):
            return FileRow._make(row)
        return None

    def paths_of(self, inode: int) -> list[bytes]:
        """Return every path at which the file `inode` was last seen: hard links have several."""
        return [row[0] for row in self._db.rows("SELECT path FROM file WHERE inode = ?", (inode,))]

    def next_file_id(self) -> int:
        """Return an id that no file has."""
        return int(self._db.scalar("SELECT max(id) FROM file") or 0) + 1

    def put_files(self, new: Sequence[FileRow], changed: Sequence[FileRow]) -> None:
        """Insert the rows `new` and replace the rows `changed`."""
        self._db.put("file", new)
        self._db.run_each(_CHANGE, [(*row[2:], row.id) for row in changed])

    def put_records(self, rows: Sequence[RecordRow], *, fresh: bool = False) -> None:
        """Store what decoding gave; `fresh`: none of these files has a record yet."""
        if not fresh:
            self.forget_records([row.file for row in rows])
        self._db.put("record", rows)

    def forget_records(self, ids: Sequence[int]) -> None:
        """Forget the records of files that are no seeds any more."""
        self._db.run_in(_FORGET_RECORDS, ids)

    def forget_files(self, ids: Sequence[int]) -> None:
        """Forget files and their records; their derived rows must be gone already."""
        self.forget_records(ids)
        self._db.run_in(_FORGET_FILES, ids)

    def records(self, ids: Sequence[int]) -> dict[int, bytes]:
        """Return the stored records of `ids`; files that are no seeds are not among them."""
        return dict(self._db.rows_in(_RECORDS, ids))

    def faults(self, ids: Sequence[int]) -> dict[int, bytes]:
        """Return the records among `ids` that have problems."""
        return dict(self._db.rows_in(f"{_RECORDS} AND problems", ids))

    def paths(self, ids: Sequence[int]) -> dict[int, bytes]:
        """Return the paths of files."""
        return dict(self._db.rows_in("SELECT id, path FROM file WHERE id IN ({keys})", ids))

    def all_records(self, *, size: int = 1000) -> Iterator[list[tuple[int, bytes, bytes]]]:
        """Yield pages of (file id, path, record), by id; no cursor stays open between pages."""
        after = 0
        while page := self._db.rows(f"{_EVERYTHING} WHERE id > ? ORDER BY id LIMIT ?", (after, size)):
            yield page
            after = page[-1][0]

    def not_seeds(self) -> int:
        """Return how many files match but are no seeds."""
        return int(self._db.scalar("SELECT count(*) FROM file WHERE NOT is_seed"))

    def faulty(self) -> list[int]:
        """Return the files whose records have problems."""
        return [row[0] for row in self._db.rows("SELECT file FROM record WHERE problems")]
