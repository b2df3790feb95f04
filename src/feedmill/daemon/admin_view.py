"""What the admin listener may see of the service."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future
from typing import Any, Protocol

import feedmill
from feedmill.daemon.past_passes import PastPasses
from feedmill.daemon.status import pass_json
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

    @property
    def past(self) -> PastPasses:
        """What the passes came to."""

    def status(self) -> dict[str, Any]:
        """Return the status document."""

    def spread(self) -> Mapping[str, Value]:
        """Return what the hub and the mirrors counted."""

    def rebuild(self, *, full: bool, force: bool) -> Future[PassReport]:
        """Ask for a pass."""


class View:
    """Implements the server's AdminView over the service."""

    def __init__(self, office: Office, clock: Callable[[], Instant]) -> None:
        self._office = office
        self._clock = clock

    def status(self) -> Mapping[str, Any]:
        """Return the status document with the last passes."""
        return {**self._office.status(), "passes": [pass_json(report) for report in self._office.past.all()]}

    def state(self) -> str:
        """Return the daemon's state."""
        return self._office.state

    def metrics(self) -> Mapping[str, Value]:
        """Return the numbers of passes and seeds; the origin's own come from the server."""
        past = self._office.past
        totals, last = past.totals, past.last
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
