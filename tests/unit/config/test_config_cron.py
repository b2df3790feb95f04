"""Cron expressions: crontab's five fields, 0 and 7 are Sunday."""

from __future__ import annotations

import pytest

from feedmill.config.cron import Cron, normalize_cron, parse_cron


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("* * * * *", Cron(None, None, None, None, None)),
        ("0 * * * *", Cron((0,), None, None, None, None)),
        ("*/15 9-17 * * mon-fri", Cron((0, 15, 30, 45), tuple(range(9, 18)), None, None, (1, 2, 3, 4, 5))),
        ("5/20 0 1,15 jan,jul *", Cron((5, 25, 45), (0,), (1, 15), (1, 7), None)),
        ("0 0 * * 0", Cron((0,), (0,), None, None, (0,))),
        ("0 0 * * 7", Cron((0,), (0,), None, None, (0,))),
        ("0 0 * * SUN", Cron((0,), (0,), None, None, (0,))),
        ("0 0 * * 5-7", Cron((0,), (0,), None, None, (0, 5, 6))),
        ("0 0 * * fri-sun", Cron((0,), (0,), None, None, (0, 5, 6))),
        ("0 0 * * 0-7", Cron((0,), (0,), None, None, None)),
        ("0 0 * * */2", Cron((0,), (0,), None, None, (0, 2, 4, 6))),
        ("0-59 * * * *", Cron(None, None, None, None, None)),
        ("0 0 29 2 *", Cron((0,), (0,), (29,), (2,), None)),
        ("@daily", Cron((0,), (0,), None, None, None)),
        ("@Hourly", Cron((0,), None, None, None, None)),
        ("  0   0\t1 1 * ", Cron((0,), (0,), (1,), (1,), None)),
    ],
)
def test_what_an_expression_says(text: str, expected: Cron) -> None:
    assert parse_cron(text) == expected
    assert parse_cron(normalize_cron(text)) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "1 of its five fields"),
        ("* * * *", "4 of its five fields"),
        ("* * * * * *", "6 fields instead of five"),
        ("61 * * * *", "a minute of 61, outside 0 to 59"),
        ("* 24 * * *", "an hour of 24, outside 0 to 23"),
        ("* * 0 * *", "a day of the month of 0, outside 1 to 31"),
        ("* * * 13 *", "a month of 13, outside 1 to 12"),
        ("* * * * 8", "a day of the week of 8, outside 0 to 7"),
        ("* * * * foo", "'foo' where a day of the week belongs"),
        ("* * * mon *", "'mon' where a month belongs"),
        ("*/0 * * * *", "a step of 0"),
        ("30-10 * * * *", "backwards"),
        ("1,,2 * * * *", "'' where a minute belongs"),
        ("?  * * * *", "'?' where a minute belongs"),
        ("0 0 30 2 *", "a day 30 that none of its months has"),
        ("0 0 31 4,6 *", "a day 31 that none of its months has"),
        ("@reboot", "an unknown short form"),
        ("-5 * * * *", "'-5' where a minute belongs"),
        ("٣ * * * *", "where a minute belongs"),
    ],
)
def test_what_is_no_expression(text: str, why: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_cron(text)
    assert why in str(caught.value)
