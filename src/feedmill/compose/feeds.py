"""Feeds: which feeds an entry belongs to, in which order, and the feed made of its entries."""

from __future__ import annotations

import re
import sys
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from feedmill.compose.archives import period_of
from feedmill.compose.entry import compose_entry
from feedmill.compose.podcast import complete_podcast, episode_entry, is_episode, shortened
from feedmill.compose.select import Filter
from feedmill.compose.terms import taxonomies
from feedmill.model.archive import ARCHIVED, Period, period_kind
from feedmill.model.feed import Entry, Feed, History
from feedmill.model.instant import EPOCH, Instant
from feedmill.model.seed import Seed
from feedmill.model.settings import Archive, Content, CustomSettings, FeedSettings
from feedmill.model.site import Site
from feedmill.model.slug import Slug, TermKey
from feedmill.model.state import Membership
from feedmill.model.taxonomy import ALL, FeedKey, Kind

_PLACE = re.compile(r"\{(?:term|site)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSpec:
    """How one feed is made. `title` "" means: the label most used. `link` "": a page of ours.

    `archive`: what its periods are; off also where `feeds.archive` is on and it is in no order of time.
    """

    key: FeedKey
    path: str
    title: str
    description: str
    limit: int
    content: Content
    link: str = ""
    archive: Archive = "off"


class Composer:
    """Everything that the config decides about feeds, ready to be applied to seeds.

    Pure: no files, no clock, and what it gives for a seed depends on no other seed.
    """

    def __init__(self, site: Site, settings: FeedSettings) -> None:
        self._site = site
        self._settings = settings
        self._taxonomies = taxonomies(settings)
        self._by_kind = {taxonomy.kind: taxonomy for taxonomy in self._taxonomies}
        self._custom: Mapping[str, CustomSettings] = {custom.slug: custom for custom in settings.custom}
        self._filters = {custom.slug: Filter(custom.where, self._taxonomies) for custom in settings.custom}
        self._links = {
            taxonomy.kind.folder + taxonomy.slug(term.key): term.link
            for taxonomy in self._taxonomies
            for term in taxonomy
        } | {Kind.CUSTOM.folder + custom.slug: custom.link for custom in settings.custom}
        self._podcasts = {
            (path := Kind.CUSTOM.folder + custom.slug): complete_podcast(custom.podcast, site, path)
            for custom in settings.custom
            if custom.podcast is not None
        }
        self.formats = settings.formats + (("html",) if settings.html else ())
        self._by_rank = {
            Kind.CUSTOM.folder + custom.slug for custom in settings.custom if custom.order != "newest"
        }

    def memberships(self, seed: Seed) -> tuple[Membership, ...]:
        """Return every feed that the entry of `seed` belongs to, `all` first."""
        found = [Membership(feed=ALL)]
        found += [
            Membership(feed=FeedKey(kind=term.kind, key=term.key), label=term.label)
            for term in self._taxonomies.terms(seed)
            if term.listed
        ]
        for slug, passes in self._filters.items():
            custom = self._custom[slug]
            if passes(seed) and (custom.podcast is None or is_episode(seed)):
                score = _score(seed, custom)
                found.append(Membership(feed=FeedKey(kind=Kind.CUSTOM, key=slug), score=score))
        return tuple(found)

    def custom_feeds(self) -> tuple[FeedKey, ...]:
        """Return the feeds that the config makes by filters."""
        return tuple(FeedKey(kind=Kind.CUSTOM, key=slug) for slug in self._custom)

    def spec(self, key: FeedKey) -> FeedSpec:
        """Return how the feed `key` is made under this config."""
        limit, content = self._settings.limit, self._settings.content
        title = description = ""
        if key.kind is Kind.ALL:
            slug, title, description = Slug("all"), self._site.title, self._site.description
        elif key.kind is Kind.CUSTOM:
            custom = self._custom.get(key.key)
            slug = Slug(key.key)
            if custom is not None:
                title, description = custom.title, custom.description
                limit, content = custom.limit or limit, custom.content or content
        else:
            taxonomy = self._by_kind[key.kind]
            term = TermKey(key.key)
            slug = taxonomy.slug(term)
            title, description = taxonomy.title(term, ""), taxonomy.description(term)
        path = key.kind.folder + slug
        return FeedSpec(
            key=key,
            path=path,
            title=title,
            description=description,
            limit=limit,
            content=content,
            link=self._link(path),
            archive=self.archive_of(path),
        )

    def title(self, spec: FeedSpec, most_used: str) -> str:
        """Return what the feed is called: for a term's, as `feeds.title` says; `most_used` is its label."""
        term = spec.title or most_used
        if spec.key.kind in (Kind.ALL, Kind.CUSTOM):
            return term
        words = {"{term}": term, "{site}": self._site.title}
        return _PLACE.sub(lambda found: words[found[0]], self._settings.title)

    def _link(self, path: str) -> str:
        return self._links.get(path) or self._site.home

    def entry(self, seed: Seed, updated: Instant, content: Content = "full") -> Entry:
        """Return the entry of a dated seed that last changed at `updated`."""
        return compose_entry(seed, updated, self._taxonomies, related=self._settings.related, content=content)

    def feed(
        self,
        spec: FeedSpec,
        title: str,
        entries: Iterable[Entry],
        history: History | None = None,
        *,
        owed: int = 0,
        total: int = 0,
    ) -> Feed:
        """Return the feed of `entries` (in order, already limited, of `total`), under its permanent id."""
        feed = self._feed(spec.key.kind, spec.path, title, spec.description, tuple(entries))
        return replace(feed, history=history, owed=owed, total=total)

    def empty_feed(self, kind: Kind, path: str, title: str, description: str) -> Feed:
        """Return a feed that lost its last entry: valid and empty, at its URL, with its last title."""
        feed = self._feed(kind, path, title, description, ())
        return feed if self.archive_of(path) == "off" else replace(feed, history=History(complete=True))

    # Archives (RFC 5005, section 4)

    @property
    def keeps_archives(self) -> bool:
        """Whether feeds in order of time keep archives."""
        return self._settings.archive != "off"

    def archive_of(self, path: str) -> Archive:
        """Return what the periods of the feed at `path` (without suffix) are; off: it keeps no archives."""
        return "off" if path in self._by_rank else self._settings.archive

    def periods(self, published: Iterable[tuple[FeedKey, int]]) -> frozenset[tuple[FeedKey, Period]]:
        """Return the periods in which something was published in feeds; of those that keep archives."""
        by = self._settings.archive
        if by == "off":
            return frozenset()
        return frozenset(
            (feed, period_of(at, by))
            for feed, at in published
            if self.archive_of(feed.kind.folder + feed.key) != "off"
        )

    @property
    def archive_formats(self) -> tuple[str, ...]:
        """The suffixes of archives' documents under this config."""
        return tuple(suffix for suffix in ARCHIVED if suffix in self.formats)

    def archive(self, feed: Feed, path: str, history: History) -> Feed:
        """Return the archive at `path` with the entries of `feed`: of the same id, whatever its size."""
        return replace(
            feed,
            path=path,
            formats=self.archive_formats,
            history=history,
            max_bytes=sys.maxsize,
            total=len(feed.entries),
        )

    def is_archive(self, feed: str, period: str) -> bool:
        """Whether the feed at `feed` keeps archives of periods with such a name."""
        return self.archive_of(feed) == period_kind(period)

    def _feed(self, kind: Kind, path: str, title: str, description: str, entries: tuple[Entry, ...]) -> Feed:
        podcast = self._podcasts.get(path)
        if podcast is not None:
            description = shortened(description)
            entries = tuple(episode_entry(entry, podcast) for entry in entries)
        return Feed(
            kind=kind,
            path=path,
            id=feed_id(self._site.id, path),
            title=title,
            description=description,
            entries=entries,
            updated=max((entry.updated for entry in entries), default=EPOCH),
            formats=self.formats,
            max_bytes=self._settings.max_bytes,
            link=self._link(path),
            podcast=podcast,
        )


def feed_id(site_id: str, path: str) -> str:
    """Return the feed's id: `urn:uuid:` and UUIDv5 of the site's id and the path without suffix.

    The same in every format (RFC 4287, 4.2.6), and independent of the address the site is served at.
    """
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, site_id + path)}"


def most_used(counts: Sequence[tuple[str, int]]) -> str:
    """Return the label most used, ties to the smallest; "" of nothing."""
    return min(counts, key=lambda pair: (-pair[1], pair[0]), default=("", 0))[0]


def _score(seed: Seed, custom: CustomSettings) -> float:
    if custom.order == "newest":
        return 0.0
    value = seed.quality if custom.order == "quality" else seed.heat
    return float("-inf") if value is None else value
