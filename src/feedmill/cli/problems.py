"""How problems are told: equal ones once, new ones first, each with its place and what would be right."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import click

from feedmill.cli.output import folded, plural
from feedmill.model.problem_groups import ProblemGroup, group
from feedmill.model.seed import Problem, Severity
from feedmill.pipeline.report import printable

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTICE: "blue"}
_EXAMPLES = 2
"""Places that a group names; `feedmill check` has all of them."""
_AT_MOST = 10
"""Groups that are shown where problems are not what was asked for."""


def place(problem: Problem, prefix: str, *, column: bool = True) -> str:
    """Return where a problem is, as terminals and editors open it: `seeds/a.md:4:12`.

    `prefix` goes before paths in the seeds folder. What has no path is the daemon's own trouble.
    """
    whole = problem.path if problem.path.startswith("/") else prefix + problem.path
    path = printable(whole.removeprefix(f"{Path.cwd()}/")) if problem.path else "feedmill"
    if problem.line:
        path += f":{problem.line}"
        path += f":{problem.column}" if column and problem.column else ""
    return path


def problem_line(problem: Problem, prefix: str = "", *, wide: bool = True) -> str:
    """Return a problem as compilers write it, `path:line:column: severity: message`; `wide`: on one line."""
    return _line(f"{place(problem, prefix)}: ", problem.severity, said(problem, prefix), wide=wide)


def group_line(found: ProblemGroup, prefix: str = "", *, wide: bool = True) -> str:
    """Return a group on a line: `error: 45 × no link; … (first: seeds/a.md:1, seeds/b.md:1)`."""
    first = found.problems[0]
    if len(found.problems) == 1:
        return problem_line(first, prefix, wide=wide)
    places = ", ".join(place(each, prefix, column=False) for each in found.problems[:_EXAMPLES])
    text = (
        f"{len(found.problems):,} × {said(replace(first, message=found.message), prefix)} (first: {places})"
    )
    return _line("", found.severity, text, wide=wide)


def print_problems(
    problems: Sequence[Problem],
    prefix: str = "",
    *,
    known: frozenset[str] | None = None,
    limit: int | None = _AT_MOST,
    err: bool = True,
) -> None:
    """Print what is wrong, on stderr: equal problems once, new ones first, at most `limit` of them.

    `known` are those that were told before (`fault_of`), None where nobody knows.
    """
    groups = group(problems, known)
    wide = not (sys.stderr if err else sys.stdout).isatty()
    for number, each in enumerate(groups[:limit]):
        if number and groups[number - 1].fresh and not each.fresh:
            click.echo("and as before:", err=err)
        click.echo(group_line(each, prefix, wide=wide), err=err)
    rest = [problem for each in groups[limit:] for problem in each.problems] if limit is not None else []
    if rest:
        click.echo(f"{counts(rest, more=True)}: feedmill check shows all", err=err)


def print_repeated(problems: Sequence[Problem], prefix: str) -> None:
    """Print on stderr, below a list of all, what is wrong in the same way more than once."""
    for each in group(problems):
        if len(each.problems) > 1:
            click.echo(group_line(each, prefix), err=True)


def counts(problems: Iterable[Problem], *, more: bool = False) -> str:
    """Return `34 errors, 99 notices`, with `more` before the first word; "" for none."""
    severities = [problem.severity for problem in problems]
    found: list[str] = []
    for severity in Severity:
        if number := severities.count(severity):
            found.append(plural(number, f"{'more ' * (more and not found)}{severity.value}"))
    return ", ".join(found)


def said(problem: Problem, prefix: str) -> str:
    """Return what a problem says, with the paths in it as they are from here."""
    kept = " (its last good form stays published)" if problem.kept else ""
    return printable(from_here(problem.message, problem.other, prefix)) + kept


def from_here(message: str, other: str, prefix: str) -> str:
    """Return a sentence that names the seed `other` with that seed's path as it is from here."""
    return message.replace(other, prefix + other, 1) if other else message


def _line(where: str, severity: Severity, text: str, *, wide: bool) -> str:
    head = f"{where}{severity.value}: "
    whole = f"{head}{text}" if wide else folded(f"{head}{text}", 4)
    if not whole.startswith(head):
        return whole  # folded within the path: no colour
    return where + click.style(severity.value, fg=_COLOURS[severity]) + whole[len(head) - 2 :]
