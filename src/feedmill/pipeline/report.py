"""What a pass is asked and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from feedmill.model.instant import Instant, rfc3339
from feedmill.model.seed import Problem, Reason, Severity
from feedmill.model.settings import Settings

NOT_SEEDS = "not_seeds"
"""What is counted beside seeds: files that match and are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassRequest:
    """Why a pass runs and how far it looks.

    `paths` None: scan everything; else only these (relative to the seeds folder; a folder ends
    with "/"). `hints` are files to be read in a scan of everything whatever their stat says. `full` reads
    every file again; `force` overrules the guard; `prune` retires emptied feeds.
    """

    trigger: str = "build"
    paths: frozenset[str] | None = None
    hints: frozenset[str] = frozenset()
    full: bool = False
    force: bool = False
    prune: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PassReport:
    """What a pass found and did. `seconds` is a duration; feeds count documents.

    `held` says why the guard published takedowns alone. `appeared`, `changed`, `vanished` count entries.
    """

    trigger: str
    as_of: Instant
    seconds: float
    total: int = 0
    eligible: int = 0
    kept: int = 0
    withheld: Mapping[Reason, int] = field(default_factory=lambda: MappingProxyType({}))
    not_seeds: int = 0
    feeds_total: int = 0
    written: int = 0
    unchanged: int = 0
    removed: int = 0
    appeared: int = 0
    changed: int = 0
    vanished: int = 0
    problems: tuple[Problem, ...] = ()
    held: str | None = None
    next_change: Instant | None = None
    unsaved: str | None = None
    """Why the state folder remembers nothing of this pass, though it published."""
    mirrors: tuple[Mapping[str, Any], ...] = ()
    """What became of each mirror that a build waited for; where all is well, its `trouble` is None."""
    retired: tuple[str, ...] = ()
    """Paths of the feeds that were retired, without suffix."""
    gone: frozenset[str] = frozenset()
    """Seeds whose files this pass found deleted or out of reach, as problems name them; for the log alone."""
    known: frozenset[str] | None = None
    """Faults (`fault_of`) that were there before this pass, where somebody asked; for people alone."""
    left: frozenset[str] = frozenset()
    """Large files that this pass left to the next one, which is to follow at once (`Ingested.left`)."""

    @property
    def errors(self) -> int:
        """How many problems are errors."""
        return sum(problem.severity is Severity.ERROR for problem in self.problems)

    def without_catalog(self, folder: Path, why: str) -> PassReport:
        """Say that the pass published and that the state folder could not keep what it knows."""
        message = f"the catalog cannot be kept ({why}); the feeds are right, passes take longer meanwhile"
        problem = Problem(path=str(folder), message=message)
        return replace(self, unsaved=why, problems=(*self.problems, problem))

    def to_json(self) -> dict[str, Any]:
        """Return the stable form that `build --json` prints (docs/cli.md)."""
        return {
            "trigger": self.trigger,
            "as_of": rfc3339(self.as_of),
            "seconds": round(self.seconds, 6),
            "seeds": {
                "total": self.total,
                "eligible": self.eligible,
                "kept": self.kept,
                "withheld": {reason.value: self.withheld.get(reason, 0) for reason in Reason},
                "not_seeds": self.not_seeds,
            },
            "feeds": {
                "total": self.feeds_total,
                "written": self.written,
                "unchanged": self.unchanged,
                "removed": self.removed,
            },
            "entries": {"appeared": self.appeared, "changed": self.changed, "vanished": self.vanished},
            "problems": [problem_json(problem) for problem in self.problems],
            "held": self.held,
            "unsaved": self.unsaved,
            "mirrors": [dict(mirror) for mirror in self.mirrors],
            "retired": list(self.retired),
            "next_change": rfc3339(self.next_change) if self.next_change else None,
        }


def problem_json(problem: Problem) -> dict[str, Any]:
    """Return a problem as every `--json` prints it; a file name that is no UTF-8 is escaped."""
    other = {"other": printable(problem.other)} if problem.other else {}
    return {
        "path": printable(problem.path),
        "line": problem.line,
        "column": problem.column,
        "severity": problem.severity.value,
        "message": printable(problem.message),
        "kept": problem.kept,
        **other,
    }


def config_warning(settings: Settings, message: str) -> Problem:
    """Return a warning about what the config asks for."""
    path = str(settings.file or settings.feeds_dir)
    return Problem(path=path, message=message, severity=Severity.WARNING)


def problem_from_json(document: Mapping[str, Any]) -> Problem:
    """Return the problem that `problem_json` gave."""
    return Problem(**{**document, "severity": Severity(document["severity"])})


def printable(text: str) -> str:
    """Return `text` with surrogate escapes and control characters written as escapes."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode("ascii") for c in text
    )


def report_from_json(document: Mapping[str, Any]) -> PassReport:
    """Return the report that `to_json` gave: how it crosses the control socket."""
    seeds, feeds, entries = document["seeds"], document["feeds"], document["entries"]
    upcoming = document["next_change"]
    return PassReport(
        trigger=document["trigger"],
        as_of=datetime.fromisoformat(document["as_of"]),
        seconds=document["seconds"],
        total=seeds["total"],
        eligible=seeds["eligible"],
        kept=seeds["kept"],
        withheld={Reason(reason): count for reason, count in seeds["withheld"].items() if count},
        not_seeds=seeds["not_seeds"],
        feeds_total=feeds["total"],
        written=feeds["written"],
        unchanged=feeds["unchanged"],
        removed=feeds["removed"],
        appeared=entries["appeared"],
        changed=entries["changed"],
        vanished=entries["vanished"],
        problems=tuple(map(problem_from_json, document["problems"])),
        held=document["held"],
        unsaved=document.get("unsaved"),
        next_change=datetime.fromisoformat(upcoming) if upcoming else None,
        retired=tuple(document["retired"]),
    )
