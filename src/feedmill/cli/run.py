"""`feedmill run` and `feedmill rebuild`: the daemon, and asking it for a pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from feedmill.cli.app import App, app_options, wall_clock
from feedmill.cli.output import Progress, print_json
from feedmill.errors import StoreError

if TYPE_CHECKING:
    from feedmill.model.settings import Settings


@click.command("run")
@app_options
def run_command(app: App) -> int:
    """Watch the seeds, keep time and serve the feeds, until told to stop.

    A saved seed is in its feeds within milliseconds; a scheduled one appears on its second. SIGTERM stops,
    SIGHUP reloads the config, SIGUSR1 looks at everything.
    """
    from feedmill.daemon import Service

    return Service(app.settings, clock=wall_clock).run()


@click.command("rebuild")
@click.option("--full", is_flag=True, help="Read every seed again, whatever the catalog knows.")
@click.option("--force", is_flag=True, help="Publish although the guard would hold the pass back.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@app_options
def rebuild_command(app: App, full: bool, force: bool, as_json: bool) -> int:
    """Ask the running daemon for a pass and wait for it; with none running, build here."""
    from feedmill.cli.build import build_once, exit_code, show_report
    from feedmill.daemon import NoDaemon
    from feedmill.pipeline import PassRequest

    settings = app.settings()
    try:
        document = ask_daemon(settings, {"command": "rebuild", "full": full, "force": force})
    except NoDaemon:
        report = build_once(settings, PassRequest(full=full, force=force))
        show_report(report, settings, as_json=as_json)
        return exit_code(report)
    return show_document(document, settings, as_json=as_json)


def ask_daemon(settings: Settings, request: dict[str, Any]) -> dict[str, Any]:
    """Return the daemon's answer; its progress is shown meanwhile.

    Raises:
        NoDaemon: none runs here.
        StoreError: it could not do it, or went away.
    """
    from feedmill.daemon import call

    progress = Progress()
    try:
        for message in call(settings.state_dir, request):
            if "progress" in message:
                step = message["progress"]
                progress(str(step["stage"]), int(step["done"]), step["total"])
            elif "error" in message:
                raise StoreError(str(message["error"]))
            else:
                result: dict[str, Any] = message["result"]
                return result
    finally:
        progress.close()
    raise StoreError("the daemon did not answer")


def show_document(document: dict[str, Any], settings: Settings, *, as_json: bool) -> int:
    """Print a report that the daemon sent and return its exit code."""
    from feedmill.cli.build import exit_code, show_report
    from feedmill.pipeline.report import report_from_json

    report = report_from_json(document)
    if as_json:
        print_json(document)
    else:
        show_report(report, settings, as_json=False)
    return exit_code(report)
