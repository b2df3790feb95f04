"""The rows of the desk's list: what one shows of a seed, and of its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import msgspec

from feedmill.model.desk import SeedRow, folded
from feedmill.model.instant import Instant
from feedmill.model.seed import Problem, Provider, Reason, Seed
from feedmill.pipeline.report import printable
from feedmill.seeds import to_text

OWN_WORD = frozenset({Reason.UNPUBLISHED.value, Reason.REMOVED.value})
"""The states of which a pass reads nothing but the flag."""


@dataclass(frozen=True, slots=True)
class Lean:
    """What a row shows of a seed: the rest of a stored form is skipped."""

    title: str
    link: str
    published: Instant | None = None
    updated: Instant | None = None
    expires: Instant | None = None
    topics: tuple[str, ...] = ()
    provider: Provider | None = None


decode_lean = msgspec.msgpack.Decoder(Lean).decode
"""Read a stored seed (bytes)."""


class File(NamedTuple):
    """What the catalog says of a seed's file; `path` as the file system has it."""

    id: int
    path: bytes
    digest: bytes
    state: str
    kept: bool

    @property
    def is_draft(self) -> bool:
        """Whether it says of itself that it is not published."""
        return self.state in OWN_WORD


def row_of(file: File, lean: Lean | None, problems: Mapping[str, tuple[Problem, ...]]) -> SeedRow:
    """Return the row of a seed, of which `lean` is None where it cannot be read; `problems` by path."""
    path = printable(to_text(file.path))
    row = SeedRow(
        path=path,
        state=file.state,
        kept=bool(file.kept),
        problems=problems.get(path, ()),
        folded=folded(path),
    )
    return with_lean(row, lean) if lean is not None else row


def with_lean(row: SeedRow, lean: Lean | Seed) -> SeedRow:
    """Return `row` with what it shows of the seed itself."""
    provider = lean.provider.name if lean.provider else ""
    return replace(
        row,
        title=lean.title,
        link=lean.link,
        published=lean.published,
        updated=lean.updated,
        expires=lean.expires,
        topics=lean.topics,
        provider=provider,
        folded=folded("\n".join((lean.title, row.path, lean.link, provider, *lean.topics))),
    )


def lean_of(seed: Seed) -> Lean:
    """Return what is kept of a seed that is not stored."""
    return msgspec.convert(seed, Lean, from_attributes=True)


def newest(row: SeedRow) -> tuple[bool, float, str]:
    """Return the sort key that puts the newest first, and last what has no date."""
    at = row.published
    return at is None, -at.timestamp() if at is not None else 0.0, row.path
