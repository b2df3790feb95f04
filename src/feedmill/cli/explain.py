"""`feedmill explain`: is it in feeds, in which, at which rank; if not, why not."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from feedmill.cli.app import App, app_options, wall_clock
from feedmill.cli.instants import when
from feedmill.cli.output import Progress, print_json, relative_prefix
from feedmill.cli.problems import from_here, problem_line
from feedmill.errors import UsageError
from feedmill.model.filename import from_locale, in_locale
from feedmill.model.instant import Instant, rfc3339
from feedmill.pipeline.report import printable, problem_json

if TYPE_CHECKING:
    from feedmill.model.settings import Settings
    from feedmill.pipeline.explain import Explanation

_SEVERAL = 5
"""Seeds of one title that are named."""


@click.command("explain")
@click.argument("seed", type=click.Path(), metavar="SEED|URL|TITLE")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@app_options
def explain_command(app: App, seed: str, as_json: bool) -> int:
    """Say why a seed is, or is not, in the feeds, at which rank, and what would change it.

    SEED is its file; its entry's address, its id or its title do as well.
    """
    settings = app.settings()
    found = _find(settings, seed)
    if as_json:
        print_json(_json(found))
    else:
        _show(found, relative_prefix(settings.scan.dir), wall_clock())
    return 0


def _find(settings: Settings, name: str) -> Explanation:
    """Return what is to be said of the one seed that is called so.

    Raises:
        UsageError: there is none, or there are several.
    """
    from feedmill.pipeline.explain import explain, explain_each

    with Progress() as progress:
        if not _is_address(name):
            path = seed_path(settings, name)
            if found := explain_each(settings, [path], wall_clock, progress=progress):
                return found[0]
            if os.path.lexists(settings.scan.dir / in_locale(path)):
                raise UsageError(_unknown(settings, path))
        found = explain(settings, name, wall_clock, progress=progress)
    if len(found) == 1:
        return found[0]
    prefix = relative_prefix(settings.scan.dir)
    if found:
        some = ", ".join(prefix + each.path for each in found[:_SEVERAL])
        more = f" and {len(found) - _SEVERAL:,} more" if len(found) > _SEVERAL else ""
        raise UsageError(f"{printable(name)!r} are {len(found):,} seeds; name one: {some}{more}")
    if _is_address(name):
        raise UsageError(f"no seed has the address or id {printable(name)}")
    raise UsageError(f"there is no {printable(name)} in {settings.scan.dir}, and no seed with such a title")


def _is_address(name: str) -> bool:
    return name.startswith(("http://", "https://", "urn:", "tag:"))


def seed_path(settings: Settings, given: str) -> str:
    """Return `given` relative to the seeds folder: a path from here, or from that folder.

    Raises:
        UsageError: it is outside the seeds folder.
    """
    folder = settings.scan.dir
    outside = False
    for base in (Path.cwd(), folder):
        candidate = base / given
        if candidate.exists() or candidate.is_symlink():
            for top in (folder, folder.resolve()):
                with suppress(ValueError):
                    return from_locale(
                        (candidate.parent.resolve() / candidate.name).relative_to(top).as_posix()
                    )
            outside = True
    if outside:
        raise UsageError(f"{given} is not in the seeds folder {folder}")
    return from_locale(os.path.normpath(Path(given).as_posix().removeprefix(folder.name + "/")))


def known_seed(settings: Settings, given: str) -> str:
    """Return `given` relative to the seeds folder, of a file that is there and may be a seed.

    Raises:
        UsageError: it is outside, not there, or no seed by its name or kind.
    """
    from feedmill.seeds.scan import Found, look

    path = seed_path(settings, given)
    if not isinstance(look(settings.scan, path), Found):
        raise UsageError(_unknown(settings, path))
    return path


def _unknown(settings: Settings, path: str) -> str:
    """Return why this path is no seed."""
    from feedmill.seeds.scan import ScanProblem, look

    shown = printable(path)
    found = look(settings.scan, path)
    if isinstance(found, ScanProblem):
        return f"{shown} {found.problem.message}"
    if not os.path.lexists(settings.scan.dir / in_locale(path)):
        return f"there is no {shown} in {settings.scan.dir}"
    if (settings.scan.dir / in_locale(path)).is_dir():
        return f"{shown} is a folder; name a file in it"
    patterns = ", ".join(settings.scan.include)
    return f"{shown} is no seed by its name: see seeds.include ({patterns}) and seeds.exclude"


def _show(found: Explanation, prefix: str, now: Instant) -> None:
    click.echo(click.style(prefix + found.path, bold=True) + (f"  {found.title}" if found.title else ""))
    why = from_here(found.why, found.other, prefix)
    if found.feeds:
        word = click.style("waiting", fg="yellow") if found.waits else click.style("in feeds", fg="green")
        click.echo(f"{word}: {why}")
        room = max(len(rank.path) for rank in found.feeds)
        for rank in found.feeds:
            note = "" if rank.shown else "  (beyond the feed's limit)"
            if rank.archive:
                note = f"  (in {rank.archive}{' too' if rank.shown else ''})"
            click.echo(f"  {rank.path:<{room}}  {rank.rank:>5,} of {rank.total:,}{note}")
    else:
        click.echo(click.style(found.state, fg="yellow") + f": {why}")
    if found.held:
        click.echo(click.style("held back", fg="red") + f": {found.held}")
    if found.since:
        click.echo(f"since: {when(found.since, now)}")
    if found.until:
        click.echo(f"until: {when(found.until, now)}")
    click.echo(f"to change it: {found.remedy}")
    for problem in found.problems:
        if problem.message != found.why or problem.line:
            click.echo(problem_line(problem, prefix, wide=not sys.stdout.isatty()))


def _json(found: Explanation) -> dict[str, Any]:
    return {
        "seed": found.path,
        "in_feeds": bool(found.feeds) and not found.waits,
        "state": found.state,
        "reason": None if found.feeds or found.state == "not a seed" else found.state,
        "kept": found.kept,
        "why": found.why,
        "remedy": found.remedy,
        "title": found.title,
        "id": found.id,
        "link": found.link,
        "since": _instant(found.since),
        "until": _instant(found.until),
        "feeds": [
            {"feed": r.path, "title": r.title, "rank": r.rank, "of": r.total, "shown": r.shown}
            | ({"archive": r.archive} if r.archive else {})
            for r in found.feeds
        ],
        "problems": [problem_json(problem) for problem in found.problems],
        "held": found.held or None,
    }


def _instant(instant: Instant | None) -> str | None:
    return rfc3339(instant) if instant else None
