"""Groups of problems: what is wrong in the same way is told once, with how often and where first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from feedmill.model.seed import Problem, Severity

_VALUE = re.compile(r'"[^"]*"')
"""A value that an author typed, as messages show it: faults that differ in nothing else are equal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemGroup:
    """Problems that are equal but for their place, in the order in which they came; `message` is for all.

    `fresh`: one of them is new.
    """

    message: str
    severity: Severity
    problems: tuple[Problem, ...]
    fresh: bool = False


def group(problems: Iterable[Problem], known: frozenset[str] | None = None) -> tuple[ProblemGroup, ...]:
    """Return the groups: those with new problems first, then errors before warnings before notices.

    `known` are the faults (`fault_of`) that were told before; without it nothing counts as new. Within a
    group the new ones come first.
    """
    shapes: dict[tuple[Severity, bool, str], list[Problem]] = {}
    for problem in problems:
        shape = problem.severity, problem.kept, _shape(problem)
        shapes.setdefault(shape, []).append(problem)
    found = [_group(severity, shape, each, known) for (severity, _, shape), each in shapes.items()]
    return tuple(sorted(found, key=lambda group: (not group.fresh, group.severity.rank)))


def _shape(problem: Problem) -> str:
    message = problem.message.replace(problem.other, "…", 1) if problem.other else problem.message
    return _VALUE.sub('"…"', message)


def _group(
    severity: Severity, shape: str, problems: Sequence[Problem], known: frozenset[str] | None
) -> ProblemGroup:
    new = {id(problem) for problem in problems if known is not None and fault_of(problem) not in known}
    same = all(problem.message == problems[0].message for problem in problems)
    return ProblemGroup(
        message=problems[0].message if same else shape,
        severity=severity,
        problems=tuple(sorted(problems, key=lambda problem: id(problem) not in new)),
        fresh=bool(new),
    )


def fault_of(problem: Problem) -> str:
    """Return what tells a problem from others, whatever remedy it names (which may name a day)."""
    return f"{problem.path}\n{problem.severity}\n{problem.message.partition(';')[0]}"
