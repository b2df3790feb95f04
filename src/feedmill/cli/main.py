"""The command line: which commands there are, and what every error and exit code means."""

from __future__ import annotations

import gc
import importlib
import io
import os
import sys
import traceback
from collections.abc import Sequence
from enum import IntEnum
from typing import Any

import click

import feedmill
from feedmill.cli.app import config_option
from feedmill.errors import ConfigError, FeedmillError, GuardHeld, InputError, UsageError


class Exit(IntEnum):
    """What the exit codes mean (docs/cli.md, Exit codes)."""

    CLEAN = 0
    PROBLEMS = 1
    USAGE = 2
    STORAGE = 3  # or feedmill itself went wrong
    HELD = 4
    INTERRUPTED = 130


# Each command's module is imported when the command is asked for, or its help is.
COMMANDS = {
    "init": ("feedmill.cli.init", "Make a folder that builds and serves at once."),
    "new": ("feedmill.cli.new", "Make a seed to write in, with today's date."),
    "build": ("feedmill.cli.build", "Turn the seeds into feeds, once."),
    "run": ("feedmill.cli.run", "Watch, keep time and serve: the daemon."),
    "rebuild": ("feedmill.cli.run", "Ask the running daemon for a pass, or build here."),
    "status": ("feedmill.cli.status", "What the daemon does, what is next, what is wrong."),
    "check": ("feedmill.cli.check", "Show every fault of config and seeds, with its place."),
    "explain": ("feedmill.cli.explain", "Say why a seed is, or is not, in the feeds."),
    "list": ("feedmill.cli.list", "List feeds, those of one taxonomy, or withheld seeds."),
    "publish": ("feedmill.cli.flag", "Set a seed's flag: it goes out."),
    "unpublish": ("feedmill.cli.flag", "Clear a seed's flag: it is taken down."),
    "adopt": ("feedmill.cli.adopt", "Take over the ids that entries had in old feeds."),
    "doctor": ("feedmill.cli.doctor", "Look at what goes wrong in practice, and say what to do."),
    "prune": ("feedmill.cli.prune", "Retire feeds that lost their last entry."),
    "backup": ("feedmill.cli.backup", "Save what only history knows into one file."),
    "restore": ("feedmill.cli.backup", "Take it back, also into another form of the store."),
    "config": ("feedmill.cli.config", "Show the effective config, or its schema."),
}

EPILOG = """\b
Start here:
  feedmill init site && cd site    a folder with a config and a first seed
  feedmill run --open              watch, keep time and serve
  feedmill new 'My first article'  a seed to write in
  feedmill explain seeds/x.md      why a seed is, or is not, in the feeds
\b
Exit codes: 0 clean; 1 done, with invalid or kept seeds; 2 usage or config;
3 storage (disk, lock, database, port); 4 held back by the guard; 130 interrupted.
"""


_GARBAGE = 50_000
"""Objects after which the collector looks for cycles. By default it does so at 700, which makes a quarter of
the time of starting up: imports make tens of thousands that stay."""


class LazyGroup(click.Group):
    """Lists its commands without importing them, so that `--help` is there at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command `cmd_name`, imported now; None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name, or say which one may be meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            close = get_close_matches(args[0], COMMANDS, n=1)
            if not close:
                raise
            raise click.UsageError(f"{error.message} Did you mean '{close[0]}'?", ctx) from error

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a reader who has had enough (`feedmill list | head`) is nobody's fault."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return Exit.CLEAN

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table above."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(
    feedmill.__version__, "-V", "--version", prog_name="feedmill", message="%(prog)s %(version)s"
)
@config_option
@click.pass_context
def cli(ctx: click.Context, config: str | None) -> None:
    """Turn a folder of seed files into RSS, Atom and JSON feeds, per topic and per provider."""
    ctx.obj = {"config": config}


def main(args: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; every deliberate error becomes a message and a code."""
    gc.set_threshold(_GARBAGE, 20, 50)
    _open_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what a terminal's encoding lacks is escaped, not fatal
            stream.reconfigure(errors="backslashreplace")
    try:
        outcome: Any = cli.main(
            args=list(args) if args is not None else None, prog_name="feedmill", standalone_mode=False
        )
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        error.show()
        return Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return Exit.INTERRUPTED
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        click.echo(f"feedmill: {error.strerror or error}{where}", err=True)
        return Exit.STORAGE
    except FeedmillError as error:
        click.echo(f"feedmill: {error}" if not isinstance(error, InputError) else str(error), err=True)
        return _code(error)
    except Exception:  # noqa: BLE001
        traceback.print_exc()  # a bug of ours: report it
        return Exit.STORAGE
    return outcome if isinstance(outcome, int) else Exit.CLEAN


def _open_streams() -> None:
    """Have /dev/null in the place of a closed standard stream: else a file of ours gets its number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest number that is free
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w" if number else "r", encoding="utf-8", closefd=False))


def _code(error: FeedmillError) -> Exit:
    if isinstance(error, ConfigError | UsageError):
        return Exit.USAGE
    if isinstance(error, GuardHeld):
        return Exit.HELD
    if isinstance(error, InputError):
        return Exit.PROBLEMS
    return Exit.STORAGE
