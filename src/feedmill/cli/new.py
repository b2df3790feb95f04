"""`feedmill new`: a seed to write in, with today's date, that goes out when its author says so."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from feedmill.cli.app import App, app_options, wall_clock
from feedmill.cli.main import Exit
from feedmill.cli.output import relative_prefix, write_new
from feedmill.config.emit import scalar
from feedmill.errors import UsageError
from feedmill.pipeline.report import printable

if TYPE_CHECKING:
    from feedmill.model.settings import Settings

_NO_LINK = "  # the article's address on the web, https://…"

_LONGEST = 80
"""Characters of a file's name."""


@click.command("new")
@click.argument("title", nargs=-1, required=True, metavar="TITLE")
@app_options
def new_command(app: App, title: tuple[str, ...]) -> int:
    """Make a seed with TITLE, today's date and published: false, and open it in $EDITOR on a terminal.

    `feedmill publish SEED` lets it out. The file is named after the title; one that is there stays as it is.
    """
    settings = app.settings()
    words = " ".join(" ".join(title).split())
    if not words:
        raise UsageError("a seed needs a title: feedmill new 'My first article'")
    path = _path(settings, words)
    file = settings.scan.dir / path
    if not write_new(
        file, seed_text(settings, words, wall_clock().astimezone(ZoneInfo(settings.decode.timezone)))
    ):
        raise UsageError(f"{file} is there already; it stays as it is. Another title will do")
    shown = relative_prefix(settings.scan.dir) + path
    click.echo(f"Made {printable(shown)}. When it is ready: feedmill publish {shlex.quote(shown)}")
    return _edit(file)


def seed_text(settings: Settings, title: str, today: datetime) -> str:
    """Return a seed that is withheld and has what this config wants of one."""
    from feedmill.seeds.field_keys import keys_for

    keys, where = keys_for(settings.decode).of, settings.decode.address
    date = "date" if "date" in keys["publishedDateTime"] else keys["publishedDateTime"][0]
    lines = [
        f"{keys['title'][0]}: {scalar(title)}",
        f"{date}: {today:%Y-%m-%d}",
        "published: false",
    ]
    if not where.link and not any(rule.link for rule in where.rules):
        lines.insert(1, f"{keys['link'][0]}:{_NO_LINK}")
    return "\n".join(["---", *lines, "---", "", ""])


def _path(settings: Settings, title: str) -> str:
    """Return a path for the seed, relative to the seeds folder, that `seeds.include` matches.

    Raises:
        UsageError: none does.
    """
    from slugify import slugify

    from feedmill.seeds import matches

    name = slugify(title, max_length=_LONGEST, word_boundary=True) or "untitled"
    for pattern in ("*.md", *settings.scan.include):
        fixed = [part for part in PurePosixPath(pattern).parts[:-1] if not set(part) & set("*?[{")]
        path = "/".join([*fixed, name + (PurePosixPath(pattern).suffix or ".md")])
        if matches(settings.scan, path):
            return path
    included = ", ".join(settings.scan.include)
    raise UsageError(
        f"no name that 'seeds.include' ({included}) matches comes to mind; make the file by hand"
    )


def _edit(file: Path) -> Exit:
    """Open the file for a person at a terminal who has said with what."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not editor or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return Exit.CLEAN
    try:
        code = subprocess.run([*shlex.split(editor), str(file)], check=False).returncode
    except (OSError, ValueError) as error:
        click.echo(f"the editor {editor!r} cannot be started: {error}; set EDITOR", err=True)
        return Exit.PROBLEMS
    if code:
        click.echo(f"the editor ended with {code}; the seed is there", err=True)
    return Exit.CLEAN
