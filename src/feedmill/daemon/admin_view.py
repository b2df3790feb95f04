"""What the admin listener may see of the service."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future
from typing import Any, Protocol

import feedmill
from feedmill.errors import GuardHeld, StoreError
from feedmill.model.hub import DELIVERY_BOUNDS
from feedmill.model.instant import Instant, to_micros
from feedmill.pipeline import PassReport
from feedmill.server.metrics import Histogram, Value


class Office(Protocol):
    """What is asked of the service, from other threads."""

    @property
    def state(self) -> str:
        """What the daemon is doing, or what is wrong with it."""

    def status(self) -> dict[str, Any]:
        """Return the status document."""

    def passes(self) -> list[dict[str, Any]]:
        """Return the last passes, oldest first."""

    def totals(self) -> Totals:
        """Return what was counted since the start."""

    def spread(self) -> Mapping[str, Value]:
        """Return what the hub and the mirrors counted."""

    def last_report(self) -> PassReport | None:
        """Return the report of the last pass."""

    def rebuild(self, *, full: bool, force: bool) -> Future[PassReport]:
        """Ask for a pass."""


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


class View:
    """Implements the server's AdminView over the service."""

    def __init__(self, office: Office, clock: Callable[[], Instant]) -> None:
        self._office = office
        self._clock = clock

    def status(self) -> Mapping[str, Any]:
        """Return the status document with the last passes."""
        return {**self._office.status(), "passes": self._office.passes()}

    def state(self) -> str:
        """Return the daemon's state."""
        return self._office.state

    def metrics(self) -> Mapping[str, Value]:
        """Return the numbers of passes and seeds; the origin's own come from the server."""
        totals, last = self._office.totals(), self._office.last_report()
        numbers: dict[str, Value] = {
            "feedmill_up": 1,
            "feedmill_build_info": {feedmill.__version__: 1},
            "feedmill_held": float(self._office.state == "held"),
            "feedmill_failing": float(self._office.state == "failing"),
            "feedmill_passes_total": dict(totals.passes),
            "feedmill_passes_failed_total": dict(totals.failed),
            "feedmill_pass_seconds": totals.seconds,
            "feedmill_documents_written_total": totals.written,
            "feedmill_delivery_seconds": Histogram.empty(DELIVERY_BOUNDS),
            **self._office.spread(),
        }
        if last is not None:
            severities = Counter(problem.severity.value for problem in last.problems)
            numbers |= {
                "feedmill_last_pass_seconds": last.seconds,
                "feedmill_last_pass_timestamp_seconds": to_micros(last.as_of) / 1e6,
                "feedmill_seeds": last.total,
                "feedmill_entries": last.eligible,
                "feedmill_kept": last.kept,
                "feedmill_withheld": {reason.value: count for reason, count in last.withheld.items()},
                "feedmill_problems": dict(severities),
                "feedmill_documents": last.feeds_total,
            }
            if last.next_change is not None:
                wait = (last.next_change - self._clock()).total_seconds()
                numbers["feedmill_next_change_seconds"] = max(0.0, wait)
        return numbers

    async def rebuild(self, *, full: bool, force: bool) -> Mapping[str, Any]:
        """Run a pass and return its report.

        Raises:
            FeedmillError: the pass failed or was held back.
        """
        try:
            report = await asyncio.wrap_future(self._office.rebuild(full=full, force=force))
        except (CancelledError, asyncio.CancelledError):
            raise StoreError("the daemon is stopping") from None
        if report.held is not None:
            raise GuardHeld(report.held)
        return report.to_json()
