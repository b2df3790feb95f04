"""`feedmill init`: a folder that builds and serves at once."""

from __future__ import annotations

import uuid
from pathlib import Path

import click

from feedmill.cli.app import wall_clock
from feedmill.errors import StoreError, UsageError
from feedmill.model.instant import rfc3339

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
@click.argument("folder", default=".", type=click.Path(), metavar="[DIR]")
@click.option("--title", default="My feeds", show_default=True, help="The site's title.")
@click.option("--url", default="http://127.0.0.1:8080/", show_default=True, help="Where readers reach it.")
def init_command(folder: str, title: str, url: str) -> int:
    """Make DIR (default: here) a folder that builds and serves at once.

    Writes config.yaml with a site id of its own, one example seed and a .gitignore; files that are there stay
    as they are.
    """
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
    click.echo(f"Made {', '.join(made)}. Next: {where}feedmill build, then feedmill run.")
    return 0


def _write(path: Path, content: str) -> bool:
    """Write a new file; return whether it is new."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(content)
    except FileExistsError:
        click.echo(f"{path} is there already; it stays as it is", err=True)
        return False
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}") from error
    return True
