"""Steps of the wall clock: it was set, or the machine slept."""

from __future__ import annotations

import time
from datetime import timedelta

from feedmill.model.instant import Instant

_STEP = timedelta(seconds=2)
"""How far wall clock and monotonic clock may drift apart between two looks."""


class ClockSteps:
    """Compares the wall clock with the monotonic one."""

    def __init__(self, now: Instant) -> None:
        self._wall, self._steady = now, time.monotonic()

    def stepped(self, now: Instant) -> bool:
        """Return whether the wall clock, which says `now`, has made a step since the last look."""
        tick = time.monotonic()
        drift = (now - self._wall) - timedelta(seconds=tick - self._steady)
        self._wall, self._steady = now, tick
        return abs(drift) > _STEP
