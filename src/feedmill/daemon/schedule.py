"""The one door to APScheduler: when the mill rescans, when the next planned change is due, housekeeping.

Jobs only ask (through callbacks that return at once); passes run elsewhere. Nothing is lost to a
misfire: a late job runs late, several missed runs are one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from feedmill.config.cron import next_run
from feedmill.model.instant import Instant
from feedmill.model.settings import ScheduleSettings
from feedmill.seeds.dates import zone

REBUILD = "rebuild"
NEXT_CHANGE = "next-change"
HOUSEKEEPING = "housekeeping"

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
        return CronInZone(settings.cron, zone(settings.timezone))
    if settings.every is not None:
        return IntervalTrigger(seconds=max(1, int(settings.every.total_seconds())), timezone=UTC)
    return None


class CronInZone(BaseTrigger):  # type: ignore[misc]
    """A cron expression by the wall clock of a zone, right across both DST changes."""

    def __init__(self, cron: str, zone: tzinfo) -> None:
        self._cron = cron
        self._zone = zone

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Return the first run after the previous one, and not before `now`."""
        return next_run(self._cron, self._zone, now=now, previous=previous_fire_time)
