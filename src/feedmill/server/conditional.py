"""Conditional requests: which precondition decides, and what it says (RFC 9110, 13)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache

from feedmill.server.response import Fields

_TAG = re.compile(rb'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_IMF = re.compile(r"[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT")
_RFC850 = re.compile(r"[A-Z][a-z]{5,8}, (\d\d)-([A-Z][a-z]{2})-(\d\d) (\d\d):(\d\d):(\d\d) GMT")
_ASCTIME = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})")
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"


_LONGEST_DATE = 64  # bytes; nothing longer may fill the cache


class Outcome(Enum):
    """What the preconditions make of a request that would be answered with 200."""

    PERFORM = 200
    NOT_MODIFIED = 304
    FAILED = 412


def parse_date(value: bytes) -> int | None:
    """Return the second since 1970 that an HTTP-date names, None for anything else.

    The three forms of RFC 9110, 5.6.7, and no others: a date that is none is ignored (13.1.3).
    """
    return _parse_date(value) if len(value) <= _LONGEST_DATE else None


@lru_cache(maxsize=1024)
def _parse_date(value: bytes) -> int | None:
    text = value.decode("latin-1").strip(" \t")
    if found := _IMF.fullmatch(text):
        day, month, year, *clock = found.groups()
    elif found := _RFC850.fullmatch(text):
        day, month, short, *clock = found.groups()
        year = _full_year(int(short))
    elif found := _ASCTIME.fullmatch(text):
        month, day, *clock, year = found.groups()
    else:
        return None
    try:
        hour, minute, second = map(int, clock)
        # A leap second is a valid HTTP-date; nothing of ours changes within one.
        number = _MONTHS.index(month) // 4 + 1
        when = datetime(int(year), number, int(day), hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None
    return int(when.timestamp())


def _full_year(short: int) -> str:
    """A two-digit year that seems more than 50 years ahead is in the past (RFC 9110, 5.6.7)."""
    this = datetime.now(UTC).year
    year = this - this % 100 + short
    return str(year - 100 if year > this + 50 else year)


def _names(value: bytes, etag: bytes, *, weak: bool) -> bool:
    """Is `etag` (a strong one, with its quotes) in the list? `*` is any (RFC 9110, 13.1.1 and 13.1.2)."""
    if value.strip(b" \t") == b"*":
        return True
    if etag not in value:
        return False
    opaque = etag[1:-1]
    return any(tag == opaque and (weak or not prefix) for prefix, tag in _TAG.findall(value))


def evaluate(fields: Fields, etag: bytes, modified: int, *, dated: bool) -> Outcome:
    """Apply the preconditions in the order of RFC 9110, 13.2.2.

    `etag` is the selected variant's; `modified` the second of its last change; `dated` is False
    while that second is not yet past: the date then cannot tell two versions apart, so
    If-Modified-Since is not believed.
    """
    match = fields.get(b"if-match")
    if match is not None:
        if not _names(match, etag, weak=False):
            return Outcome.FAILED
    elif (since := fields.get(b"if-unmodified-since")) is not None:
        limit = parse_date(since)
        if limit is not None and modified > limit:
            return Outcome.FAILED
    none_match = fields.get(b"if-none-match")
    if none_match is not None:
        # It decides alone: sfeed's If-Modified-Since is its own file's time, always later than ours.
        if none_match == etag or _names(none_match, etag, weak=True):
            return Outcome.NOT_MODIFIED
    elif dated and (since := fields.get(b"if-modified-since")) is not None:
        limit = parse_date(since)
        if limit is not None and modified <= limit:
            return Outcome.NOT_MODIFIED
    return Outcome.PERFORM
