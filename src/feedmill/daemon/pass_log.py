"""The pass log: what the log says of passes.

One line a pass, one for each entry that leaves, one for each fault when it is new: a fault that many files
share is one line.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from typing import Any, Protocol

from feedmill.daemon.log import LOGGER
from feedmill.model.problem_groups import fault_of, group
from feedmill.model.seed import Problem, Severity
from feedmill.pipeline import Mill, PassReport, printable

_QUIET = frozenset({"change", "time", "desk"})
"""Triggers of passes that nobody asked for: told only when something came of them."""
_MOST_LINES = 10
"""Lines of one kind after one pass; the rest is counted."""
_MOST_PLACES = 10
"""Seeds that one line names; it counts all."""
_SAID = {
    Severity.ERROR: (logging.WARNING, "fault"),
    Severity.WARNING: (logging.WARNING, "warning"),
    Severity.NOTICE: (logging.INFO, "notice"),
}

logger = logging.getLogger(LOGGER)


class Teller(Protocol):
    """Tells a person at a terminal, line by line, what the log tells otherwise."""

    def ready(self, status: dict[str, Any], report: PassReport | None) -> None:
        """Greet, after the first pass; `report` is None where that failed."""

    def passed(self, report: PassReport, paths: frozenset[str] | None, mill: Mill) -> None:
        """Tell what a later pass that looked at `paths` (None: everything) has done."""


class PassLog:
    """Remembers the faults that it told, and tells new ones and mended ones."""

    def __init__(self) -> None:
        self._told: dict[str, Problem] = {}
        self._held: str | None = None

    def add(self, report: PassReport, paths: frozenset[str] | None, mill: Mill) -> None:
        """Tell a pass of `mill`, its last, that looked at `paths`, None for everything."""
        moved = report.written or report.removed or report.appeared or report.vanished or report.changed
        asked = set(report.trigger.split(", ")) - _QUIET
        level = logging.INFO if moved or asked else logging.DEBUG
        facts: dict[str, Any] = {
            "trigger": report.trigger,
            "ms": round(report.seconds * 1000, 1),
            "eligible": report.eligible,
            "appeared": report.appeared,
            "changed": report.changed,
            "vanished": report.vanished,
            "written": report.written,
            "removed": report.removed,
            "errors": report.errors,
        }
        if report.held is not None:
            if report.held != self._held:
                level = logging.WARNING
            logger.log(level, "held back", extra={"facts": {**facts, "why": report.held}})
        else:
            logger.log(level, "pass", extra={"facts": facts})
        self._held = report.held
        if report.vanished:
            _tell_left(mill, report)
        self._faults(report, paths)

    def _faults(self, report: PassReport, paths: frozenset[str] | None) -> None:
        faults = {fault_of(problem): problem for problem in report.problems}
        _tell([faults[key] for key in faults if key not in self._told])
        over = {k: p for k, p in self._told.items() if k not in faults and (paths is None or p.path in paths)}
        faulty = {(problem.path, problem.severity) for problem in faults.values()}
        ended = [p for p in over.values() if (p.path, p.severity) not in faulty]
        _tell([problem for problem in ended if problem.path in report.gone], "deleted")
        _tell([problem for problem in ended if problem.path not in report.gone], "mended")
        self._told = {key: p for key, p in self._told.items() if key not in over} | faults


def _tell(problems: Iterable[Problem], ended: str = "") -> None:
    """Tell problems that are new, or have `ended`: equal ones in one line, which names the first seeds."""
    groups = group(problems)
    for each in groups[:_MOST_LINES]:
        level, word = (logging.INFO, ended) if ended else _SAID[each.severity]
        first, *others = dict.fromkeys(_place(problem, ended=bool(ended)) for problem in each.problems)
        facts: dict[str, Any] = {"seed": first}
        if others:
            facts |= {"count": len(others) + 1, "also": others[: _MOST_PLACES - 1]}
        if not ended:
            facts |= {"why": printable(each.message), "kept": each.problems[0].kept}
        logger.log(level, word, extra={"facts": facts})
    if rest := sum(len(each.problems) for each in groups[_MOST_LINES:]):
        text = "many faults or mends at once: status shows all"
        logger.warning(text, extra={"facts": {"count": rest}})


def _tell_left(mill: Mill, report: PassReport) -> None:
    """Tell why entries left; where they are many, the first ones, and of all that are known the reasons."""
    from feedmill.pipeline.departures import departures  # reads seeds again, which a start need not import

    left = departures(mill, report)
    for each in left[:_MOST_LINES]:
        facts = {"seed": printable(each.path), "reason": each.reason, "why": printable(each.why)}
        logger.info("left", extra={"facts": {**facts, "feeds": len(each.feeds)}})
    if len(left) > _MOST_LINES:
        reasons = Counter(each.reason for each in left)
        facts_of_all = {"count": report.vanished, "reasons": dict(reasons.most_common())}
        logger.info("many entries left at once", extra={"facts": facts_of_all})


def _place(problem: Problem, *, ended: bool) -> str:
    """Return where a problem is; of one that has ended nobody knows the line."""
    path = printable(problem.path)
    return f"{path}:{problem.line}" if problem.line and not ended else path
