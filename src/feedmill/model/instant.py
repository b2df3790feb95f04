"""Instants: aware datetimes in UTC, and the two ways they are written and stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

Instant = datetime  # aware, UTC; a name that says so in signatures

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)


def to_micros(instant: Instant) -> int:
    """Return microseconds since 1970-01-01T00:00:00Z, exactly (no float on the way)."""
    return (instant - EPOCH) // _MICROSECOND


def from_micros(micros: int) -> Instant:
    """Return the instant `micros` microseconds after 1970-01-01T00:00:00Z."""
    return EPOCH + timedelta(microseconds=micros)


def to_seconds(instant: Instant) -> int:
    """Return whole seconds since 1970-01-01T00:00:00Z."""
    return (instant - EPOCH) // _SECOND


def from_seconds(seconds: int) -> Instant:
    """Return the instant `seconds` after 1970-01-01T00:00:00Z."""
    return EPOCH + timedelta(seconds=seconds)


def floor_second(instant: Instant) -> Instant:
    """Return the instant without its fraction: the finest that every feed format can say."""
    return instant.replace(microsecond=0)


def rfc3339(instant: Instant) -> str:
    """Return `2026-11-21T08:00:00Z`, with a fraction only where there is one (RFC 3339, 5.6)."""
    return instant.isoformat().replace("+00:00", "Z")


def in_zone(instant: Instant, zone: tzinfo) -> datetime:
    """Return the instant as clocks in `zone` say it; in UTC where that lies outside the years 1 to 9999."""
    try:
        return instant.astimezone(zone)
    except OverflowError:
        return instant
