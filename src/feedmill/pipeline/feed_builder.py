"""The feed builder: touched feeds become artifacts, and the directory names what there is to read."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import replace
from itertools import repeat
from types import MappingProxyType
from typing import NamedTuple

from feedmill.catalog import FeedRecord
from feedmill.compose import Composer, FeedSpec
from feedmill.model.archive import Period, split_archive
from feedmill.model.artifact import Artifact
from feedmill.model.feed import Directory, Entry, FeedRow
from feedmill.model.instant import from_micros
from feedmill.model.taxonomy import ALL, FeedKey, Kind
from feedmill.pipeline.archive_builder import ArchiveBuilder
from feedmill.pipeline.archives import Chain, NewestArchives
from feedmill.pipeline.one_pass import Pass
from feedmill.pipeline.printer import Printer
from feedmill.pipeline.selection import Head, Selection, heads, select, select_one
from feedmill.render import Renderer
from feedmill.store import FeedMemory, Publication

_KINDS = (Kind.ALL, Kind.CUSTOM, Kind.TOPIC, Kind.PROVIDER, Kind.AUTHOR, Kind.CATEGORY, Kind.TYPE)
_ORDER = {kind: place for place, kind in enumerate(_KINDS)}
_LONG = 1 << 14
"""Characters of title and summary that an entry on the front page has at most; nothing else bounds it."""
_LATEST = 7
"""Entries on the front page: one in full, and the next six by their titles."""
_WARM_FEEDS, _WARM_ENTRIES = 4, 50
"""Feeds, and entries of each, that are printed ahead of the first change."""


class _Printed(NamedTuple):
    """What came of printing feeds: their rows of the directory, which have documents that cannot be put, and
    the entries of the front page, where `all` was among them."""

    rows: Mapping[FeedKey, FeedRow | None]
    unlisted: frozenset[str]
    latest: tuple[Entry, ...] | None


class FeedBuilder:
    """Composes and renders the feeds that a pass touched. Lives as long as its config.

    Keeps the directory's rows, so that a small change costs little.
    """

    def __init__(
        self, composer: Composer, renderer: Renderer, copies: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self._composer = composer
        self._renderer = renderer
        self.printer = Printer(composer, renderer, copies)
        self._archives = ArchiveBuilder(composer, self.printer)
        self._newest: NewestArchives | None = None
        self._directory: dict[FeedKey, FeedRow] | None = None
        self._unlisted: frozenset[str] | None = None  # what is listed was not printed yet
        self._latest: tuple[Entry, ...] = ()
        self._listed_archives: tuple[str, ...] = ()

    def forget(self) -> None:
        """Forget the directory, and what is in archives: after a pass that did not end."""
        self._directory = self._newest = self._unlisted = None

    def publish(
        self,
        run: Pass,
        touched: Iterable[FeedKey],
        periods: Collection[tuple[FeedKey, Period]] = (),
        *,
        everything: bool = False,
    ) -> set[str]:
        """Publish `touched` feeds and what follows from them; return the paths of those with documents.

        Of their archives those of `periods`, and what names them. With `everything`, no feed's stored digest
        is trusted and feeds that no seed or config speaks of any more are emptied.
        """
        wanted = set(touched)
        refused: set[str] = set() if everything else set(run.store.refused)
        if everything:
            wanted.add(ALL)  # it is there without any entry
            wanted.update(record.key for record in run.catalog.memberships.feeds() if record.total)
        keys = _in_order(wanted)
        feeds: Iterable[Head] = heads(run, keys)
        if everything:
            self._newest = None
            archives = self._archives.publish_all(run, heads(run, keys), refused)
        else:
            feeds = list(feeds)
            archives = self._archives.publish(run, feeds, periods, refused)
        newest = self._newest_archives(run, refused, periods)
        if self._directory is None or everything or any(map(_is_of_all, archives)):
            found = self._find_archives(run, refused)
            if found != self._listed_archives:
                self._listed_archives, self._directory = found, None
        printed = self._print_all(run, feeds, len(keys), newest, everything=everything)
        rows = printed.rows
        spoken = {self._composer.spec(key).path: row for key, row in rows.items()}
        known = run.store.feeds
        published = {path for path, row in spoken.items() if row is not None or _is_public(known.get(path))}
        if everything:
            for path in sorted(known.keys() - spoken.keys()):
                if split_archive(path) is not None:
                    continue
                self._empty(run.publishing, known[path])
                if _is_public(known[path]):
                    published.add(path)
        if everything:
            self._directory = None
        self._print_directory(run, printed)
        return published | archives

    def withdraw(
        self, run: Pass, touched: Collection[FeedKey], periods: Iterable[tuple[FeedKey, Period]]
    ) -> None:
        """Publish `touched` feeds, and the directory, over a catalog of which no feed was ever printed."""
        refused = set(run.store.refused)
        feeds = list(heads(run, _in_order(touched)))
        self._archives.publish(run, feeds, periods, refused)
        printed = self._print_all(run, feeds, len(feeds), NewestArchives(run, refused))
        directory = self.current_directory(run)
        listed = replace(
            directory,
            rows=tuple(row for row in directory.rows if row.path not in printed.unlisted),
            latest=self._find_latest(run),
            archives=self._find_archives(run, refused),
        )
        for artifact in self._renderer.render_directory(listed):
            self.printer.add(run.publishing, artifact)

    def _newest_archives(
        self, run: Pass, refused: Collection[str], periods: Iterable[tuple[FeedKey, Period]] = ()
    ) -> NewestArchives:
        """Return what is known of feeds' newest archives after a pass that touched `periods`."""
        if self._newest is None or not self._newest.holds(run, periods, refused):
            self._newest = NewestArchives(run, refused)
        return self._newest

    def _print_all(
        self,
        run: Pass,
        feeds: Iterable[Head],
        total: int,
        newest: NewestArchives,
        *,
        everything: bool = False,
    ) -> _Printed:
        """Print feeds, `total` of them."""
        unlisted = {path.rpartition(".")[0] for path in run.store.refused}
        rows: dict[FeedKey, FeedRow | None] = {}
        latest = None
        fresh: list[FeedRecord] = []
        selections = (select_one(run, head, newest) for head in feeds)
        made: Iterable[tuple[Selection, Iterable[Artifact] | None]] = zip(selections, repeat(None))
        if everything:
            made = self.printer.print_all(run, selections, total)
        for done, (selection, documents) in enumerate(made, 1):
            record = self._print(run, selection, documents, unlisted)
            if record is not None and record != selection.record:
                fresh.append(record)
            if selection.spec.key == ALL:
                latest = self._front_page(run, selection)
            shown = selection.rows or selection.spec.key == ALL
            rows[selection.spec.key] = _row(selection.spec, selection) if shown else None
            run.progress("print", done, total)
        run.catalog.memberships.change(fresh)
        return _Printed(rows, frozenset(unlisted), latest)

    def _print(
        self, run: Pass, selection: Selection, documents: Iterable[Artifact] | None, unlisted: set[str]
    ) -> FeedRecord | None:
        """Publish a feed with its `documents`, or where it differs; return what is known of it then."""
        spec, record = selection.spec, selection.record
        refused = spec.path in unlisted
        unlisted.discard(spec.path)
        if not selection.rows and spec.key != ALL:
            self._empty(run.publishing, run.store.feeds.get(spec.path))
            return record._replace(digest=None) if record is not None else None
        digest = _digest(selection)
        printed = record.printed if record is not None else None
        if documents is None and (refused or record is None or record.digest != digest):
            documents = self.printer.documents(run, selection, run.publishing.published)
        if documents is not None:
            taken = self.printer.publish(run.publishing, documents)
            if not all(taken):
                unlisted.add(spec.path)
            run.publishing.remember_feed(selection.memory)
            printed = b"".join(row.digest for row in selection.rows) if all(taken) else None
        if record is None:
            return None
        return record._replace(
            digest=digest, title=selection.title, updated=selection.updated, printed=printed
        )

    def plan(self, run: Pass, keys: Collection[FeedKey] | None) -> None:
        """Tell when the documents of feeds (all of them, or `keys`) are planned to change next."""
        memberships = run.catalog.memberships
        plans = memberships.next_plans(run.at, keys)
        specs = {key: self._composer.spec(key) for key in plans}
        archived = [key for key, spec in specs.items() if spec.archive != "off"]
        records = memberships.find(archived) if archived else {}
        archives = self._newest_archives(run, run.store.refused)
        for key, at in plans.items():
            spec = specs[key]
            if spec.archive != "off":
                chain = Chain(run, spec, records.get(key), run.store.refused)
                closes = chain.closes()
                newest, _ = archives.of(run, spec, records.get(key))
                self._archives.plan(run, chain, spec.path, newest, closes)
                at = min((each for each in (at, closes) if each is not None), default=None)
            self.printer.plan(run.publishing, spec.path, at)

    def warm(self, run: Pass) -> None:
        """Print for nobody what the next change is likely to touch, so that it need not wait for it.

        Raises:
            RenderError: a template of ours failed.
        """

        def published(path: str) -> bytes | None:
            known = run.store.documents.get(path)
            return run.store.body(path, known.digest) if known is not None else None

        if self._directory is None:
            self._directory = self._read_directory(run)
            self._latest = self._find_latest(run)
            self._listed_archives = self._find_archives(run, run.store.refused)
        feeds = self._directory
        latest = sorted(feeds, key=lambda key: feeds[key].updated, reverse=True)[:_WARM_FEEDS]
        for found in select(run, latest):
            selection = replace(found, rows=found.rows[:_WARM_ENTRIES])
            for _ in self.printer.documents(run, selection, published):
                pass
        directory = replace(
            self._arranged(feeds.values()), latest=self._latest, archives=self._listed_archives
        )
        for _ in self._renderer.render_directory(directory):
            pass

    # Feeds without entries

    def _empty(self, publication: Publication, memory: FeedMemory | None) -> None:
        """Publish the empty form of a feed that had entries: its URL never turns into a 404 by itself."""
        if memory is None or not _is_public(memory):
            return
        feed = self._composer.empty_feed(Kind(memory.kind), memory.path, memory.title, memory.description)
        self.printer.print(publication, feed)
        publication.remember_feed(replace(memory, state="emptied"))
        self.printer.plan(publication, memory.path, None)

    # The directory

    def _print_directory(self, run: Pass, printed: _Printed) -> None:
        """Print the directory where it changed. A feed of which a document could not be put is left out."""
        rows, unlisted, latest = printed
        if latest is None:
            latest = self._latest if self._directory is not None else self._find_latest(run)
        if self._directory is None:
            self._directory = self._read_directory(run)
            changed = True
        else:
            changed = any(self._directory.get(key) != row for key, row in rows.items())
            changed = changed or unlisted != self._unlisted or latest != self._latest
        self._unlisted, self._latest = unlisted, latest
        for key, row in rows.items():
            if row is None:
                self._directory.pop(key, None)
            else:
                self._directory[key] = row
        if changed:
            listed = [row for row in self._directory.values() if row.path not in unlisted]
            directory = replace(self._arranged(listed), latest=latest, archives=self._listed_archives)
            for artifact in self._renderer.render_directory(directory):
                self.printer.add(run.publishing, artifact)

    def _find_latest(self, run: Pass) -> tuple[Entry, ...]:
        """Return the entries of the front page: the first of `all`, but for those that would fill it."""
        (selection,) = select(run, (ALL,))
        return self._front_page(run, selection)

    def _front_page(self, run: Pass, selection: Selection) -> tuple[Entry, ...]:
        if "html" not in self._composer.formats:
            return ()
        found = self.printer.entries(run, replace(selection, rows=selection.rows[:_LATEST]))
        return tuple(entry for entry in found if len(entry.title) + len(entry.summary) <= _LONG)

    def _find_archives(self, run: Pass, refused: Container[str]) -> tuple[str, ...]:
        """Return the paths of the archives of `all` that have a page, the newest first."""
        spec = self._composer.spec(ALL)
        if spec.archive == "off" or "html" not in self._composer.formats:
            return ()
        chain = Chain(run, spec, run.catalog.memberships.find([ALL]).get(ALL), refused)
        return tuple(chain.path(period) for period in chain)

    def _read_directory(self, run: Pass) -> dict[FeedKey, FeedRow]:
        found = {}
        for record in run.catalog.memberships.feeds():
            if record.total > 0 or record.key == ALL:
                found[record.key] = _row(self._composer.spec(record.key), record)
        return found

    @property
    def index_paths(self) -> tuple[str, ...]:
        """The documents of the directory under this config."""
        return self._renderer.directory_paths(self._composer.formats)

    def current_directory(self, run: Pass) -> Directory:
        """Return the directory of a catalog whose feeds were not printed: titles are worked out now."""
        feeds = run.catalog.memberships.feeds()
        keys = [record.key for record in feeds if record.total > 0 or record.key == ALL]
        return self._arranged(_row(each.spec, each) for each in select(run, keys))

    def _arranged(self, rows: Iterable[FeedRow]) -> Directory:
        """Return all feeds that have something to read, kind by kind, each by title."""
        ordered = sorted(rows, key=lambda row: (_ORDER[row.kind], row.title.casefold(), row.path))
        return Directory(rows=tuple(ordered), formats=self._composer.formats)


def _in_order(feeds: Iterable[FeedKey]) -> list[FeedKey]:
    return sorted(feeds, key=lambda key: (_ORDER[key.kind], key.key))


def _is_of_all(path: str) -> bool:
    archive = split_archive(path)
    return archive is not None and archive[0] == "all"


def _row(spec: FeedSpec, known: Selection | FeedRecord) -> FeedRow:
    return FeedRow(
        kind=spec.key.kind,
        path=spec.path,
        title=known.title,
        description=spec.description,
        total=known.total,
        updated=from_micros(known.updated),
    )


def _is_public(memory: FeedMemory | None) -> bool:
    """Whether a feed without entries keeps its documents: it was public once and nobody retired it."""
    return memory is not None and memory.state != "retired"


def _digest(selection: Selection) -> bytes:
    state = hashlib.blake2b(digest_size=16)
    told = selection.spec, selection.title, selection.total, selection.history, selection.owed
    state.update(repr(told).encode("utf-8", "surrogatepass"))
    for row in selection.rows:
        state.update(row.digest)
    return state.digest()
