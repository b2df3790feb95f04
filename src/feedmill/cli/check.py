"""`feedmill check`: every fault, where it is and what would be right."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedmill.cli.app import App, app_options, wall_clock
from feedmill.cli.build import relative_prefix
from feedmill.cli.explain import seed_path
from feedmill.cli.main import Exit
from feedmill.cli.output import Progress, plural, print_json
from feedmill.model.seed import Problem, Severity
from feedmill.pipeline.report import printable, problem_json

if TYPE_CHECKING:
    from feedmill.model.settings import Settings

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTICE: "blue"}


@click.command("check")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--strict", is_flag=True, help="Notices and warnings count as errors.")
@click.option("--json", "as_json", is_flag=True, help="Print the problems as JSON.")
@app_options
def check_command(app: App, paths: tuple[str, ...], strict: bool, as_json: bool) -> int:
    """Show every fault of the config and of all seeds (or of PATHs) as path:line:column: message.

    Exit code 1 when there are errors, 2 when the config is wrong. Writes nothing.
    """
    from feedmill.pipeline.audit import audit

    settings = app.settings()
    chosen = [_folded(settings, path) for path in paths]
    progress = Progress()
    problems = audit(settings, wall_clock, paths=chosen or None, progress=progress)
    progress.close()
    errors = sum(strict or problem.severity is Severity.ERROR for problem in problems)
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
    _show(problems, relative_prefix(settings.scan.dir))
    if problems:
        others = len(problems) - errors
        click.echo(f"{plural(errors, 'error')}, {plural(others, 'other remark')}", err=True)
    else:
        click.echo("No fault found.", err=True)
    return Exit.PROBLEMS if errors else Exit.CLEAN


def _show(problems: tuple[Problem, ...], prefix: str) -> None:
    for problem in problems:
        label = click.style(problem.severity.value, fg=_COLOURS[problem.severity])
        where, _, message = str(problem).partition(": ")
        kept = " (its last good entry stays)" if problem.kept else ""
        click.echo(f"{printable(prefix + where)}: {label}: {printable(message)}{kept}")


def _folded(settings: Settings, given: str) -> str:
    path = seed_path(settings, given)
    is_folder = (settings.scan.dir / path).is_dir() or (Path.cwd() / given).is_dir()
    if is_folder:
        return "" if path in {".", ""} else path.rstrip("/") + "/"
    return os.fspath(path)
