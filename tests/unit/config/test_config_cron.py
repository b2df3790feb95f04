"""Cron expressions: crontab's five fields, 0 and 7 are Sunday."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice

import pytest
from cronsim import CronSim

from feedmill.config.cron import parse_cron

FRIDAY = tuple(f"Fri 01-02 {hour}:45" for hour in range(12, 18))


def runs(cron: str, count: int) -> list[str]:
    """Return the next runs after noon of Friday, January 2, 2026."""
    return [
        format(next_run, "%a %m-%d %H:%M")
        for next_run in islice(CronSim(cron, datetime(2026, 1, 2, 12, tzinfo=UTC)), count)
    ]


@pytest.mark.parametrize(
    ("text", "normal", "expected"),
    [
        ("* * * * *", "* * * * *", ["Fri 01-02 12:01", "Fri 01-02 12:02"]),
        ("0 * * * *", "0 * * * *", ["Fri 01-02 13:00", "Fri 01-02 14:00"]),
        ("*/15 9-17 * * mon-fri", "*/15 9-17 * * mon-fri", ["Fri 01-02 12:15"]),
        (
            "45 9-17 * * mon-fri",
            "45 9-17 * * mon-fri",
            [*FRIDAY, "Mon 01-05 09:45"],
        ),
        (
            "5/20 0 1,15 jan,jul *",
            "5/20 0 1,15 jan,jul *",
            ["Thu 01-15 00:05", "Thu 01-15 00:25", "Thu 01-15 00:45", "Wed 07-01 00:05"],
        ),
        ("0 0 * * 0", "0 0 * * 0", ["Sun 01-04 00:00", "Sun 01-11 00:00"]),
        ("0 0 * * 7", "0 0 * * 7", ["Sun 01-04 00:00", "Sun 01-11 00:00"]),
        ("0 0 * * SUN", "0 0 * * sun", ["Sun 01-04 00:00", "Sun 01-11 00:00"]),
        ("0 0 * * 5-7", "0 0 * * 5-7", ["Sat 01-03 00:00", "Sun 01-04 00:00", "Fri 01-09 00:00"]),
        ("0 0 * * fri-sun", "0 0 * * fri-7", ["Sat 01-03 00:00", "Sun 01-04 00:00", "Fri 01-09 00:00"]),
        ("0 0 * * 0-7", "0 0 * * 0-7", ["Sat 01-03 00:00", "Sun 01-04 00:00", "Mon 01-05 00:00"]),
        ("0 0 * * */2", "0 0 * * */2", ["Sat 01-03 00:00", "Sun 01-04 00:00", "Tue 01-06 00:00"]),
        ("0 0 29 2 *", "0 0 29 2 *", ["Tue 02-29 00:00"]),
        ("@daily", "0 0 * * *", ["Sat 01-03 00:00", "Sun 01-04 00:00"]),
        ("@Hourly", "0 * * * *", ["Fri 01-02 13:00"]),
        ("  0   0\t1 1 * ", "0 0 1 1 *", ["Fri 01-01 00:00"]),
    ],
)
def test_what_an_expression_says(text: str, normal: str, expected: list[str]) -> None:
    assert parse_cron(text) == parse_cron(normal) == normal
    assert runs(normal, len(expected)) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "1 of its five fields"),
        ("* * * *", "4 of its five fields"),
        ("* * * * * *", "6 fields instead of five"),
        ("61 * * * *", "'61' where a minute from 0 to 59 belongs"),
        ("* 24 * * *", "'24' where an hour from 0 to 23 belongs"),
        ("* * 0 * *", "'0' where a day of the month from 1 to 31 belongs"),
        ("* * * 13 *", "'13' where a month from 1 to 12 or jan to dec belongs"),
        ("* * * * 8", "'8' where a day of the week from 0 to 7 or sun to sat belongs"),
        ("* * * * foo", "'foo' where a day of the week from 0 to 7 or sun to sat belongs"),
        ("* * * mon *", "'mon' where a month from 1 to 12"),
        ("*/0 * * * *", "'*/0' where a minute from 0 to 59 belongs"),
        ("30-10 * * * *", "'30-10' where a minute from 0 to 59 belongs"),
        ("1,,2 * * * *", "'1,,2' where a minute"),
        ("?  * * * *", "'?' where a minute"),
        ("0 0 30 2 *", "a day 30 that none of its months has"),
        ("0 0 31 4,6 *", "a day 31 that none of its months has"),
        ("1," * 300 + "1 * * * *", "longer than 400 characters"),
        ("@reboot", "an unknown short form"),
        ("-5 * * * *", "'-5' where a minute"),
        ("٣ * * * *", "where a minute from 0 to 59 belongs"),
    ],
)
def test_what_is_no_expression(text: str, why: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_cron(text)
    assert why in str(caught.value)
