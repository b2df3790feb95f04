"""What commands share: the options that find and override the config, and the settings they give."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from feedmill.errors import StoreError
from feedmill.model.instant import Instant
from feedmill.model.settings import Settings

if TYPE_CHECKING:
    from feedmill.model.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The options that every command takes."""

    config: Path | None
    seeds: Path | None
    feeds: Path | None
    overrides: tuple[str, ...]

    def settings(self, *, makes_ids: bool = False) -> Settings:
        """Return the effective settings, for one who `makes_ids` also without the file of `seeds.ids`.

        Raises:
            ConfigError: what is wrong with them, all of it.
        """
        from feedmill.config import load

        return load(
            self.config,
            overrides=self.overrides,
            environ=os.environ,
            seeds=self.seeds,
            feeds=self.feeds,
            cwd=Path.cwd(),
            makes_ids=makes_ids,
        )


config_option = click.option(
    "-c",
    "--config",
    type=click.Path(),
    metavar="FILE",
    help="The config file (default: config.yaml, here or above).",
)


def app_options(command: Command) -> Command:
    """Give a command `-c`, `--seeds`, `--feeds`, `--set` and `--no-color`, as one App argument."""

    @config_option
    @click.option("--seeds", type=click.Path(), metavar="DIR", help="Read seeds from DIR.")
    @click.option("--feeds", type=click.Path(), metavar="DIR", help="Publish feeds into DIR.")
    @click.option(
        "--set",
        "overrides",
        metavar="KEY=VALUE",
        multiple=True,
        help="Override a config value: site.title=News.",
    )
    @click.option("--no-color", is_flag=True, help="No colour (so does the variable NO_COLOR).")
    @click.pass_context
    @functools.wraps(command)
    def wrapped(
        ctx: click.Context,
        /,
        config: str | None,
        seeds: str | None,
        feeds: str | None,
        overrides: tuple[str, ...],
        no_color: bool,
        **rest: Any,
    ) -> Any:
        if no_color or os.environ.get("NO_COLOR"):
            ctx.color = False
        chosen = config or (ctx.obj or {}).get("config")
        app = App(
            config=Path(chosen) if chosen else None,
            seeds=Path(seeds) if seeds else None,
            feeds=Path(feeds) if feeds else None,
            overrides=overrides,
        )
        return command(app, **rest)

    return wrapped  # type: ignore[return-value]


def wall_clock() -> Instant:
    """Return the instant that it is now."""
    return datetime.now(UTC)


def operators_link(settings: Settings, admin: str) -> str:
    """Return the address of the operator's page with the token, for the local user's eyes.

    Where the token cannot be read, the address alone.
    """
    from feedmill.daemon import token

    with suppress(StoreError):
        return f"{admin}-/?token={token(settings.state_dir)}"
    return f"{admin}-/"
