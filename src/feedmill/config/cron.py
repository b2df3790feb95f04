"""The one door to cronsim: expressions of five fields, as crontab(5) has them (0 and 7 are Sunday)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

_MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_FIELDS = (
    "a minute from 0 to 59",
    "an hour from 0 to 23",
    "a day of the month from 1 to 31",
    "a month from 1 to 12 or jan to dec",
    "a day of the week from 0 to 7 or sun to sat",
)
_LONGEST = 400


def parse_cron(text: str) -> str:
    """Return the expression in five fields with one space between, macros (`@hourly`) written out.

    Raises:
        ValueError: not five fields, a field that is none, or a day that no month has.
    """
    if len(text) > _LONGEST:
        raise ValueError(f"which is longer than {_LONGEST} characters")
    folded = " ".join(text.lower().split())
    if folded.startswith("@") and folded not in _MACROS:
        raise ValueError(f"an unknown short form; the known ones are {', '.join(_MACROS)}")
    # a week may end with its Sunday: `fri-sun`
    normal = re.sub(r"-sun\b", "-7", _MACROS.get(folded, folded))
    fields = normal.split(" ")
    if len(fields) != len(_FIELDS):
        instead = "of its five fields" if len(fields) < len(_FIELDS) else "fields instead of five"
        raise ValueError(f"{len(fields)} {instead}")
    for index, (field, what) in enumerate(zip(fields, _FIELDS, strict=True)):
        if not _runs(" ".join([*"*" * index, field, *"*" * (4 - index)])):
            raise ValueError(f"{field!r} where {what} belongs")
    if not _runs(normal):
        raise ValueError(f"a day {fields[2]} that none of its months has")
    return normal


def next_run(cron: str, zone: tzinfo, *, now: datetime, previous: datetime | None) -> datetime | None:
    """Return when `cron` runs next by the wall clock of `zone`: after `previous`, not before `now`; UTC.

    As Debian's cron has it, across both DST changes. A time that the change skips runs at the moment
    after the gap; one that it repeats runs once, the first time. With `*` for the minute or the hour, what
    is skipped does not run, and every repeated time counts. None where no date fits any more.
    """
    from cronsim import CronSim  # imported on use: few configurations have an expression

    after = now.astimezone(UTC) - timedelta.resolution
    if previous is not None:
        after = max(after, previous.astimezone(UTC))
    for found in CronSim(cron, after.astimezone(zone)):
        at = found.astimezone(UTC)
        if at > after:  # else the second time of a repeated hour: it has run
            return at
    return None


def _runs(expression: str) -> bool:
    """Whether cronsim takes an expression."""
    from cronsim import CronSim, CronSimError

    try:
        CronSim(expression, datetime(2000, 1, 1, tzinfo=UTC))
    except CronSimError:
        return False
    return True
