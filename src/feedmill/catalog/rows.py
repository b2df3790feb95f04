"""The catalog's rows as values: what is known of a file, of a seed's state, of a feed."""

from __future__ import annotations

from typing import NamedTuple


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
    """What decoding gave for a file, as opaque bytes; `problems`: whether it has any."""

    file: int
    blob: bytes
    problems: bool


class StateRow(NamedTuple):
    """A seed's state at the last pass. Instants in microseconds since 1970."""

    file: int
    state: str
    kept: bool
    entry_id: str | None
    published: int | None
    updated: int | None
    digest: bytes | None


class MemberRow(NamedTuple):
    """An entry's place in a feed; `score` and `published` negated, so that ascending is in order."""

    feed: int
    score: float
    published: int
    entry_id: str
    file: int
    label: str


class RankedRow(NamedTuple):
    """An entry as a feed's selection finds it. `updated` in microseconds since 1970."""

    file: int
    digest: bytes
    updated: int


class FeedRecord(NamedTuple):
    """A feed that has, or had, members; `printed`: the digests of the entries in its documents, in order."""

    id: int
    kind: str
    key: str
    total: int
    title: str
    updated: int
    digest: bytes | None
    printed: bytes | None
