"""`feedmill status`: what the daemon does, what is next, what is wrong."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from feedmill.cli.app import App, app_options, operators_link, wall_clock
from feedmill.cli.instants import when
from feedmill.cli.main import Exit
from feedmill.cli.output import duration, folded, print_json, relative_prefix, width
from feedmill.cli.problems import print_problems
from feedmill.model.instant import Instant

if TYPE_CHECKING:
    from feedmill.model.settings import Settings

_COLOURS = {"ready": "green", "building": "cyan", "starting": "yellow", "standby": "cyan"}
"""The others look like trouble."""
_CODES = {"held": Exit.HELD, "failing": Exit.STORAGE}
_OVERRULE = "bring the files back, or overrule it: feedmill rebuild --force"


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print the status as JSON.")
@app_options
def status_command(app: App, as_json: bool) -> int:
    """Show the daemon, its last pass, the next runs, seeds by what became of them, and problems.

    Exit code 4 while the guard holds passes back (without a daemon: held the last one back), 3 while they
    fail.
    """
    from feedmill.cli.run import ask_daemon
    from feedmill.daemon import NoDaemon
    from feedmill.pipeline.last_hold import last_hold
    from feedmill.pipeline.report import problem_from_json

    settings = app.settings()
    running = True
    try:
        document = ask_daemon(settings, {"command": "status"})
        code = _CODES.get(document["daemon"]["state"], Exit.CLEAN)
    except NoDaemon:
        running = False
        held = last_hold(settings.state_dir)
        document = _stopped(settings, held)
        code = Exit.CLEAN if held is None else Exit.HELD
    if as_json:
        print_json(document)
        return code
    prefix = relative_prefix(settings.scan.dir)
    _show(document, wall_clock(), prefix)
    print_problems([problem_from_json(each) for each in document["problems"]], prefix)
    if code is Exit.HELD:
        click.echo(_OVERRULE)
    admin = document["daemon"].get("listening", {}).get("admin")
    if running and admin:
        click.echo(f"operator's page  {operators_link(settings, admin)}")
    if not running:
        click.echo("no daemon runs here: feedmill run starts one, feedmill build makes one pass")
    return code


def _stopped(settings: Settings, held: str | None) -> dict[str, Any]:
    """Return the status without a daemon: what the last pass left in the catalog, and why it was `held`."""
    from feedmill.daemon.status import problems_json, stopped_json, store_json
    from feedmill.pipeline.dry_run import last_known

    known = last_known(settings)
    own = problems_json((), [f"held back: {held}"] if held is not None else ())
    return {
        "daemon": stopped_json(),
        **known,
        "problems": [*own, *known["problems"]],
        "followers": {"hub": None, "mirrors": []},
        "store": store_json(settings),
    }


def _show(document: dict[str, Any], now: Instant, prefix: str) -> None:
    daemon, last, counts = document["daemon"], document["last_pass"], document["counts"]
    state = click.style(daemon["state"], fg=_COLOURS.get(daemon["state"], "red"), bold=True)
    facts = f", pid {daemon['pid']}, up {_span(daemon['uptime'])}" if daemon["pid"] else ""
    _row("daemon", f"{state}{facts}, feedmill {daemon['version']}")
    if daemon["watching"]:
        _row("watching", daemon["watching"])
    for name, address in daemon.get("listening", {}).items():
        _row(name, address)
    if last:
        took = duration(last["seconds"])
        _row("last pass", f"{_when(last['as_of'], now)}, {took} ({last['trigger']})")
        feeds, entries = last["feeds"], last["entries"]
        _row(
            "",
            f"{feeds['written']} written, {feeds['unchanged']} unchanged, {feeds['removed']} removed; "
            f"entries +{entries['appeared']} ~{entries['changed']} -{entries['vanished']}",
        )
    for run in document["next"]:
        _row("next", f"{_when(run['at'], now)} {run['job']}: {run['why']}")
    if counts:
        withheld = ", ".join(f"{n:,} {reason}" for reason, n in counts["withheld"].items() if n)
        _row(
            "seeds",
            f"{counts['total']:,}: {counts['eligible']:,} in feeds" + (f", {withheld}" if withheld else ""),
        )
        if counts["kept"]:
            _row("", f"{counts['kept']:,} in their last good form")
    for node in (document.get("store") or {}).get("nodes", ()):
        _row("node", _node(node, document["store"]))
    followers = document.get("followers") or {}
    if followers.get("hub"):
        _row("hub", _followers(followers))
    for failure in followers.get("failures", [])[-3:]:
        _row("", f"{_when(failure['at'], now)} {failure['callback']}: {failure['why']}")
    for mirror in followers.get("mirrors", []):
        _row("mirror", _mirror(mirror))
    for change in document["scheduled"]:
        _row("planned", f"{_when(change['at'], now)} {change['what']} of {prefix}{change['seed']}")


def _when(text: str, now: Instant) -> str:
    return when(datetime.fromisoformat(text), now)


def _node(node: dict[str, Any], store: dict[str, Any]) -> str:
    lag = f", {node['lag']:,} behind" if node["lag"] else ""
    otherwise = "" if node["current"] else ", prints otherwise than what is published, or has other mirrors"
    silent = f", silent for {node['silent']:.0f} s" if node["silent"] > 5 else ""
    here = f" (here, epoch {store['epoch']})" if node["name"] == store["name"] else ""
    return f"{node['name']}{here}: {node['role']}, generation {node['serial']:,}{lag}{otherwise}{silent}"


def _followers(followers: dict[str, Any]) -> str:
    done = ", ".join(f"{count:,} {result}" for result, count in followers["deliveries"].items())
    waiting = f", {followers['waiting']:,} to be verified" if followers.get("waiting") else ""
    number = followers.get("subscriptions", 0)
    return f"{number:,} subscriptions{waiting}; deliveries: {done or 'none yet'}"


def _mirror(mirror: dict[str, Any]) -> str:
    colour = {"current": "green", "failing": "red"}.get(mirror["state"], "yellow")
    state = click.style(mirror["state"], fg=colour)
    lag = f", {_span(mirror['lag'])} late" if mirror["lag"] else ""
    fence = "; it ignores conditions, so a second writer goes unnoticed" if mirror["fenced"] is False else ""
    return f"{mirror['url']}: {state}{lag}, {mirror['documents']:,} documents{fence}"


def _row(name: str, text: str) -> None:
    """Print one fact, folded where the terminal is narrow."""
    plain = click.unstyle(text)
    click.echo(f"{name:<11} {text if len(plain) + 12 <= width() else folded(plain, 12)}")


def _span(seconds: float) -> str:
    days, rest = divmod(int(seconds), 86400)
    hours, rest = divmod(rest, 3600)
    minutes, left = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {left} s" if minutes else f"{left} s"
