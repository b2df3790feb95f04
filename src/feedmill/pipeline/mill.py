"""The mill: the one module that knows the order of the stages.

    seed file -> Seed -> Catalog -> FeedSpec -> Feed -> Artifact -> published store

A pass reads what changed, derives who is out, prints the feeds that this touches and publishes them,
then makes the ledger and last the catalog durable: whatever dies in between is done again, to the same bytes.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from types import TracebackType
from typing import NamedTuple

from feedmill.catalog import Catalog
from feedmill.compose import Composer, FeedKey
from feedmill.errors import CatalogError, PublishError, StoreError
from feedmill.model.artifact import Generation
from feedmill.model.hub import document_hubs
from feedmill.model.instant import Instant, from_micros, to_micros
from feedmill.model.seed import Problem, Reason
from feedmill.model.settings import Settings
from feedmill.model.taxonomy import Kind
from feedmill.pipeline.codec import decode_seed
from feedmill.pipeline.feed_builder import FeedBuilder
from feedmill.pipeline.fingerprints import compose_print, decode_print, ledger_mark
from feedmill.pipeline.folders import load_theme, make_state_folder
from feedmill.pipeline.guard import guarded
from feedmill.pipeline.ingest import Ingest, Ingested
from feedmill.pipeline.problems import Faults
from feedmill.pipeline.report import PassReport, PassRequest, printable
from feedmill.pipeline.roster import ELIGIBLE, KEPT, LastGood, Outcome, Roster
from feedmill.pipeline.takedowns import find_takedowns, last_generation
from feedmill.render import Renderer
from feedmill.seeds.field_keys import keys_for
from feedmill.store import Committed, Publication, Store, place_of

Progress = Callable[[str, int, int | None], None]

NOT_SEEDS = "not_seeds"


def silent(stage: str, done: int, total: int | None) -> None:
    """Report progress to nobody."""


class _Derived(NamedTuple):
    """What a pass knows before it publishes; `facts` are the catalog's from before it."""

    facts: Mapping[str, str]
    anew: bool
    ingested: Ingested
    outcome: Outcome
    tally: Counter[str]
    held: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What a pass would report and which feeds it would touch (all of them, where `everything`)."""

    report: PassReport
    touched: frozenset[FeedKey]
    everything: bool


class Mill:
    """The pipeline over one config, one catalog and one store; a daemon keeps it from pass to pass.

    Whoever makes it holds the locks. All calls come from one thread at a time. `decided` is called once, as
    soon as the first pass knows who is out, before it prints: the store tells what may be served meanwhile.

    Raises (on entering, and from `run`):
        StoreError: the feeds folder cannot be used. A catalog that cannot is done without, and told.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], Instant],
        progress: Progress = silent,
        drafts: bool = False,
        catalog: Catalog | None = None,
        store: Store | None = None,
        decided: Callable[[], None] | None = None,
    ) -> None:
        self.settings = settings
        self._clock = clock
        self._progress = progress
        self._drafts = drafts
        self._resources = ExitStack()
        self._given = catalog, store
        self._decided = decided
        self._lost: str | None = None
        theme = load_theme(settings.theme_dir)
        self.composer = Composer(settings.site, settings.feeds)
        renderer = Renderer(settings.site, theme=theme, hubs=document_hubs(settings))
        self.feed_builder = FeedBuilder(self.composer, renderer, settings.copies)
        self._decode_print = decode_print(settings)
        self._compose_print = compose_print(settings, theme, drafts=drafts)
        self._verified = False
        self._planned = False
        self._slow = False
        self._faults: Faults | None = None
        self.strays: tuple[Problem, ...] = ()

    def __enter__(self) -> Mill:
        catalog, store = self._given
        with ExitStack() as stack:
            self.catalog = catalog if catalog is not None else self._open_catalog()
            stack.callback(lambda: self.catalog.close())
            self.store = store if store is not None else place_of(self.settings).open()
            stack.callback(self.store.close)
            self.store.claim(self.settings.copies)
            self._resources = stack.pop_all()
        return self

    def _open_catalog(self) -> Catalog:
        """Open the catalog; in memory where the state folder does not take it: it is a cache, no more."""
        try:
            make_state_folder(self.settings.state_dir)
            return Catalog.open_file(self.settings.state_dir / "catalog.db")
        except CatalogError as error:
            self._lost = str(error)
            return Catalog()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._resources.close()

    # A pass

    def run(self, request: PassRequest) -> PassReport:
        """Run one pass and report it. What authors got wrong is in the report, never an exception.

        Raises:
            StoreError: storage failed; what was published stays as it was, or as it was to be.
        """
        started = time.monotonic()
        now = self._clock()
        try:
            report = self._attempt(request, now)
        except CatalogError as error:
            self._lost = str(error)
            self.catalog.close()
            self.catalog = Catalog()
            report = self._attempt(replace(request, paths=None), now)
        if self._lost is not None:
            report = self._tell_loss(report, self._lost)
        return replace(report, seconds=time.monotonic() - started)

    def _attempt(self, request: PassRequest, now: Instant) -> PassReport:
        try:
            self.catalog.begin()
            return self._run(request, now)
        except BaseException:
            self._forget()
            raise

    def _tell_loss(self, report: PassReport, why: str) -> PassReport:
        """Say that a pass published and that the state folder could not keep what it knows."""
        problem = Problem(
            path=str(self.settings.state_dir),
            message=f"the catalog cannot be kept ({why}); the feeds are right, passes take longer meanwhile",
        )
        return replace(report, unsaved=why, problems=(*report.problems, problem))

    def dry_run(self, request: PassRequest) -> DryRun:
        """Derive what a pass would do and publish nothing; the catalog (a copy) is left as it would be."""
        now = self._clock()
        self.catalog.begin()
        derived = self._derive(request, now, _Unwritten(self.store))
        self._faults = Faults(self.catalog)
        return DryRun(
            report=self._report(request, now, derived, held=derived.held),
            touched=frozenset(derived.outcome.touched),
            everything=derived.anew,
        )

    def _run(self, request: PassRequest, now: Instant) -> PassReport:
        store = self.store
        store.tidy()
        with store.begin(now) as publication:
            good = _Written(store, publication)
            try:
                derived = self._derive(request, now, good)
            except PublishError:
                store.suspend(store.documents)  # who was taken down is not known: in doubt, nobody is out
                raise
            if derived.held is not None:
                publication.discard()  # with all that it would have remembered
                return self._withdraw(request, now, derived)
            try:
                self._tell_decision(derived, good.dropped)
                return self._publish(request, now, derived, publication)
            except StoreError:
                store.suspend(self._holding(derived, good.dropped))
                raise

    def _tell_decision(self, derived: _Derived, dropped: Iterable[str]) -> None:
        """On the first pass: what was published may be served from here on, but for what holds a takedown."""
        if self._decided is not None:
            self.store.suspend(self._holding(derived, dropped))
            decided, self._decided = self._decided, None
            decided()

    def _holding(self, derived: _Derived, dropped: Iterable[str]) -> Iterable[str]:
        """Return the published documents that hold entries of seeds which are out no more (`dropped`)."""
        feeds: set[FeedKey] = set()
        for path in dropped:
            stored = self.store.last_good(path)
            seed = decode_seed(stored) if stored is not None else None
            if seed is None or derived.facts.get("compose") != self._compose_print:
                return tuple(self.store.documents)  # in which feeds it was is not known
            if not any(row.state == ELIGIBLE for _, row in self.catalog.states.group([seed.id])):
                feeds.update(membership.feed for membership in self.composer.memberships(seed))
        if feeds:  # of a custom feed's filter and order, `heat` may have been another than the ledger's
            feeds.update(self.composer.custom_feeds())
        paths = {self.composer.spec(feed).path for feed in feeds}
        copies = self.settings.copies
        return [path for path in self.store.documents if copies.get(path, path).rpartition(".")[0] in paths]

    def _publish(
        self, request: PassRequest, now: Instant, derived: _Derived, publication: Publication
    ) -> PassReport:
        """Print what changed, make it visible, remember it."""
        catalog, store = self.catalog, self.store
        outcome, everything = derived.outcome, derived.anew
        if self._verify(request):
            everything = True
        if everything or outcome.touched:
            published = self.feed_builder.run(
                catalog,
                publication,
                store.feeds,
                outcome.touched,
                now,
                last_good=store.last_good,
                refused=store.refused,
                progress=self._progress,
                everything=everything,
            )
            if everything:
                self._retire_rest(publication, published)
        self._plan(publication, derived, now)
        result = publication.commit()
        retired, pruned = self._prune(now) if request.prune else ((), 0)
        if self._faults is None or derived.anew:
            self._faults = Faults(catalog)
        else:
            self._faults.update(outcome.restated)
        report = self._report(request, now, derived, result=result)
        report = replace(report, retired=retired, removed=report.removed + pruned)
        try:
            self._remember(derived, now)
        except CatalogError as error:  # published all the same; the next pass looks at everything
            self._forget()
            return self._tell_loss(report, str(error))
        return report

    def _withdraw(self, request: PassRequest, now: Instant, derived: _Derived) -> PassReport:
        """Publish what a held pass publishes: takedowns alone. The catalog remembers nothing of it."""
        store = self.store
        coming = self.next_change(now)
        found = find_takedowns(self.catalog, store, self.composer, now)
        self._tell_decision(derived, found.paths)
        holding = self._holding(derived, found.paths)
        self._forget()
        result = None
        if found.paths:
            with closing(last_generation(store, found.paths)) as scratch, store.begin(now) as publication:
                good = _Unwritten(store)
                Roster(scratch, self.composer, good, now, keep=False, progress=self._progress).derive_all()
                self.feed_builder.withdraw(
                    scratch,
                    publication,
                    store.feeds,
                    found.feeds,
                    now,
                    last_good=store.last_good,
                    refused=store.refused,
                )
                for path in sorted(found.paths):
                    publication.drop_good(path)
                try:
                    result = publication.commit()
                except StoreError:
                    store.suspend(holding)
                    raise
        report = self._report(request, now, derived, result=result, held=derived.held)
        next_change = min((at for at in (coming, found.next_change) if at is not None), default=None)
        withheld = sum(report.withheld.values())
        return replace(
            report,
            eligible=found.left,
            total=found.left + withheld,
            vanished=len(found.paths),
            next_change=next_change,
        )

    def _prune(self, now: Instant) -> tuple[tuple[str, ...], int]:
        """Retire feeds without entries: their addresses answer 410 until an entry revives them.

        Returns their paths, and how many documents that took away.
        """
        emptied = tuple(sorted(m.path for m in self.store.feeds.values() if m.state == "emptied"))
        with self.store.begin(now) as publication:
            for path in emptied:
                for document in self.feed_builder.with_copies(self.feed_builder.documents_of(path)):
                    publication.retire(document)
                publication.remember_feed(replace(self.store.feeds[path], state="retired"))
            removed = publication.commit().removed
        return emptied, len(removed)

    def _derive(self, request: PassRequest, now: Instant, good: LastGood) -> _Derived:
        """Take in what changed and work out who is out; everything anew where rules or history changed."""
        catalog = self.catalog
        facts = catalog.meta()
        again = request.full or facts.get("decode") != self._decode_print
        anew = (
            again
            or facts.get("compose") != self._compose_print
            or facts.get("ledger") != ledger_mark(self.store)
        )
        # what came up during a slow pass is published by a quick one before the next that may be slow
        paths = None if anew else request.paths
        ingested = self._ingest(again).take(paths, hints=request.hints, quick=self._slow)
        self._slow = ingested.slow
        decode = self.settings.decode
        roster = Roster(
            catalog,
            self.composer,
            good,
            now,
            keep=self.settings.on_invalid == "keep",
            vouching=None if decode.published_default else keys_for(decode).vouching,
            drafts=self._drafts,
            progress=self._progress,
        )
        if anew:
            catalog.facts.forget_files(ingested.gone)
            outcome = roster.derive_all()
            tally = outcome.tally
            tally[NOT_SEEDS] = catalog.facts.not_seeds()
        else:
            outcome = roster.derive([*ingested.changed, *self._due(facts, now)], ingested.gone)
            tally = Counter(json.loads(facts["tally"]))
            tally.update(outcome.tally)
            tally[NOT_SEEDS] += ingested.not_seeds
        fresh = "compose" not in facts
        held = (
            None
            if request.force
            else guarded(self.settings.guard, catalog, self.store, ingested, fresh=fresh)
        )
        return _Derived(facts, anew, ingested, outcome, tally, held)

    def _forget(self) -> None:
        """Undo what a pass did to the catalog, and whatever was remembered on the way."""
        self.catalog.rollback()
        self.feed_builder.forget()
        self._faults = None

    def _ingest(self, again: bool) -> Ingest:
        return Ingest(
            self.catalog,
            self.settings.scan,
            self.settings.decode,
            workers=self.settings.workers,
            again=again,
            was_seed=lambda path: self.store.last_good(path) is not None,
            seeds_out=self.store.last_good_paths,
            progress=self._progress,
        )

    def _verify(self, request: PassRequest) -> bool:
        """Compare the documents on disk with the ledger: on the first pass, and whenever all is scanned."""
        if self._verified and request.paths is not None:
            return False
        self._verified = True
        return bool(self.store.verify(hash_all=request.full))

    def _due(self, facts: Mapping[str, str], now: Instant) -> list[int]:
        """Return the seeds whose state or entry time alone has changed, whichever way the clock went."""
        last, this = int(facts["as_of"]), to_micros(now)
        return self.catalog.states.due(min(last, this), max(last, this))

    def _retire_rest(self, publication: Publication, feeds: Iterable[str]) -> None:
        """Take away documents that this config publishes no more (a format, the pages)."""
        documents = [document for path in feeds for document in self.feed_builder.documents_of(path)]
        wanted = set(self.feed_builder.with_copies([*documents, *self.feed_builder.index_paths]))
        for path in sorted(self.store.documents.keys() - wanted):
            publication.retire(path)

    def _plan(self, publication: Publication, derived: _Derived, now: Instant) -> None:
        """Tell when feeds are planned to change next, where that is another instant now."""
        memberships, at = self.catalog.memberships, to_micros(now)
        if derived.anew or not self._planned:
            plans = memberships.next_plans(at)
            feeds = set(plans)
            self._planned = True
        else:
            last = int(derived.facts["as_of"])
            feeds = derived.outcome.replanned | set(memberships.planned(min(last, at), max(last, at)))
            plans = memberships.next_plans(at, sorted(feeds))
        for feed in sorted(feeds):
            record = memberships.get_feed(feed)
            if record.total or record.kind == Kind.ALL.value:
                path = self.composer.spec(FeedKey(kind=Kind(record.kind), key=record.key)).path
                self.feed_builder.plan(publication, path, plans.get(feed))

    def _remember(self, derived: _Derived, now: Instant) -> None:
        """Make the catalog durable, after the ledger; a pass that changed nothing writes nothing."""
        news = {
            "decode": self._decode_print,
            "compose": self._compose_print,
            "ledger": ledger_mark(self.store),
            "tally": json.dumps(derived.tally, sort_keys=True),
        }
        ingested = derived.ingested
        wrote = derived.outcome.restated or ingested.restated or ingested.changed or ingested.gone
        if derived.anew or wrote or any(derived.facts.get(key) != value for key, value in news.items()):
            self.catalog.set_meta({**news, "as_of": str(to_micros(now))})
            self.catalog.commit()
        else:
            self.catalog.rollback()

    def _output_problems(self, result: Committed | None) -> Iterator[Problem]:
        """Yield what stands in the way in the feeds folder, by its whole path: it is no seed's."""
        for problem in result.problems if result else ():
            yield replace(problem, path=str(self.settings.feeds_dir / problem.path))

    def _report(
        self,
        request: PassRequest,
        now: Instant,
        derived: _Derived,
        *,
        result: Committed | None = None,
        held: str | None = None,
    ) -> PassReport:
        ingested, outcome, tally = derived.ingested, derived.outcome, derived.tally
        if derived.anew or request.paths is None:
            self.strays = tuple(ingested.problems)
        else:  # what the last look at everything found still holds where nobody looked now
            elsewhere = [p for p in self.strays if not _among(p.path, request.paths)]
            self.strays = (*elsewhere, *ingested.problems)
        problems = (*self.strays, *(self._faults.all() if self._faults else ()))
        withheld = {reason: tally[reason.value] for reason in Reason if tally[reason.value]}
        documents = len(self.store.documents)
        return PassReport(
            trigger=request.trigger,
            as_of=now,
            seconds=0.0,
            total=tally[ELIGIBLE] + sum(withheld.values()),
            eligible=tally[ELIGIBLE],
            kept=tally[KEPT],
            withheld=withheld,
            not_seeds=tally[NOT_SEEDS],
            feeds_total=documents,
            written=len(result.written) if result else 0,
            unchanged=documents - len(result.written) if result else documents,
            removed=len(result.removed) if result else 0,
            appeared=outcome.appeared if held is None else 0,
            changed=outcome.changed if held is None else 0,
            vanished=outcome.vanished if held is None else 0,
            problems=(*problems, *self._output_problems(result)),
            held=held,
            next_change=self.next_change(now),
            gone=frozenset(map(printable, ingested.vanished)),
            left=frozenset(ingested.left),
        )

    # What others ask

    def next_change(self, now: Instant | None = None) -> Instant | None:
        """Return the next instant after `now` at which time alone changes what is out."""
        at = self.catalog.states.next_event(to_micros(now or self._clock()))
        return None if at is None else from_micros(at)

    def generation(self) -> Generation:
        """Return what is published now, as the origin serves it."""
        return self.store.generation(self.settings.redirects, self.settings.copies)


class _Written:
    """The ledger's last good forms: read as they were before the pass, written for after it."""

    def __init__(self, store: Store, publication: Publication) -> None:
        self.last_good = store.last_good
        self.last_good_paths = store.last_good_paths
        self.keep_good = publication.keep_good
        self._publication = publication
        self.dropped: list[str] = []

    def drop_good(self, path: str) -> None:
        """Keep nothing for a path: its entry is out no more."""
        self.dropped.append(path)
        self._publication.drop_good(path)


class _Unwritten:
    """The same for a dry run: nothing is written."""

    def __init__(self, store: Store) -> None:
        self.last_good = store.last_good
        self.last_good_paths = store.last_good_paths

    def keep_good(self, path: str, blob: bytes) -> None:
        """Keep nothing."""

    def drop_good(self, path: str) -> None:
        """Drop nothing."""


def _among(path: str, hinted: Iterable[str]) -> bool:
    """Whether a hint speaks of `path`: by itself, or by a folder above it ("" is the whole folder)."""
    return any(path == one or one == "" or (one.endswith("/") and path.startswith(one)) for one in hinted)
