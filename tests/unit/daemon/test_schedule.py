"""Cron by the wall clock of a zone, intervals, and jobs that lose nothing."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from feedmill.daemon.schedule import NEXT_CHANGE, REBUILD, CronInZone, Scheduler, rebuild_trigger
from feedmill.model.settings import ScheduleSettings


def runs(cron: str, zone: str, start: str, count: int) -> list[str]:
    """Return the next runs after a local time, in local time with offset."""
    place = ZoneInfo(zone)
    trigger = CronInZone(cron, place)
    now = datetime.fromisoformat(start).replace(tzinfo=place).astimezone(UTC)
    previous: datetime | None = None
    found = []
    for _ in range(count):
        previous = trigger.get_next_fire_time(previous, now)
        assert previous is not None
        now = max(now, previous)
        found.append(previous.astimezone(place).strftime("%a %Y-%m-%d %H:%M %z"))
    return found


@pytest.mark.parametrize(
    ("cron", "zone", "start", "wanted"),
    [
        # the hour that spring skips: the run comes when the gap is over, once
        (
            "30 2 * * *",
            "Europe/Berlin",
            "2026-03-28T12:00",
            ["Sun 2026-03-29 03:00 +0200", "Mon 2026-03-30 02:30 +0200"],
        ),
        # the hour that autumn repeats: once, the first time
        (
            "30 2 * * *",
            "Europe/Berlin",
            "2026-10-24T12:00",
            ["Sun 2026-10-25 02:30 +0200", "Mon 2026-10-26 02:30 +0100"],
        ),
        # every hour is every hour of real time
        (
            "0 * * * *",
            "Europe/Berlin",
            "2026-10-25T00:30",
            [
                "Sun 2026-10-25 01:00 +0200",
                "Sun 2026-10-25 02:00 +0200",
                "Sun 2026-10-25 02:00 +0100",
                "Sun 2026-10-25 03:00 +0100",
            ],
        ),
        (
            "0 * * * *",
            "Europe/Berlin",
            "2026-03-29T00:30",
            ["Sun 2026-03-29 01:00 +0100", "Sun 2026-03-29 03:00 +0200", "Sun 2026-03-29 04:00 +0200"],
        ),
        (
            "*/20 * * * *",
            "America/New_York",
            "2026-11-01T01:30",
            [
                "Sun 2026-11-01 01:40 -0400",
                "Sun 2026-11-01 01:00 -0500",
                "Sun 2026-11-01 01:20 -0500",
                "Sun 2026-11-01 01:40 -0500",
                "Sun 2026-11-01 02:00 -0500",
            ],
        ),
        (
            "15 2 * * *",
            "America/New_York",
            "2026-03-07T12:00",
            ["Sun 2026-03-08 03:00 -0400", "Mon 2026-03-09 02:15 -0400"],
        ),
        # Lord Howe moves by half an hour
        (
            "15 2 * * *",
            "Australia/Lord_Howe",
            "2026-10-03T12:00",
            ["Sun 2026-10-04 02:30 +1100", "Mon 2026-10-05 02:15 +1100"],
        ),
        (
            "45 1 * * *",
            "Australia/Lord_Howe",
            "2026-04-04T12:00",
            ["Sun 2026-04-05 01:45 +1100", "Mon 2026-04-06 01:45 +1030"],
        ),
        (
            "*/15 * * * *",
            "Australia/Lord_Howe",
            "2026-04-05T01:20",
            [
                "Sun 2026-04-05 01:30 +1100",
                "Sun 2026-04-05 01:45 +1100",
                "Sun 2026-04-05 01:30 +1030",
                "Sun 2026-04-05 01:45 +1030",
                "Sun 2026-04-05 02:00 +1030",
            ],
        ),
        # steps of minutes go by the clock as it is: nothing in the skipped hour, twice in the repeated one
        (
            "*/30 2 * * *",
            "Europe/Berlin",
            "2026-03-28T12:00",
            ["Mon 2026-03-30 02:00 +0200", "Mon 2026-03-30 02:30 +0200"],
        ),
        (
            "*/30 2 * * *",
            "Europe/Berlin",
            "2026-10-24T12:00",
            [
                "Sun 2026-10-25 02:00 +0200",
                "Sun 2026-10-25 02:30 +0200",
                "Sun 2026-10-25 02:00 +0100",
                "Sun 2026-10-25 02:30 +0100",
                "Mon 2026-10-26 02:00 +0100",
            ],
        ),
        # 0 and 7 are Sunday
        (
            "0 9 * * 0",
            "UTC",
            "2026-11-18T00:00",
            ["Sun 2026-11-22 09:00 +0000", "Sun 2026-11-29 09:00 +0000"],
        ),
        ("0 9 * * 7", "UTC", "2026-11-18T00:00", ["Sun 2026-11-22 09:00 +0000"]),
        (
            "0 9 * * 1-5",
            "UTC",
            "2026-11-20T10:00",
            ["Mon 2026-11-23 09:00 +0000", "Tue 2026-11-24 09:00 +0000"],
        ),
        # day of the month or of the week, where both are given
        (
            "0 0 13 * 5",
            "UTC",
            "2026-11-08T00:00",
            ["Fri 2026-11-13 00:00 +0000", "Fri 2026-11-20 00:00 +0000"],
        ),
        (
            "0 0 1 * 1",
            "UTC",
            "2026-11-24T00:00",
            ["Mon 2026-11-30 00:00 +0000", "Tue 2026-12-01 00:00 +0000"],
        ),
        ("0 0 29 2 *", "UTC", "2026-11-24T00:00", ["Tue 2028-02-29 00:00 +0000"]),
    ],
)
def test_cron_in_zones(cron: str, zone: str, start: str, wanted: list[str]) -> None:
    assert runs(cron, zone, start, len(wanted)) == wanted


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_every_minute_of_a_year_with_hourly_runs_has_no_gap_and_no_double(zone: str) -> None:
    trigger = CronInZone("0 * * * *", ZoneInfo(zone))
    for month in (3, 4, 10, 11):
        at = datetime(2026, month, 1, tzinfo=UTC)
        end = at + timedelta(days=31)
        while at < end:
            following = trigger.get_next_fire_time(at, at)
            assert following is not None
            assert timedelta(minutes=20) <= following - at <= timedelta(minutes=90), (at, following)
            at = following


def test_triggers_of_settings() -> None:
    assert rebuild_trigger(ScheduleSettings(every=None)) is None
    every = rebuild_trigger(ScheduleSettings(every=timedelta(minutes=15)))
    assert every is not None
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert every.get_next_fire_time(now, now) == now + timedelta(minutes=15)
    cron = rebuild_trigger(ScheduleSettings(every=None, cron="0 3 * * *", timezone="Europe/Berlin"))
    assert cron is not None
    assert cron.get_next_fire_time(None, now) == datetime(2026, 1, 1, 2, tzinfo=UTC)


def test_jobs_run_late_rather_than_never() -> None:
    heard: dict[str, threading.Event] = {name: threading.Event() for name in ("rebuild", "change", "keep")}
    scheduler = Scheduler(
        ScheduleSettings(every=timedelta(hours=1)),
        rebuild=heard["rebuild"].set,
        next_change=heard["change"].set,
        housekeeping=heard["keep"].set,
    )
    scheduler.start()
    try:
        scheduler.plan(datetime.now(UTC) + timedelta(hours=1))
        planned = {run.job: run.at for run in scheduler.planned()}
        assert {REBUILD, NEXT_CHANGE} < set(planned)
        assert [run.at for run in scheduler.planned()] == sorted(planned.values())
        for job in scheduler._scheduler.get_jobs():
            assert job.misfire_grace_time is None
            assert job.coalesce
            assert job.max_instances == 1
        scheduler.plan(datetime.now(UTC) - timedelta(days=1))
        assert heard["change"].wait(10), "what was due yesterday is done today"
        scheduler.plan(None)
        assert NEXT_CHANGE not in {run.job for run in scheduler.planned()}
        scheduler.configure(ScheduleSettings(every=None))
        assert REBUILD not in {run.job for run in scheduler.planned()}
    finally:
        scheduler.stop()
