"""How commands speak: results on stdout, progress and complaints on stderr, colour where a person looks."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import click

from feedmill.errors import StoreError

_STAGES = {"scan": "looking", "decode": "reading", "sort": "sorting", "print": "printing"}


def print_json(document: Any) -> None:
    """Print a JSON document on stdout."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def width() -> int:
    """Return the columns to fill: the terminal's, at most 100, at least 40; 80 without one."""
    return max(40, min(100, shutil.get_terminal_size((80, 24)).columns))


def folded(text: str, indent: int) -> str:
    """Return `text` in as many lines as the terminal needs, those after the first indented."""
    import textwrap

    return f"\n{' ' * indent}".join(textwrap.wrap(text, max(20, width() - indent), break_long_words=False))


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return `1 seed`, `2 seeds`, `1,410 seeds`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def duration(seconds: float) -> str:
    """Return `12 ms`, `3.4 s`."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def relative_prefix(folder: Path) -> str:
    """Return how the seeds folder is written from here, so that a click on `path:line` finds the file."""
    plain = Path(os.path.normpath(folder))
    folder = plain if plain.resolve() == folder.resolve() else folder  # `..` behind a link leads elsewhere
    try:
        return folder.relative_to(Path.cwd()).as_posix() + "/"
    except ValueError:
        return f"{folder}/"


class Progress:
    """A bar on stderr for long work, on a terminal only; nothing for what is done within half a second."""

    def __init__(self) -> None:
        self._active = sys.stderr.isatty()
        self._started = time.monotonic()
        self._last = 0.0
        self._shown = False

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Show how far the pass is."""
        now = time.monotonic()
        if not self._active or now - self._started < 0.5 or now - self._last < 0.1:
            return
        self._last, self._shown = now, True
        word = _STAGES.get(stage, stage)
        line = f"{word:<9}{done:>9,}"
        if total:
            room = max(10, min(40, width() - 30))
            filled = room * done // total
            line += f" / {total:,} " + "█" * filled + "░" * (room - filled)
        click.echo("\r\x1b[K" + line, nl=False, err=True)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Take the bar away."""
        if self._shown:
            click.echo("\r\x1b[K", nl=False, err=True)
            self._shown = False


def write_new(file: Path, text: str) -> bool:
    """Write a file and the folders it is in, unless it is there already; return whether it is new.

    Raises:
        StoreError: it cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as new:
            new.write(text)
    except FileExistsError:
        return False
    except OSError as error:
        raise StoreError(f"{file} cannot be written: {error.strerror}") from error
    return True
