"""The pass log: what the log says of passes. One line a pass, one for each fault when it is new."""

from __future__ import annotations

import logging
from typing import Any

from feedmill.daemon.log import LOGGER
from feedmill.model.seed import Problem, Severity
from feedmill.pipeline import PassReport, printable

_QUIET = frozenset({"change", "time", "desk"})
"""Triggers of passes that nobody asked for: told only when something came of them."""
_MOST_FAULTS = 10

logger = logging.getLogger(LOGGER)


class PassLog:
    """Remembers the faults that it told, and tells new ones and mended ones."""

    def __init__(self) -> None:
        self._told: dict[str, Problem] = {}
        self._held: str | None = None

    def add(self, report: PassReport, paths: frozenset[str] | None) -> None:
        """Tell a pass that looked at `paths`, None for everything."""
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
        self._faults(report, paths)

    def _faults(self, report: PassReport, paths: frozenset[str] | None) -> None:
        faults = {_key(problem): problem for problem in report.problems if problem.severity is Severity.ERROR}
        for problem in _few([faults[key] for key in faults if key not in self._told]):
            where = f"{printable(problem.path)}:{problem.line}" if problem.line else printable(problem.path)
            facts = {"seed": where, "why": printable(problem.message), "kept": problem.kept}
            logger.warning("fault", extra={"facts": facts})
        over = {k: p for k, p in self._told.items() if k not in faults and (paths is None or p.path in paths)}
        faulty = {problem.path for problem in faults.values()}
        for problem in _few([problem for problem in over.values() if problem.path not in faulty]):
            word = "deleted" if problem.path in report.gone else "mended"
            logger.info(word, extra={"facts": {"seed": printable(problem.path)}})
        self._told = {key: p for key, p in self._told.items() if key not in over} | faults


def _few(problems: list[Problem]) -> list[Problem]:
    """Return as many as a log should have at once, after a line on the rest."""
    if len(problems) > _MOST_FAULTS:
        logger.warning(
            "many faults or mends at once: status shows all", extra={"facts": {"count": len(problems)}}
        )
    return problems[:_MOST_FAULTS]


def _key(problem: Problem) -> str:
    return f"{problem.path}\n{problem.message}"
