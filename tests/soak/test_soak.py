"""Long life: weeks with a clock of their own (`years.py`). CI lives through a few days of each
period; `make soak` (`FEEDMILL_DAYS=n`) through as many as asked, with thousands of seeds.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from reliability.results import keep
from soak.years import PERIODS, Soak

DAYS = int(os.environ.get("FEEDMILL_DAYS", "0"))
MEMORY = Path("/dev/shm")
pytestmark = pytest.mark.timeout(0 if DAYS else 300)


def test_weeks_pass_and_nothing_grows() -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        soak = Soak(Path(folder), size=3000 if DAYS else 80)
        soak.live(DAYS or 2)
        first, last = soak.measures[1], soak.measures[-1]
    keep(
        "Nothing grows, and each day ends as a cold build",
        f"seeds that come and go through days in which {', '.join(what for _, what in PERIODS)}",
        soak.passes,
        f"{soak.size:,} seeds, {soak.days} days, memory {first.memory >> 20} to {last.memory >> 20} MiB, "
        f"descriptors {first.descriptors} to {last.descriptors}, threads {first.threads} to {last.threads}, "
        f"catalog {first.catalog >> 10} to {last.catalog >> 10} KiB, "
        f"ledger {first.ledger >> 10} to {last.ledger >> 10} KiB",
    )
    assert soak.passes > 100
    assert last.threads <= first.threads
    assert last.descriptors <= first.descriptors
    assert last.memory <= first.memory * 1.15 + (8 << 20)
    assert last.catalog <= first.catalog * 1.5
    assert last.ledger <= first.ledger * 1.5
