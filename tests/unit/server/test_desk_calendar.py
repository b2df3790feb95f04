"""The calendar: what is planned, on which day, in the zone of the seeds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from feedmill.model.desk import SeedRow
from feedmill.server.desk.calendar import month, month_of, planned

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def at(day: int, hour: int = 8, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


ROWS = (
    SeedRow(path="later.md", state="scheduled", published=at(1), expires=at(9)),
    SeedRow(path="out.md", state="eligible", published=at(1, month=1), updated=at(2), expires=at(31, 23)),
    SeedRow(path="draft.md", state="unpublished", published=at(3), expires=at(4)),
    SeedRow(path="over.md", state="expired", published=at(1, month=1), expires=at(1, month=2)),
    SeedRow(path="old.md", state="eligible", published=at(1, month=1), updated=at(1, month=3)),
)


def test_only_what_time_will_do_is_planned() -> None:
    assert [(one.row.path, one.what, one.at.isoformat()) for one in planned(ROWS, NOW, BERLIN)] == [
        ("later.md", "publication", "2026-12-01T09:00:00+01:00"),
        ("out.md", "update", "2026-12-02T09:00:00+01:00"),
        ("later.md", "expiry", "2026-12-09T09:00:00+01:00"),
        ("out.md", "expiry", "2027-01-01T00:00:00+01:00"),
    ]


def test_a_month_is_whole_weeks_and_names_the_other_months() -> None:
    shown = month(planned(ROWS, NOW, BERLIN), date(2026, 12, 1), date(2026, 12, 2))
    assert len(shown.days) % 7 == 0
    assert shown.days[0].day.weekday() == 0
    assert shown.planned == 3
    assert shown.others == ((date(2027, 1, 1), 1),)
    assert (shown.before, shown.after) == (date(2026, 11, 1), date(2027, 1, 1))
    busy = {one.day.day: len(one.planned) for one in shown.days if one.inside and one.planned}
    assert busy == {1: 1, 2: 1, 9: 1}
    assert [one.day.day for one in shown.days if one.today] == [2]


def test_what_names_no_month_is_this_one() -> None:
    today = date(2026, 11, 27)
    assert month_of("2026-02", today) == date(2026, 2, 1)
    for text in ("", "2026-13", "9999-12", "0001-01", "next"):
        assert month_of(text, today) == date(2026, 11, 1)


def test_the_last_instant_is_planned_in_any_zone() -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    rows = (SeedRow(path="ever.md", state="eligible", published=at(1, month=1), expires=last), *ROWS)
    plans = planned(rows, NOW, ZoneInfo("Asia/Tokyo"))
    assert plans[-1].at == last
    assert month(plans, date(2026, 12, 1), date(2026, 12, 2)).others[-1] == (date(9999, 12, 1), 1)
