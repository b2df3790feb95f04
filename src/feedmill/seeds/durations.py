"""Durations: how long something plays, as people and programs write it."""

from __future__ import annotations

import re

_CLOCK = re.compile(r"(?:([0-9]{1,5}):)?([0-9]{1,5}):([0-5]?[0-9])(?:\.[0-9]+)?")
_UNITS = re.compile(
    r"(?:P?T)?\s*(?:([0-9]{1,5})\s*h[a-z]*\.?)?\s*(?:([0-9]{1,5})\s*m[a-z]*\.?)?\s*"
    r"(?:([0-9]{1,8})(?:\.[0-9]+)?\s*s[a-z]*\.?)?",
    re.IGNORECASE,
)
_SECONDS = re.compile(r"([0-9]{1,8})(?:\.[0-9]+)?")


def parse_duration(text: str) -> int:
    """Return whole seconds of `3723`, `1:02:03`, `62:03`, `1h 2m 3s` or `PT1H2M3S` (ISO 8601).

    Raises:
        ValueError: it is none of them, to be read after the field's name.
    """
    text = text.strip()
    if found := _SECONDS.fullmatch(text):
        return int(found[1])
    if (found := _CLOCK.fullmatch(text)) and not (found[1] and int(found[2]) > 59):
        return int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3])
    if (found := _UNITS.fullmatch(text)) and any(found.groups()):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return hours * 3600 + minutes * 60 + seconds
    raise ValueError("is no duration; use seconds or H:MM:SS, such as 3723 or 1:02:03")
