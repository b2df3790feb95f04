"""What the desk reads: every seed as of the last pass, and one seed with its entry, its feeds, its documents.

It looks into the catalog and the ledger beside the daemon that writes them, and changes neither. All that is
asked of the catalog for the desk is asked here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace

from feedmill.catalog import Catalog
from feedmill.compose import Composer, updated_at
from feedmill.errors import StoreError
from feedmill.model.desk import SeedList, SeedRow, SeedView
from feedmill.model.feed import Entry
from feedmill.model.hub import document_hubs
from feedmill.model.instant import Instant, from_micros
from feedmill.model.seed import Problem, Seed
from feedmill.model.settings import Settings
from feedmill.model.taxonomy import Kind
from feedmill.pipeline.codec import decode_seed, facts_of
from feedmill.pipeline.desk_drafts import Drafts
from feedmill.pipeline.desk_rows import OWN_WORD, File, Lean, decode_lean, newest, row_of, with_lean
from feedmill.pipeline.explain import explain_known, remarks
from feedmill.pipeline.find import decode_drafts
from feedmill.pipeline.folders import load_theme
from feedmill.pipeline.one_pass import Pass
from feedmill.pipeline.report import PassRequest, printable
from feedmill.render import Renderer
from feedmill.seeds import to_bytes, to_text
from feedmill.store import place_of

_PAGE = "preview"
"""What the feed of one entry is called: it has no path of its own."""


class Desk:
    """Reads for one thread. What it has made of a seed it makes anew only when the seed has changed."""

    def __init__(self, settings: Settings, clock: Callable[[], Instant]) -> None:
        self._settings = settings
        self._clock = clock
        self._open = ExitStack()
        self._pass: Pass | None = None
        self._version = -1
        self._files: dict[int, File] = {}
        self._wanted: dict[int, File] = {}
        self._rows: dict[int, SeedRow] = {}
        self._names: dict[str, str] = {}
        self._problems: Mapping[str, tuple[Problem, ...]] = {}
        self._list = SeedList()
        self._drafts = Drafts(settings)
        self._composer = Composer(settings.site, settings.feeds)
        self._renderer: Renderer | None = None

    def close(self) -> None:
        """Let go of the catalog and the ledger."""
        self._drafts.stop()
        self._forget()

    def seeds(
        self, version: int, problems: Iterable[Problem], *, held: str = "", drafts: bool = True
    ) -> SeedList:
        """Return all seeds as of the pass that `version` counts; `problems` are those it reported.

        Where it was `held`, they are as of the pass before: such a one is not remembered.
        The titles of `drafts` are read meanwhile, and are there one of the next times.
        """
        found = self._seeds(version, problems, held)
        if drafts and not found.trouble:
            if self._wanted is not self._files:
                self._drafts.want(one for one in self._files.values() if one.is_draft)
                self._wanted = self._files
            self._drafts.wait()
            found = self._seeds(version, problems, held)
        if found.unread != self._drafts.unread:
            self._list = found = replace(found, unread=self._drafts.unread)
        return found

    def _seeds(self, version: int, problems: Iterable[Problem], held: str) -> SeedList:
        told = version + self._drafts.told
        if self._list.version != told or self._list.trouble or version != self._version:
            try:
                self._refresh(version, problems)
            except StoreError as error:
                self._forget()
                self._version = -1
                return SeedList(trouble=f"the catalog cannot be read just now: {error}")
            self._list = SeedList(
                version=told,
                rows=tuple(sorted(self._rows.values(), key=newest)),
                zone=self._settings.decode.timezone,
                held=held,
            )
        return self._list

    def feeds_of(self, paths: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return the paths of the feeds that each of these seeds is in."""
        run = self._read()
        files = {
            row.id: path
            for path in paths
            if path in self._names and (row := run.catalog.files.find(to_bytes(self._names[path])))
        }
        found: dict[str, tuple[str, ...]] = dict.fromkeys(files.values(), ())
        for file, places in run.catalog.memberships.places(list(files)).items():
            feeds = (run.composer.spec(place.feed).path for place in places)
            found[files[file]] = tuple(sorted(feeds, key=lambda feed: (feed.count("/"), feed)))
        return found

    def view(self, path: str) -> SeedView | None:
        """Return one seed in full; None: no seed is called so."""
        found = next((row for row in self._list.rows if row.path == path), None)
        if found is None:
            return None
        run = self._read()
        told = explain_known(run, self._names[path], found.problems)
        if told is None:
            return None
        seed = self._seed(run, path)
        if_out = run.composer.memberships(seed) if seed is not None else ()
        return SeedView(
            row=found if found.title or seed is None else with_lean(found, seed),
            why=told.why,
            remedy=told.remedy,
            feeds=told.feeds,
            feeds_if_out=tuple(run.composer.spec(one.feed).path for one in if_out),
            same_entry=told.same_entry,
            entry=self._entry(run, seed) if seed is not None else None,
            formats=run.composer.formats,
        )

    def remarks(self, paths: Iterable[str], *, published: bool) -> list[tuple[str, str]]:
        """Return (path, sentence) where setting or clearing the flag alone does not do what was meant."""
        run = self._read()
        told = [explain_known(run, self._names[path], ()) for path in paths if path in self._names]
        return [
            (one.path, remark)
            for one in told
            if one is not None
            for remark in remarks(one, published=published)
        ]

    def name(self, path: str) -> str | None:
        """Return the file, relative to the seeds folder, that is shown as `path`."""
        return self._names.get(path)

    def document(self, path: str, form: str) -> bytes | None:
        """Return a document (`html`, `rss`, …) with this entry alone; None where none can be made of it.

        Raises:
            RenderError: it cannot be printed.
        """
        run = self._read()
        seed = self._seed(run, path) if path in self._names else None
        if seed is None or form not in run.composer.formats:
            return None
        site = self._settings.site
        if self._renderer is None:  # one of its own: a renderer is not for several threads
            theme = load_theme(self._settings.theme_dir)
            self._renderer = Renderer(site, theme=theme, hubs=document_hubs(self._settings))
        feed = run.composer.empty_feed(Kind.ALL, _PAGE, site.title, site.description)
        entry = self._entry(run, seed)
        feed = replace(feed, entries=(entry,), updated=entry.updated, formats=(form,))
        return next(iter(self._renderer.render_feed(feed))).body

    # What is there

    def _read(self) -> Pass:
        """Return a pass that publishes nothing, over catalog and ledger as the last one left them.

        Raises:
            StoreError: they cannot be read; the message says why.
        """
        if self._pass is None:
            file = self._settings.state_dir / "catalog.db"
            if not file.is_file():
                raise StoreError(f"there is no {file}")
            with ExitStack() as stack:
                store = stack.enter_context(place_of(self._settings).open(read_only=True))
                catalog = stack.enter_context(Catalog(file, readable=True))
                self._pass = Pass(
                    request=PassRequest(trigger="desk"),
                    now=self._clock(),
                    settings=self._settings,
                    composer=self._composer,
                    catalog=catalog,
                    store=store,
                )
                self._open = stack.pop_all()
        return replace(self._pass, now=self._clock())

    def _forget(self) -> None:
        self._pass = None
        self._open.close()

    def _refresh(self, version: int, problems: Iterable[Problem]) -> None:
        """Make anew the rows of what has changed since the last time."""
        old = self._problems
        if version != self._version:
            self._forget()
            found: dict[str, list[Problem]] = {}
            for problem in problems:
                found.setdefault(problem.path, []).append(problem)
            self._problems = {path: tuple(of) for path, of in found.items()}
        run, files = self._read(), self._files
        if version != self._version:
            files = {row[0]: File._make(row) for row in run.catalog.states.overview()}
        learnt = self._drafts.take_news()
        told = {
            path for path in old.keys() | self._problems.keys() if old.get(path) != self._problems.get(path)
        }
        stale = [
            one
            for one in files.values()
            if self._files.get(one.id) != one
            or one.digest in learnt
            or (told and printable(to_text(one.path)) in told)
        ]
        seeds = run.catalog.files.seeds([one.id for one in stale])
        for gone in self._files.keys() - files.keys():
            self._names.pop(self._rows.pop(gone).path, None)
        for one in stale:
            lean = self._lean(run, one, seeds[one.id][1] if one.id in seeds else None)
            row = row_of(one, lean, self._problems)
            self._rows[one.id] = row
            self._names[row.path] = to_text(one.path)
        self._files, self._version = files, version

    def _lean(self, run: Pass, file: File, blob: bytes | None) -> Lean | None:
        if file.kept:
            blob = run.store.last_good(to_text(file.path))
        lean = decode_lean(blob) if blob is not None else None
        return self._drafts.find(file.digest) if lean is None and file.is_draft else lean

    def _seed(self, run: Pass, path: str) -> Seed | None:
        """Return the seed as it would be shown, a withheld one too; None where it cannot be read."""
        name = self._names[path]
        row = run.catalog.files.find(to_bytes(name))
        state = run.catalog.states.find(row.id) if row is not None else None
        if state is None:
            return None
        if state.state in OWN_WORD:
            return next((record.seed for record in decode_drafts(self._settings, [name])), None)
        if state.kept:
            return decode_seed(run.store.last_good(name))
        return decode_seed(run.catalog.files.seeds([state.file])[state.file][1])

    def _entry(self, run: Pass, seed: Seed) -> Entry:
        dated = seed if seed.published is not None else replace(seed, published=run.now)
        updated = from_micros(updated_at(facts_of(dated, run.composer), run.at))
        return run.composer.entry(dated, updated, self._settings.feeds.content)
