"""Instants on the command line: read in any form, shown in one, with how far off they are."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from feedmill.errors import UsageError
from feedmill.model.instant import Instant

_STEPS = ((86400 * 365, "year"), (86400 * 30, "month"), (86400, "day"), (3600, "hour"), (60, "minute"))
"""Seconds of the units in which a person counts, the largest first."""
_ENOUGH = 2
"""How many of a unit make it the one to count in: 90 minutes are minutes, 48 hours days."""


def when(instant: Instant, now: Instant) -> str:
    """Return an instant as people read it: `2026-12-24 18:00:00 UTC (in 27 days)`."""
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC ({away(instant, now)})"


def away(instant: Instant, now: Instant) -> str:
    """Return how far off an instant is: `in 27 days`, `3 hours ago`, `now`."""
    seconds = (instant - now).total_seconds()
    span = _span(abs(seconds))
    return "now" if not span else f"in {span}" if seconds > 0 else f"{span} ago"


def _span(seconds: float) -> str:
    for size, unit in _STEPS:
        if seconds >= _ENOUGH * size:
            return f"{int(seconds // size):,} {unit}s"
    count = int(seconds)
    return f"{count} second{'s' if count != 1 else ''}" if count else ""


def parse_instant(text: str, timezone: str) -> Instant:
    """Return the instant that `text` names; without a zone, in `timezone`.

    Raises:
        UsageError: no instant.
    """
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            found = found.replace(tzinfo=ZoneInfo(timezone))
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{text!r} is no instant; write 2026-12-24 or 2026-12-24T18:00:00Z") from error
