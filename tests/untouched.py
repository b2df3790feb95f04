"""Waiting until a file counts as untouched: within a clock tick of its last change it may change unseen."""

from __future__ import annotations

import time
from pathlib import Path

from feedmill.pipeline.intake import CLOCK_TICK_NS


def out_of_the_tick(root: Path) -> None:
    """Return once a pass over the seeds below `root` would trust all their stats."""
    newest = max((path.lstat().st_ctime_ns for path in root.rglob("*.md")), default=0)
    while time.time_ns() <= newest + CLOCK_TICK_NS:
        time.sleep(0.001)
