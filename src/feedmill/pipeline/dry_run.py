"""Dry runs: what a pass would do, worked out on a copy; what subscribers would see change."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields, replace
from itertools import chain
from typing import Any

from feedmill.catalog import Catalog
from feedmill.errors import CatalogError
from feedmill.model.archive import Period
from feedmill.model.artifact import digest
from feedmill.model.feed import Entry
from feedmill.model.instant import EPOCH, Instant, from_micros
from feedmill.model.seed import Problem, Reason, Severity
from feedmill.model.settings import Settings
from feedmill.model.state import ELIGIBLE, KEPT
from feedmill.model.taxonomy import ALL, FeedKey
from feedmill.pipeline.archive_builder import archive_selection
from feedmill.pipeline.archives import Chain
from feedmill.pipeline.feed_builder import FeedBuilder
from feedmill.pipeline.mill import Mill
from feedmill.pipeline.one_pass import Pass, Progress, silent
from feedmill.pipeline.page_faults import PageFaults
from feedmill.pipeline.past import last_forms, last_generation
from feedmill.pipeline.report import NOT_SEEDS, PassReport, PassRequest, printable, problem_json
from feedmill.pipeline.seed_problems import SeedProblems, known_faults
from feedmill.pipeline.selection import Selection, heads, select
from feedmill.seeds import to_bytes
from feedmill.seeds.links import entry_id
from feedmill.store import place_of


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryChange:
    """One entry that subscribers would see change; `fields` are the names of what differs."""

    id: str
    title: str
    link: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedChange:
    """What subscribers of one feed would see. `state`: born, emptied, revived or changed.

    Without entries: they are the same, and the documents would say something else (another config).
    """

    path: str
    title: str
    state: str
    appear: tuple[EntryChange, ...] = ()
    change: tuple[EntryChange, ...] = ()
    vanish: tuple[EntryChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What a pass would report and which feeds it would touch (all of them, where `everything`).

    `run` has the catalog as it would be, `before` the one that is on disk (None: there is none that belongs
    to these feeds).
    """

    run: Pass
    report: PassReport
    feed_builder: FeedBuilder
    touched: frozenset[FeedKey]
    periods: frozenset[tuple[FeedKey, Period]]
    everything: bool
    before: Catalog | None


@contextmanager
def dry_run_of(
    settings: Settings,
    clock: Callable[[], Instant],
    request: PassRequest,
    *,
    progress: Progress = silent,
) -> Iterator[DryRun]:
    """Run a pass on a copy in memory, beside whatever runs here; nothing is written."""
    with ExitStack() as stack:
        store = stack.enter_context(place_of(settings).open(read_only=True))
        before = None if settings.decode.drafts else _open_catalog(settings)
        if before is not None:
            stack.callback(before.close)
        copy = before.copy_to_memory() if before is not None else Catalog()
        mill = stack.enter_context(Mill(settings, clock=clock, progress=progress, catalog=copy, store=store))
        run, report, derived = mill.dry_run(request)
        yield DryRun(
            run=run,
            report=report,
            feed_builder=mill.feed_builder,
            touched=frozenset(derived.outcome.touched),
            periods=derived.outcome.periods,
            everything=derived.anew,
            before=before,
        )


def _open_catalog(settings: Settings) -> Catalog | None:
    path = settings.state_dir / "catalog.db"
    if not path.is_file():
        return None
    try:
        return Catalog(path, readable=True)
    except CatalogError:
        return None  # damaged or of another version: the pass itself will make it anew


def compare(dry_run: DryRun) -> tuple[FeedChange, ...]:
    """Return, for each feed that would change, what its subscribers would see, in order of path."""
    past = _past(dry_run)
    keys = set(dry_run.touched)
    if dry_run.everything:
        for catalog in (dry_run.run.catalog, past.catalog):
            keys.update(record.key for record in catalog.memberships.feeds())
    ordered = sorted(keys)
    found = []
    pairs = zip(select(past, ordered), select(dry_run.run, ordered), strict=True)
    for old, new in chain(pairs, _archives(dry_run, past, ordered)):
        change = _compare(dry_run, past, old, new)
        if change is None and dry_run.everything and _reads_otherwise(dry_run, new):
            change = FeedChange(path=new.path, title=new.title, state="changed")
        if change is not None:
            found.append(change)
    return tuple(sorted(found, key=lambda change: change.path))


def _archives(dry_run: DryRun, past: Pass, keys: Sequence[FeedKey]) -> Iterator[tuple[Selection, Selection]]:
    """Yield the archives of feeds as they are and as they would be: those touched, or all of them."""
    run = dry_run.run
    touched: dict[FeedKey, set[Period]] = {}
    for key, period in dry_run.periods:
        touched.setdefault(key, set()).add(period)
    for old, new in zip(heads(past, keys), heads(run, keys), strict=True):
        if new.spec.archive == "off" or not (dry_run.everything or new.spec.key in touched):
            continue
        before = Chain(past, old.spec, old.record, past.store.refused)
        after = Chain(run, new.spec, new.record, run.store.refused)
        periods = {*before, *after} if dry_run.everything else touched[new.spec.key]
        for period in sorted(periods):
            yield archive_selection(old, before, period), archive_selection(new, after, period)


def _past(dry_run: DryRun) -> Pass:
    """Return a pass over the entries that are out now.

    From the catalog where it belongs to the ledger, else worked out from the ledger as of its last change.
    """
    run, before = dry_run.run, dry_run.before
    if before is not None and before.meta().get("ledger") == run.store.mark:
        return replace(run, catalog=before, now=from_micros(int(before.meta()["as_of"])))
    last = max((document.modified for document in run.store.documents.values()), default=EPOCH)
    return last_generation(replace(run, now=last))


def _compare(dry_run: DryRun, past: Pass, old: Selection, new: Selection) -> FeedChange | None:
    if [row.digest for row in old.rows] == [row.digest for row in new.rows]:
        return None
    was = {entry.id: entry for entry in dry_run.feed_builder.printer.entries(past, old)}
    will = {entry.id: entry for entry in dry_run.feed_builder.printer.entries(dry_run.run, new)}
    return FeedChange(
        path=new.path,
        title=new.title or old.title,
        state=_state(dry_run.run, old, new),
        appear=tuple(_entry(entry) for id_, entry in will.items() if id_ not in was),
        change=tuple(
            _entry(entry, was[id_]) for id_, entry in will.items() if id_ in was and was[id_] != entry
        ),
        vanish=tuple(_entry(entry) for id_, entry in was.items() if id_ not in will),
    )


def _reads_otherwise(dry_run: DryRun, selection: Selection) -> bool:
    """Whether the feed's documents would have other bytes than those that are out, or be others."""
    path, store = selection.path, dry_run.run.store
    known = store.documents
    if not selection.rows and selection.spec.key != ALL:
        return False  # what is said of one that lost its entries
    found = dry_run.feed_builder.printer.documents(dry_run.run, selection)
    will = {artifact.path: digest(artifact.body) for artifact in found}
    return will != {name: known[name].digest for name in known if name.rpartition(".")[0] == path}


def _state(run: Pass, old: Selection, new: Selection) -> str:
    if not new.rows:
        return "emptied"
    if old.rows or new.spec.key == ALL:
        return "changed"
    return "revived" if new.path in run.store.feeds else "born"


def _entry(entry: Entry, was: Entry | None = None) -> EntryChange:
    names: tuple[str, ...] = ()
    if was is not None:
        names = tuple(f.name for f in fields(Entry) if getattr(entry, f.name) != getattr(was, f.name))
    return EntryChange(id=entry.id, title=entry.title, link=entry.link, fields=names)


def identity_changes(run: Pass) -> tuple[Problem, ...]:
    """Return a warning for every known file whose entry would be another one for its readers.

    Such an entry shows up a second time everywhere; an `id:` in the seed prevents it. An id out of
    `seeds.ids` is the one that readers know the entry by: nothing is to be kept there.
    """
    old_ids = run.settings.decode.address.old_ids.by_address.values()
    adopted = {entry_id(explicit=old, link="") for old in old_ids}
    found = []
    for path, seed in last_forms(run.store):
        row = run.catalog.files.find(to_bytes(path))
        state = run.catalog.states.find(row.id) if row is not None else None
        now = state.entry_id if state is not None else None
        if now not in (None, seed.id) and now not in adopted:
            found.append(
                Problem(
                    path=printable(path),
                    severity=Severity.WARNING,
                    message="is another entry than before, readers would see it twice; "
                    f'add "id: {seed.id}" to keep it',
                )
            )
    return tuple(sorted(found, key=lambda problem: problem.path))


def last_known(settings: Settings) -> dict[str, Any]:
    """Return what the last pass left behind, in the form of the status, for when no daemon runs."""
    nothing: dict[str, Any] = {"last_pass": None, "next": [], "counts": {}, "scheduled": [], "problems": []}
    catalog = _open_catalog(settings)
    if catalog is None:
        return nothing
    with catalog:
        facts = catalog.meta()
        if "tally" not in facts:
            return nothing
        tally = json.loads(facts["tally"])
        withheld = {reason.value: tally.get(reason.value, 0) for reason in Reason}
        eligible = tally.get(ELIGIBLE, 0)
        counts = {
            "total": eligible + sum(withheld.values()),
            "eligible": eligible,
            "kept": tally.get(KEPT, 0),
            "withheld": withheld,
            "not_seeds": tally.get(NOT_SEEDS, 0),
        }
        as_of = from_micros(int(facts["as_of"]))
        faults = PageFaults()
        faults.load(facts.get("pages"))
        found = (*SeedProblems(catalog).all(as_of), *faults.problems(settings.theme_dir))
        problems = [problem_json(problem) for problem in found]
        return {**nothing, "counts": counts, "problems": problems}


def last_known_faults(settings: Settings) -> frozenset[str] | None:
    """Return the faults (`fault_of`) that the last pass left behind, None where there was none."""
    catalog = _open_catalog(settings)
    if catalog is None:
        return None
    with catalog:
        return known_faults(catalog, EPOCH)
