"""Ingest: from the seeds folder into the catalog's facts; only what changed is read."""

from __future__ import annotations

import hashlib
import time
from array import array
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain

from feedmill.catalog import FileRow, RecordRow
from feedmill.errors import SeedError
from feedmill.model.seed import Problem, Record, Severity
from feedmill.pipeline.arrival import Arrival, emptied, refused, same, unreadable, unseen
from feedmill.pipeline.codec import decode_record, encode
from feedmill.pipeline.decoding import Decoded, decoding, packed
from feedmill.pipeline.one_pass import Pass
from feedmill.pipeline.parts import EVERYTHING, Span, doubtful
from feedmill.pipeline.reading import ANYWAY, CLOCK_TICK_NS, Taken, asked, read_content, reading, stat_of
from feedmill.pipeline.report import printable
from feedmill.seeds import (
    LARGE,
    Found,
    ScanProblem,
    is_much,
    look,
    matches,
    processes,
    run_all,
    run_much,
    scan,
    to_bytes,
    to_text,
)

PATIENCE = 0.5
"""Seconds after which a hinted pass begins no further large file: those begun have a second more each."""

_BATCH = 1000
_UNLISTED = "its folder cannot be listed"


@dataclass(slots=True)
class Ingested:
    """What one look at the folder found. Ids are the catalog's."""

    changed: array[int] = field(default_factory=lambda: array("q"))
    news: array[int] = field(default_factory=lambda: array("q"))
    """Those of `changed` whose path or bytes the catalog did not know."""
    gone: list[int] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)
    """Paths of seeds whose file vanished or cannot be read any more: what the guard counts."""
    problems: list[Problem] = field(default_factory=list)
    """Faults of files and folders that are no seeds."""
    folder_lost: str | None = None
    """Why the seeds folder as a whole could not be listed."""
    not_seeds: int = 0
    """By how much the number of files that are no seeds changed."""
    restated: int = 0
    """Files whose bytes are as known although stat says otherwise."""
    left: list[str] = field(default_factory=list)
    """Large files that were not looked at, for want of time; they are as new to the next pass as to this."""
    slow: bool = False
    """Whether large files took so long that somebody else may be waiting."""


class Ingest:
    """Brings what the catalog knows of files up to date with the seeds folder.

    `again` reads and decodes every file (`--full`, or other rules of decoding than last time). Where the
    catalog was lost, the ledger tells which paths had an entry.
    """

    def __init__(self, run: Pass, *, again: bool) -> None:
        self._run = run
        self._files = run.catalog.files
        self._scanning = run.settings.scan
        self._decoding = run.settings.decode
        self._again = again
        self._hints: Collection[str] = ()
        self._next_id = 0
        self._since: float | None = None
        self._began = time.time_ns()
        self._new: list[FileRow] = []
        self._rows: list[FileRow] = []
        self._records: list[RecordRow] = []
        self._recordless: list[int] = []

    def take(
        self, paths: Iterable[str] | None = None, *, hints: Collection[str] = (), quick: bool = False
    ) -> Ingested:
        """Compare the folder with the catalog: all of it, or `paths` alone ("x/": all below x).

        Files in `hints` are read whatever their stat says. Of `paths`, small files come first, and then
        large ones for as long as `PATIENCE` lasts (not at all where it is to be `quick`).
        """
        self._hints = hints
        ingested = Ingested()
        if paths is None:
            spans = [EVERYTHING] if self._again else doubtful(self._run, hints)
            arrivals = chain.from_iterable(self._differences(ingested, "", span) for span in spans)
            self._take_all(ingested, arrivals)
            return ingested
        self._take(ingested, self._in_time(ingested, self._hinted(ingested, paths), quick), ahead=1)
        ingested.slow = self._since is not None and time.monotonic() > self._since + PATIENCE
        return ingested

    def _in_time(self, ingested: Ingested, arrivals: Iterable[Arrival], quick: bool) -> Iterator[Arrival]:
        """Yield the small ones, then large ones, the smallest first, as long as there is time."""
        large = []
        for arrival in arrivals:
            if arrival.found.size > LARGE:
                large.append(arrival)
            else:
                yield arrival
        for arrival in sorted(large, key=lambda arrival: arrival.found.size):
            now = time.monotonic()
            if quick or (self._since is not None and now > self._since + PATIENCE):
                ingested.left.append(arrival.found.path)
                continue
            self._since = self._since or now
            yield arrival

    # What differs

    def _differences(self, ingested: Ingested, under: str = "", span: Span = EVERYTHING) -> Iterator[Arrival]:
        """Walk the folder and the catalog side by side, both in order of path."""
        start, end = span
        prefix = to_bytes(under)
        known = self._files.all(prefix or start, prefix + b"\xff" if prefix else end)
        row = next(known, None)
        lost: list[bytes] = []
        seen = 0
        for item in scan(self._scanning, under, start=start, end=end):
            if isinstance(item, ScanProblem):
                self._note(ingested, item)
                if item.prefix is not None:
                    lost.append(to_bytes(item.prefix))
                    continue
                path = to_bytes(item.problem.path)
                while row is not None and row.path < path:
                    self._missing(ingested, row, lost)
                    row = next(known, None)
                at = row is not None and row.path == path
                self._out_of_reach(ingested, item, row if at else None)
                row = next(known, None) if at else row
                continue
            seen += 1
            if seen % 1000 == 0:
                self._run.progress("scan", seen, None)
            path = to_bytes(item.path)
            while row is not None and row.path < path:
                self._missing(ingested, row, lost)
                row = next(known, None)
            if row is not None and row.path == path:
                if self._again or not same(row, item) or item.path in self._hints:
                    yield Arrival(path, printable(item.path), row, item)
                row = next(known, None)
            else:
                yield Arrival(path, printable(item.path), None, item)
        while row is not None:
            self._missing(ingested, row, lost)
            row = next(known, None)
        if any(lost):
            self._recall(ingested, [folder for folder in lost if folder])

    def _recall(self, ingested: Ingested, lost: list[bytes]) -> None:
        """Keep seeds below folders that cannot be listed and of which a lost catalog knows nothing."""
        for path in self._run.store.last_good_paths():
            raw = to_bytes(path)
            if raw.startswith(tuple(lost)) and self._files.find(raw) is None:
                label, found = printable(path), unseen(path)
                self._refuse(ingested, Arrival(raw, label, None, found), unreadable(label, _UNLISTED))

    def _hinted(self, ingested: Ingested, paths: Iterable[str]) -> Iterator[Arrival]:
        waiting = deque(sorted(set(paths)))
        seen = set(waiting)
        while waiting:
            path = waiting.popleft()
            raw = to_bytes(path)
            if path.endswith("/") or path == "":
                yield from self._differences(ingested, path)
            elif matches(self._scanning, path):
                row = self._files.find(raw)
                item = look(self._scanning, path)
                if isinstance(item, ScanProblem):
                    self._note(ingested, item)
                    self._out_of_reach(ingested, item, row)
                elif item is not None:
                    yield Arrival(raw, printable(path), row, item)
                elif row is not None:
                    self._gone(ingested, row)
                # Nobody tells of the other names of a file: those of the one that was here, too, since it may
                # have been written before it went.
                inodes = {row.inode} if row is not None else set()
                if isinstance(item, Found) and item.links > 1:
                    inodes.add(item.inode)
                twins = {to_text(twin) for inode in inodes for twin in self._files.paths_of(inode)}
                waiting += sorted(twins - seen)
                seen |= twins

    def _out_of_reach(self, ingested: Ingested, item: ScanProblem, row: FileRow | None) -> None:
        """A path at which there is something that is not read: a fault of a seed, where it was one."""
        path = item.problem.path
        faulty = item.problem.severity is Severity.ERROR and not item.gone
        known_seed = row.is_seed if row is not None else faulty and self._was_seed(path)
        if faulty and known_seed:
            ingested.problems.pop()  # told as the seed's own
            label, found = printable(path), unseen(path)
            record = unreadable(label, item.problem.message)
            self._refuse(ingested, Arrival(to_bytes(path), label, row, found), record)
        elif row is not None:
            self._gone(ingested, row)

    def _missing(self, ingested: Ingested, row: FileRow, lost: list[bytes]) -> None:
        """A file that the catalog knows and the walk did not meet: gone, or out of sight."""
        if row.is_seed and row.path.startswith(tuple(lost)):
            label = printable(to_text(row.path))
            self._refuse(ingested, Arrival(row.path, label, row, unseen(label)), unreadable(label, _UNLISTED))
        else:
            self._gone(ingested, row)

    def _note(self, ingested: Ingested, item: ScanProblem) -> None:
        ingested.problems.append(replace(item.problem, path=printable(item.problem.path)))
        if item.prefix == "":
            ingested.folder_lost = item.problem.message

    # What is read

    def _take_all(self, ingested: Ingested, arrivals: Iterator[Arrival]) -> None:
        """Take what may be much: then processes of our own read it, where there are to be several."""
        count = processes(self._run.settings.workers)
        first: list[Arrival] = []
        size = 0
        for arrival in arrivals if count > 1 else ():
            first.append(arrival)
            size += arrival.found.size
            if is_much(len(first), size):
                self._take_beside(ingested, chain(first, arrivals), count)
                return
        self._take(ingested, chain(first, arrivals), ahead=2)

    def _take_beside(self, ingested: Ingested, arrivals: Iterator[Arrival], count: int) -> None:
        waiting: deque[Arrival] = deque()

        def paths() -> Iterator[tuple[str, bytes]]:
            for arrival in arrivals:
                waiting.append(arrival)
                known = arrival.row.digest if arrival.row is not None and not self._again else None
                yield arrival.label, asked(arrival.path, known)

        work = reading(self._scanning, self._decoding, self._run.composer)
        for done, taken in enumerate(run_much(paths(), work, count), 1):
            self._keep_taken(ingested, waiting.popleft(), taken)
            if done % 100 == 0:
                self._run.progress("decode", done, None)
        self._flush()

    def _keep_taken(self, ingested: Ingested, arrival: Arrival, taken: Taken) -> None:
        """Do with what a process read as is done with what is read here."""
        row, record = arrival.row, taken.record
        if taken.vanished:
            if row is not None:
                self._gone(ingested, row)
        elif taken.refused is not None:
            self._refuse(ingested, arrival, self._refusal(arrival, taken.refused))
        elif taken.stat is not None:
            size, mtime, ctime, inode = taken.stat
            arrival.found = arrival.found._replace(size=size, mtime_ns=mtime, ctime_ns=ctime, inode=inode)
            arrival.digest = taken.digest
            if record is not None:
                self._keep(ingested, arrival, record)
            elif row is not None:
                self._restate(ingested, arrival, row)
        elif record is not None:
            self._give_up(arrival)
            self._keep(ingested, arrival, record)

    def _give_up(self, arrival: Arrival) -> None:
        """Find out what was given up: it is not tried again, as long as it surely is what it was."""
        scanned = arrival.found
        arrival.found = scanned._replace(mtime_ns=ANYWAY)
        try:
            content = read_content(self._scanning, scanned.path, self._decoding.max_bytes)
        except (FileNotFoundError, SeedError):
            return
        rested = max(scanned.mtime_ns, scanned.ctime_ns) < self._began - CLOCK_TICK_NS
        if rested and stat_of(content.found) == stat_of(scanned):
            arrival.found, arrival.digest = content.found, content.digest

    def _take(self, ingested: Ingested, arrivals: Iterator[Arrival], *, ahead: int) -> None:
        waiting: deque[Arrival] = deque()
        records = run_all(
            self._contents(ingested, arrivals, waiting),
            decoding(self._decoding, self._run.composer),
            workers=self._run.settings.workers,
            ahead=ahead,
        )
        for done, record in enumerate(records, 1):
            self._keep(ingested, waiting.popleft(), record)
            if done % 100 == 0:
                self._run.progress("decode", done, None)
        self._flush()

    def _contents(
        self, ingested: Ingested, arrivals: Iterator[Arrival], waiting: deque[Arrival]
    ) -> Iterator[tuple[str, bytes]]:
        """Yield what must be decoded; what need not be is dealt with on the way."""
        for arrival in arrivals:
            row = arrival.row
            try:
                content = read_content(self._scanning, arrival.found.path, self._decoding.max_bytes)
            except FileNotFoundError:
                if row is not None:
                    self._gone(ingested, row)
                continue
            except SeedError as error:
                self._refuse(ingested, arrival, self._refusal(arrival, error.message))
                continue
            data, arrival.digest, arrival.found = content
            if row is not None and row.digest == arrival.digest and not self._again:
                self._restate(ingested, arrival, row)
                continue
            waiting.append(arrival)
            yield arrival.label, data

    def _refuse(self, ingested: Ingested, arrival: Arrival, record: Record) -> None:
        """Keep why a file cannot be read, once; look again every time: mending it need not move its mtime."""
        arrival.found = arrival.found._replace(mtime_ns=ANYWAY)
        arrival.digest = hashlib.blake2b(encode(record), digest_size=16, person=b"refused").digest()
        if arrival.row is None or self._again or arrival.row.digest != arrival.digest:
            ingested.vanished.append(to_text(arrival.path))
            self._keep(ingested, arrival, packed(record, self._run.composer))

    def _refusal(self, arrival: Arrival, why: str) -> Record:
        return refused(arrival, why, self._scanning, self._decoding)

    def _was_seed(self, path: str) -> bool:
        """Whether a path had an entry, as the ledger tells."""
        return self._run.store.last_good(path) is not None

    # What is stored

    def _restate(self, ingested: Ingested, arrival: Arrival, row: FileRow) -> None:
        found = arrival.found
        restated = row._replace(
            size=found.size, mtime_ns=found.mtime_ns, ctime_ns=found.ctime_ns, inode=found.inode
        )
        if restated != row:
            ingested.restated += 1
            self._rows.append(restated)

    def _gone(self, ingested: Ingested, row: FileRow) -> None:
        ingested.gone.append(row.id)
        if row.is_seed:
            ingested.vanished.append(to_text(row.path))
        else:
            ingested.not_seeds -= 1

    def _keep(self, ingested: Ingested, arrival: Arrival, record: Decoded) -> None:
        row, found = arrival.row, arrival.found
        if record.blank and (row.is_seed if row is not None else self._was_seed(to_text(arrival.path))):
            assert record.fault is not None
            record = packed(emptied(decode_record(record.fault)), self._run.composer)
        if record.blank and record.problems and record.fault is not None:
            ingested.problems += decode_record(record.fault).problems
        ingested.not_seeds += record.blank - (row is not None and not row.is_seed)
        if row is None and not self._next_id:
            self._next_id = self._files.next_id()
        stored = FileRow(
            id=row.id if row is not None else self._next_id,
            path=arrival.path,
            size=found.size,
            mtime_ns=found.mtime_ns,
            ctime_ns=found.ctime_ns,
            inode=found.inode,
            digest=arrival.digest,
            is_seed=not record.blank,
        )
        self._next_id += row is None
        (self._new if row is None else self._rows).append(stored)
        if not record.blank:
            self._records.append(RecordRow(stored.id, *record[1:]))
        elif row is not None:
            self._recordless.append(stored.id)
        if not record.blank or row is not None:
            ingested.changed.append(stored.id)
            if row is None or row.digest != stored.digest:
                ingested.news.append(stored.id)
        if len(self._new) + len(self._rows) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        self._files.put(self._new, self._rows)
        self._files.put_records(self._records)
        self._files.forget_records(self._recordless)
        for rows in (self._new, self._rows, self._records, self._recordless):
            rows.clear()
