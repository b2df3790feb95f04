"""A published site that tests change as a pass would: files first, then the generation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from feedmill.model.artifact import Digest, Generation, Published, digest
from feedmill.model.instant import Instant, floor_second
from feedmill.store.local.feeds_dir import read_body

NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A wall clock that stands still until it is moved."""

    now: Instant = NOON

    def __call__(self) -> Instant:
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


@dataclass
class Site:
    """Documents in `folder`, and the generation that names them."""

    folder: Path
    clock: Clock
    documents: dict[str, Published] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    redirects: dict[str, str] = field(default_factory=dict)
    serial: int = 0

    def put(self, path: str, body: bytes, *, next_change: Instant | None = None) -> Published:
        """Write a document; it changed now."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        aside = file.with_name(file.name + ".new")
        aside.write_bytes(body)
        aside.replace(file)
        record = Published(
            path=path,
            digest=digest(body),
            size=len(body),
            modified=floor_second(self.clock()),
            next_change=next_change,
        )
        self.documents[path] = record
        return record

    def body(self, path: str, wanted: Digest) -> bytes | None:
        """Read a document as the origin does."""
        return read_body(self.folder, path, wanted, self.documents[path].size)

    def retire(self, path: str) -> None:
        """Take a document away for good."""
        (self.folder / path).unlink()
        del self.documents[path]
        self.gone.add(path)

    def generation(self) -> Generation:
        """The state that all this makes."""
        self.serial += 1
        return Generation(
            serial=self.serial,
            documents=dict(self.documents),
            gone=frozenset(self.gone),
            redirects=dict(self.redirects),
        )
