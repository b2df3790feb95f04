"""Past passes: the reports of the last ones, and what was counted since the start; read from any thread."""

from __future__ import annotations

from collections import Counter, deque

from feedmill.pipeline import PassReport
from feedmill.server.metrics import Histogram

_KEPT = 100
PASS_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Seconds that passes are told apart by."""


class Totals:
    """Counts since the start; written by the main thread, read by others."""

    def __init__(self) -> None:
        self.passes: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.seconds = Histogram.empty(PASS_BOUNDS)
        self.written = 0

    def add(self, report: PassReport) -> None:
        """Count a pass that ended."""
        for trigger in report.trigger.split(", "):
            self.passes[trigger.partition(":")[0]] += 1
        if report.held is not None:
            self.failed["held"] += 1
        self.seconds = self.seconds.with_one(report.seconds)
        self.written += report.written


class PastPasses:
    """What the passes of this process came to."""

    def __init__(self) -> None:
        self.totals = Totals()
        self.ended = 0
        """How many passes have ended with a report."""
        self._kept: deque[PassReport] = deque(maxlen=_KEPT)

    def add(self, report: PassReport) -> None:
        """Keep the report of the pass that has just ended."""
        self._kept.append(report)
        self.ended += 1
        self.totals.add(report)

    @property
    def last(self) -> PassReport | None:
        """The report of the last pass."""
        return self._kept[-1] if self._kept else None

    def since(self, ended: int) -> list[PassReport]:
        """Return the reports of the passes that ended after the first `ended`, as far as they are kept."""
        kept, now = list(self._kept), self.ended
        return kept[max(0, len(kept) - (now - ended)) :]

    def all(self) -> list[PassReport]:
        """Return the reports that are kept, oldest first."""
        return list(self._kept)
