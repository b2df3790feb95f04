"""Dry runs: what a pass would do, worked out on a copy; what subscribers would see change."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields, replace
from typing import Any

from feedmill.catalog import Catalog, FileRow, RecordRow
from feedmill.compose import FeedKey
from feedmill.errors import CatalogError
from feedmill.model.artifact import digest
from feedmill.model.feed import Entry
from feedmill.model.instant import Instant, from_micros
from feedmill.model.seed import Problem, Reason, Record, Severity
from feedmill.model.settings import Settings
from feedmill.model.taxonomy import Kind
from feedmill.pipeline.codec import decode_seed, encode
from feedmill.pipeline.feed_builder import Selection
from feedmill.pipeline.mill import NOT_SEEDS, DryRun, Mill, Progress, silent
from feedmill.pipeline.problems import Faults
from feedmill.pipeline.report import PassRequest, printable, problem_json
from feedmill.pipeline.roster import ELIGIBLE, KEPT, Roster
from feedmill.seeds import to_bytes
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


@contextmanager
def dry_run_of(
    settings: Settings,
    clock: Callable[[], Instant],
    *,
    request: PassRequest,
    drafts: bool = False,
    progress: Progress = silent,
) -> Iterator[tuple[Mill, DryRun, Catalog | None]]:
    """Run a pass on a copy in memory, beside whatever runs here; nothing is written.

    Yields the mill after it, what it found, and the catalog as it is on disk (None: there is none
    that belongs to these feeds).
    """
    if drafts:
        settings = replace(settings, decode=replace(settings.decode, drafts=True))
    with ExitStack() as stack:
        store = stack.enter_context(place_of(settings).open(read_only=True))
        before = None if drafts else _open_catalog(settings)
        if before is not None:
            stack.callback(before.close)
        copy = before.copy_to_memory() if before is not None else Catalog()
        mill = stack.enter_context(
            Mill(settings, clock=clock, progress=progress, drafts=drafts, catalog=copy, store=store)
        )
        yield mill, mill.dry_run(request), before


def _open_catalog(settings: Settings) -> Catalog | None:
    path = settings.state_dir / "catalog.db"
    if not path.is_file():
        return None
    try:
        return Catalog.open_readable(path)
    except CatalogError:
        return None  # damaged or of another version: the pass itself will make it anew


def compare(mill: Mill, dry_run: DryRun, before: Catalog | None, now: Instant) -> tuple[FeedChange, ...]:
    """Return, for each feed that would change, what its subscribers would see, in order of path."""
    history = _History(mill, before)
    keys = set(dry_run.touched)
    if dry_run.everything:
        keys.update(_keys(mill.catalog))
        keys.update(_keys(history.catalog))
    found = []
    for key in keys:
        old = mill.feed_builder.select(history.catalog, key)
        new = mill.feed_builder.select(mill.catalog, key)
        change = _compare(mill, history, old, new, now)
        if change is None and dry_run.everything and _reads_otherwise(mill, new, now):
            change = FeedChange(path=new.spec.path, title=new.title, state="changed")
        if change is not None:
            found.append(change)
    return tuple(sorted(found, key=lambda change: change.path))


class _History:
    """The entries that are out now: from the catalog where it belongs to the ledger, else from the ledger."""

    def __init__(self, mill: Mill, before: Catalog | None) -> None:
        store = mill.store
        last = max((document.modified for document in store.documents.values()), default=None)
        facts = before.meta() if before is not None else {}
        if before is not None and facts.get("ledger") == store.mark:
            self.catalog = before
            self.as_of = from_micros(int(facts["as_of"]))
            return
        self.catalog = Catalog()
        self.as_of = last or from_micros(0)
        files, records = [], []
        for number, path in enumerate(store.last_good_paths(), 1):
            blob = store.last_good(path)
            seed = decode_seed(blob) if blob is not None else None
            if seed is not None:
                files.append(FileRow(number, to_bytes(path), 0, 0, 0, 0, b"", True))
                records.append(RecordRow(number, encode(Record(path=seed.path, seed=seed)), False))
        self.catalog.begin()  # never committed: it lives as long as this does
        self.catalog.facts.put_files(files, [])
        self.catalog.facts.put_records(records, fresh=True)
        Roster(self.catalog, mill.composer, _Nothing(), self.as_of, keep=True, progress=silent).derive_all()


class _Nothing:
    """A ledger without history."""

    def last_good(self, path: str) -> bytes | None:
        """Know nothing."""
        return None

    def last_good_paths(self) -> Iterator[str]:
        """Know nothing."""
        return iter(())

    def keep_good(self, path: str, blob: bytes) -> None:
        """Keep nothing."""

    def drop_good(self, path: str) -> None:
        """Drop nothing."""


def _keys(catalog: Catalog) -> set[FeedKey]:
    return {FeedKey(kind=Kind(record.kind), key=record.key) for record in catalog.memberships.feeds()}


def _compare(
    mill: Mill, history: _History, old: Selection, new: Selection, now: Instant
) -> FeedChange | None:
    if [row.digest for row in old.rows] == [row.digest for row in new.rows]:
        return None
    last_good = mill.store.last_good
    was = {
        entry.id: entry for entry in mill.feed_builder.entries(history.catalog, old, history.as_of, last_good)
    }
    will = {entry.id: entry for entry in mill.feed_builder.entries(mill.catalog, new, now, last_good)}
    return FeedChange(
        path=new.spec.path,
        title=new.title or old.title,
        state=_state(mill, old, new),
        appear=tuple(_entry(entry) for id_, entry in will.items() if id_ not in was),
        change=tuple(
            _entry(entry, was[id_]) for id_, entry in will.items() if id_ in was and was[id_] != entry
        ),
        vanish=tuple(_entry(entry) for id_, entry in was.items() if id_ not in will),
    )


def _reads_otherwise(mill: Mill, selection: Selection, now: Instant) -> bool:
    """Whether the feed's documents would have other bytes than those that are out, or be others."""
    path, known = selection.spec.path, mill.store.documents
    if not selection.rows and path not in mill.store.feeds:
        return False
    found = mill.feed_builder.documents(mill.catalog, selection, now, mill.store.last_good)
    will = {artifact.path: digest(artifact.body) for artifact in found}
    return will != {name: known[name].digest for name in known if name.rpartition(".")[0] == path}


def _state(mill: Mill, old: Selection, new: Selection) -> str:
    if not new.rows:
        return "emptied"
    if old.rows or new.spec.path == "all":
        return "changed"
    return "revived" if new.spec.path in mill.store.feeds else "born"


def _entry(entry: Entry, was: Entry | None = None) -> EntryChange:
    names: tuple[str, ...] = ()
    if was is not None:
        names = tuple(f.name for f in fields(Entry) if getattr(entry, f.name) != getattr(was, f.name))
    return EntryChange(id=entry.id, title=entry.title, link=entry.link, fields=names)


def identity_changes(mill: Mill) -> tuple[Problem, ...]:
    """Return a warning for every known file whose entry would be another one for its readers.

    Such an entry shows up a second time everywhere; an `id:` in the seed prevents it.
    """
    found = []
    for path in mill.store.last_good_paths():
        blob = mill.store.last_good(path)
        seed = decode_seed(blob) if blob is not None else None
        row = mill.catalog.facts.find_file(to_bytes(path))
        if seed is None or row is None:
            continue
        standing = mill.catalog.states.find([row.id]).get(row.id)
        if standing is not None and standing.entry_id not in (None, seed.id):
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
        problems = [problem_json(problem) for problem in Faults(catalog).all()]
        return {**nothing, "counts": counts, "problems": problems}
