"""The printer: feeds become artifacts, and these and their copies are wanted of a publication."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from feedmill.compose import Composer
from feedmill.model.archive import split_archive
from feedmill.model.artifact import Artifact
from feedmill.model.feed import Entry, Feed
from feedmill.model.instant import from_micros
from feedmill.pipeline.cache import BoundedCache
from feedmill.pipeline.one_pass import Pass
from feedmill.pipeline.page_faults import PageFaults
from feedmill.pipeline.selection import EntryCache, Selection, entries_of
from feedmill.render import Renderer
from feedmill.store import Publication


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
        return entries_of(run, selection, self._entries)

    def feed(self, run: Pass, selection: Selection) -> Feed:
        """Return the feed, or the archive, that the selection makes."""
        feed = self._composer.feed(
            selection.spec,
            selection.title,
            self.entries(run, selection),
            selection.history,
            owed=selection.owed,
        )
        feed = replace(feed, total=selection.total)
        if selection.history is None or not selection.archive:
            return feed
        return self._composer.archive(feed, selection.archive, selection.history)

    def print(self, publication: Publication, feed: Feed) -> list[bool]:
        """Publish a feed's documents, in the order of its formats; False where something keeps one out."""
        return [self.add(publication, artifact) for artifact in self._renderer.render_feed(feed)]

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

        The front page changes with `all`.
        """
        front = ("index.html",) if path == "all" and "html" in self._composer.formats else ()
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
