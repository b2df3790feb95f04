"""Archives: in which period an entry is, what is closed by now, and what a touched period rewrites. Pure.

A period belongs to the chain of a feed (RFC 5005, section 4) while it is over and has entries. So an entry
touches its own period alone, and the chain's neighbours only where a period joins the chain or leaves it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from feedmill.model.archive import Period
from feedmill.model.instant import EPOCH, from_micros, to_micros

_LAST_YEAR = 9999
_FOREVER = to_micros(EPOCH.replace(year=_LAST_YEAR, month=12, day=31)) + 86_400_000_000


def period_of(at: int, by: Literal["month", "year"]) -> Period:
    """Return the month or year in UTC that the instant `at` is in (microseconds since 1970)."""
    day = from_micros(at)
    return _period(day.year, day.month if by == "month" else 0)


@lru_cache(1024)
def _period(year: int, month: int) -> Period:
    """Return a month, or (0) a whole year."""
    if not month:
        return Period(_start(year, 1), _start(year + 1, 1), f"{year:04}")
    end = _start(year, month + 1) if month < 12 else _start(year + 1, 1)
    return Period(_start(year, month), end, f"{year:04}-{month:02}")


def _start(year: int, month: int) -> int:
    if year > _LAST_YEAR:
        return _FOREVER
    return to_micros(EPOCH.replace(year=year, month=month))


def is_closed(period: Period, now: int) -> bool:
    """Whether a period is over: by time alone, whatever was published in it."""
    return period.end <= now


def turned(last: int, now: int, by: Literal["month", "year"]) -> tuple[int, int]:
    """Return the range of instants whose periods closed, or opened again, between two passes.

    From the first to just before the second; empty where they are equal. The clock may go either way.
    """
    return period_of(min(last, now), by).start, period_of(max(last, now), by).start


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """A period of a feed of which something may be another now.

    `chained`: it is in the chain now; `known`: it was when it was published last. `previous` and `next`
    are the nearest in the chain now.
    """

    period: Period
    chained: bool
    known: bool
    previous: Period | None = None
    next: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """What is written of one feed's archives: `filled` anew with what they hold, `emptied` without."""

    filled: frozenset[Period]
    emptied: frozenset[Period]


def rewritten(touched: Iterable[Touched]) -> Rewritten:
    """Return which of a feed's archives change, themselves or in what they name."""
    filled: set[Period] = set()
    emptied: set[Period] = set()
    for one in touched:
        if one.chained:
            filled.add(one.period)
        elif one.known:
            emptied.add(one.period)
        if one.chained != one.known:
            filled.update(near for near in (one.previous, one.next) if near is not None)
    return Rewritten(filled=frozenset(filled), emptied=frozenset(emptied))
