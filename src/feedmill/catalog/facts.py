"""Facts: what a scan compares and what decoding gave, from files alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import bindparam, delete, func, select, update

from feedmill.catalog import schema as t
from feedmill.catalog.database import Database, among
from feedmill.catalog.rows import FileRow, RecordRow

_FILE_COLUMNS = (
    t.file.c.id,
    t.file.c.path,
    t.file.c.size,
    t.file.c.mtime_ns,
    t.file.c.ctime_ns,
    t.file.c.inode,
    t.file.c.digest,
    t.file.c.is_seed,
)
_PAGE = (
    select(*_FILE_COLUMNS)
    .where(t.file.c.path > bindparam("after"), t.file.c.path < bindparam("until"))
    .order_by(t.file.c.path)
    .limit(bindparam("size"))
)
_PAGE_OPEN = (
    select(*_FILE_COLUMNS)
    .where(t.file.c.path > bindparam("after"))
    .order_by(t.file.c.path)
    .limit(bindparam("size"))
)
_CHANGE_FILES = (
    update(t.file)
    .where(t.file.c.id == bindparam("key"))
    .values(
        {name: bindparam(name) for name in ("size", "mtime_ns", "ctime_ns", "inode", "digest", "is_seed")}
    )
)
_FORGET_FILES = delete(t.file).where(among(t.file.c.id))
_PATHS = select(t.file.c.id, t.file.c.path).where(among(t.file.c.id))
_FORGET_RECORDS = delete(t.record).where(among(t.record.c.file))
_RECORDS = select(t.record.c.file, t.record.c.blob).where(among(t.record.c.file))
_FAULTS = _RECORDS.where(t.record.c.problems.is_(True))
_LAST_FILE = select(func.max(t.file.c.id))
_NOT_SEEDS = select(func.count()).select_from(t.file).where(t.file.c.is_seed.is_(False))
_EVERYTHING = select(t.file.c.id, t.file.c.path, t.record.c.blob).join(
    t.record, t.record.c.file == t.file.c.id
)
_FAULTY = _EVERYTHING.where(t.record.c.problems.is_(True))
_RECORD_PAGE = (
    _EVERYTHING.where(t.file.c.id > bindparam("after")).order_by(t.file.c.id).limit(bindparam("size"))
)
_TWINS = select(t.file.c.path).where(t.file.c.inode == bindparam("inode"))
_FILE = select(*_FILE_COLUMNS).where(t.file.c.path == bindparam("path"))


class Facts:
    """The files under the seeds folder and the records decoded from them."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def files(self, *, after: bytes = b"", until: bytes | None = None, size: int = 5000) -> Iterator[FileRow]:
        """Yield the files with `after` < path < `until` in order of path, in pages.

        No cursor stays open between pages: rows at or before the one yielded may be written meanwhile.
        """
        statement = _PAGE_OPEN if until is None else _PAGE
        bounds = {} if until is None else {"until": until}
        while True:
            page = [
                FileRow._make(row)
                for row in self._db.rows(statement, {"after": after, "size": size, **bounds})
            ]
            yield from page
            if len(page) < size:
                return
            after = page[-1].path

    def find_file(self, path: bytes) -> FileRow | None:
        """Return what is known of a file, None where nothing is."""
        for row in self._db.rows(_FILE, {"path": path}):
            return FileRow._make(row)
        return None

    def paths_of(self, inode: int) -> list[bytes]:
        """Return every path at which the file `inode` was last seen: hard links have several."""
        return [row[0] for row in self._db.rows(_TWINS, {"inode": inode})]

    def next_file_id(self) -> int:
        """Return an id that no file has."""
        return int(self._db.scalar(_LAST_FILE) or 0) + 1

    def put_files(self, new: Sequence[FileRow], changed: Sequence[FileRow]) -> None:
        """Insert the rows `new` and replace the rows `changed`."""
        self._db.put(t.file, new)
        if changed:
            self._db.run(
                _CHANGE_FILES,
                [
                    {
                        "key": row.id,
                        "size": row.size,
                        "mtime_ns": row.mtime_ns,
                        "ctime_ns": row.ctime_ns,
                        "inode": row.inode,
                        "digest": row.digest,
                        "is_seed": row.is_seed,
                    }
                    for row in changed
                ],
            )

    def put_records(self, rows: Sequence[RecordRow], *, fresh: bool = False) -> None:
        """Store what decoding gave; `fresh`: none of these files has a record yet."""
        if not fresh:
            self._db.run_in(_FORGET_RECORDS, [row.file for row in rows])
        self._db.put(t.record, rows)

    def forget_records(self, ids: Sequence[int]) -> None:
        """Forget the records of files that are no seeds any more."""
        self._db.run_in(_FORGET_RECORDS, ids)

    def forget_files(self, ids: Sequence[int]) -> None:
        """Forget files and their records; their derived rows must be gone already."""
        self._db.run_in(_FORGET_RECORDS, ids)
        self._db.run_in(_FORGET_FILES, ids)

    def records(self, ids: Sequence[int]) -> dict[int, bytes]:
        """Return the stored records of `ids`; files that are no seeds are not among them."""
        return dict(self._db.rows_in(_RECORDS, ids))

    def faults(self, ids: Sequence[int]) -> dict[int, bytes]:
        """Return the records among `ids` that have problems."""
        return dict(self._db.rows_in(_FAULTS, ids))

    def paths(self, ids: Sequence[int]) -> dict[int, bytes]:
        """Return the paths of files."""
        return dict(self._db.rows_in(_PATHS, ids))

    def all_records(self, *, size: int = 1000) -> Iterator[list[tuple[int, bytes, bytes]]]:
        """Yield pages of (file id, path, record), by id; no cursor stays open between pages."""
        after = 0
        while page := [
            (row[0], row[1], row[2]) for row in self._db.rows(_RECORD_PAGE, {"after": after, "size": size})
        ]:
            yield page
            after = page[-1][0]

    def not_seeds(self) -> int:
        """Return how many files match but are no seeds."""
        return int(self._db.scalar(_NOT_SEEDS))

    def faulty(self) -> Iterator[tuple[int, bytes, bytes]]:
        """Yield (file id, path, record) of every record that has problems."""
        yield from self._db.rows(_FAULTY)
