"""Checks of abandoned places: nobody takes down there what is withdrawn since."""

from __future__ import annotations

from collections.abc import Iterator

from feedmill.cli.doctor.finding import Finding, Patient, warning
from feedmill.cli.output import plural
from feedmill.store import abandoned_folder


def check_abandoned(patient: Patient) -> Iterator[Finding]:
    """No feeds folder and no mirror has documents that the settings do not name any more."""
    from feedmill.daemon.mirrors import abandoned_mirrors

    settings = patient.settings
    if (folder := abandoned_folder(settings)) is not None:
        what = f"{folder} has what was published before store.url was set, also what is withdrawn since"
        remedy = (
            "once its history is in the database (docs/operations.md), let nothing serve it, and delete it"
        )
        yield warning(what, remedy)
    for file, where, documents in abandoned_mirrors(settings):
        what = f"{where or 'a place'} is no mirror any more, and keeps {plural(documents, 'document')}"
        remedy = f"delete them there, unless another mirror is the same place; then delete {file}"
        yield warning(f"{what}, also what is withdrawn since", remedy)
