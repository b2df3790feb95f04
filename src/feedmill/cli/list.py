"""`feedmill list`: feeds, those of one taxonomy, withheld seeds."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from feedmill.cli.app import App, app_options, wall_clock
from feedmill.cli.instants import when
from feedmill.cli.output import Progress, plural, print_json, relative_prefix
from feedmill.errors import UsageError
from feedmill.model.instant import rfc3339
from feedmill.model.seed import Reason
from feedmill.model.taxonomy import Kind

if TYPE_CHECKING:
    from feedmill.model.settings import Settings

_KINDS = {kind.folder.rstrip("/"): kind for kind in Kind if kind not in (Kind.ALL, Kind.CUSTOM)}


@click.command("list")
@click.argument("what", type=click.Choice([*_KINDS, "feeds", "withheld", "subscribers"]), default="feeds")
@click.argument("reason", type=click.Choice([reason.value for reason in Reason]), required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@app_options
def list_command(app: App, what: str, reason: str | None, as_json: bool) -> int:
    """List what there is: feeds with their entries, withheld seeds with why, as the seeds are now.

    `withheld` may be of one REASON: `withheld scheduled` is what is planned, in order of time. `subscribers`
    are those of the hub: callback (without its query), topic, end of the lease, deliveries.
    """
    settings = app.settings()
    if reason and what != "withheld":
        raise UsageError(f"a reason goes with withheld: feedmill list withheld {reason}")
    if what == "subscribers":
        return _list_subscribers(settings, as_json=as_json)
    if what == "withheld":
        return _list_withheld(settings, Reason(reason) if reason else None, as_json=as_json)
    return _list_feeds(settings, what, as_json=as_json)


def _list_feeds(settings: Settings, what: str, *, as_json: bool) -> int:
    from feedmill.pipeline.list import list_feeds

    with Progress() as progress:
        feeds = list_feeds(settings, wall_clock, progress=progress)
    rows = [row for row in feeds if what == "feeds" or row.kind is _KINDS[what]]
    if as_json:
        document = [
            {
                "feed": row.path,
                "title": row.title,
                "entries": row.total,
                "updated": rfc3339(row.updated) if row.total else None,
            }
            for row in rows
        ]
        print_json({what: document})
        return 0
    now = wall_clock()
    room = max((len(row.path) for row in rows), default=0)
    for row in rows:
        at = when(row.updated, now) if row.total else ""
        click.echo(f"{row.path:<{room}} {row.total:>7,}  {at:<38}  {row.title}".rstrip())
    click.echo(plural(len(rows), "feed"), err=True)
    return 0


def _list_withheld(settings: Settings, reason: Reason | None, *, as_json: bool) -> int:
    from feedmill.pipeline.list import list_withheld

    with Progress() as progress:
        found = list_withheld(settings, wall_clock, reason=reason, progress=progress)
    if as_json:
        rows = [
            {
                "seed": each.path,
                "reason": each.reason.value,
                "title": each.title,
                "at": rfc3339(each.at) if each.at else None,
            }
            for each in found
        ]
        print_json({"withheld": rows})
        return 0
    now, prefix = wall_clock(), relative_prefix(settings.scan.dir)
    room = max((len(prefix + each.path) for each in found), default=0)
    for each in found:
        at = f"{when(each.at, now)}  " if each.at else ""
        why = "" if reason else f"{each.reason.value:<12} "
        click.echo(f"{why}{prefix + each.path:<{room}}  {at}{each.title}".rstrip())
    click.echo(f"{plural(len(found), 'seed')} {reason.value if reason else 'withheld'}", err=True)
    return 0


def _list_subscribers(settings: Settings, *, as_json: bool) -> int:
    from feedmill.cli.run import ask_daemon
    from feedmill.daemon import NoDaemon

    try:
        rows = ask_daemon(settings, {"command": "subscribers"})["subscribers"]
    except NoDaemon:
        from feedmill.daemon.push import stored_subscribers

        rows = stored_subscribers(settings)
    if as_json:
        print_json({"subscribers": rows})
        return 0
    room, now = max((len(row["topic"]) for row in rows), default=0), wall_clock()
    for row in rows:
        until = when(datetime.fromisoformat(row["until"]), now)
        state = "up to date" if row["up_to_date"] else row["trouble"] or "waits"
        failures = f", failed {row['failures']} times" if row["failures"] else ""
        click.echo(f"{row['topic']:<{room}}  until {until}  {row['callback']}  {state}{failures}")
    click.echo(plural(len(rows), "subscription"), err=True)
    return 0
