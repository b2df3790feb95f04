"""The printer: feeds become artifacts, and these and their copies are wanted of a publication."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from feedmill.catalog import RankedRow
from feedmill.compose import Composer
from feedmill.model.archive import split_archive
from feedmill.model.artifact import Artifact
from feedmill.model.feed import Entry, Feed
from feedmill.model.instant import from_micros
from feedmill.pipeline.cache import BoundedCache
from feedmill.pipeline.one_pass import Pass
from feedmill.pipeline.page_faults import PageFaults
from feedmill.pipeline.printing import print_beside
from feedmill.pipeline.selection import EntryCache, Selection, entries_of, feed_of, forms_of
from feedmill.render import Renderer
from feedmill.seeds import processes
from feedmill.store import Publication

Read = Callable[[str], bytes | None]
"""Returns the document that is published at a path, None where there is none."""

_DIGEST = 16
"""Bytes of an entry's digest."""
_MANY = 50
"""Feeds from which on processes print them."""


class Printer:
    """What feeds and their archives are printed with. Keeps entries it composed (bounded).

    `faults` are what was wrong with the theme for what is published.
    """

    def __init__(self, composer: Composer, renderer: Renderer, copies: Mapping[str, str]) -> None:
        self._composer = composer
        self._renderer = renderer
        self._copies: dict[str, list[str]] = {}
        for path, target in sorted(copies.items()):
            self._copies.setdefault(target, []).append(path)
        self.faults = PageFaults()
        self._entries: EntryCache = BoundedCache(4_000)

    def entries(self, run: Pass, selection: Selection) -> Iterator[Entry]:
        """Return the selection's entries; those composed before are not read again."""
        return entries_of(self._composer, selection, partial(forms_of, run), self._entries)

    def print_all(
        self, run: Pass, selections: Iterable[Selection], total: int
    ) -> Iterator[tuple[Selection, Iterable[Artifact]]]:
        """Yield each selection with its documents; of many (`total`), processes of our own print them."""
        count = processes(run.settings.workers)
        if count < 2 or total < _MANY:
            for selection in selections:
                yield selection, self.documents(run, selection)
            return
        beside = print_beside(selections, partial(forms_of, run), self._composer, self._renderer, count)
        for selection, documents in beside:
            yield selection, self.documents(run, selection) if documents is None else documents

    def documents(self, run: Pass, selection: Selection, published: Read | None = None) -> Iterator[Artifact]:
        """Print a selection's documents, each when it is asked for.

        What is not in memory is taken out of `published` documents, as far as the catalog knows of what these
        were printed.
        """
        feed = feed_of(self._composer, selection, self.entries(run, selection))
        if published is not None and selection.record is not None and selection.record.printed:
            self._recall(published, feed, selection.rows, selection.record.printed)
        yield from self._renderer.render_feed(feed)

    def _recall(self, published: Read, feed: Feed, rows: Sequence[RankedRow], printed: bytes) -> None:
        """Spare the printing of entries that the published documents have as they are now.

        `printed` are the digests of those documents' entries, in their order.
        """
        now = {row.digest: entry for row, entry in zip(rows, feed.entries, strict=True)}
        earlier = [now.get(printed[at : at + _DIGEST]) for at in range(0, len(printed), _DIGEST)]
        for suffix in self._renderer.missing(feed):
            document = published(f"{feed.path}.{suffix}")
            if document is not None:
                self._renderer.recall(feed, suffix, document, earlier)

    def print(self, publication: Publication, feed: Feed) -> list[bool]:
        """Publish a feed's documents, in the order of its formats; False where something keeps one out."""
        return self.publish(publication, self._renderer.render_feed(feed))

    def publish(self, publication: Publication, documents: Iterable[Artifact]) -> list[bool]:
        """Publish documents; False where something keeps one out."""
        return [self.add(publication, artifact) for artifact in documents]

    def add(self, publication: Publication, artifact: Artifact) -> bool:
        """Publish a document and its copies, which go where it cannot be."""
        self.faults.note(artifact)
        taken = publication.add(artifact)
        for path in self._copies.get(artifact.path, ()):
            if taken:
                publication.add(replace(artifact, path=path))
            else:
                publication.remove(path)
        return taken

    def plan(self, publication: Publication, path: str, at: int | None) -> None:
        """Tell when the documents of a feed, or of an archive, are planned to change.

        The front page, and what lists all feeds, change with `all`.
        """
        pages = ("index.html", "sitemap.xml") if "html" in self._composer.formats else ()
        front = ("feeds.json", "feeds.opml", *pages) if path == "all" else ()
        for document in self.with_copies((*self.documents_of(path), *front)):
            publication.plan(document, None if at is None else from_micros(at))

    def documents_of(self, path: str) -> Iterator[str]:
        """Yield the paths of the documents of a feed, or of an archive."""
        suffixes = self._composer.formats if split_archive(path) is None else self._composer.archive_formats
        yield from (f"{path}.{suffix}" for suffix in suffixes)

    def with_copies(self, paths: Iterable[str]) -> Iterator[str]:
        """Yield the paths of documents, each before those of its copies."""
        for path in paths:
            yield path
            yield from self._copies.get(path, ())
