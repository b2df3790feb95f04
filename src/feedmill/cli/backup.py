"""`feedmill backup` and `feedmill restore`: what only history knows, in one file."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedmill.cli.app import App, app_options, wall_clock
from feedmill.cli.output import plural, print_json
from feedmill.errors import UsageError

if TYPE_CHECKING:
    from feedmill.store import Saved

_UNKNOWN = """\
Nothing here tells what was taken down since that backup: a seed that is faulty now goes out again as it
was then. feedmill check lists such seeds; feedmill build --set seeds.on_invalid=withhold leaves them out."""


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print what was saved as JSON.")
@app_options
def backup_command(app: App, file: Path, as_json: bool) -> int:
    """Save the ledger and the subscriptions into FILE.

    They are what cannot be made again from the seeds: which feeds there ever were, when documents last
    changed, the last good form of every seed, who is subscribed. Consistent while the daemon runs. FILE
    holds secrets of subscribers: it is readable by its owner alone. It takes the place of an earlier
    backup, and of nothing else.
    """
    from feedmill.store import may_hold_backup, place_of

    file = Path(os.path.realpath(file))
    if not may_hold_backup(file):
        raise UsageError(f"{file} is no backup of feedmill's, and no new one takes its place; name another")
    _show(place_of(app.settings()).backup(file), "saved", as_json=as_json)
    return 0


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Restore although something is published here already.")
@click.option("--json", "as_json", is_flag=True, help="Print what was restored as JSON.")
@app_options
def restore_command(app: App, file: Path, force: bool, as_json: bool) -> int:
    """Take ledger and subscriptions from FILE, which feedmill backup wrote.

    It may come from a feeds folder or from a database, and go into either: that is how one moves. No daemon
    may run. A build has to follow; subscribers are asked whether they still want what they get. What was
    taken down or corrected since the backup stays so, as far as the ledger here knows of it.
    """
    from feedmill.push.subscriptions import Subscriptions
    from feedmill.store import place_of
    from feedmill.store.local.lock import FolderLock

    settings = app.settings()
    place = place_of(settings)
    with ExitStack() as stack:
        stack.enter_context(FolderLock(settings.state_dir / "lock", "restore"))
        stack.enter_context(place.lead("restore"))
        with place.open(read_only=True) as store:
            unknown = not store.serial
        if not (unknown or force):
            raise UsageError("something is published here; --force replaces what is known of it")
        saved = place.restore(file)
        if unknown:  # the catalog may belong to what was lost here, and bear the same number
            for cached in (settings.state_dir / "seal.json", *settings.state_dir.glob("catalog.db*")):
                cached.unlink(missing_ok=True)
        subscriptions = Subscriptions(place.subscriptions())
        stack.callback(subscriptions.close)
        subscriptions.doubt_all(wall_clock())
    _show(saved, "restored", as_json=as_json)
    if unknown and saved.good:
        click.echo(_UNKNOWN, err=True)
    return 0


def _show(saved: Saved, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"documents": saved.documents, "seeds": saved.good, "subscriptions": saved.subscriptions})
    else:
        click.echo(
            f"{what}: {plural(saved.documents, 'document')}, the last good form of"
            f" {plural(saved.good, 'seed')}, {plural(saved.subscriptions, 'subscription')}"
        )
