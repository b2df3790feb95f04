"""Files that are long enough untouched to be trusted: no program can set a ctime back, so one has to wait."""

from __future__ import annotations

import time
from pathlib import Path

from feedmill.pipeline.reading import CLOCK_TICK_NS


def let_rest(*paths: Path) -> None:
    """Wait until the files' last change is more than a clock's tick ago."""
    last = max(max(path.stat().st_mtime_ns, path.stat().st_ctime_ns) for path in paths)
    while time.time_ns() <= last + CLOCK_TICK_NS:
        time.sleep(0.002)
