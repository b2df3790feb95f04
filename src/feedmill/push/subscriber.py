"""A subscriber as the operator sees it: no secret, no token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from feedmill.model.instant import Instant, rfc3339
from feedmill.push.protocol import without_query


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One subscription: until when, and how it fares."""

    callback: str
    path: str
    ends: Instant
    up_to_date: bool
    failures: int
    trouble: str


def subscriber_json(one: Subscription) -> dict[str, Any]:
    """Return a subscription as `feedmill list subscribers --json` prints it."""
    return {
        "callback": without_query(one.callback),
        "topic": one.path,
        "until": rfc3339(one.ends),
        "up_to_date": one.up_to_date,
        "failures": one.failures,
        "trouble": one.trouble,
    }
