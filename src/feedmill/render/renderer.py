"""The renderer: feeds and the directory become artifacts; entries are printed once and remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from operator import methodcaller
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from feedmill.errors import RenderError
from feedmill.model.artifact import Artifact
from feedmill.model.feed import Directory, Entry, Feed
from feedmill.model.seed import Problem
from feedmill.model.site import Site
from feedmill.render.assemble import Format, Printed, assemble
from feedmill.render.fragments import Fragments, Slot
from feedmill.render.listing import GROUPS, Listing
from feedmill.render.site_files import INDEX, MISSING, SITEMAP, STYLE, fixed_files, site_paths
from feedmill.render.theme import THEME

if TYPE_CHECKING:
    from feedmill.render.pages import Pages

T = TypeVar("T")

_WORTH = 2
"""Entries that are printed sooner than a document is read."""

_BESIDE = 16 << 20
"""Bytes of printed entries that a renderer remembers in another process: there are several of them."""

_UNPRINTABLE = (ValueError, TypeError)
"""What feedgen, lxml and msgspec raise for a value that they cannot print."""


class Renderer:
    """Feeds in, bytes out: pure, and the same bytes whatever was rendered before.

    `theme` maps template names to the operator's own templates; a page on which they fail is made by ours,
    and its artifact says so. `hubs` are those that feeds name.
    `cache_bytes` bounds the memory for printed entries. Not for several threads at once: feedgen
    switches the process's locale.
    """

    def __init__(
        self,
        site: Site,
        *,
        theme: Mapping[str, str] = MappingProxyType({}),
        hubs: tuple[str, ...] = (),
        cache_bytes: int = 64 << 20,
    ) -> None:
        self._site = site
        self._hubs = hubs
        self._theme = theme
        self._cache_bytes = cache_bytes
        self._fragments = Fragments(cache_bytes)
        self._listing = Listing(site)
        self._formats: dict[str, Format] = {}
        self._made_pages: dict[bool, Pages] = {}
        self._made_files: tuple[Artifact, ...] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process without what is remembered, to remember less there."""
        cache_bytes = min(self._cache_bytes, _BESIDE)
        made = partial(Renderer, theme=dict(self._theme), hubs=self._hubs, cache_bytes=cache_bytes)
        return made, (self._site,)

    def render_feed(self, feed: Feed) -> Iterator[Artifact]:
        """Return one artifact for each of `feed.formats`, in that order.

        Raises:
            RenderError: the feed or an entry cannot be printed; it says which.
        """
        try:
            slots = [self._fragments.slot(entry) for entry in feed.entries]
            for suffix in feed.formats:
                fault = None
                if suffix == "html":
                    body, fault = self._by_theme(lambda pages: pages.render_feed(feed))
                else:
                    body = self._document(self._format(feed, suffix), feed, slots)
                path, names = f"{feed.path}.{suffix}", tuple(_names(feed, suffix))
                yield Artifact(path=path, body=body, names=names, fault=fault)
        finally:
            self._fragments.trim()

    def missing(self, feed: Feed) -> list[str]:
        """Return the formats in which several entries are to be printed, and could be recalled instead."""
        slots = [self._fragments.slot(entry) for entry in feed.entries]
        return [
            suffix
            for suffix in feed.formats
            if suffix != "html" and sum(_name(feed, suffix) not in slot.parts for slot in slots) > _WORTH
        ]

    def recall(self, feed: Feed, suffix: str, document: bytes, entries: Sequence[Entry | None]) -> None:
        """Take what was printed of `entries` out of a `document` that was made of just these, in this order.

        None stands for an entry that is not wanted. What was left out for size is not taken for the whole.

        Raises:
            RenderError: it is no document of this format.
        """
        form = self._format(feed, suffix)
        try:
            parts = form.cut(document)
        except ValueError as error:
            raise RenderError(feed.path, None, str(error)) from error
        for entry, part in zip(entries, parts, strict=True) if len(parts) == len(entries) else ():
            if entry is not None and form.is_full(part, entry):
                slot = self._fragments.slot(entry)
                if form.name not in slot.parts:
                    self._fragments.add(slot, form.name, part)

    def render_directory(self, directory: Directory) -> Iterator[Artifact]:
        """Return the documents that list all feeds: the page, with all that belongs to it, OPML, JSON.

        Raises:
            RenderError: a template of ours failed.
        """
        names: Mapping[str, str] = GROUPS
        if "html" in directory.formats:
            names, _ = self._by_theme(lambda pages: pages.group_names)
            body, fault = self._by_theme(lambda pages: pages.render_index(directory))
            self._fragments.trim()
            yield Artifact(path=INDEX, body=body, index=True, fault=fault)
            yield from self._site_files()
            yield Artifact(path=SITEMAP, body=self._listing.sitemap(directory), index=True, spare=True)
        yield Artifact(path="feeds.opml", body=self._listing.opml(directory, names), index=True)
        yield Artifact(path="feeds.json", body=self._listing.feeds_json(directory), index=True)

    def directory_paths(self, formats: Sequence[str]) -> tuple[str, ...]:
        """Return the paths of the documents that `render_directory` makes where feeds have `formats`."""
        return (*(site_paths(self._site) if "html" in formats else ()), "feeds.opml", "feeds.json")

    def _site_files(self) -> tuple[Artifact, ...]:
        """Return the documents of the site that no feed changes: made once."""
        if self._made_files is None:
            made = [
                (path, *self._by_theme(methodcaller("render_missing", status)))
                for status, path in MISSING.items()
            ]
            made.append((STYLE, *self._by_theme(lambda pages: pages.render_feed_style())))
            made += ((path, body, None) for path, body in fixed_files(self._site))
            self._made_files = tuple(
                Artifact(path=path, body=body, spare=True, fault=fault) for path, body, fault in made
            )
        return self._made_files

    def _document(self, form: Format, feed: Feed, slots: Sequence[Slot]) -> bytes:
        incomplete = None
        if feed.history is not None and feed.history.complete:  # only of what has all entries (RFC 5005, 2)
            incomplete = partial(_frame, form, replace(feed, history=replace(feed.history, complete=False)))
        return assemble(
            Printed(
                _frame(form, feed), form.separator, self._parts(form, feed, slots, full=True), incomplete
            ),
            limit=feed.max_bytes,
            entries=feed.entries,
            summaries=lambda: self._parts(form, feed, slots, full=False),
            owed=feed.owed,
        )

    def _parts(self, form: Format, feed: Feed, slots: Sequence[Slot], *, full: bool) -> list[bytes]:
        """Return the entries printed; those not printed before are printed together."""
        name = form.name if full else f"{form.name} summary"
        missing = [slot for slot in slots if name not in slot.parts]
        if missing:
            printed = _print(form, feed, [slot.entry for slot in missing], full=full)
            for slot, part in zip(missing, printed, strict=True):
                self._fragments.add(slot, name, part)
        return [slot.parts[name] for slot in slots]

    def _format(self, feed: Feed, suffix: str) -> Format:
        name = _name(feed, suffix)
        form = self._formats.get(name)
        if form is None:
            if name == "json":
                from feedmill.render.jsonfeed import JsonFeed

                form = JsonFeed(self._site, self._hubs)
            elif name in ("atom", "rss", "podcast"):
                # Imported on use: feedgen and lxml take a tenth of a second.
                from feedmill.render.feedgen_backend import Atom, PodcastRss, Rss

                made = {"atom": Atom, "rss": Rss, "podcast": PodcastRss}[name]
                form = made(self._site, self._hubs)
            else:
                raise RenderError(feed.path, None, f"there is no format {suffix!r}")
            self._formats[name] = form
        return form

    def _by_theme(self, make: Callable[[Pages], T]) -> tuple[T, Problem | None]:
        """Return what the theme's templates make; where they fail, what ours do, and what is wrong with them.

        A page is by the one or the other, whatever was made before.

        Raises:
            RenderError: a template of ours failed.
        """
        try:
            return make(self._pages(themed=True)), None
        except RenderError as error:
            if not self._theme:
                raise
            path = error.template.removeprefix(THEME)
            problem = Problem(path=path, line=error.line, message=error.why)
        return make(self._pages(themed=False)), problem

    def _pages(self, *, themed: bool) -> Pages:
        if themed not in self._made_pages:
            from feedmill.render.pages import Pages  # imported on use: Jinja2

            self._made_pages[themed] = Pages(self._site, self._theme if themed else {}, self._fragments)
        return self._made_pages[themed]


def _names(feed: Feed, suffix: str) -> Iterator[str]:
    """Yield the archives that a feed's document with this suffix names."""
    if feed.history is not None and suffix != "json":
        for path in (feed.history.previous, feed.history.next):
            if path:
                yield f"{path}.{'html' if suffix == 'html' else 'atom'}"


def _name(feed: Feed, suffix: str) -> str:
    """Return the name of the format that a feed's document with this suffix has."""
    return "podcast" if suffix == "rss" and feed.podcast is not None else suffix


def _frame(form: Format, feed: Feed) -> tuple[bytes, bytes]:
    try:
        return form.frame(feed)
    except _UNPRINTABLE as error:
        raise RenderError(feed.path, None, str(error)) from error


def _print(form: Format, feed: Feed, entries: Sequence[Entry], *, full: bool) -> list[bytes]:
    try:
        return form.fragments(entries, full=full)
    except _UNPRINTABLE as error:
        for entry in entries:
            try:
                form.fragments([entry], full=full)
            except _UNPRINTABLE as cause:
                raise RenderError(feed.path, entry.id, str(cause)) from cause
        raise RenderError(feed.path, None, str(error)) from error
