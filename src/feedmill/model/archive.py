"""Archives: the periods that keep documents of their own, and where these stand (RFC 5005, section 4)."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

ARCHIVED = ("atom", "html")
"""The suffixes of an archive's documents: Atom alone has a chain, a page is for people."""

_PATH = re.compile(
    r"(all|(?:topics|providers|custom|authors|categories|types)/[^/]+)/([0-9]{4}(?:-[0-9]{2})?)"
)


class Period(NamedTuple):
    """A year or month in UTC: from `start` until just before `end`, in microseconds since 1970.

    `name` is the last segment of its documents' paths: `2026` or `2026-06`.
    """

    start: int
    end: int
    name: str


def archive_path(feed: str, period: Period) -> str:
    """Return the path, without suffix, of a feed's archive: `topics/ai/2026-06`."""
    return f"{feed}/{period.name}"


def split_archive(path: str) -> tuple[str, str] | None:
    """Return the feed's path and the period's name of an archive's path without suffix; None of others."""
    found = _PATH.fullmatch(path)
    return (found[1], found[2]) if found is not None else None


def period_kind(name: str) -> Literal["month", "year"]:
    """Return what a period is by its name."""
    return "month" if "-" in name else "year"
