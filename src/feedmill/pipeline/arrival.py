"""Arrivals: a file on its way into the catalog, and the records of those that are no files to read."""

from __future__ import annotations

from dataclasses import dataclass, replace

from feedmill.catalog import FileRow
from feedmill.model.seed import Problem, Reason, Record, Severity
from feedmill.model.settings import DecodeSettings, ScanSettings
from feedmill.pipeline.reading import ANYWAY, stat_of
from feedmill.seeds import Found, read_head


@dataclass(slots=True)
class Arrival:
    """A file on its way into the catalog: `row` is what is known of it, `label` its path for people."""

    path: bytes
    label: str
    row: FileRow | None
    found: Found
    digest: bytes = b""


def same(row: FileRow, item: Found) -> bool:
    """Whether a file is, by its stat, the one that is known (docs/promises.md, Changes are seen)."""
    return (row.size, row.mtime_ns, row.ctime_ns, row.inode) == stat_of(item)


def unseen(path: str) -> Found:
    """Return a stat that no file has: it is looked at again in every pass."""
    return Found(path=path, size=-1, mtime_ns=ANYWAY, ctime_ns=-1, inode=-1)


def unreadable(label: str, why: str) -> Record:
    """Return the record of what cannot be read."""
    problem = Problem(path=label, message=why)
    return Record(path=label, reason=Reason.INVALID, problems=(problem,))


def refused(arrival: Arrival, why: str, scanning: ScanSettings, decoding: DecodeSettings) -> Record:
    """Return the record of a file that cannot be taken as a seed, with what it says of a takedown."""
    record, limit = unreadable(arrival.label, why), decoding.max_bytes
    head = read_head(scanning, arrival.found.path, limit + 1)
    if len(head) <= limit:
        return record
    from feedmill.seeds.decode import decode  # on use: most passes decode elsewhere, or nothing

    return replace(decode(arrival.label, head, decoding), problems=record.problems)


def emptied(record: Record) -> Record:
    """Return the record of a file that was a seed; its text still says whether the entry may stay out."""
    problem = Problem(
        path=record.path,
        line=1,
        message="was a seed and is empty or without front matter now; restore it, or delete the file",
        severity=Severity.ERROR,
    )
    return replace(record, blank=False, parsed=False, reason=Reason.INVALID, problems=(problem,))
