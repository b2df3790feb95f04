"""Checks of what is published: the store, the daemon, the clock, and the feeds' own addresses."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import feedmill
from feedmill.cli.doctor.finding import Finding, Patient, error, notice, warning
from feedmill.cli.doctor.folders import may, nearest
from feedmill.cli.instants import when
from feedmill.cli.output import plural
from feedmill.errors import LockHeld, StoreError
from feedmill.model.seed import Severity
from feedmill.model.settings import MirrorSettings, Settings
from feedmill.pipeline.report import printable
from feedmill.store import Store

_AHEAD = timedelta(minutes=5)
"""How far a time of another machine may be ahead of ours before a clock is wrong."""
_MADE = datetime(2026, 1, 1, tzinfo=UTC)
"""An instant before this feedmill was there."""
_HASH = "--"
"""What stands before the hash in a slug that a label alone cannot have."""


def check_store(patient: Patient) -> Iterator[Finding]:
    """What is published can be read, is as it was published, and nothing foreign is in its place."""
    from feedmill.store import place_of

    try:
        with place_of(patient.settings).open(read_only=True) as store:
            changed = sorted(store.verify())
            foreign = store.problems
    except StoreError as problem:
        if not patient.settings.store.url:  # of a database its own check tells
            remedy = "restore it from a backup (docs/operations.md), or update feedmill where it is older"
            yield error(str(problem), remedy)
        return
    if changed:
        what = f"{plural(len(changed), 'document')} not as published (first: {printable(changed[0])})"
        yield warning(what, "feedmill rebuild puts them right; let nothing else write there")
    for each in foreign:
        ours = each.path.startswith(".feedmill/")
        remedy = "restore a backup, or feedmill build makes it anew" if ours else "move that file away"
        yield warning(f"{printable(each.path)}: {printable(each.message)}", remedy)


def check_mirrors(patient: Patient) -> Iterator[Finding]:
    """What copies are kept in answers, with the keys that we have, and has what is published."""
    from feedmill.store import place_of

    if patient.settings.mirrors:
        try:
            with place_of(patient.settings).open(read_only=True) as store:
                yield from _compared(patient.settings, store)
        except StoreError:
            pass  # the store's own check tells
    for each in patient.daemon["followers"].get("mirrors", ()) if patient.daemon else ():
        if each["fenced"] is False:
            what = f"{each['url']} ignores conditions, so a second writer would go unnoticed"
            yield notice(what, "let one site alone, and one daemon or cluster of it, write there")


def _compared(settings: Settings, store: Store) -> Iterator[Finding]:
    from feedmill.daemon.mirrors import called, compare, edition_of
    from feedmill.mirror import MirrorError

    edition = edition_of(store.generation(settings.redirects, settings.copies), settings, store.body)
    for mirror in settings.mirrors:
        name = called(settings, mirror)
        try:
            _require_writable(mirror)
            plan = compare(settings, mirror, edition)
        except MirrorError as problem:
            remedy = "mend its address, key or rights (docs/hosting.md), or take it out of mirrors"
            yield error(f"a mirror cannot be used: {problem}", remedy)
            continue
        remedy = "feedmill run, or build, brings it up to what is published; else see its log"
        for verb, paths in (
            ("lacks", [put.document.path for put in plan.puts if put.over is None]),
            ("has an older form of", [put.document.path for put in plan.puts if put.over is not None]),
            ("still has, though withdrawn or published no more,", [*plan.withdrawn, *plan.deletions]),
        ):
            if paths:
                first = printable(min(paths))
                yield warning(f"{name} {verb} {plural(len(paths), 'document')} (first: {first})", remedy)
        if plan.refused:
            what = f"{name} has something of others at {plural(len(plan.refused), 'address')} of documents"
            yield warning(f"{what} (first: {printable(plan.refused[0])})", "move it away")


def _require_writable(mirror: MirrorSettings) -> None:
    from feedmill.mirror import MirrorError

    if mirror.url.startswith("file://"):
        there = nearest(Path(unquote(mirror.url.removeprefix("file://"))))
        if not (there.is_dir() and may(there, os.W_OK | os.X_OK)):
            raise MirrorError(f"{there} is no folder that this user may write to")


def check_daemon(patient: Patient) -> Iterator[Finding]:
    """The daemon that runs here is well and is of this version; without one, nobody holds the folders."""
    if patient.daemon is None:
        yield from _locked(patient)
        return
    daemon = patient.daemon["daemon"]
    if daemon["version"] != feedmill.__version__:
        what = f"the daemon is feedmill {daemon['version']}, this command {feedmill.__version__}"
        yield warning(what, "restart the daemon")
    held = daemon["state"] == "held"
    remedy = (
        "bring the files back, or feedmill rebuild --force" if held else "see its log, and feedmill status"
    )
    for problem in patient.daemon["problems"]:
        if problem["path"] == "":
            yield error(problem["message"], remedy)


def _locked(patient: Patient) -> Iterator[Finding]:
    from feedmill.pipeline.one_pass import silent
    from feedmill.pipeline.runner import Runner

    settings = patient.settings
    if settings.store.url or not (settings.state_dir / "lock").exists():
        return  # another node may lead, or nobody ever worked here
    try:
        with Runner(settings, purpose="look", clock=lambda: patient.now, progress=silent):
            return
    except LockHeld as held:
        yield error(str(held), "wait for that build to end, or stop it")
    except StoreError as problem:
        yield error(str(problem), "see to the folder's permissions")


def check_clock(patient: Patient) -> Iterator[Finding]:
    """Nothing is from the future: the clock of this machine is not behind, and was not set back."""
    from feedmill.store import place_of

    now = patient.now
    remedy = "set the clock (timedatectl set-ntp true): planned entries wait for it"
    if now < _MADE:
        yield error(f"it is {now:%Y-%m-%d} here, before this feedmill was made", remedy)
    try:
        with place_of(patient.settings).open(read_only=True) as store:
            last = max((document.modified for document in store.documents.values()), default=now)
    except StoreError:
        return  # the store's own check tells
    if last > now + _AHEAD:
        yield error(f"feeds were published at {when(last, now)}: the clock went back", remedy)
    folder = patient.settings.scan.dir
    newest = max((file.stat().st_mtime for file in folder.glob("*") if file.is_file()), default=0.0)
    if newest > now.timestamp() + _AHEAD.total_seconds():
        saved = datetime.fromtimestamp(newest, UTC)
        yield warning(f"a seed was saved at {when(saved, now)}: this clock, or an editor's, is wrong", remedy)


def check_seeds(patient: Patient) -> Iterator[Finding]:
    """Something is published, and what is not is told."""
    report = patient.look().report
    if report.total and not report.eligible:
        reasons = ", ".join(f"{count:,} {reason.value}" for reason, count in report.withheld.items())
        yield error(f"no seed is published: {reasons}", "feedmill explain SEED says what would change that")
    if report.not_seeds and not report.total:
        what = f"{plural(report.not_seeds, 'file')} and not one seed: none begins with front matter"
        yield error(what, "see docs/seeds.md; seeds.headers: pelican reads bare 'Key: value' lines")
    invalid = sum(problem.severity is Severity.ERROR for problem in report.problems)
    if invalid and report.eligible:
        yield warning(plural(invalid, "fault") + " of seeds", "feedmill check shows each with its place")


def check_slugs(patient: Patient) -> Iterator[Finding]:
    """Every feed has an address that a person can read."""
    run = patient.look().run
    paths = {
        record.key: run.composer.spec(record.key).path
        for record in run.catalog.memberships.feeds()
        if record.total
    }
    hashed = [(path, feed) for feed, path in paths.items() if _HASH in path]
    if hashed:
        path, feed = min(hashed)
        folder = feed.kind.folder.rstrip("/")
        what = f"{plural(len(hashed), 'feed')} with a hash in the address (first: {path})"
        yield notice(what, f'give it one in the config: {folder}: {{"{feed.key}": {{slug: …}}}}')
