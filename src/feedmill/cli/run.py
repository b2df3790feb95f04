"""`feedmill run` and `feedmill rebuild`: the daemon, and asking it for a pass."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from feedmill.cli.app import App, app_options, wall_clock
from feedmill.cli.output import Progress, print_json
from feedmill.errors import StoreError

if TYPE_CHECKING:
    from feedmill.daemon.pass_log import Teller
    from feedmill.model.settings import Settings


@click.command("run")
@click.option("--open", "opens", is_flag=True, help="Show the feeds in your browser once they are there.")
@app_options
def run_command(app: App, opens: bool) -> int:
    """Watch the seeds, keep time and serve the feeds, until told to stop.

    A saved seed is in its feeds within milliseconds; a scheduled one appears on its second. SIGTERM stops,
    SIGHUP reloads the config, SIGUSR1 looks at everything. On a terminal each change is a line, and what was
    saved and is not published is told with what to do; elsewhere, and with log.format set, there is a log.
    """
    from feedmill.daemon import Service

    return Service(
        app.settings,
        clock=wall_clock,
        teller=_teller(app.settings()),
        on_ready=_open_feeds if opens else None,
    ).run()


def _teller(settings: Settings) -> Teller | None:
    """Return who tells a person: on a terminal, unless the config asks for a log."""
    plain = settings.log.format == "auto" and settings.log.level == "info"
    if not (plain and sys.stdout.isatty() and sys.stderr.isatty()):
        return None
    from feedmill.cli.tell import Terminal

    return Terminal(settings)


def _open_feeds(settings: Settings, listening: Mapping[str, str]) -> None:
    """Show the feeds in the user's browser, whatever that takes; nobody waits for it."""
    import threading
    import webbrowser

    address = listening.get("server") or (settings.feeds_dir / "index.html").as_uri()
    threading.Thread(target=webbrowser.open, args=(address,), name="browser", daemon=True).start()


@click.command("rebuild")
@click.option("--full", is_flag=True, help="Read every seed again, whatever the catalog knows.")
@click.option("--force", is_flag=True, help="Publish although the guard would hold the pass back.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@app_options
def rebuild_command(app: App, full: bool, force: bool, as_json: bool) -> int:
    """Ask the running daemon for a pass and wait for it; with none running, build here."""
    from feedmill.cli.build import answer, build_once, show_report
    from feedmill.daemon import NoDaemon
    from feedmill.model.problem_groups import fault_of
    from feedmill.pipeline import PassRequest
    from feedmill.pipeline.report import problem_from_json

    settings = app.settings()
    try:
        before = ask_daemon(settings, {"command": "status"})
        document = ask_daemon(settings, {"command": "rebuild", "full": full, "force": force})
    except NoDaemon:
        report = build_once(settings, PassRequest(full=full, force=force))
        show_report(report, settings, as_json=as_json)
        return answer(report)
    known = frozenset(map(fault_of, map(problem_from_json, before["problems"])))
    return show_document(document, settings, as_json=as_json, known=known)


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


def show_document(
    document: dict[str, Any], settings: Settings, *, as_json: bool, known: frozenset[str] | None = None
) -> int:
    """Print a report that the daemon sent and return its exit code."""
    from feedmill.cli.build import answer, show_report
    from feedmill.pipeline.report import report_from_json

    report = replace(report_from_json(document), known=known)
    if as_json:
        print_json(document)
    else:
        show_report(report, settings, as_json=False)
    return answer(report)
