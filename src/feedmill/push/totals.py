"""What a hub did since the start; the loop counts, others only read."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import NamedTuple

from feedmill.model.hub import DELIVERY_BOUNDS
from feedmill.model.instant import Instant


class Failure(NamedTuple):
    """A delivery that went wrong: when, to whom (host and path of the callback, no more), of what, why."""

    at: Instant
    callback: str
    path: str
    why: str


@dataclass(slots=True)
class Totals:
    """What was done since the start.

    `slower` counts deliveries by the first of `DELIVERY_BOUNDS` that they were within, from publication on;
    the last one counts those beyond.
    """

    deliveries: Counter[str] = field(default_factory=Counter)
    slower: list[int] = field(default_factory=lambda: [0] * (len(DELIVERY_BOUNDS) + 1))
    seconds: float = 0.0
    failures: deque[Failure] = field(default_factory=lambda: deque(maxlen=10))
    verifications: Counter[str] = field(default_factory=Counter)
    pings: Counter[str] = field(default_factory=Counter)
    counts: dict[str, int] = field(default_factory=dict)
    """`Subscriptions.counts` as of a few seconds ago."""

    def delivered(self, seconds: float) -> None:
        """Count a delivery that took so long."""
        self.deliveries["delivered"] += 1
        self.slower[bisect_left(DELIVERY_BOUNDS, seconds)] += 1
        self.seconds += seconds
