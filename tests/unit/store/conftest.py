"""A feeds folder, a clock that stands still until told, and publishing in one line."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feedmill.model.artifact import Artifact
from feedmill.store import Committed
from feedmill.store.local.store import LocalStore

Publish = Callable[..., Committed]
Snapshot = Callable[[], dict[str, tuple[int, int, int, bytes]]]


@pytest.fixture
def feeds(tmp_path: Path) -> Path:
    return tmp_path / "feeds"


@pytest.fixture
def noon() -> datetime:
    return datetime(2026, 11, 21, 12, 0, 0, 250_000, tzinfo=UTC)


@pytest.fixture
def publish(noon: datetime) -> Publish:
    """Publish in one line; documents named `index…` or `feeds…` are indexes, `after` is in seconds."""

    def run(
        store: LocalStore,
        documents: dict[str, bytes] | None = None,
        *,
        remove: Iterable[str] = (),
        retire: Iterable[str] = (),
        after: float = 0,
    ) -> Committed:
        with store.begin(noon + timedelta(seconds=after)) as publication:
            for path, body in (documents or {}).items():
                publication.add(Artifact(path=path, body=body, index=path.startswith(("index", "feeds"))))
            for path in remove:
                publication.remove(path)
            for path in retire:
                publication.retire(path)
            return publication.commit()

    return run


@pytest.fixture
def snapshot(feeds: Path) -> Snapshot:
    """Everything below the feeds folder that a write could change: mtime, inode, mode, bytes."""

    def take() -> dict[str, tuple[int, int, int, bytes]]:
        found: dict[str, tuple[int, int, int, bytes]] = {}
        for folder, _, files in os.walk(feeds):
            for path in (Path(folder), *(Path(folder, name) for name in files)):
                status = path.lstat()
                body = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
                found[str(path.relative_to(feeds))] = (
                    status.st_mtime_ns,
                    status.st_ino,
                    status.st_mode,
                    body,
                )
        return found

    return take
