"""The mill: the one module that knows the order of the stages.

    seed file -> Record -> Catalog -> Delta -> Feed -> Artifact -> published store

A pass reads what changed, decides who is out, prints the feeds that this touches and publishes them,
then makes the ledger and last the catalog durable: whatever dies in between is done again, to the same bytes.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace

from feedmill.catalog import Catalog
from feedmill.compose import Composer
from feedmill.errors import CatalogError, PublishError, StoreAway, StoreError
from feedmill.model.artifact import Generation
from feedmill.model.hub import document_hubs
from feedmill.model.instant import Instant
from feedmill.model.settings import Settings
from feedmill.model.taxonomy import FeedKey
from feedmill.pipeline.archives import turned_periods
from feedmill.pipeline.decoding import decoding
from feedmill.pipeline.derive import Derived, derive, derive_all, refresh_facts
from feedmill.pipeline.feed_builder import FeedBuilder
from feedmill.pipeline.fingerprints import compose_print, decode_print, made_print
from feedmill.pipeline.folders import load_theme, make_state_folder
from feedmill.pipeline.guard import judge, last_seen
from feedmill.pipeline.held import find_takedowns, holding, withdraw
from feedmill.pipeline.ingest import Ingest
from feedmill.pipeline.moves import Move, Moves
from feedmill.pipeline.one_pass import Pass, Progress, silent
from feedmill.pipeline.planned import PlannedChange, next_change, planned_changes
from feedmill.pipeline.report import NOT_SEEDS, PassReport, PassRequest
from feedmill.pipeline.reporter import Reporter
from feedmill.pipeline.retire import prune, retire_rest
from feedmill.pipeline.seed_problems import known_faults
from feedmill.pipeline.up_to_date import seal
from feedmill.render import Renderer
from feedmill.store import Store, place_of


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
        catalog: Catalog | None = None,
        store: Store | None = None,
        decided: Callable[[], None] | None = None,
    ) -> None:
        self.settings = settings
        self._clock = clock
        self._progress = progress
        self._resources = ExitStack()
        self._given = catalog, store
        self._decided = decided
        self._lost: str | None = None
        theme = load_theme(settings.theme_dir)
        self._composer = Composer(settings.site, settings.feeds)
        renderer = Renderer(settings.site, theme=theme, hubs=document_hubs(settings))
        self.feed_builder = FeedBuilder(self._composer, renderer, settings.copies)
        self._decode_print = decode_print(settings)
        self._compose_print = compose_print(settings, theme)
        self._verified = False
        self._planned = False
        self._slow = False
        self._reporter = Reporter(self.feed_builder.printer.faults)
        self._moves: Moves | None = None

    def __enter__(self) -> Mill:
        catalog, store = self._given
        with ExitStack() as stack:
            self._catalog = catalog if catalog is not None else self._open_catalog()
            stack.callback(lambda: self._catalog.close())
            self.store = store if store is not None else place_of(self.settings).open()
            stack.callback(self.store.close)
            self.store.claim(self.settings.copies, older=self._saw_newer())
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

    def __exit__(self, *error: object) -> None:
        self._resources.close()

    # A pass

    def run(self, request: PassRequest) -> PassReport:
        """Run one pass and report it. What authors got wrong is in the report, never an exception.

        Raises:
            StoreError: storage failed; what was published stays as it was, or as it was to be.
        """
        started = time.monotonic()
        run = self._pass(request, self._clock())
        try:
            report = self._attempt(run)
        except CatalogError as error:
            self._lost = str(error)
            self._catalog.close()
            self._catalog = Catalog()
            report = self._attempt(replace(run, catalog=self._catalog, request=replace(request, paths=None)))
        if self._lost is not None:
            report = report.without_catalog(self.settings.state_dir, self._lost)
        return replace(report, seconds=time.monotonic() - started)

    def dry_run(self, request: PassRequest) -> tuple[Pass, PassReport, Derived]:
        """Derive what a pass would do and publish nothing; the catalog (a copy) is left as it would be."""
        run = self._pass(request, self._clock())
        run.catalog.begin()
        derived = self._derive(run)
        self._reporter.look(run, derived)
        return run, self._reporter.report(run, derived, held=derived.held), derived

    def _pass(self, request: PassRequest, now: Instant) -> Pass:
        return Pass(
            request=request,
            now=now,
            settings=self.settings,
            composer=self._composer,
            catalog=self._catalog,
            store=self.store,
            progress=self._progress,
        )

    def _attempt(self, run: Pass) -> PassReport:
        try:
            run.catalog.begin()
            self.store.tidy()
            with self.store.begin(run.now) as publication:
                return self._run(replace(run, publication=publication))
        except BaseException:
            self._forget()
            raise

    def _run(self, run: Pass) -> PassReport:
        store = self.store
        try:
            derived = self._derive(run)
        except StoreAway:
            raise  # a database that several nodes share: each goes on giving out what it has
        except PublishError:
            store.suspend(store.documents)  # who was taken down is not known: in doubt, nobody is out
            raise
        if derived.held is not None:
            run.publishing.discard()  # with all that it would have remembered
            return self._withdraw(run, derived)
        dropped, self._moves = derived.outcome.dropped, derived.outcome.moves
        try:
            self._tell_decision(run, derived, dropped)
            return self._publish(run, derived)
        except StoreError:
            store.suspend(self._holding(run, derived, dropped))
            raise

    def _derive(self, run: Pass) -> Derived:
        """Take in what changed and work out who is out; everything anew where rules or history changed."""
        files, request = run.catalog.files, run.request
        facts = run.catalog.meta()
        again = request.full or facts.get("decode") != self._decode_print
        recompose = facts.get("compose") != self._compose_print
        self.feed_builder.printer.faults.load(None if recompose else facts.get("pages"))
        anew = again or recompose or facts.get("ledger") != run.store.mark
        # what came up during a slow pass is published by a quick one before the next that may be slow
        paths = None if anew else request.paths
        ingested = Ingest(run, again=again).take(paths, hints=request.hints, quick=self._slow)
        self._slow = ingested.slow
        if anew:
            files.forget(ingested.gone)
            if recompose and not again:
                refresh_facts(run)
            outcome = derive_all(run)
            tally = outcome.tally
            tally[NOT_SEEDS] = files.not_seeds()
        else:
            outcome = derive(run, [*ingested.changed, *self._due(run, facts)], ingested.gone)
            closed = turned_periods(run, int(facts["as_of"]))
            outcome.periods |= closed
            outcome.touched.update(feed for feed, _ in closed)
            outcome.replanned.update(feed for feed, _ in closed)
            tally = Counter(json.loads(facts["tally"]))
            tally.update(outcome.tally)
            tally[NOT_SEEDS] += ingested.not_seeds
        held, elsewhere = judge(run, facts, ingested)
        return Derived(facts, anew, ingested, outcome, tally, held, elsewhere)

    def _due(self, run: Pass, facts: Mapping[str, str]) -> list[int]:
        """Return the seeds whose state or entry time alone has changed, whichever way the clock went."""
        last = int(facts["as_of"])
        return run.catalog.states.due(min(last, run.at), max(last, run.at))

    def _tell_decision(self, run: Pass, derived: Derived, dropped: Iterable[str]) -> None:
        """On the first pass: what was published may be served from here on, but for what holds a takedown."""
        if self._decided is not None:
            run.store.suspend(self._holding(run, derived, dropped))
            decided, self._decided = self._decided, None
            decided()

    def _holding(self, run: Pass, derived: Derived, dropped: Iterable[str]) -> Iterable[str]:
        return holding(run, dropped, known=derived.facts.get("compose") == self._compose_print)

    def _publish(self, run: Pass, derived: Derived) -> PassReport:
        """Print what changed, make it visible, remember it."""
        outcome, everything = derived.outcome, derived.anew
        if self._verify(run.request):
            everything = True
        if everything or outcome.touched:
            published = self.feed_builder.publish(
                run, outcome.touched, outcome.periods, everything=everything
            )
            if everything:
                retire_rest(run, self.feed_builder, published)
        self._plan(run, derived)
        made = made_print(self._decode_print, self._compose_print, self.settings)
        run.publishing.made_from(made, run.catalog.files.fingerprint)
        result = run.publishing.commit()
        if outcome.dropped:  # what could not be replaced may hold what was taken down
            indexes = self.feed_builder.index_paths
            run.store.suspend(each.path for each in result.problems if each.path not in indexes)
        retired, pruned = prune(run, self.feed_builder.printer) if run.request.prune else ((), 0)
        self._reporter.look(run, derived)
        report = self._reporter.report(run, derived, result=result)
        report = replace(report, retired=retired, removed=report.removed + pruned)
        try:
            self._remember(run, derived)
        except CatalogError as error:  # published all the same; the next pass looks at everything
            self._forget()
            return report.without_catalog(self.settings.state_dir, str(error))
        return report

    def _withdraw(self, run: Pass, derived: Derived) -> PassReport:
        """Publish what a held pass publishes: takedowns, and what is missing of the last generation.

        Documents that are not as they were published may hold one, too: then all are made anew. The catalog
        remembers nothing of it.
        """
        coming = self.next_change(run.now)
        found = find_takedowns(run, derived.elsewhere())
        self._tell_decision(run, derived, found.paths)
        suspects = self._holding(run, derived, found.paths)
        self._forget()
        self._moves = Moves(run.store.last_good)
        for path in found.paths:
            self._moves.note(path, None)
        try:
            doubtful = self._verify(run.request) - run.store.refused
            known = self._is_current(derived.facts) and not doubtful
            result = None
            if found.paths or doubtful:
                result = withdraw(run, self.feed_builder, found, known=known)
        except StoreError:
            run.store.suspend(suspects)
            raise
        report = self._reporter.report(run, derived, result=result, held=derived.held)
        next_change = min((at for at in (coming, found.next_change) if at is not None), default=None)
        withheld = sum(report.withheld.values())
        return replace(
            report,
            eligible=found.left,
            total=found.left + withheld,
            vanished=len(found.paths),
            next_change=next_change,
        )

    def _forget(self) -> None:
        """Undo what a pass did to the catalog, and whatever was remembered on the way."""
        self._catalog.rollback()
        self.feed_builder.forget()
        self._reporter.forget()

    def _verify(self, request: PassRequest) -> frozenset[str]:
        """Return the documents that are not as the ledger has them: at first, and whenever all is scanned."""
        if self._verified and request.paths is not None:
            return frozenset()
        self._verified = True
        return self.store.verify(hash_all=request.full)

    def _plan(self, run: Pass, derived: Derived) -> None:
        """Tell when feeds are planned to change next, where that is another instant now."""
        memberships = run.catalog.memberships
        keys: set[FeedKey] | None = None
        if self._planned and not derived.anew:
            last = int(derived.facts["as_of"])
            keys = derived.outcome.replanned | set(memberships.planned(min(last, run.at), max(last, run.at)))
        self._planned = True
        self.feed_builder.plan(run, keys)

    def _remember(self, run: Pass, derived: Derived) -> None:
        """Make the catalog durable, after the ledger; a pass that changed nothing writes nothing."""
        news = {
            "decode": self._decode_print,
            "compose": self._compose_print,
            "ledger": run.store.mark,
            "tally": json.dumps(derived.tally, sort_keys=True),
            "pages": self.feed_builder.printer.faults.dump(self.store.documents),
        }
        ingested, facts = derived.ingested, derived.facts
        wrote = derived.outcome.restated or ingested.restated or ingested.changed or ingested.gone
        if derived.anew or wrote or any(facts.get(key) != value for key, value in news.items()):
            news["as_of"] = str(run.at)
            run.catalog.set_meta({key: value for key, value in news.items() if facts.get(key) != value})
            run.catalog.commit()
        else:
            run.catalog.rollback()

    # What others ask

    def seal(self, report: PassReport) -> None:
        """Let the next build see at once that nothing has changed, as long as nothing has (`up_to_date`)."""
        seal(self._pass(PassRequest(), report.as_of), report, clear=not self._reporter.has_strays)

    def next_change(self, now: Instant | None = None) -> Instant | None:
        """Return the next instant after `now` at which time alone changes what is out."""
        return next_change(self._pass(PassRequest(), now or self._clock()))

    def planned_changes(self, now: Instant, size: int) -> list[PlannedChange]:
        """Return the first `size` changes after `now` that time alone will make."""
        return planned_changes(self._pass(PassRequest(), now), size)

    def moves(self) -> tuple[Move, ...]:
        """Return what the last pass did to entries, a few hundred at most; for people to read."""
        return self._moves.told(self._composer) if self._moves is not None else ()

    def known_faults(self) -> frozenset[str] | None:
        """Return the faults (`fault_of`) that the catalog knows of; None where it cannot tell."""
        return known_faults(self._catalog, self._clock())

    def after(self, report: PassReport) -> Pass:
        """Return the pass that gave `report`, for looking at what it left; nothing of it is published."""
        return self._pass(PassRequest(), report.as_of)

    def warm(self) -> None:
        """Load and compile what the first change would otherwise wait for; publishes nothing.

        Raises:
            RenderError: a template of ours failed.
        """
        work = decoding(self.settings.decode, self._composer)
        path, header = work.sample
        work.run(path, header + b"Some *words*.\n")
        if self._is_current(self._catalog.meta()):
            self.feed_builder.warm(self._pass(PassRequest(), self._clock()))

    def _is_current(self, facts: Mapping[str, str]) -> bool:
        """Whether a catalog with these facts tells of what is published, and under which config.

        After a held pass, and where it could not be saved, it does not.
        """
        return facts.get("compose") == self._compose_print and facts.get("ledger") == self.store.mark

    def _saw_newer(self) -> bool:
        """Whether the catalog saw this history when it was newer: somebody put an older ledger back."""
        with suppress(CatalogError):  # a pass will meet it
            seen = last_seen(self.store, self._catalog.meta())
            return seen is not None and seen > self.store.serial
        return False

    def generation(self) -> Generation:
        """Return what is published now, as the origin serves it."""
        return self.store.generation(self.settings.redirects, self.settings.copies)
