"""`feedmill check`: every fault, where it is and what would be right."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedmill.cli.app import App, app_options, wall_clock
from feedmill.cli.explain import seed_path
from feedmill.cli.main import Exit
from feedmill.cli.output import Progress, print_json, relative_prefix
from feedmill.cli.problems import counts, print_problems, print_repeated, problem_line
from feedmill.errors import UsageError
from feedmill.model.filename import in_locale
from feedmill.model.seed import Problem, Severity
from feedmill.pipeline.report import problem_json

if TYPE_CHECKING:
    from feedmill.model.settings import Settings


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH]...")
@click.option("--strict", is_flag=True, help="Notices and warnings count as errors.")
@click.option("--json", "as_json", is_flag=True, help="Print the problems as JSON.")
@app_options
def check_command(app: App, paths: tuple[str, ...], strict: bool, as_json: bool) -> int:
    """Show every fault of the config and of all seeds (or of PATHs) as path:line:column: message.

    On a terminal equal faults are told once, those first that the last build did not have; through a pipe
    each has its line. Exit code 1 when there are errors, 2 when the config is wrong. Writes nothing.
    """
    from feedmill.config.extras import require
    from feedmill.pipeline.check import check_seeds
    from feedmill.pipeline.dry_run import last_known_faults

    settings = app.settings()
    require(settings)
    chosen = [_folded(settings, path) for path in paths]
    with Progress() as progress:
        some = chosen if chosen and "" not in chosen else None
        problems = check_seeds(settings, wall_clock, paths=some, progress=progress)
    errors = sum(strict or problem.severity is Severity.ERROR for problem in problems)
    errors += len(settings.warnings) if strict else 0
    if as_json:
        document = {
            "problems": [problem_json(problem) for problem in problems],
            "warnings": list(settings.warnings),
            "errors": errors,
        }
        print_json(document)
        return Exit.PROBLEMS if errors else Exit.CLEAN
    for warning in settings.warnings:
        click.echo(f"{click.style('warning:', fg='yellow')} {warning}")
    prefix = relative_prefix(settings.scan.dir)
    if sys.stdout.isatty():
        print_problems(problems, prefix, known=last_known_faults(settings), limit=None, err=False)
    else:
        for problem in problems:
            click.echo(problem_line(problem, prefix))
        print_repeated(problems, prefix)
    if strict and errors:
        of_config = (Problem(path="", message=text, severity=Severity.WARNING) for text in settings.warnings)
        click.echo(f"{counts((*problems, *of_config))}; all count as errors (--strict).", err=True)
    else:
        click.echo(f"{counts(problems)}." if problems else "No fault found.", err=True)
    return Exit.PROBLEMS if errors else Exit.CLEAN


def _folded(settings: Settings, given: str) -> str:
    """Return a path relative to the seeds folder; a folder's ends with "/", that of all seeds is ""."""
    path = seed_path(settings, given)
    places = settings.scan.dir / in_locale(path), Path.cwd() / given
    if not any(os.path.lexists(place) for place in places):
        raise UsageError(f"{given}: there is no such file or folder, here or in {settings.scan.dir}")
    if any(place.is_dir() for place in places):
        return "" if path in {".", ""} else path.rstrip("/") + "/"
    return os.fspath(path)
