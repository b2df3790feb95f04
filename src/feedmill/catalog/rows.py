"""The catalog's rows as values: what is known of a file, of what decoding made of it, of a feed."""

from __future__ import annotations

from typing import NamedTuple

from feedmill.model.taxonomy import FeedKey


class FileRow(NamedTuple):
    """One file under the seeds folder. `path` as the file system has it; `digest`: 16 bytes of SHA-256."""

    id: int
    path: bytes
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    digest: bytes
    is_seed: bool


class RecordRow(NamedTuple):
    """What decoding gave for a file, as opaque bytes.

    `facts` (what decisions need) and `seed` of a valid seed, `reason` of one that is not; `fault`: everything
    else, where there is anything; `problems`: whether it has any.
    """

    file: int
    reason: str | None
    facts: bytes | None
    seed: bytes | None
    fault: bytes | None
    problems: bool


class KnownRow(NamedTuple):
    """What a decision starts from: a file, with the reason or the facts of its record."""

    file: int
    path: bytes
    reason: str | None
    facts: bytes | None


class RankedRow(NamedTuple):
    """An entry as a feed's selection finds it. `updated` in microseconds since 1970."""

    file: int
    digest: bytes
    updated: int


class FeedRecord(NamedTuple):
    """A feed that has, or had, members; `printed`: the digests of the entries in its documents, in order."""

    id: int
    key: FeedKey
    total: int
    title: str
    updated: int
    digest: bytes | None
    printed: bytes | None


class FaultRow(NamedTuple):
    """A seed that has something to be told: its state, and its fault where it has problems."""

    file: int
    path: bytes
    state: str
    kept: bool
    instead: bytes | None
    fault: bytes | None
