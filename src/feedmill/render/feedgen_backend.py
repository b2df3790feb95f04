"""The one door to feedgen: Atom 1.0 (RFC 4287) and RSS 2.0, whole documents and their parts.

feedgen 1.0 prints everything here. What it cannot say (related links, dates without `setlocale`)
comes from extensions of our own (`feed_extensions`), through feedgen's own hooks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import urlsplit

import lxml.etree  # noqa: F401 - feedgen.util takes it for loaded
from feedgen.ext.dc import DcEntryExtension, DcExtension
from feedgen.ext.media import MediaEntryExtension, MediaExtension
from feedgen.ext.podcast import PodcastExtension
from feedgen.ext.podcast_entry import PodcastEntryExtension
from feedgen.feed import FeedGenerator

from feedmill.model.feed import Byline, Entry, Feed, History
from feedmill.model.instant import EPOCH, Instant
from feedmill.model.seed import Image
from feedmill.model.site import Site
from feedmill.model.taxonomy import Kind
from feedmill.render.feed_extensions import EntryExtension, FeedExtension
from feedmill.render.podcast_namespace import EpisodeExtension, ShowExtension
from feedmill.render.site_files import STYLE
from feedmill.render.text import document_url, fit, fit_entry, home_url, rfc822

_FRAMES = 1024
"""Frames of feeds remembered: about a kilobyte each."""

_SCRATCH = Feed(
    kind=Kind.ALL, path="scratch", id="urn:scratch", title="scratch", description="scratch", formats=("html",)
)
"""A feed under which entries are printed for any."""


class _Xml:
    """What both XML formats share. `document` is feedgen's own; the parts are cut out of such ones.

    The cuts are safe because `<` is escaped wherever it is text: feedgen writes no CDATA here.
    """

    name: str
    suffix: str
    separator = b""
    _opening: bytes
    _closing: bytes
    _tail: bytes

    def __init__(self, site: Site, hubs: Sequence[str] = ()) -> None:
        self._site = site
        self._hubs = tuple(hubs)
        self._frame = lru_cache(maxsize=_FRAMES)(self._print_frame)
        self._scratch = self._generator(_SCRATCH)

    def document(self, feed: Feed) -> bytes:
        """Return feedgen's own document of the whole feed, whatever its size, and the line that styles it.

        Raises:
            ValueError, TypeError: the feed or an entry cannot be printed.
        """
        generator = self._generator(feed)
        generator.updated(feed.updated)
        for entry in feed.entries:
            self._fill(generator.add_entry(order="append"), entry, full=True)
        return self._styled(self._print(generator), feed.formats)

    def frame(self, feed: Feed) -> tuple[bytes, bytes]:
        """Return what stands before and after the entries."""
        before, after = self._frame(replace(feed, entries=(), updated=EPOCH, owed=0))
        return before + self._date(feed.updated) + after, self._tail

    def fragments(self, entries: Sequence[Entry], *, full: bool) -> list[bytes]:
        """Return each entry printed, without its content unless `full`.

        Raises:
            ValueError, TypeError: an entry cannot be printed.
        """
        if not entries:
            return []
        try:
            return self._print_entries(entries, full=full)
        except ValueError:  # so says lxml of characters that XML cannot carry
            return self._print_entries([fit_entry(entry) for entry in entries], full=full)

    def _print_entries(self, entries: Sequence[Entry], *, full: bool) -> list[bytes]:
        try:
            for entry in entries:
                self._fill(self._scratch.add_entry(order="append"), entry, full=full)
            document = self._print(self._scratch)
        finally:
            self._scratch.entry([], replace=True)
        printed = self.cut(document)
        if len(printed) != len(entries):
            raise ValueError("feedgen's document has another shape than expected")
        return printed

    def cut(self, document: bytes) -> list[bytes]:
        """Return the printed entries of a whole document: see `assemble.Format`."""
        _, *printed = document.removesuffix(self._tail).split(self._opening)
        if not document.endswith(self._tail) or not all(part.endswith(self._closing) for part in printed):
            raise ValueError("feedgen's document has another shape than expected")
        return [self._opening + part for part in printed]

    def is_full(self, fragment: bytes, entry: Entry) -> bool:
        """Return whether a printed entry has the content that the entry has: no text can have a `<`."""
        return not entry.content or self._content_tag(entry) in fragment

    def _content_tag(self, entry: Entry) -> bytes:
        return b"<content"

    def _print_frame(self, feed: Feed) -> tuple[bytes, bytes]:
        document = self._styled(self._print(self._generator(feed)), feed.formats)
        before, date, after = document.partition(self._date(EPOCH))
        if not date or not after.endswith(self._tail):
            raise ValueError("feedgen's document has another shape than expected")
        return before, after.removesuffix(self._tail)

    def _styled(self, document: bytes, formats: Sequence[str]) -> bytes:
        """Return `document` with the style sheet that a browser shows it with, where the site has pages.

        feedgen knows no processing instructions (https://www.w3.org/TR/xml-stylesheet/): it is the second
        line. The way begins at the host's root, so that it holds for copies in any folder too.
        """
        if "html" not in formats:
            return document
        declaration, _, rest = document.partition(b"\n")
        way = escape(urlsplit(self._site.url).path + STYLE)
        return b'%s\n<?xml-stylesheet type="text/css" href="%s"?>\n%s' % (declaration, way.encode(), rest)

    def _generator(self, feed: Feed) -> FeedGenerator:
        """Return feedgen's generator with all that is said of the feed but its entries, as of 1970."""
        site = self._site
        generator = FeedGenerator()
        generator.register_extension("feedmill", FeedExtension, EntryExtension)
        generator.register_extension("media", MediaExtension, MediaEntryExtension)
        generator.register_extension("dc", DcExtension, DcEntryExtension, atom=False)
        generator.id(feed.id)
        generator.title(fit(feed.title).strip())
        generator.updated(EPOCH)  # the constructor has read the clock
        address = document_url(site, feed.path, self.suffix)
        generator.link(href=address, rel="self", type=f"application/{self.suffix}+xml")
        generator.feedmill.history = feed.history
        generator.feedmill.links = tuple(self._links(feed))
        for rel, link in generator.feedmill.links:
            generator.link(href=link, rel=rel)
        # The last link is the one that feedgen makes RSS's own.
        generator.link(
            href=home_url(site, feed.path, feed.formats, feed.link), rel="alternate", type="text/html"
        )
        generator.generator("feedmill")
        if site.language:
            generator.language(site.language)
        if site.rights:
            generator.rights(fit(site.rights))
        self._tell_feed(generator, feed)
        return generator

    def _links(self, feed: Feed) -> Iterator[tuple[str, str]]:
        """Yield what the feed names: its hubs, where it is no archive, and the archives (RFC 5005, 4)."""
        history = feed.history or History()
        if not history.current:
            yield from (("hub", hub) for hub in self._hubs)
        named = (
            ("current", history.current),
            ("prev-archive", history.previous),
            ("next-archive", history.next),
        )
        yield from ((rel, document_url(self._site, path, "atom")) for rel, path in named if path)

    def _tell_feed(self, generator: FeedGenerator, feed: Feed) -> None:
        raise NotImplementedError

    def _fill(self, item: Any, entry: Entry, *, full: bool) -> None:
        raise NotImplementedError

    def _print(self, generator: FeedGenerator) -> bytes:
        raise NotImplementedError

    def _date(self, updated: Instant) -> bytes:
        raise NotImplementedError


class Atom(_Xml):
    """The format `atom`: RFC 4287."""

    name = suffix = "atom"
    _opening = b"  <entry"
    _closing = b"  </entry>\n"
    _tail = b"</feed>\n"

    def _tell_feed(self, generator: FeedGenerator, feed: Feed) -> None:
        site = self._site
        author = {"name": fit(site.author or site.title), "email": site.author_email, "uri": site.author_url}
        generator.author({key: value for key, value in author.items() if value})
        if description := fit(feed.description).strip():
            generator.subtitle(description)
        if site.icon:
            generator.icon(site.icon)

    def _fill(self, item: Any, entry: Entry, *, full: bool) -> None:
        item.id(entry.id)
        item.title(entry.title)
        item.updated(entry.updated)
        item.published(entry.published)
        item.link(href=entry.link)
        if entry.summary:
            item.summary(entry.summary)
        if full and entry.content:
            item.content(entry.content, type="html")
        if entry.topics:
            item.category([{"term": topic.slug, "label": topic.label} for topic in entry.topics])
        if entry.authors:
            item.author([_person(author) for author in entry.authors])
        item.feedmill.related = entry.related
        item.feedmill.enclosure = entry.episode.enclosure if entry.episode is not None else None
        item.feedmill.language = entry.language
        _picture(item.media, entry.images)

    def _print(self, generator: FeedGenerator) -> bytes:
        return bytes(generator.atom_str(pretty=True))

    def _date(self, updated: Instant) -> bytes:
        return f"<updated>{updated.isoformat()}</updated>".encode()


class Rss(_Xml):
    """The format `rss`: RSS 2.0 in the Advisory Board's profile (https://www.rssboard.org/rss-profile)."""

    name = suffix = "rss"
    _opening = b"    <item>\n"
    _closing = b"    </item>\n"
    _tail = b"  </channel>\n</rss>\n"

    def _tell_feed(self, generator: FeedGenerator, feed: Feed) -> None:
        site = self._site
        generator.description(
            fit(feed.description).strip() or fit(feed.title).strip()
        )  # required, and required to say something
        generator.ttl(site.ttl)
        if site.author_email:
            name = re.sub(r"[()\\]", "", fit(site.author)).strip()  # fit for a comment (RFC 5322, 3.2.2)
            generator.managingEditor(f"{site.author_email} ({name})" if name else site.author_email)

    def _content_tag(self, entry: Entry) -> bytes:
        return b"<content" if entry.summary else b"<description"  # feedgen puts it where there is room

    def _fill(self, item: Any, entry: Entry, *, full: bool) -> None:
        item.title(entry.title)
        item.guid(entry.id, permalink=False)
        item.link(href=entry.link)
        if entry.summary:
            item.description(escape(entry.summary, quote=False))  # readers take it as HTML
        if full and entry.content:
            item.content(entry.content)
        if entry.topics:
            item.category([{"term": topic.slug, "label": topic.label} for topic in entry.topics])
        if entry.authors:
            item.dc.dc_creator([author.name for author in entry.authors])
        if entry.episode is not None:
            file = entry.episode.enclosure
            item.enclosure(file.url, file.length, file.type)  # 0 where unknown: so says the profile
        if entry.language:
            item.dc.dc_language(entry.language)
        item.feedmill.published = entry.published
        self._tell_pictures(item, entry)

    def _tell_pictures(self, item: Any, entry: Entry) -> None:
        _picture(item.media, entry.images)

    def _print(self, generator: FeedGenerator) -> bytes:
        return bytes(generator.rss_str(pretty=True))

    def _date(self, updated: Instant) -> bytes:
        return f"<lastBuildDate>{rfc822(updated)}</lastBuildDate>".encode()


class PodcastRss(Rss):
    """RSS of a podcast's feed (PSP-1): with the tags of iTunes and of the podcast namespace."""

    name = "podcast"

    def _generator(self, feed: Feed) -> FeedGenerator:
        generator = super()._generator(feed)
        generator.register_extension("itunes", PodcastExtension, PodcastEntryExtension, atom=False)
        generator.register_extension("show", ShowExtension, EpisodeExtension, atom=False)
        show = feed.podcast
        if show is None:
            return generator
        generator.show.podcast = show
        itunes = generator.itunes
        itunes.itunes_author(fit(show.author))
        itunes.itunes_type(show.type)
        itunes.itunes_category([_category(*each) for each in show.categories])
        if show.owner_email:
            itunes.itunes_owner(fit(show.owner_name), show.owner_email)
        if show.complete:
            itunes.itunes_complete(True)
        return generator

    def _fill(self, item: Any, entry: Entry, *, full: bool) -> None:
        super()._fill(item, entry, full=full)
        episode = entry.episode
        if episode is None:
            return
        item.show.episode = episode
        if episode.duration:
            item.itunes.itunes_duration(episode.duration)
        if episode.number.isdecimal():  # iTunes has no halves
            item.itunes.itunes_episode(episode.number)
        if episode.season:
            item.itunes.itunes_season(episode.season)
        if episode.type:
            item.itunes.itunes_episode_type(episode.type)

    def _tell_pictures(self, item: Any, entry: Entry) -> None:
        """Leave the picture to `itunes:image`: some apps take any `media:content` for a file to play."""


def _category(category: str, inner: str) -> dict[str, str]:
    return {"cat": category, "sub": inner} if inner else {"cat": category}


def _person(author: Byline) -> dict[str, str]:
    told = {"name": author.name, "uri": author.url, "email": author.email}
    return {key: value for key, value in told.items() if value}


def _picture(media: Any, images: tuple[Image, ...]) -> None:
    """Tell the pictures, outside of any `media:group`: a group holds versions of one picture."""
    for image in images:
        media.content(_sized(image, medium="image"), group=None)
    for image in images[:1]:
        media.thumbnail(_sized(image), group=None)


def _sized(image: Image, **more: str) -> dict[str, str]:
    told = {"url": image.url, **more}
    if image.width > 0:
        told["width"] = str(image.width)
    if image.height > 0:
        told["height"] = str(image.height)
    return told
