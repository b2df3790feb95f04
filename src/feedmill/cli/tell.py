"""What `feedmill run` tells on a terminal: where things are, then each change in a line for people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click

import feedmill
from feedmill.cli.app import operators_link, wall_clock
from feedmill.cli.instants import when
from feedmill.cli.output import folded, plural, relative_prefix
from feedmill.cli.problems import from_here, place, print_problems, said
from feedmill.model.problem_groups import fault_of
from feedmill.model.seed import Problem, Reason, Severity
from feedmill.model.settings import Settings
from feedmill.pipeline import Mill, PassReport, printable
from feedmill.pipeline.departures import departure
from feedmill.pipeline.explain import Explanation, explain_known
from feedmill.pipeline.moves import Move
from feedmill.pipeline.one_pass import Pass
from feedmill.seeds import to_bytes

_MOST_LINES = 10
"""Lines of one kind after one pass; the rest is counted."""
_MOST_FEEDS = 8
_COLOURS = {"+": "green", "~": "cyan", "-": "red", "!": "red"}
_BY_ITS_WORD = {Reason.UNPUBLISHED.value, Reason.REMOVED.value, Reason.SCHEDULED.value, Reason.EXPIRED.value}
"""Why a saved seed is not published although nothing is wrong with it."""


class Terminal:
    """Tells a person; belongs to the thread that runs the passes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._prefix = relative_prefix(settings.scan.dir)
        self._known: frozenset[str] = frozenset()
        self._told: dict[str, object] = {}
        self._held: str | None = None

    def ready(self, status: dict[str, Any], report: PassReport | None) -> None:
        """Say where everything is, then what is wrong."""
        settings, listening = self._settings, status["daemon"]["listening"]
        click.echo(click.style(f"feedmill {feedmill.__version__}", bold=True))
        _row("site", f"{printable(settings.site.title)}, {settings.site.url}")
        _row("seeds", f"{self._prefix}  {_counted(report)}")
        _row("feeds", f"{listening.get('server') or settings.feeds_dir}  {_documents(report)}")
        if "admin" in listening:
            _row("operator", operators_link(settings, listening["admin"]))
        for text in settings.warnings:
            _line("!", text, Severity.WARNING)
        if report is not None:
            self._faults(report, ())
            self._hold(report)
        click.echo("Save a seed, and its feeds have it. Ctrl-C ends.")

    def passed(self, report: PassReport, paths: frozenset[str] | None, mill: Mill) -> None:
        """Tell what came of a pass: entries that moved, and what was saved and is not published."""
        self._hold(report)
        run, moves = mill.after(report), mill.moves()
        for move in moves[:_MOST_LINES]:
            self._move(move, run, report)
        if len(moves) > _MOST_LINES:
            counts = f"{report.appeared:,} new, {report.changed:,} changed, {report.vanished:,} gone"
            click.echo(f"  … {counts} in all")
        saved = self._saved(paths or (), run)
        self._faults(report, saved)
        moved = {move.path for move in moves}
        for path in [path for path in saved if path not in moved][:_MOST_LINES]:
            found = explain_known(run, path, ())
            if found is not None and found.state in _BY_ITS_WORD:
                _line(" ", self._withheld(found))

    def _move(self, move: Move, run: Pass, report: PassReport) -> None:
        title = printable(move.title)
        if move.sign != "-":
            _line(move.sign, f"{title} → {_feeds(move.feeds)}")
            return
        left = departure(run, move, report)
        why = from_here(left.why, left.other, self._prefix)
        _line("-", f"{title}, was in {_feeds(move.feeds)}: {why}")

    def _withheld(self, found: Explanation) -> str:
        if found.until:
            return f"{self._prefix}{found.path}: planned for {when(found.until, wall_clock())}"
        return f"{self._prefix}{found.path}: not published: {found.why}; {found.remedy}"

    def _saved(self, paths: Iterable[str], run: Pass) -> list[str]:
        """Return those of the hinted files that are seeds in a version that nothing was told of yet."""
        saved = []
        for path in sorted(paths):
            row = run.catalog.files.find(to_bytes(path))
            version = row and (row.mtime_ns, row.ctime_ns, row.size)
            if row is not None and row.is_seed and self._told.get(path) != version:
                saved.append(path)
            self._told[path] = version
        return saved

    def _faults(self, report: PassReport, saved: Iterable[str]) -> None:
        """Tell the problems that are new, and those of what was saved just now."""
        names = set(map(printable, saved))
        found = [p for p in report.problems if p.path in names or fault_of(p) not in self._known]
        self._known = frozenset(map(fault_of, report.problems))
        if len(found) > _MOST_LINES:
            print_problems(found, self._prefix, err=False)
            return
        for problem in sorted(found, key=lambda problem: problem.severity.rank):
            _line("!", self._problem(problem), problem.severity)

    def _problem(self, problem: Problem) -> str:
        return f"{place(problem, self._prefix, column=False)}: {said(problem, self._prefix)}"

    def _hold(self, report: PassReport) -> None:
        if report.held is not None and report.held != self._held:
            _line("!", f"held back: {report.held}")
        if report.held is None and self._held is not None:
            click.echo("no longer held back")
        self._held = report.held


def _row(name: str, text: str) -> None:
    click.echo(f"  {name:<9} {text}")


def _line(sign: str, text: str, severity: Severity = Severity.ERROR) -> None:
    colour = _COLOURS.get(sign) if severity is Severity.ERROR else "yellow"
    whole = folded(f"{sign} {text}", 4) if sign.strip() else "  " + folded(text, 4)
    click.echo(click.style(whole[:1], fg=colour, bold=True) + whole[1:] if sign.strip() else whole)


def _feeds(feeds: tuple[str, ...]) -> str:
    more = f" and {len(feeds) - _MOST_FEEDS} more" if len(feeds) > _MOST_FEEDS else ""
    return ", ".join(feeds[:_MOST_FEEDS]) + more


def _counted(report: PassReport | None) -> str:
    if report is None:
        return ""
    withheld = report.total - report.eligible
    return f"({report.eligible:,} published{f', {withheld:,} withheld' if withheld else ''})"


def _documents(report: PassReport | None) -> str:
    return f"({plural(report.feeds_total, 'document')})" if report is not None else ""
