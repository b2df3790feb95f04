"""Periods, what is closed at an instant, what a touched period rewrites: tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import pytest

from feedmill.compose import Touched, is_closed, period_of, rewritten, turned
from feedmill.model.archive import Period, archive_path, split_archive
from feedmill.model.instant import from_micros, to_micros


def at(text: str) -> int:
    return to_micros(datetime.fromisoformat(text).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("instant", "by", "name", "start", "end"),
    [
        ("2026-06-01", "month", "2026-06", "2026-06-01", "2026-07-01"),
        ("2026-06-30T23:59:59.999999", "month", "2026-06", "2026-06-01", "2026-07-01"),
        ("2026-12-31", "month", "2026-12", "2026-12-01", "2027-01-01"),
        ("2024-02-29T12:00:00", "month", "2024-02", "2024-02-01", "2024-03-01"),
        ("1969-12-31T23:59:59", "month", "1969-12", "1969-12-01", "1970-01-01"),
        ("0001-01-01", "month", "0001-01", "0001-01-01", "0001-02-01"),
        ("2026-06-15", "year", "2026", "2026-01-01", "2027-01-01"),
        ("2026-12-31T23:59:59.999999", "year", "2026", "2026-01-01", "2027-01-01"),
    ],
)
def test_the_period_of_an_instant(
    instant: str, by: Literal["month", "year"], name: str, start: str, end: str
) -> None:
    assert period_of(at(instant), by) == Period(at(start), at(end), name)
    assert split_archive(archive_path("topics/ai", period_of(at(instant), by))) == ("topics/ai", name)


@pytest.mark.parametrize("by", ["month", "year"])
def test_time_ends_with_its_last_period(by: Literal["month", "year"]) -> None:
    last = period_of(at("9999-12-31T23:59:59.999999"), by)
    assert last.end - 1 == at("9999-12-31T23:59:59.999999")
    assert not is_closed(last, to_micros(datetime.max.replace(tzinfo=UTC)))


def test_a_period_is_closed_from_its_end_on() -> None:
    june = period_of(at("2026-06-15"), "month")
    assert is_closed(june, at("2026-07-01"))
    assert not is_closed(june, at("2026-07-01") - 1)


@pytest.mark.parametrize(
    ("last", "now", "range_"),
    [
        ("2026-06-01", "2026-06-30T23:59:59", None),
        ("2026-06-30T23:59:59", "2026-07-01", ("2026-06-01", "2026-07-01")),
        ("2026-05-09", "2026-08-02", ("2026-05-01", "2026-08-01")),
        ("2026-07-01", "2026-06-30", ("2026-06-01", "2026-07-01")),
    ],
)
def test_what_turned_between_two_passes_either_way(
    last: str, now: str, range_: tuple[str, str] | None
) -> None:
    start, end = turned(at(last), at(now), "month")
    if range_ is None:
        assert start == end
    else:
        assert (start, end) == (at(range_[0]), at(range_[1]))
        assert from_micros(start).day == from_micros(end).day == 1


MAY, JUNE, JULY = (period_of(at(f"2026-0{month}-02"), "month") for month in (5, 6, 7))


@pytest.mark.parametrize(
    ("chained", "known", "filled", "emptied"),
    [
        (True, True, {JUNE}, set()),  # an edit touches its own period alone
        (True, False, {MAY, JUNE, JULY}, set()),  # it joins the chain: its neighbours name it
        (False, True, {MAY, JULY}, {JUNE}),  # it leaves: they name each other
        (False, False, set(), set()),  # open, or never published
    ],
)
def test_what_a_touched_period_rewrites(
    chained: bool, known: bool, filled: set[Period], emptied: set[Period]
) -> None:
    found = rewritten([Touched(period=JUNE, chained=chained, known=known, previous=MAY, next=JULY)])
    assert (set(found.filled), set(found.emptied)) == (filled, emptied)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("all/2026-06", ("all", "2026-06")),
        ("custom/2026/2026", ("custom/2026", "2026")),
        ("topics/2026-06", None),  # a topic may be called so
        ("topics/ai", None),
        ("news/ai/2026", None),
        ("topics/ai/2026-6", None),
        ("all", None),
    ],
)
def test_which_paths_are_archives(path: str, found: tuple[str, str] | None) -> None:
    assert split_archive(path) == found
