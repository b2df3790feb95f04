"""The one door to APScheduler: when the mill rescans, when the next planned change is due, housekeeping.

Jobs only ask (through callbacks that return at once); passes run elsewhere. Nothing is lost to a
misfire: a late job runs late, several missed runs are one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from feedmill.config.cron import Cron, parse_cron
from feedmill.model.instant import Instant
from feedmill.model.settings import ScheduleSettings
from feedmill.seeds.dates import zone

REBUILD = "rebuild"
NEXT_CHANGE = "next-change"
HOUSEKEEPING = "housekeeping"

_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_HOUSEKEEPING = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRun:
    """When a job runs next, and why."""

    job: str
    at: Instant


class Scheduler:
    """Three jobs over one background thread of APScheduler."""

    def __init__(
        self,
        settings: ScheduleSettings,
        *,
        rebuild: Callable[[], None],
        next_change: Callable[[], None],
        housekeeping: Callable[[], None],
    ) -> None:
        self._callbacks = {REBUILD: rebuild, NEXT_CHANGE: next_change, HOUSEKEEPING: housekeeping}
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
            timezone=UTC,
        )
        self._next_change: Instant | None = None
        self._settings = settings

    def start(self) -> None:
        """Start keeping time."""
        self._scheduler.start()
        self._add(HOUSEKEEPING, IntervalTrigger(seconds=int(_HOUSEKEEPING.total_seconds()), timezone=UTC))
        self.configure(self._settings)

    def stop(self) -> None:
        """Stop; a job that is running ends first."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def configure(self, settings: ScheduleSettings) -> None:
        """Rescan as `settings` says from now on; also after the clock was set."""
        self._settings = settings
        trigger = rebuild_trigger(settings)
        if trigger is None:
            self._remove(REBUILD)
        else:
            self._add(REBUILD, trigger)

    def plan(self, at: Instant | None) -> None:
        """Note the next planned change, None for none."""
        if at == self._next_change:
            return
        self._next_change = at
        if at is None:
            self._remove(NEXT_CHANGE)
        else:
            self._add(NEXT_CHANGE, DateTrigger(run_date=at, timezone=UTC))

    def planned(self) -> tuple[PlannedRun, ...]:
        """Return the next run of every job, soonest first."""
        runs = [
            PlannedRun(job=job.id, at=job.next_run_time.astimezone(UTC))
            for job in self._scheduler.get_jobs()
            if job.next_run_time is not None
        ]
        return tuple(sorted(runs, key=lambda run: (run.at, run.job)))

    def _add(self, job: str, trigger: BaseTrigger) -> None:
        self._scheduler.add_job(self._callbacks[job], trigger, id=job, name=job, replace_existing=True)

    def _remove(self, job: str) -> None:
        try:
            self._scheduler.remove_job(job)
        except JobLookupError:
            return


def rebuild_trigger(settings: ScheduleSettings) -> BaseTrigger | None:
    """Return the trigger of the `rebuild` job; None when it is never to run."""
    if settings.cron is not None:
        return CronInZone(parse_cron(settings.cron), zone(settings.timezone))
    if settings.every is not None:
        return IntervalTrigger(seconds=max(1, int(settings.every.total_seconds())), timezone=UTC)
    return None


class CronInZone(BaseTrigger):  # type: ignore[misc]
    """crontab(5) by the wall clock of a zone, right across both DST changes.

    A time that the change skips runs at the moment after the gap; one that it repeats runs once,
    the first time; with `*` for the hour, every repeated hour counts. APScheduler's own trigger finds
    the next wall time (in a zone without changes); what that time means in the zone is worked out here.
    """

    def __init__(self, cron: Cron, zone: tzinfo) -> None:
        self._zone = zone
        self._every_hour = cron.hours is None
        fields: dict[str, Any] = {
            "minute": _values(cron.minutes),
            "hour": _values(cron.hours),
            "month": _values(cron.months),
            "timezone": UTC,
        }
        weekdays = None if cron.weekdays is None else ",".join(_WEEKDAYS[day] for day in cron.weekdays)
        if cron.days is not None and weekdays is not None:  # crontab(5): either of them
            triggers = [
                CronTrigger(day=_values(cron.days), **fields),
                CronTrigger(day_of_week=weekdays, **fields),
            ]
            self._walls: BaseTrigger = OrTrigger(triggers)
        else:
            self._walls = CronTrigger(day=_values(cron.days), day_of_week=weekdays or "*", **fields)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Return the first run after the previous one, and not before `now`."""
        start = now.astimezone(UTC)
        if previous_fire_time is not None:
            start = max(start, previous_fire_time.astimezone(UTC) + timedelta(seconds=1))
        local = start.astimezone(self._zone)
        wall = local.replace(tzinfo=UTC, fold=0)
        while True:
            found = self._walls.get_next_fire_time(None, wall)
            if found is None:
                return None
            at = self._instant(found)
            if at >= start:
                break
            wall = found + timedelta(seconds=1)  # the second time of a repeated hour: it has run
        if self._every_hour:
            repeated = self._in_repeated_hour(start, at)
            at = min(at, repeated) if repeated is not None else at
        return at

    def _instant(self, wall: datetime) -> datetime:
        """Return when a wall time is; one that does not exist is the end of its gap."""
        local = wall.replace(tzinfo=self._zone)
        at = local.astimezone(UTC)
        if at.astimezone(self._zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
            return at
        return _transition(self._zone, at - timedelta(days=1), at + timedelta(days=1))

    def _in_repeated_hour(self, start: datetime, end: datetime) -> datetime | None:
        """Return the first run in wall time that the clock goes through again before `end`."""
        if start.astimezone(self._zone).fold:
            first = start
        elif _offset(self._zone, end) < _offset(self._zone, start):
            first = _transition(self._zone, start, end)
        else:
            return None
        local = first.astimezone(self._zone)
        found = self._walls.get_next_fire_time(None, local.replace(tzinfo=UTC, fold=0))
        if found is None:
            return None
        again = found.replace(tzinfo=self._zone, fold=1)
        at = again.astimezone(UTC)
        return at if at.astimezone(self._zone).fold == 1 and at >= first else None


def _values(values: tuple[int, ...] | None) -> str:
    return "*" if values is None else ",".join(map(str, values))


def _offset(zone: tzinfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _transition(zone: tzinfo, low: datetime, high: datetime) -> datetime:
    """Return the second in (`low`, `high`] from which on the zone has the offset it has at `high`."""
    after = _offset(zone, high)
    left, right = 0, int((high - low).total_seconds())
    while right - left > 1:
        middle = (left + right) // 2
        if _offset(zone, low + timedelta(seconds=middle)) == after:
            right = middle
        else:
            left = middle
    return low + timedelta(seconds=right)
