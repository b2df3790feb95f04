"""Problems in groups: what is wrong in many files for one reason is told once. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_ORDER = {"error": 0, "warning": 1, "notice": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A place: `path` "" is feedmill itself; line and column from 1, 0 where unknown."""

    path: str
    line: int
    column: int
    kept: bool

    def __str__(self) -> str:
        line = f":{self.line}" + (f":{self.column}" if self.column else "") if self.line else ""
        return f"{self.path or 'feedmill'}{line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemGroup:
    """One message, what has it, how bad it is."""

    message: str
    severity: str
    places: tuple[Where, ...]


def grouped(problems: Iterable[Mapping[str, Any]]) -> tuple[ProblemGroup, ...]:
    """Return problems (`problem_json`) by message: errors first, the most frequent first among equals."""
    found: dict[tuple[str, str], list[Where]] = {}
    for one in problems:
        place = Where(path=one["path"], line=one["line"], column=one["column"], kept=one["kept"])
        found.setdefault((one["severity"], one["message"]), []).append(place)
    groups = [
        ProblemGroup(message=message, severity=severity, places=tuple(places))
        for (severity, message), places in found.items()
    ]
    return tuple(sorted(groups, key=lambda one: (_ORDER.get(one.severity, 3), -len(one.places))))
