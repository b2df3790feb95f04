"""Status: what the daemon tells of itself, as one stable JSON document (docs/cli.md)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import feedmill
from feedmill.config.names import hide_userinfo
from feedmill.daemon.schedule import NEXT_CHANGE, PlannedRun
from feedmill.model.instant import Instant, rfc3339
from feedmill.model.seed import Problem, Severity
from feedmill.model.settings import Settings
from feedmill.pipeline import Mill, PassReport, printable, problem_json

_REASONS = {
    "rebuild": "the schedule (schedule.rebuild)",
    NEXT_CHANGE: "a publication, expiry or update is due",
    "housekeeping": "looks at every seed and document",
}
PLANNED = 10


def stopped_json() -> dict[str, Any]:
    """Return the `daemon` part where none runs."""
    return {"state": "stopped", "pid": None, "since": None, "watching": None, "version": feedmill.__version__}


def store_json(settings: Settings) -> dict[str, Any]:
    """Return the `store` part: where what is published is kept, without its password."""
    url = settings.store.url
    return {"url": hide_userinfo(url) if url else None}


def pass_json(report: PassReport) -> dict[str, Any]:
    """Return a pass without its problems, which the status lists once."""
    document = report.to_json()
    del document["problems"]
    return document


def counts_json(report: PassReport) -> dict[str, Any]:
    """Return the `counts` part: seeds by what became of them."""
    seeds: dict[str, Any] = report.to_json()["seeds"]
    return {**seeds, "documents": report.feeds_total}


def scheduled_json(mill: Mill, now: Instant) -> list[dict[str, Any]]:
    """Return the next planned changes: instant, seed, and what will happen to it."""
    return [
        {"at": rfc3339(at), "seed": printable(path), "what": what}
        for at, path, what in mill.planned_changes(now, PLANNED)
    ]


def next_json(runs: Sequence[PlannedRun]) -> list[dict[str, Any]]:
    """Return the next runs of the jobs, soonest first, each with its reason."""
    return [{"job": run.job, "at": rfc3339(run.at), "why": _REASONS.get(run.job, run.job)} for run in runs]


def problems_json(problems: Iterable[Problem], troubles: Iterable[str]) -> list[dict[str, Any]]:
    """Return what is wrong: the daemon's own troubles first, which have no path, then the seeds'."""
    own = [problem_json(Problem(path="", message=trouble, severity=Severity.ERROR)) for trouble in troubles]
    return own + [problem_json(problem) for problem in problems]
