"""`feedmill adopt`: the ids that entries had in old feeds, so that no reader sees one twice."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

import feedmill
from feedmill.cli.app import App, app_options, wall_clock
from feedmill.cli.main import Exit
from feedmill.cli.output import Progress, plural
from feedmill.errors import InputError, StoreError, UsageError
from feedmill.pipeline.report import printable

if TYPE_CHECKING:
    from feedmill.sites import Adoption, OldEntry

_MAX_BYTES = 64 << 20
_SECONDS = 30.0
_LONG_KEY = 1000
"""Characters of a key that YAML takes without a mark of its own (1.2, section 7.4.2: 1024)."""
_HEAD = """\
# Addresses of entries and the ids that readers know them by, from `feedmill adopt`.
# Keep this file: without it, old entries show up a second time.
"""


@click.command("adopt")
@click.argument("old", nargs=-1, required=True, metavar="FEED...")
@app_options
def adopt_command(app: App, old: tuple[str, ...]) -> int:
    """Take over the ids that entries had in old feeds: no reader sees one twice.

    FEED is a file or an http(s) address: RSS, Atom or JSON Feed. An old entry is found among the seeds by
    its link, else by title and date; what is none of them is listed. The ids go into the file that seeds.ids
    names (ids.yaml beside the config where it names none); what is there already stays. The feed named first
    wins.
    """
    from feedmill.pipeline.list import list_seeds
    from feedmill.sites import adopt

    settings = app.settings(makes_ids=True)
    named = settings.decode.address.ids
    base = settings.file.parent if settings.file else Path.cwd()
    target = named or base / "ids.yaml"
    known = read_ids(target)
    feeds = [_entries(feed) for feed in old]
    with Progress() as progress:
        seeds = list_seeds(settings, wall_clock, progress=progress)
    found = adopt(feeds, seeds, known)
    if found.ids != tuple(sorted(known.items())):
        _write(target, ids_text(found.ids, as_json=target.suffix == ".json"))
    _show(found, known, sum(map(len, feeds)))
    if named is None and found.ids:
        click.echo(f"Add to 'seeds' in {settings.file or 'config.yaml'}: ids: {target.name}")
    return Exit.CLEAN if found.ids else Exit.PROBLEMS


def read_ids(file: Path) -> Mapping[str, str]:
    """Return what was adopted before; nothing where there is no file.

    Raises:
        InputError: it is no mapping of texts.
    """
    from feedmill.sites import data

    if not file.exists():
        return {}
    found = data.load(file)
    if not isinstance(found, dict) or not all(isinstance(guid, str) for guid in found.values()):
        raise InputError(file, "is no mapping of addresses to ids; move it away, or mend it")
    return found


def ids_text(ids: tuple[tuple[str, str], ...], *, as_json: bool) -> str:
    """Return the text of the file, in YAML or JSON."""
    if as_json:
        return json.dumps(dict(ids), ensure_ascii=False, indent=2) + "\n"
    return _HEAD + "".join(
        f"? {json.dumps(address)}\n: {json.dumps(guid)}\n"
        if len(address) > _LONG_KEY
        else f"{json.dumps(address)}: {json.dumps(guid)}\n"
        for address, guid in ids
    )


def _entries(feed: str) -> tuple[OldEntry, ...]:
    from feedmill.sites import read_feed

    remote = feed.lower().startswith(("http://", "https://"))
    data = _fetched(feed) if remote else _read(Path(feed))
    if len(data) > _MAX_BYTES:
        raise InputError(feed, f"is larger than {_MAX_BYTES >> 20} MiB; this is no feed")
    return read_feed(feed, data, feed if remote else "")


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error


def _fetched(address: str) -> bytes:
    """Return what is at an http(s) address; urllib follows redirects to such alone (and to FTP)."""
    from http.client import HTTPException
    from urllib.request import Request, urlopen

    request = Request(address, headers={"User-Agent": f"feedmill/{feedmill.__version__}"})
    try:
        with urlopen(request, timeout=_SECONDS) as answer:
            body: bytes = answer.read(_MAX_BYTES + 1)
            return body
    except (OSError, HTTPException, ValueError) as error:
        raise UsageError(f"{address} cannot be fetched: {error}") from error


def _write(target: Path, text: str) -> None:
    aside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(text, encoding="utf-8")
        aside.replace(target)
    except OSError as error:
        with suppress(OSError):
            aside.unlink()
        raise StoreError(f"{target} cannot be written: {error.strerror}") from error
    click.echo(f"Wrote {target}.")


def _show(found: Adoption, known: Mapping[str, str], old: int) -> None:
    fresh = plural(len(found.ids) - len(known), "new id")
    click.echo(f"{plural(old, 'old entry', 'old entries')}: {fresh}, {len(known):,} known before")
    for fault in found.faults:
        click.echo(printable(fault), err=True)
    if found.unmatched:
        click.echo(
            f"Not matched ({len(found.unmatched):,}): no seed has the link, nor title and date", err=True
        )
    for each in found.unmatched:
        day = f"{each.published:%Y-%m-%d}  " if each.published else ""
        click.echo(printable(f"  {day}{each.title or 'without a title'}  {each.link or each.guid}"), err=True)
