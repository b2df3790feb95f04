"""`feedmill list`: feeds, those of one taxonomy, withheld seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from feedmill.cli.app import App, app_options, wall_clock
from feedmill.cli.output import Progress, plural, print_json, relative_prefix
from feedmill.model.instant import rfc3339
from feedmill.model.taxonomy import Kind

if TYPE_CHECKING:
    from feedmill.model.settings import Settings

_KINDS = {
    "topics": Kind.TOPIC,
    "providers": Kind.PROVIDER,
    "authors": Kind.AUTHOR,
    "categories": Kind.CATEGORY,
    "types": Kind.TYPE,
}


@click.command("list")
@click.argument("what", type=click.Choice([*_KINDS, "feeds", "withheld", "subscribers"]), default="feeds")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@app_options
def list_command(app: App, what: str, as_json: bool) -> int:
    """List what there is: feeds with their entries, withheld seeds with why, as the seeds are now.

    Or who has subscribed at the hub: callback (without its query), topic, end of the lease, deliveries.
    """
    from feedmill.pipeline.list import list_feeds, list_withheld

    settings = app.settings()
    if what == "subscribers":
        return _list_subscribers(settings, as_json=as_json)
    rows: list[dict[str, Any]]
    if what == "withheld":
        with Progress() as progress:
            found = list_withheld(settings, wall_clock, progress=progress)
        rows = [{"seed": path, "reason": reason} for path, reason in found]
    else:
        with Progress() as progress:
            feeds = list_feeds(settings, wall_clock, progress=progress)
        rows = [
            {
                "feed": row.path,
                "title": row.title,
                "entries": row.total,
                "updated": rfc3339(row.updated) if row.total else None,
            }
            for row in feeds
            if what == "feeds" or row.kind is _KINDS[what]
        ]
    if as_json:
        print_json({what: rows})
    elif what == "withheld":
        prefix = relative_prefix(settings.scan.dir)
        for row in rows:
            click.echo(f"{row['reason']:<12} {prefix}{row['seed']}")
        click.echo(f"{plural(len(rows), 'seed')} withheld", err=True)
    else:
        room = max((len(row["feed"]) for row in rows), default=0)
        for row in rows:
            day = (row["updated"] or "")[:10]
            click.echo(f"{row['feed']:<{room}} {row['entries']:>7,}  {day:<10}  {row['title']}")
        click.echo(plural(len(rows), "feed"), err=True)
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
    room = max((len(row["topic"]) for row in rows), default=0)
    for row in rows:
        state = "up to date" if row["up_to_date"] else row["trouble"] or "waits"
        failures = f", failed {row['failures']} times" if row["failures"] else ""
        click.echo(f"{row['topic']:<{room}}  until {row['until'][:10]}  {row['callback']}  {state}{failures}")
    click.echo(plural(len(rows), "subscription"), err=True)
    return 0
