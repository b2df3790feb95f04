"""`feedmill init`: a folder that builds and serves at once."""

from __future__ import annotations

import os
import uuid
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from feedmill.cli.app import wall_clock
from feedmill.cli.output import Progress, write_new
from feedmill.errors import UsageError
from feedmill.model.instant import rfc3339

if TYPE_CHECKING:
    from feedmill.pipeline.many_terms import WorthAFeed

_IGNORE = """\
# What feedmill makes: the feeds can be made again, the state is a cache.
/feeds/
/.feedmill/
"""

_SEED = """\
---
title: Hello, feed
excerpt: The first article of these feeds. Change it, or delete it and write your own.
webUrl: https://www.rssboard.org/rss-specification
publishedDateTime: {now}
published: true
provider: RSS Advisory Board
topics:
  - Feeds
---

A **seed** is a file like this one: a few fields between two lines of dashes, then the text, in Markdown.

- `published: false` withholds it, and so does a `publishedDateTime` that is still to come.
- Each topic and the provider have a feed of their own.
- `feedmill explain seeds/hello.md` says where it is out, and why.
"""


@click.command("init")
@click.argument("folder", required=False, type=click.Path(file_okay=False), metavar="[DIR]")
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, file_okay=False),
    metavar="SITE",
    help="Write the config of an existing Jekyll, Hugo, Zola, Eleventy, Pelican or Docusaurus site.",
)
@click.option("--title", help="The site's title (default: what SITE says, else My feeds).")
@click.option("--url", default="http://127.0.0.1:8080/", show_default=True, help="Where readers reach it.")
@click.option("--home", metavar="URL", help="The address of SITE, where its configuration has none.")
def init_command(
    folder: str | None, source: str | None, title: str | None, url: str, home: str | None
) -> int:
    """Make DIR (default: here) a folder that builds and serves at once.

    Writes config.yaml with a site id of its own, one example seed and a .gitignore; files that are there stay
    as they are.

    With --from, DIR is SITE unless given: the config is made from the site's own configuration, of which
    nothing is run, says what it understood and what it could not read, and builds the feeds. The site itself
    stays as it is.
    """
    if source is not None:
        return _bring(Path(source), Path(folder or source), title, url, home)
    if home is not None:
        raise UsageError("--home is the address of a site that is brought; it goes with --from SITE")
    return _start(folder or ".", title or "My feeds", url)


def _start(folder: str, title: str, url: str) -> int:
    """Make a folder from nothing."""
    from feedmill.config import ConfigErrors, loads
    from feedmill.config.starter import starter

    base = Path(folder)
    if (base / "config.yaml").exists():
        raise UsageError(f"{base / 'config.yaml'} is there already; nothing was written")
    text = starter(site_id=f"urn:uuid:{uuid.uuid4()}", title=title, url=url)
    try:
        loads(text, base=base.absolute())
    except ConfigErrors as error:
        raise UsageError(f"such a config would not be valid: {error}") from error
    files = {
        "config.yaml": text,
        "seeds/hello.md": _SEED.format(now=rfc3339(wall_clock().replace(microsecond=0))),
        ".gitignore": _IGNORE,
    }
    made = [name for name, content in files.items() if _write(base / name, content)]
    where = "" if folder == "." else f"cd {folder} && "
    click.echo(f"Made {', '.join(made)}.\nNext: {where}feedmill run --open")
    return 0


def _bring(source: Path, base: Path, title: str | None, url: str, home: str | None) -> int:
    """Make a folder from a site that is there, and build it."""
    from feedmill.cli.build import build_once, exit_code, show_report
    from feedmill.cli.site import show_site, site_config
    from feedmill.config import load
    from feedmill.pipeline import PassRequest
    from feedmill.pipeline.many_terms import worth_a_feed
    from feedmill.sites import read_site

    if (base / "config.yaml").exists():
        raise UsageError(
            f"{base / 'config.yaml'} is there already; nothing was written. "
            f"Another folder will do: feedmill init DIR --from {source}"
        )
    site = read_site(source)
    home = home or site.home
    site = replace(site, title=title or site.title or urlsplit(home or "").netloc, home=home)
    text, settings, unread = site_config(site, source, base, url=url)
    with Progress() as progress:
        worth = worth_a_feed(settings, wall_clock, progress=progress)
    if worth:
        site = replace(site, listed=tuple((each.taxonomy, each.labels) for each in worth))
        text, settings, unread = site_config(site, source, base, url=url)
    show_site(site, settings, unread)
    for each in worth:
        click.echo(f"  {each.taxonomy:<10} {_listed(each)}")
    files = {"config.yaml": text, ".gitignore": _IGNORE}
    made = [file for file in ("config.yaml", ".gitignore") if _write(base / file, files[file])]
    click.echo(f"Made {', '.join(str(base / file) for file in made)}.")
    if ".gitignore" not in made:
        click.echo(f"Feeds and state are no sources; add to {base / '.gitignore'}: /feeds/ and /.feedmill/")
    settings = load(base / "config.yaml", environ=os.environ, cwd=Path.cwd())
    report = build_once(settings, PassRequest())
    show_report(report, settings, as_json=False)
    return exit_code(report)


def _listed(worth: WorthAFeed) -> str:
    """Return what was done about more terms than anybody subscribes to, and how to have it otherwise."""
    name, listed = worth.taxonomy, len(worth.labels)
    return (
        f"{listed:,} of {worth.total:,} have a feed, those with {worth.least} articles or more; "
        f"list others below {name}:, or set feeds.by.{name}: all"
    )


def _write(path: Path, content: str) -> bool:
    """Write a new file; return whether it is new, and say where it is not."""
    new = write_new(path, content)
    if not new:
        click.echo(f"{path} is there already; it stays as it is", err=True)
    return new
