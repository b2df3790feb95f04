"""Instants on the command line."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from feedmill.errors import UsageError
from feedmill.model.instant import Instant


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
