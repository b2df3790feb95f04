"""Cron expressions of five fields, as crontab(5) has them: 0 and 7 are Sunday."""

from __future__ import annotations

import re
from typing import NamedTuple

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_LONGEST_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_RANGE = re.compile(r"(?:(\*)|([0-9]{1,3}|[a-z]{3})(?:-([0-9]{1,3}|[a-z]{3}))?)(?:/([0-9]{1,3}))?")


class _Field(NamedTuple):
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()


_FIELDS = (
    _Field("a minute", 0, 59),
    _Field("an hour", 0, 23),
    _Field("a day of the month", 1, 31),
    _Field("a month", 1, 12, ("", *_MONTHS)),
    _Field("a day of the week", 0, 7, _DAYS),
)


class Cron(NamedTuple):
    """What a cron expression says, spelt out: sorted values, None for `*`.

    `weekdays` count from 0 = Sunday to 6 = Saturday. crontab(5): where both `days` and `weekdays`
    are given, a day that fits either of them counts.
    """

    minutes: tuple[int, ...] | None
    hours: tuple[int, ...] | None
    days: tuple[int, ...] | None
    months: tuple[int, ...] | None
    weekdays: tuple[int, ...] | None


def normalize_cron(text: str) -> str:
    """Return the expression in five fields with one space between, macros (`@hourly`) written out."""
    folded = " ".join(text.lower().split())
    return _MACROS.get(folded, folded)


def parse_cron(text: str) -> Cron:
    """Return what the expression says.

    Raises:
        ValueError: not five fields, a field that is none, or a day that no month has.
    """
    normal = normalize_cron(text)
    if normal.startswith("@"):
        raise ValueError(f"an unknown short form; the known ones are {', '.join(_MACROS)}")
    fields = normal.split(" ")
    if len(fields) != len(_FIELDS):
        instead = "of its five fields" if len(fields) < len(_FIELDS) else "fields instead of five"
        raise ValueError(f"{len(fields)} {instead}")
    cron = Cron(*(_parse_field(text, field) for text, field in zip(fields, _FIELDS, strict=True)))
    if cron.days:
        longest = max(_LONGEST_MONTH[month - 1] for month in cron.months or range(1, 13))
        if cron.days[0] > longest:
            raise ValueError(f"a day {cron.days[0]} that none of its months has")
    return cron


def _parse_field(text: str, field: _Field) -> tuple[int, ...] | None:
    if text == "*":
        return None
    values: set[int] = set()
    for part in text.split(","):
        values.update(_parse_range(part, field))
    if field.high == 7:
        values = {value % 7 for value in values}
    if len(values) == (7 if field.high == 7 else field.high - field.low + 1):
        return None
    return tuple(sorted(values))


def _parse_range(part: str, field: _Field) -> range:
    match = _RANGE.fullmatch(part)
    if match is None:
        raise ValueError(f"{part!r} where {field.name} belongs")
    star, first, last, step = match.groups()
    if step is not None and int(step) == 0:
        raise ValueError(f"{part!r}: a step of 0 for {field.name}")
    if star:
        low, high = field.low, 6 if field.high == 7 else field.high
    else:
        low = _number(first, field)
        highest = 6 if field.high == 7 else field.high
        high = _number(last, field) if last else highest if step else low
        if last == "sun":
            high = 7
    if low > high:
        raise ValueError(f"{part!r}: a range that goes backwards")
    return range(low, high + 1, int(step or 1))


def _number(text: str, field: _Field) -> int:
    if text.isdigit():
        number = int(text)
        if not field.low <= number <= field.high:
            raise ValueError(f"{field.name} of {number}, outside {field.low} to {field.high}")
        return number
    if text in field.names:
        return field.names.index(text)
    raise ValueError(f"{text!r} where {field.name} belongs")
