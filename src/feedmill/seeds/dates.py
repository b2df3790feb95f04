"""Dates: what an author wrote as RFC 3339, ISO 8601 or a YAML timestamp, as an instant in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from importlib.resources import files

from feedmill.model.instant import Instant
from feedmill.seeds.address_parts import stem

_DATE = r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
_TIME = r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]*))?)?"
_OFFSET = r"(?P<offset>[Zz]|[+-][0-9]{1,2}(?::?[0-9]{2})?)"
_ORDINARY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_EXTENDED = re.compile(
    rf"{_DATE}(?:(?:[Tt]|[ \t]+){_TIME}(?:[ \t]+(?P=year)(?=[ \t]))?(?:[ \t]*{_OFFSET})?)?"
)
"""RFC 3339 5.6, ISO 8601's extended format, and YAML's with shorter parts (https://yaml.org/type/timestamp.html)."""

_OTHER = re.compile(
    rf"(?P<day>[0-9]{{8}}|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}|[0-9]{{4}}-?W[0-9]{{2}}(?:-?[1-7])?)"
    rf"(?:T(?P<clock>[0-9]{{2}}(?::?[0-9]{{2}}(?::?[0-9]{{2}}(?:[.,][0-9]+)?)?)?){_OFFSET}?)?"
)
"""ISO 8601's basic format, its weeks, and an hour alone."""

_PREFIX = re.compile(
    r"([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})"
    r"(T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?(?:\s?[-_]|\Z)"
)
_EXAMPLE = "write it like 2026-11-21T08:00:00Z or 2026-11-21"


def parse_instant(text: str, default: tzinfo) -> Instant:
    """Return the instant that `text` names; without a zone of its own, `text` is in `default`.

    A bare date is midnight there. Of a time that a change of clocks repeats it is the first, and one that it
    skips counts as before the change (`fold=0`, PEP 495). A leap second is the one after it.

    Raises:
        ValueError: why it is none and what would be right, to be read after the field's name and value.
    """
    text = text.strip()
    if _ORDINARY.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass  # below it is said why
    match = _EXTENDED.fullmatch(text)
    try:
        if match:
            moment = _extended(match, default)
        elif other := _OTHER.fullmatch(text):
            moment = _other(other, default)
        else:
            raise ValueError(f"is no date; {_EXAMPLE}")
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside the years 1 to 9999 in UTC") from None


def is_instant(text: str, default: tzinfo) -> bool:
    """Whether `parse_instant` takes a text."""
    try:
        parse_instant(text, default)
    except ValueError:
        return False
    return True


def file_name_date(path: str, default: tzinfo) -> Instant | None:
    """Return the date that a file's name begins with (`2026-11-21-title.md`), of an `index.md` its folder's.

    Behind it stands `-`, `_` or nothing, as in Zola, which may have a time there; without one it is midnight.
    """
    match = _PREFIX.match(stem(path))
    try:
        return parse_instant(match[1] + (match[2] or ""), default) if match else None
    except ValueError:
        return None


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    """Return the time zone `name` from the pinned tzdata package, never the machine's own.

    Raises:
        ValueError: the package has no such zone.
    """
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo

    known = files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    if name not in known:
        raise ValueError(f"no time zone {name!r} in tzdata")
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, key=name)


def _extended(match: re.Match[str], default: tzinfo) -> datetime:
    leap = match["second"] == "60"
    tz = _offset(match["offset"]) if match["offset"] else default
    try:
        moment = datetime(
            int(match["year"]),
            int(match["month"]),
            int(match["day"]),
            int(match["hour"] or 0),
            int(match["minute"] or 0),
            59 if leap else int(match["second"] or 0),
            0 if leap else int((match["fraction"] or "0")[:6].ljust(6, "0")),
            tz,
        )
    except ValueError as error:
        raise ValueError(f"does not exist ({error}); {_EXAMPLE}") from None
    return moment + timedelta(seconds=1) if leap else moment


def _other(match: re.Match[str], default: tzinfo) -> datetime:
    if match["clock"] is None and match["day"].isdigit():
        raise ValueError(f"is a bare number and no date; {_EXAMPLE}")
    try:
        written = f"{match['day']}T{match['clock'] or '00'}"
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise ValueError(f"is no day or time that exists; {_EXAMPLE}") from None
    return moment.replace(tzinfo=_offset(match["offset"]) if match["offset"] else default)


def _offset(text: str) -> tzinfo:
    if text in ("Z", "z"):
        return UTC
    digits = text[1:].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
    if hours > 23 or minutes > 59:
        raise ValueError(f"has the offset {text}; one beyond ±23:59 does not exist")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)
