"""`feedmill prune`: retire feeds that lost their last entry."""

from __future__ import annotations

import click

from feedmill.cli.app import App, app_options
from feedmill.cli.output import plural, print_json


@click.command("prune")
@click.option("--json", "as_json", is_flag=True, help="Print what was retired as JSON.")
@app_options
def prune_command(app: App, as_json: bool) -> int:
    """Retire feeds that lost their last entry: their addresses answer 410 from now on.

    Until then such a feed stays, valid and empty, so that no subscriber loses it by accident. A new
    entry revives a retired feed at its old address.
    """
    from feedmill.cli.build import build_once, exit_code
    from feedmill.cli.main import Exit
    from feedmill.cli.run import ask_daemon
    from feedmill.daemon import NoDaemon
    from feedmill.pipeline.report import PassRequest, report_from_json

    settings = app.settings()
    try:
        report = report_from_json(ask_daemon(settings, {"command": "prune"}))
    except NoDaemon:
        report = build_once(settings, PassRequest(prune=True))
    if as_json:
        print_json({"retired": list(report.retired), "held": report.held})
    elif report.held is not None:
        click.echo(f"held back: {report.held}", err=True)
    else:
        for path in report.retired:
            click.echo(f"retired {path}")
        click.echo(f"{plural(len(report.retired), 'feed')} retired.")
    code = exit_code(report)
    return Exit.CLEAN if code is Exit.PROBLEMS else code  # it answers for what it did, not for old faults
