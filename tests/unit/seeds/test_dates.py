"""Dates as authors write them, and what they mean in UTC."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from feedmill.seeds.dates import file_name_date, parse_instant, zone


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-10-19T00:00:00Z", "2020-10-19T00:00:00"),
        ("2020-10-19t01:02:03z", "2020-10-19T01:02:03"),
        ("2020-10-19T01:02:03+02:00", "2020-10-18T23:02:03"),
        ("2020-10-19T01:02:03-0530", "2020-10-19T06:32:03"),
        ("2020-10-19T01:02:03.123456789Z", "2020-10-19T01:02:03.123456"),
        ("2020-10-19T01:02:03,5Z", "2020-10-19T01:02:03.500000"),
        ("2020-10-19 01:02", "2020-10-19T01:02:00"),
        ("2020-10-19", "2020-10-19T00:00:00"),
        ("2001-12-14 21:59:43.10 -5", "2001-12-15T02:59:43.100000"),
        ("2001-12-14t21:59:43.10-05:00", "2001-12-15T02:59:43.100000"),
        ("2001-12-15 2:59:43.10", "2001-12-15T02:59:43.100000"),
        ("2002-1-4 5:06:07 +1", "2002-01-04T04:06:07"),
        ("2002-12-14\t05:06:07 \t Z", "2002-12-14T05:06:07"),
        ("20201019T010203Z", "2020-10-19T01:02:03"),
        ("20201019T0102+0200", "2020-10-18T23:02:00"),
        ("2020-10-19T10Z", "2020-10-19T10:00:00"),
        ("2020-W43-1", "2020-10-19T00:00:00"),
        ("2020-W43-1T10:00Z", "2020-10-19T10:00:00"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00"),
        ("  2020-10-19  ", "2020-10-19T00:00:00"),
        ("\xa0 2017-09-12 10:00:00\u3000", "2017-09-12T10:00:00"),
        ("0001-01-01", "0001-01-01T00:00:00"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999"),
        ("2020-10-19T00:00:00-00:00", "2020-10-19T00:00:00"),
        ("2020-10-19T00:00:00+23:59", "2020-10-18T00:01:00"),
    ],
)
def test_dates_are_read_in_each_of_the_three_notations(text: str, expected: str) -> None:
    assert parse_instant(text, UTC) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2021-02-30", "does not exist (day is out of range for month)"),
        ("2021-13-01T00:00:00Z", "does not exist (month must be in 1..12)"),
        ("2021-01-01T24:00:00Z", "does not exist (hour must be in 0..23)"),
        ("2021-01-01T10:61", "does not exist (minute must be in 0..59)"),
        ("2021-01-01T10:00:61Z", "does not exist (second must be in 0..59)"),
        ("0000-01-01", "does not exist (year 0 is out of range)"),
        ("2021-01-01T00:00:00+25:00", "has the offset +25:00"),
        ("2021-01-01T00:00:00+01:99", "has the offset +01:99"),
        ("0001-01-01T00:00:00+01:00", "lies outside the years 1 to 9999"),
        ("9999-12-31T23:59:59-01:00", "lies outside the years 1 to 9999"),
        ("9999-12-31T23:59:60Z", "lies outside the years 1 to 9999"),
        ("tomorrow", "is no date"),
        ("20201019", "is a bare number"),
        ("1603065600", "is no date"),
        ("2020", "is no date"),
        ("2020-10", "is no date"),
        ("19.10.2020", "is no date"),
        ("10/19/2020", "is no date"),
        ("Mon, 19 Oct 2020 00:00:00 GMT", "is no date"),
        ("2020-10-19x10:00:00", "is no date"),
        ("2020-10-19T10:00:00 EST", "is no date"),
        ("٢٠٢٠-10-19", "is no date"),
        ("2020-W54-1", "is no day or time that exists"),
        ("20201319T10Z", "is no day or time that exists"),
        ("2020-10-19T", "is no date"),
        ("-2020-10-19", "is no date"),
        ("12020-10-19", "is no date"),
        ("", "is no date"),
    ],
)
def test_what_is_no_date_says_why_and_what_would_be_right(text: str, why: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_instant(text, UTC)
    assert why in str(caught.value)
    if "outside" not in why and "offset" not in why:
        assert "2026-11-21T08:00:00Z" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("2026-07-01", "Europe/Berlin", "2026-06-30T22:00:00"),
        ("2026-01-01T12:00", "America/New_York", "2026-01-01T17:00:00"),
        ("2026-01-01T12:00Z", "America/New_York", "2026-01-01T12:00:00"),
        ("2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:30:00"),  # skipped: counts in winter time
        ("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00"),  # repeated: the first
        ("2026-01-01", "Pacific/Kiritimati", "2025-12-31T10:00:00"),
        ("2026-W01-1", "Europe/Berlin", "2025-12-28T23:00:00"),
    ],
)
def test_a_date_without_a_zone_is_in_the_configured_one(text: str, name: str, expected: str) -> None:
    assert parse_instant(text, zone(name)) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "name"), [("0001-01-01", "Asia/Tokyo"), ("9999-12-31T23:59", "America/New_York")]
)
def test_the_ends_of_the_calendar_are_no_dates_in_zones_beyond_them(text: str, name: str) -> None:
    with pytest.raises(ValueError, match="outside the years"):
        parse_instant(text, zone(name))


def test_zones_come_from_the_pinned_package_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    monkeypatch.setenv("PYTHONTZPATH", "/nonexistent")
    zone.cache_clear()
    assert parse_instant("2026-07-01", zone("Europe/Berlin")).hour == 22
    assert zone("UTC") is UTC


@pytest.mark.parametrize(
    "name", ["Nowhere/City", "../../etc/passwd", "/etc/localtime", "europe/berlin", "", "__init__.py"]
)
def test_an_unknown_zone_is_an_error(name: str) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        zone(name)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("_posts/2020-10-19-title.md", "2020-10-19T00:00:00"),
        ("2020-10-19-.md", "2020-10-19T00:00:00"),
        ("2020-10-19/title.md", None),
        ("2020-02-30-title.md", None),
        ("2020-10-19.md", "2020-10-19T00:00:00"),
        ("a-2020-10-19-title.md", None),
        ("2020-1-9-title.md", "2020-01-09T00:00:00"),
        ("blog/2020-10-19-title/index.md", "2020-10-19T00:00:00"),
        ("blog/2020-10-19-title/index.de.md", "2020-10-19T00:00:00"),
        ("blog/2020-10-19-title/other.md", None),
        ("2020-10-19_title.md", "2020-10-19T00:00:00"),
        ("2020-10-19T10:30:00+02:00-title.md", "2020-10-19T08:30:00"),
        ("2020-10-19T10:30:00Z_title.md", "2020-10-19T10:30:00"),
        ("2020-10-19T25:30:00Z-title.md", None),
        ("2020-10-19 title.md", None),
    ],
)
def test_a_file_name_may_begin_with_the_date(path: str, expected: str | None) -> None:
    found = file_name_date(path, UTC)
    assert found == (None if expected is None else datetime.fromisoformat(expected).replace(tzinfo=UTC))
