"""The press: touched feeds become artifacts, and the directory names what there is to read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal, Protocol

from feedmill.catalog import Catalog, FeedRecord, RankedRow
from feedmill.compose import Composer, FeedKey, FeedSpec, most_used
from feedmill.model.artifact import Artifact
from feedmill.model.feed import Directory, Entry, Feed, FeedRow
from feedmill.model.instant import Instant, from_micros
from feedmill.model.settings import Content
from feedmill.model.taxonomy import Kind
from feedmill.pipeline.cache import BoundedCache
from feedmill.pipeline.codec import decode_record, decode_seed
from feedmill.render import Renderer
from feedmill.seeds import to_text
from feedmill.store import FeedMemory

_DIGEST = 16
"""Bytes of an entry's digest."""

_KINDS = (Kind.ALL, Kind.CUSTOM, Kind.TOPIC, Kind.PROVIDER, Kind.AUTHOR, Kind.CATEGORY, Kind.TYPE)
_ORDER = {kind: place for place, kind in enumerate(_KINDS)}
INDEX_PATHS = ("index.html", "feeds.opml", "feeds.json")


class Publication(Protocol):
    """Where the press delivers."""

    def add(self, artifact: Artifact) -> bool:
        """Publish a document; False when something foreign holds its path."""

    def published(self, path: str) -> bytes | None:
        """Return the document that readers have now; None where it is not there as it was published."""

    def remove(self, path: str) -> None:
        """Take a document away (404)."""

    def retire(self, path: str) -> None:
        """Take a document away for good (410)."""

    def remember_feed(self, memory: FeedMemory) -> None:
        """Note a feed that is, or was, published."""

    def plan(self, path: str, at: Instant | None) -> None:
        """Note when a document is planned to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """One touched feed: its specification, and the entries it shows now, in order."""

    key: FeedKey
    spec: FeedSpec
    title: str
    rows: tuple[RankedRow, ...]
    record: FeedRecord | None


class FeedBuilder:
    """Composes and renders the feeds that a pass touched. Lives as long as its config.

    Keeps entries it composed (bounded) and the directory's rows, so that a small change costs little.
    """

    def __init__(
        self, composer: Composer, renderer: Renderer, copies: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self._composer = composer
        self._renderer = renderer
        self._copies: dict[str, list[str]] = {}
        for path, target in sorted(copies.items()):
            self._copies.setdefault(target, []).append(path)
        self._entries: BoundedCache[tuple[bytes, Content], Entry] = BoundedCache(4_000)
        self._directory: dict[FeedKey, FeedRow] | None = None
        self._unlisted: frozenset[str] = frozenset()

    def forget(self) -> None:
        """Forget the directory: after a pass that did not end."""
        self._directory = None

    def run(
        self,
        catalog: Catalog,
        publication: Publication,
        known: Mapping[str, FeedMemory],
        touched: Iterable[FeedKey],
        now: Instant,
        *,
        last_good: Callable[[str], bytes | None],
        refused: Iterable[str],
        progress: Callable[[str, int, int | None], None],
        everything: bool = False,
    ) -> set[str]:
        """Publish `touched` feeds and what follows from them; return the paths of those with documents.

        `known` are the feeds that the ledger remembers, `refused` the documents whose path something foreign
        held last time. With `everything`, no feed's stored digest is trusted and feeds that no seed or
        config speaks of any more are emptied.
        """
        unlisted = {path.rpartition(".")[0] for path in refused}
        wanted = set(touched)
        if everything:
            wanted.update(self._composer.standing_feeds())
            wanted.update(_key(record) for record in catalog.memberships.feeds() if record.total)
        keys = sorted(wanted, key=_by_path)
        rows: dict[FeedKey, FeedRow | None] = {}
        spoken: set[str] = set()
        published: set[str] = set()
        for done, key in enumerate(keys, 1):
            selection = self.select(catalog, key)
            spoken.add(selection.spec.path)
            again = everything or selection.spec.path in unlisted
            if again:
                unlisted.discard(selection.spec.path)
            rows[key] = self._print(catalog, publication, known, selection, now, last_good, again, unlisted)
            if rows[key] is not None or _is_emptied(known.get(selection.spec.path)):
                published.add(selection.spec.path)
            progress("print", done, len(keys))
        if everything:
            for path in sorted(known.keys() - spoken):
                self._empty(publication, known[path])
                if _is_emptied(known[path]):
                    published.add(path)
        self._print_directory(catalog, publication, rows, frozenset(unlisted), everything)
        return published

    def withdraw(
        self,
        catalog: Catalog,
        publication: Publication,
        known: Mapping[str, FeedMemory],
        touched: Iterable[FeedKey],
        now: Instant,
        *,
        last_good: Callable[[str], bytes | None],
        refused: Iterable[str],
    ) -> None:
        """Publish `touched` feeds, and the directory, over a catalog of which no feed was ever printed."""
        unlisted = {path.rpartition(".")[0] for path in refused}
        for key in sorted(touched, key=_by_path):
            self._print(
                catalog, publication, known, self.select(catalog, key), now, last_good, False, unlisted
            )
        rows = self.current_directory(catalog)
        listed = replace(rows, rows=tuple(row for row in rows.rows if row.path not in unlisted))
        for artifact in self._renderer.render_directory(listed):
            self._add(publication, artifact)

    def select(self, catalog: Catalog, key: FeedKey) -> Selection:
        """Return what the feed shows: an index range of the catalog, never all seeds."""
        record = catalog.memberships.find_feed(key.kind.value, key.key)
        spec = self._composer.spec(key)
        if record is None or record.total == 0:
            return Selection(key=key, spec=spec, title=spec.title, rows=(), record=record)
        label = "" if spec.title else most_used(catalog.memberships.labels(record.id))
        title = self._composer.title(spec, label)
        rows = tuple(catalog.memberships.ranked(record.id, spec.limit))
        return Selection(key=key, spec=spec, title=title, rows=rows, record=record)

    def _print(
        self,
        catalog: Catalog,
        publication: Publication,
        known: Mapping[str, FeedMemory],
        selection: Selection,
        now: Instant,
        last_good: Callable[[str], bytes | None],
        again: bool,
        unlisted: set[str],
    ) -> FeedRow | None:
        spec, key, record = selection.spec, selection.key, selection.record
        if not selection.rows and key.kind is not Kind.ALL:
            self._empty(publication, known.get(spec.path))
            if record is not None and record.digest is not None:
                catalog.memberships.change_feeds([record._replace(digest=None)])
            return None
        updated = max((row.updated for row in selection.rows), default=0)
        updated -= updated % 1_000_000
        digest = _digest(selection)
        printed = record.printed if record is not None else None
        if again or record is None or record.digest != digest:
            entries = self.entries(catalog, selection, now, last_good)
            feed = self._composer.feed(spec, selection.title, entries)
            if record is not None and record.printed and not again:
                self._recall(publication, feed, selection.rows, record.printed)
            taken = [self._add(publication, artifact) for artifact in self._renderer.render_feed(feed)]
            if not all(taken):
                unlisted.add(spec.path)
            publication.remember_feed(_memory(feed, "live"))
            printed = b"".join(row.digest for row in selection.rows) if all(taken) else None
        if record is not None:
            fresh = record._replace(digest=digest, title=selection.title, updated=updated, printed=printed)
            if fresh != record:
                catalog.memberships.change_feeds([fresh])
        return _row(selection, updated)

    def _recall(
        self, publication: Publication, feed: Feed, rows: Sequence[RankedRow], printed: bytes
    ) -> None:
        """Spare the printing of entries that the published documents have as they are now.

        `printed` are the digests of those documents' entries, in their order.
        """
        now = {row.digest: entry for row, entry in zip(rows, feed.entries, strict=True)}
        earlier = [now.get(printed[at : at + _DIGEST]) for at in range(0, len(printed), _DIGEST)]
        for suffix in self._renderer.missing(feed):
            document = publication.published(f"{feed.path}.{suffix}")
            if document is not None:
                self._renderer.recall(feed, suffix, document, earlier)

    def plan(self, publication: Publication, path: str, at: int | None) -> None:
        """Tell when the feed's documents are planned to change."""
        for document in self.with_copies(self.documents_of(path)):
            publication.plan(document, None if at is None else from_micros(at))

    def documents_of(self, path: str) -> Iterator[str]:
        """Yield the paths of a feed's documents."""
        yield from (f"{path}.{suffix}" for suffix in self._composer.formats)

    def with_copies(self, paths: Iterable[str]) -> Iterator[str]:
        """Yield the paths of documents, each before those of its copies."""
        for path in paths:
            yield path
            yield from self._copies.get(path, ())

    def _add(self, publication: Publication, artifact: Artifact) -> bool:
        """Publish a document and its copies, which go where it cannot be."""
        taken = publication.add(artifact)
        for path in self._copies.get(artifact.path, ()):
            if taken:
                publication.add(replace(artifact, path=path))
            else:
                publication.remove(path)
        return taken

    def documents(
        self, catalog: Catalog, selection: Selection, now: Instant, last_good: Callable[[str], bytes | None]
    ) -> Iterator[Artifact]:
        """Return the documents that the selection makes."""
        entries = self.entries(catalog, selection, now, last_good)
        return iter(self._renderer.render_feed(self._composer.feed(selection.spec, selection.title, entries)))

    def entries(
        self, catalog: Catalog, selection: Selection, now: Instant, last_good: Callable[[str], bytes | None]
    ) -> Iterator[Entry]:
        """Return the selection's entries; those composed before are not read again."""
        content = selection.spec.content
        found = {row.digest: self._entries.get((row.digest, content)) for row in selection.rows}
        missing = [row for row in selection.rows if found[row.digest] is None]
        if missing:
            records = catalog.facts.records([row.file for row in missing])
            paths = catalog.facts.paths([row.file for row in missing])
            for row in missing:
                seed = decode_record(records[row.file]).seed
                if seed is None:
                    good = last_good(to_text(paths[row.file]))
                    seed = decode_seed(good) if good is not None else None
                assert seed is not None, "an eligible seed has a form to show"
                entry = self._composer.entry(seed, now, content)
                self._entries.put((row.digest, content), entry)
                found[row.digest] = entry
        for row in selection.rows:
            entry_or_none = found[row.digest]
            assert entry_or_none is not None
            yield entry_or_none

    # Feeds without entries

    def _empty(self, publication: Publication, memory: FeedMemory | None) -> None:
        """Publish the empty form of a feed that had entries: its URL never turns into a 404 by itself."""
        if memory is None or not _is_emptied(memory):
            return
        feed = self._composer.empty_feed(Kind(memory.kind), memory.path, memory.title, memory.description)
        for artifact in self._renderer.render_feed(feed):
            self._add(publication, artifact)
        publication.remember_feed(_memory(feed, "emptied"))
        self.plan(publication, memory.path, None)

    # The directory

    def _print_directory(
        self,
        catalog: Catalog,
        publication: Publication,
        rows: Mapping[FeedKey, FeedRow | None],
        unlisted: frozenset[str],
        everything: bool,
    ) -> None:
        """Print the directory where it changed. A feed of which a document could not be put is left out."""
        if self._directory is None or everything:
            self._directory = self._read_directory(catalog)
            changed = True
        else:
            changed = any(self._directory.get(key) != row for key, row in rows.items())
            changed = changed or unlisted != self._unlisted
        self._unlisted = unlisted
        for key, row in rows.items():
            if row is None:
                self._directory.pop(key, None)
            else:
                self._directory[key] = row
        if changed:
            listed = {key: row for key, row in self._directory.items() if row.path not in unlisted}
            for artifact in self._renderer.render_directory(self._arranged(listed)):
                self._add(publication, artifact)

    def _read_directory(self, catalog: Catalog) -> dict[FeedKey, FeedRow]:
        found = {}
        for record in catalog.memberships.feeds():
            if record.total > 0 or record.kind == Kind.ALL.value:
                key = _key(record)
                spec = self._composer.spec(key)
                found[key] = FeedRow(
                    kind=key.kind,
                    path=spec.path,
                    title=record.title,
                    description=spec.description,
                    total=record.total,
                    updated=from_micros(record.updated),
                )
        return found

    @property
    def index_paths(self) -> tuple[str, ...]:
        """The documents of the directory under this config."""
        return INDEX_PATHS if "html" in self._composer.formats else INDEX_PATHS[1:]

    def current_directory(self, catalog: Catalog) -> Directory:
        """Return the directory of a catalog whose feeds were not printed: titles are worked out now."""
        found = {}
        for record in catalog.memberships.feeds():
            if record.total > 0 or record.kind == Kind.ALL.value:
                key = _key(record)
                selection = self.select(catalog, key)
                updated = max((row.updated for row in selection.rows), default=0)
                found[key] = _row(selection, updated - updated % 1_000_000)
        return self._arranged(found)

    def _arranged(self, found: Mapping[FeedKey, FeedRow]) -> Directory:
        """Return all feeds that have something to read, kind by kind, each by title."""
        rows = sorted(found.values(), key=lambda row: (_ORDER[row.kind], row.title.casefold(), row.path))
        return Directory(rows=tuple(rows), formats=self._composer.formats)


def _key(record: FeedRecord) -> FeedKey:
    return FeedKey(kind=Kind(record.kind), key=record.key)


def _row(selection: Selection, updated: int) -> FeedRow:
    return FeedRow(
        kind=selection.key.kind,
        path=selection.spec.path,
        title=selection.title,
        description=selection.spec.description,
        total=selection.record.total if selection.record is not None else 0,
        updated=from_micros(updated),
    )


def _is_emptied(memory: FeedMemory | None) -> bool:
    """Whether a feed without entries keeps its documents: it was public once and nobody retired it."""
    return memory is not None and memory.state != "retired"


def _memory(feed: Feed, state: Literal["live", "emptied"]) -> FeedMemory:
    return FeedMemory(
        path=feed.path, kind=feed.kind.value, title=feed.title, description=feed.description, state=state
    )


def _digest(selection: Selection) -> bytes:
    state = hashlib.blake2b(digest_size=16)
    state.update(repr((selection.spec, selection.title)).encode("utf-8", "surrogatepass"))
    for row in selection.rows:
        state.update(row.digest)
    return state.digest()


def _by_path(key: FeedKey) -> tuple[int, str]:
    return _ORDER[key.kind], key.key
