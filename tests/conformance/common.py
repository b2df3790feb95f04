"""What the specifications of feeds share: dates, addresses, mail addresses, XML without surprises."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

MAIL = re.compile(r"[^@\s()]+@[^@\s()]+( \([^()]*\))?")
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_RFC822 = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4}) "
    r"(\d\d):(\d\d):(\d\d) (?:[+-]\d{4}|GMT)"
)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def parse_xml(document: bytes) -> Any:
    """Return the root of a well-formed document: UTF-8, no document type, no CDATA, a final newline."""
    assert document.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n"), document[:60]
    assert document.endswith(b">\n")
    assert b"<!" not in document
    document.decode()
    return etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True))


def is_url(text: str) -> bool:
    """Whether `text` is an absolute http(s) URL as RFC 3986 has it: ASCII, no blanks."""
    parts = urlsplit(text)
    return text.isascii() and " " not in text and parts.scheme in ("http", "https") and bool(parts.hostname)


def is_rfc822(text: str) -> bool:
    """Whether `text` is a date of RFC 822 as RSS 2.0 wants it: a year of four digits, the right weekday."""
    found = _RFC822.fullmatch(text)
    if not found:
        return False
    weekday, day, month, year, hour, minute, second = found.groups()
    when = date(int(year), _MONTHS.index(month) + 1, int(day))
    return _DAYS[when.weekday()] == weekday and int(hour) < 24 and int(minute) < 60 and int(second) < 61
