"""`feedmill doctor`: look at everything that goes wrong in practice, and say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from feedmill.cli.app import App, app_options, wall_clock
from feedmill.cli.main import Exit
from feedmill.cli.output import folded, plural, print_json
from feedmill.errors import FeedmillError
from feedmill.model.seed import Severity

if TYPE_CHECKING:
    from feedmill.cli.doctor.finding import Check, Finding, Patient
    from feedmill.model.settings import Settings

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTICE: "blue"}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@app_options
def doctor_command(app: App, as_json: bool) -> int:
    """Look at everything that goes wrong in practice, and say what to do.

    The address, ports, permissions, watch limits, disk, clock, store, mirrors, daemon, seeds, the feeds'
    addresses and hubs. Writes nothing. Exit code 1 when something needs mending.
    """
    from feedmill.cli.doctor.checks import CHECKS
    from feedmill.cli.doctor.finding import Patient
    from feedmill.config.extras import require

    settings = app.settings()
    require(settings)
    patient = Patient(settings=settings, now=wall_clock(), daemon=_daemon(settings))
    try:
        found = []
        for check in CHECKS:
            findings = list(examine(check, patient))
            found += [(check.name, finding) for finding in findings]
            if not as_json:
                _show(check.name, findings)
    finally:
        patient.close()
    needed = [finding for _, finding in found if finding.severity is not Severity.NOTICE]
    if as_json:
        print_json({"findings": [{"check": name, **finding._asdict()} for name, finding in found]})
    else:
        click.echo(f"{plural(len(needed), 'thing')} to mend." if needed else "Nothing to mend.")
    return Exit.PROBLEMS if needed else Exit.CLEAN


def examine(check: Check, patient: Patient) -> Iterator[Finding]:
    """Yield what a check finds; one that cannot look says why, and stops no other."""
    from feedmill.cli.doctor.finding import error

    try:
        yield from check.run(patient)
    except (FeedmillError, OSError) as problem:
        yield error(f"could not be looked at: {problem}", "mend what stands above, then ask again")


def _daemon(settings: Settings) -> dict[str, Any] | None:
    from feedmill.cli.run import ask_daemon
    from feedmill.daemon import NoDaemon

    try:
        return ask_daemon(settings, {"command": "status"})
    except NoDaemon:
        return None


def _show(name: str, findings: list[Finding]) -> None:
    if not findings:
        click.echo(f"{click.style('ok', fg='green')}       {name}")
    for finding in findings:
        word = click.style(f"{finding.severity.value:<8}", fg=_COLOURS[finding.severity])
        click.echo(f"{word} {folded(f'{name}: {finding.what}', 9)}")
        click.echo(f"         {folded(f'→ {finding.remedy}', 11)}")
