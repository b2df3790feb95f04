"""`feedmill build --dry-run`: what subscribers would see, feed by feed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from feedmill.cli.output import Progress, plural, print_json, relative_prefix
from feedmill.cli.problems import print_problems
from feedmill.model.instant import Instant
from feedmill.pipeline.dry_run import EntryChange, FeedChange, compare, dry_run_of, identity_changes
from feedmill.pipeline.report import PassReport, PassRequest, problem_json

if TYPE_CHECKING:
    from feedmill.model.settings import Settings

_MARKS = {
    "born": ("new feed", "green"),
    "revived": ("back again", "green"),
    "emptied": ("now empty", "yellow"),
}


def show_preview(settings: Settings, now: Instant, request: PassRequest, *, as_json: bool) -> PassReport:
    """Work out what a build would change, print it, and write nothing."""
    with Progress() as progress, dry_run_of(settings, lambda: now, request, progress=progress) as found:
        report = found.report
        changes = () if report.held else compare(found)
        identities = identity_changes(found.run)
    if as_json:
        document = report.to_json()
        document["dry_run"] = True
        document["changes"] = [_feed_json(change) for change in changes]
        document["problems"] += [problem_json(problem) for problem in identities]
        print_json(document)
        return report
    print_problems((*report.problems, *identities), relative_prefix(settings.scan.dir))
    if report.held is not None:
        click.echo("held back: " + report.held, err=True)
        return report
    for change in changes:
        _show(change)
    appear, differ, vanish = (
        len({entry.id for change in changes for entry in getattr(change, kind)})
        for kind in ("appear", "change", "vanish")
    )
    if changes:
        click.echo(
            f"{plural(len(changes), 'feed')} would change: {plural(appear, 'entry', 'entries')} would "
            f"appear, {differ:,} change, {vanish:,} vanish. Nothing was written."
        )
    else:
        click.echo("No feed would change. Nothing was written.")
    return report


def _show(change: FeedChange) -> None:
    word, colour = _MARKS.get(change.state, ("", ""))
    mark = f"  ({click.style(word, fg=colour)})" if word else ""
    click.echo(click.style(change.path, bold=True) + f"  {change.title}{mark}")
    if not (change.appear or change.change or change.vanish):
        click.echo("  the same entries, printed otherwise")
    _lines("+", "green", change.appear)
    _lines("~", "yellow", change.change)
    _lines("-", "red", change.vanish)


def _lines(sign: str, colour: str, entries: Iterable[EntryChange]) -> None:
    for entry in entries:
        fields = f"  ({', '.join(entry.fields)})" if entry.fields else ""
        click.echo(f"  {click.style(sign, fg=colour)} {entry.title}{fields}")


def _feed_json(change: FeedChange) -> dict[str, Any]:
    return {
        "feed": change.path,
        "title": change.title,
        "state": change.state,
        "appear": [_entry_json(entry) for entry in change.appear],
        "change": [_entry_json(entry) | {"fields": list(entry.fields)} for entry in change.change],
        "vanish": [_entry_json(entry) for entry in change.vanish],
    }


def _entry_json(entry: EntryChange) -> dict[str, Any]:
    return {"id": entry.id, "title": entry.title, "link": entry.link}
