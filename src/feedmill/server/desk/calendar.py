"""The calendar: what time will do to the feeds, by day. Pure."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from feedmill.model.desk import SeedRow
from feedmill.model.instant import Instant, in_zone
from feedmill.model.seed import Reason

_WEEK = Calendar(firstweekday=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One change that time makes: `what` is publication, update or expiry; `at` is in the seeds' zone."""

    at: datetime
    what: str
    row: SeedRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day with what is planned on it; `inside`: of the month that is shown."""

    day: date
    inside: bool
    today: bool
    planned: tuple[Planned, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month in whole weeks from Monday on; the other months in which anything is planned are named."""

    first: date
    days: tuple[Day, ...]
    planned: int
    before: date
    after: date
    others: tuple[tuple[date, int], ...]


def planned(rows: Iterable[SeedRow], now: Instant, zone: ZoneInfo) -> list[Planned]:
    """Return all that is planned after `now`, the soonest first."""
    found = [Planned(at=in_zone(at, zone), what=what, row=row) for row in rows for at, what in _of(row, now)]
    return sorted(found, key=lambda one: (one.at, one.row.path))


def _of(row: SeedRow, now: Instant) -> Iterator[tuple[Instant, str]]:
    scheduled = row.state == Reason.SCHEDULED.value
    if scheduled and row.published is not None:
        yield row.published, "publication"
    if not (scheduled or row.out):
        return
    if (
        row.updated is not None
        and row.updated > now
        and (row.published is None or row.updated > row.published)
    ):
        yield row.updated, "update"
    if row.expires is not None and row.expires > now:
        yield row.expires, "expiry"


def month(plans: Iterable[Planned], first: date, today: date) -> Month:
    """Return the month that begins with `first`."""
    by_day: dict[date, list[Planned]] = {}
    for one in plans:
        by_day.setdefault(one.at.date(), []).append(one)
    days = tuple(
        Day(
            day=day,
            inside=day.month == first.month,
            today=day == today,
            planned=tuple(by_day.get(day, ())),
        )
        for day in _WEEK.itermonthdates(first.year, first.month)
    )
    months: dict[date, int] = {}
    for day, found in by_day.items():
        months[day.replace(day=1)] = months.get(day.replace(day=1), 0) + len(found)
    return Month(
        first=first,
        days=days,
        planned=months.get(first, 0),
        before=_step(first, -1),
        after=_step(first, 1),
        others=tuple(sorted((other, count) for other, count in months.items() if other != first)),
    )


def month_of(text: str, today: date) -> date:
    """Return the first day of the month that `2026-11` names, of today's where it names none."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return found if 1 < found.year < 9999 else today.replace(day=1)


def _step(first: date, months: int) -> date:
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
