"""The condition of the daemon: what it is doing, what ails it, what its passes came to."""

from __future__ import annotations

import time
from typing import Any

from feedmill.daemon.past_passes import PastPasses
from feedmill.model.instant import Instant


class Condition:
    """Written by the main thread, read by any."""

    def __init__(self, now: Instant) -> None:
        self.since = now
        self._born = time.monotonic()
        self.doing = "starting"
        self.progress: tuple[str, int, int | None] = ("", 0, None)
        """The stage of the pass under way, what is done of it and of how much."""
        self.troubles: dict[str, str] = {}
        """What is wrong, a sentence each, by what it is about."""
        self.past = PastPasses()
        self.scheduled: list[dict[str, Any]] = []
        """What time will change next, as the status has it."""
        self.stopping: str | None = None
        """The signal that told the daemon to stop."""

    @property
    def uptime(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._born

    @property
    def state(self) -> str:
        """What the daemon is doing; held or failing as long as it is, whatever it tries meanwhile."""
        if self.stopping is None:
            for trouble, state in (("pass", "failing"), ("held", "held")):
                if trouble in self.troubles:
                    return state
        return self.doing

    def mended(self, *troubles: str) -> None:
        """Forget troubles that are over."""
        for trouble in troubles:
            self.troubles.pop(trouble, None)

    def summary(self) -> str:
        """Return the condition in a line."""
        for trouble in ("pass", "held"):
            if trouble in self.troubles:
                return self.troubles[trouble]
        last = self.past.last
        return f"{last.eligible} entries in {last.feeds_total} documents" if last else "starting"
