"""How durations, sizes, percentages, numbers and booleans are written: parsing, and printing back."""

from __future__ import annotations

import re
from datetime import timedelta

TRUE_WORDS = ("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON")
FALSE_WORDS = ("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF")

_MICROSECONDS = {
    "ms": 1_000,
    "s": 1_000_000,
    "m": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
}
DURATION = r"(?:[0-9]{1,9}(?:\.[0-9]{1,6})? ?(?:ms|s|m|h|d) ?)+|0"
_DURATION = re.compile(DURATION)
_DURATION_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(ms|s|m|h|d)")
_LONGEST = timedelta(days=3650)

_BYTES = {
    "": 1,
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "kib": 1 << 10,
    "mib": 1 << 20,
    "gib": 1 << 30,
}
SIZE = r"[0-9]{1,12}(?:\.[0-9]{1,6})? ?(?:[KMGkmg][Ii]?)?[Bb]?"
_SIZE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?) ?([A-Za-z]*)")
NUMBER = r"[-+]?(?:[0-9]{1,15}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})"
_NUMBER = re.compile(NUMBER)
INTEGER = re.compile(r"[-+]?[0-9]{1,15}")
PERCENT = r"[0-9]{1,3}(?:\.[0-9]{1,9})? ?%|0?\.[0-9]{1,9}|[01](?:\.0{0,9})?"
_PERCENT = re.compile(PERCENT)


def parse_bool(text: str) -> bool:
    """Return what one of YAML 1.1's boolean words means.

    Raises:
        ValueError: any other text.
    """
    if text in TRUE_WORDS:
        return True
    if text in FALSE_WORDS:
        return False
    raise ValueError


def parse_number(text: str) -> float:
    """Return the decimal number in `text`; never infinite, never "not a number".

    Raises:
        ValueError: no such number.
    """
    if not _NUMBER.fullmatch(text):
        raise ValueError
    return float(text)


def parse_duration(text: str) -> timedelta:
    """Return the duration in `text`: `20ms`, `1s`, `15m`, `2h`, `1d`, `1h30m`, `1.5s` or `0`.

    Units go from the largest to the smallest, each at most once.

    Raises:
        ValueError: no duration, with the reason where it isn't obvious.
    """
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) and float(text) > 0:
        raise ValueError(f"which has no unit (seconds would be {text}s, minutes {text}m)")
    if not _DURATION.fullmatch(text):
        raise ValueError
    micros = 0
    smallest = float("inf")
    for number, unit in _DURATION_PART.findall(text):
        size = _MICROSECONDS[unit]
        if size >= smallest:
            raise ValueError("whose units are not in order, the largest first")
        smallest = size
        whole, _, fraction = number.partition(".")
        micros += (
            int(whole) * size + (int(fraction) * size) // 10 ** len(fraction)
            if fraction
            else int(whole) * size
        )
    if micros > _LONGEST // timedelta(microseconds=1):
        raise ValueError("which is longer than 3650 days")
    return timedelta(microseconds=micros)


def format_duration(value: timedelta) -> str:
    """Return the duration as `parse_duration` reads it: `1h30m`, `20ms`, `0s`."""
    rest = value // timedelta(microseconds=1)
    parts: list[str] = []
    for unit in ("d", "h", "m", "s"):
        count, rest = divmod(rest, _MICROSECONDS[unit])
        if count:
            parts.append(f"{count}{unit}")
    if rest:
        millis, micros = divmod(rest, 1_000)
        parts.append(f"{millis}.{micros:03d}".rstrip("0") + "ms" if micros else f"{millis}ms")
    return "".join(parts) or "0s"


def parse_size(text: str) -> int:
    """Return the number of bytes in `text`: `4 MiB`, `64KB`, `1048576`; KB is 1000, KiB 1024.

    Raises:
        ValueError: no size, with the reason where it isn't obvious.
    """
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError
    unit = match[2].lower()
    if unit in {"k", "m", "g", "ki", "mi", "gi"}:
        unit = unit[0] + "ib"
    if unit not in _BYTES:
        raise ValueError(f"with the unknown unit {match[2]!r}")
    whole, _, fraction = match[1].partition(".")
    size = int(whole) * _BYTES[unit]
    if fraction:
        size += int(fraction) * _BYTES[unit] // 10 ** len(fraction)
    return size


def format_size(value: int) -> str:
    """Return the size as `parse_size` reads it, in the largest unit that divides it."""
    for unit, shift in (("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if value and value % (1 << shift) == 0:
            return f"{value >> shift} {unit}"
    return str(value)


def parse_percent(text: str) -> float:
    """Return the share (0 to 1) in `text`: `50%` or `0.5`.

    Raises:
        ValueError: no share, with the reason where it isn't obvious.
    """
    if not _PERCENT.fullmatch(text):
        if _NUMBER.fullmatch(text) and float(text) > 1:
            raise ValueError(f"which is more than the whole (percent would be {text}%)")
        raise ValueError
    share = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    if share > 1:
        raise ValueError("which is more than the whole")
    return share


def format_percent(value: float) -> str:
    """Return the share as `parse_percent` reads it back exactly: `50%`, else the decimal number."""
    percent = value * 100
    if percent == int(percent) and int(percent) / 100 == value:
        return f"{int(percent)}%"
    return format_number(value)


def format_number(value: float) -> str:
    """Return the number without an exponent and without a needless fraction."""
    if value == int(value):
        return str(int(value))
    return f"{value:.9f}".rstrip("0")
