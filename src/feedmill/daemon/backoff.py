"""Back-off: how long to wait before what failed is tried again."""

from __future__ import annotations

import time
from collections.abc import Callable

_FIRST, _LONGEST = 1.0, 60.0


class Backoff:
    """Waits 1, 2, 4 … 60 seconds after failures in a row."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wait = _FIRST
        self._at: float | None = None

    def failed(self) -> float:
        """Note a failure; return in how many seconds `due` will say so."""
        wait, self._wait = self._wait, min(self._wait * 2, _LONGEST)
        self._at = self._clock() + wait
        return wait

    def succeeded(self) -> None:
        """Note a success: nothing is due, the next failure waits shortly again."""
        self._wait, self._at = _FIRST, None

    @property
    def waiting(self) -> bool:
        """Whether something failed and is not yet tried again."""
        return self._at is not None

    def due(self) -> bool:
        """Whether it is time to try again; says so once a failure."""
        if self._at is None or self._clock() < self._at:
            return False
        self._at = None
        return True
