"""`feedmill build`: one pass over the seeds."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from feedmill.cli.app import App, app_options, wall_clock
from feedmill.cli.instants import parse_instant, when
from feedmill.cli.main import Exit
from feedmill.cli.output import Progress, duration, folded, plural, print_json, relative_prefix
from feedmill.config.extras import require
from feedmill.errors import StoreError, UsageError
from feedmill.model.instant import Instant
from feedmill.model.seed import Reason, Severity

if TYPE_CHECKING:
    from feedmill.model.settings import Settings
    from feedmill.pipeline import PassReport, PassRequest
    from feedmill.pipeline.runner import Runner


@click.command("build")
@click.option("--full", is_flag=True, help="Read every seed again, whatever the catalog knows.")
@click.option("--force", is_flag=True, help="Publish although the guard would hold the pass back.")
@click.option("--drafts", is_flag=True, help="Unpublished and scheduled seeds too; only with --feeds DIR.")
@click.option("--as-of", metavar="INSTANT", help="Build as if it were then (2026-12-24T18:00:00Z).")
@click.option("--dry-run", is_flag=True, help="Show what subscribers would see change; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@app_options
def build_command(
    app: App, as_of: str | None, drafts: bool, dry_run: bool, as_json: bool, **look: bool
) -> int:
    """Turn the seeds into feeds, once.

    Reads what changed, writes what that changes, and leaves every other file alone.
    """
    from feedmill.model.settings import StoreSettings
    from feedmill.pipeline import PassRequest

    settings = app.settings()
    real = wall_clock()
    now = parse_instant(as_of, settings.decode.timezone) if as_of else real
    aside = drafts or now > real
    if as_of or drafts:  # a look at another time, or at what is not out, is nothing to be spread
        settings = replace(settings, store=StoreSettings(), mirrors=())
    if aside and not dry_run and _is_public(settings):
        what = "--drafts" if drafts else "--as-of an instant to come"
        raise UsageError(f"{what} would publish what is not out yet; say where to: --feeds DIR")
    if drafts:
        settings = replace(settings, decode=replace(settings.decode, drafts=True))
    request = PassRequest(trigger="dry-run" if dry_run else "build", full=look["full"], force=look["force"])
    if dry_run:
        require(settings)
        from feedmill.cli.preview import show_preview

        return exit_code(show_preview(settings, now, request, as_json=as_json))
    report = build_once(settings, request, now=now, aside=aside)
    show_report(report, settings, as_json=as_json)
    return exit_code(report)


def _is_public(settings: Settings) -> bool:
    """Whether the feeds go where the config says, or below: to the folder that subscribers read."""
    folder, public = os.path.realpath(settings.feeds_dir), os.path.realpath(settings.configured_feeds_dir)
    return folder == public or folder.startswith(f"{public}{os.sep}")


def build_once(
    settings: Settings, request: PassRequest, *, now: Instant | None = None, aside: bool = False
) -> PassReport:
    """Run one pass under the locks, as of `now`. `aside`: what it knows is forgotten afterwards.

    Raises:
        StoreError: storage failed, or another feedmill works here.
    """
    from feedmill.pipeline.runner import Runner

    require(settings)
    clock = (lambda: now) if now is not None else wall_clock
    with (
        Progress() as progress,
        Runner(settings, purpose="build", clock=clock, progress=progress, aside=aside) as runner,
    ):
        try:
            report = runner.build(request)
        except StoreError:
            _spread(settings, runner)  # less what holds a takedown and could not be replaced
            raise
        return _told(report, _spread(settings, runner))


def _spread(settings: Settings, runner: Runner) -> tuple[Mapping[str, Any], ...]:
    """Wait until the mirrors hold what is published; return what became of each."""
    if not settings.mirrors:
        return ()
    from feedmill.daemon.mirrors import bring_up

    store = runner.published()
    generation = store.generation(settings.redirects, settings.copies)
    return bring_up(settings, generation, store.body, lambda: not runner.disturbed)


def _told(report: PassReport, mirrors: tuple[Mapping[str, Any], ...]) -> PassReport:
    """Return the report with what became of the mirrors."""
    if not mirrors:
        return report
    from feedmill.daemon.mirrors import refusals

    return replace(report, mirrors=mirrors, problems=(*report.problems, *refusals(mirrors)))


def exit_code(report: PassReport) -> Exit:
    """Return what the report means to a script."""
    if report.held is not None:
        return Exit.HELD
    if report.unsaved is not None or any(mirror["trouble"] for mirror in report.mirrors):
        return Exit.STORAGE
    return Exit.PROBLEMS if report.errors or report.kept else Exit.CLEAN


def answer(report: PassReport) -> Exit:
    """Return the exit code of what answers for its own doing, not for faults that were there before."""
    code = exit_code(report)
    if code is not Exit.PROBLEMS or report.known is None:
        return code
    from feedmill.model.problem_groups import fault_of

    errors = (problem for problem in report.problems if problem.severity is Severity.ERROR)
    return Exit.CLEAN if all(fault_of(each) in report.known for each in errors) else code


def show_report(report: PassReport, settings: Settings, *, as_json: bool) -> None:
    """Print the report of a pass: as JSON, or as a person reads it."""
    if as_json:
        print_json(report.to_json())
        return
    told = [problem for problem in report.problems if problem.message != report.held]
    if told:
        from feedmill.cli.problems import print_problems  # imported on use: most builds have nothing to tell

        print_problems(told, relative_prefix(settings.scan.dir), known=report.known)
    if report.held is not None:
        click.echo(click.style("held back: ", fg="red", bold=True) + report.held, err=True)
        return
    withheld = ", ".join(
        f"{count:,} {reason.value}" for reason in Reason if (count := report.withheld.get(reason, 0))
    )
    rows = [
        ("seeds", f"{report.total:,}", _also(report)),
        ("in feeds", f"{report.eligible:,}", _moves(report)),
        ("withheld", f"{report.total - report.eligible:,}", withheld),
        ("documents", f"{report.feeds_total:,}", _documents(report)),
    ]
    for name, number, text in rows:
        line = f"{name:<10}{number:>8}  "
        click.echo((click.style(line, bold=True) + folded(text, len(line))).rstrip())
    for mirror in report.mirrors:
        click.echo(_mirror(mirror))
    tail = f"done in {duration(report.seconds)}"
    if report.next_change is not None:
        tail += f"; next planned change {when(report.next_change, report.as_of)}"
    click.echo(folded(tail, 4))
    if report.eligible == 0 and report.total:
        click.echo("Nothing is published yet: feedmill explain SEED says why a seed is withheld.")


def _mirror(mirror: Mapping[str, Any]) -> str:
    name = click.style("mirror    ", bold=True) + str(mirror["url"])
    if mirror["trouble"]:
        return f"{name}: " + click.style("behind: ", fg="red", bold=True) + str(mirror["trouble"])
    done = f"{mirror['put']:,} put, {mirror['unchanged']:,} unchanged, {mirror['deleted']:,} removed"
    return f"{name}: {done}"


def _also(report: PassReport) -> str:
    return plural(report.not_seeds, "other file") + " without front matter" if report.not_seeds else ""


def _moves(report: PassReport) -> str:
    words = [("new", report.appeared), ("changed", report.changed), ("gone", report.vanished)]
    moves = ", ".join(f"{count:,} {word}" for word, count in words if count)
    kept = f"{report.kept:,} in last good form" if report.kept else ""
    return ", ".join(part for part in (moves, kept) if part) or "as before"


def _documents(report: PassReport) -> str:
    parts = [f"{report.written:,} written", f"{report.unchanged:,} unchanged"]
    if report.removed:
        parts.append(f"{report.removed:,} removed")
    return ", ".join(parts)
