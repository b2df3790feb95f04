"""`feedmill publish` and `feedmill unpublish`: the flag in the file, and no other byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from feedmill.cli.app import App, app_options, wall_clock
from feedmill.cli.explain import known_seed
from feedmill.cli.main import Exit
from feedmill.cli.output import relative_prefix
from feedmill.errors import SeedError, StoreError
from feedmill.pipeline.report import printable

if TYPE_CHECKING:
    from feedmill.model.settings import Settings


@click.command("publish")
@click.argument("paths", nargs=-1, required=True, type=click.Path(), metavar="SEED...")
@app_options
def publish_command(app: App, paths: tuple[str, ...]) -> int:
    """Set the flag in SEED files: published: true. Every other byte stays as it is."""
    return _set_flags(app, paths, published=True)


@click.command("unpublish")
@click.argument("paths", nargs=-1, required=True, type=click.Path(), metavar="SEED...")
@app_options
def unpublish_command(app: App, paths: tuple[str, ...]) -> int:
    """Clear the flag in SEED files: published: false. Every other byte stays as it is.

    In a broken file, the line is put where it counts whatever else is wrong. Warns when another seed
    carries the same entry, which would go out in its place.
    """
    return _set_flags(app, paths, published=False)


def _set_flags(app: App, given: tuple[str, ...], *, published: bool) -> int:
    from feedmill.pipeline.flag import flip

    settings = app.settings()
    paths = list(dict.fromkeys(known_seed(settings, each) for each in given))
    prefix = relative_prefix(settings.scan.dir)
    done = []
    for path in paths:
        try:
            edit = flip(settings, path, wall_clock, published=published)
        except SeedError as error:
            click.echo(printable(f"{prefix}{error}"), err=True)
            continue
        if edit.warning:
            click.echo(printable(f"{prefix}{edit.warning}"), err=True)
        done.append(path)
        word = "published" if published else "unpublished"
        click.echo(f"{printable(prefix + path)}: {word}" + ("" if edit.changed else " already"))
    _remark(settings, done, prefix, published=published)
    if done and not _runs(settings):
        click.echo("no daemon runs here: the feeds stay as they are until feedmill build", err=True)
    return Exit.CLEAN if len(done) == len(paths) else Exit.PROBLEMS


def _runs(settings: Settings) -> bool:
    """Whether a daemon sees the file, and publishes what it says now."""
    from feedmill.cli.run import ask_daemon
    from feedmill.daemon import NoDaemon

    try:
        ask_daemon(settings, {"command": "status"})
    except NoDaemon:
        return False
    except StoreError:
        return True  # one that does not answer, but is there
    return True


def _remark(settings: Settings, paths: list[str], prefix: str, *, published: bool) -> None:
    """Say what the flag alone does not do."""
    from feedmill.pipeline.explain import explain_each, remarks

    for found in explain_each(settings, paths, wall_clock):
        for remark in remarks(found, published=published, prefix=prefix):
            click.echo(f"{prefix}{found.path}: {remark}", err=True)
