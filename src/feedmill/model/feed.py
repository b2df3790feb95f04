"""Feeds before they are bytes: a feed, its entries, the directory."""

from __future__ import annotations

from dataclasses import dataclass

from feedmill.model.instant import EPOCH, Instant
from feedmill.model.podcast import Episode, Podcast
from feedmill.model.seed import EntryId, Image, Related
from feedmill.model.taxonomy import Kind, Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Byline:
    """One author of an entry: name, page and e-mail address ("" where unknown), and the term it is."""

    name: str
    url: str = ""
    email: str = ""
    term: Term | None = None

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry as every format tells it. Instants are whole seconds.

    `summary` is plain text; `content` is sanitised HTML ("" where there is none).
    `authors` are the seed's own, else the provider's authors, else the provider, else nothing.
    `episode` is what it plays, `image` of it set in the feed of a podcast alone.
    `language` is the seed's own tag, "" where it says none: the site's then.
    `content` already ends with the list of related links where `feeds.related` asks for it.
    """

    id: EntryId
    link: str
    title: str
    published: Instant
    updated: Instant
    summary: str = ""
    content: str = ""
    authors: tuple[Byline, ...] = ()
    provider: Term | None = None
    topics: tuple[Term, ...] = ()
    images: tuple[Image, ...] = ()
    related: tuple[Related, ...] = ()
    episode: Episode | None = None
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What a document says of the rest of its feed (RFC 5005): the others by path, without suffix.

    `current`: the feed itself, said by its archives alone. `previous` and `next`: the archives before and
    after, "" where there is none. `complete`: all of the feed's entries are in this document.
    """

    current: str = ""
    previous: str = ""
    next: str = ""
    complete: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed: everything its documents say.

    `path` has no suffix (`topics/ai`). `entries` are in order, newest first unless the
    feed says otherwise. `updated` is the maximum over `entries`, 1970 for an empty feed.
    `formats` are the suffixes that this feed is published in, e.g. ("rss", "atom", "json", "html").
    """

    kind: Kind
    path: str
    id: str
    title: str
    description: str
    entries: tuple[Entry, ...] = ()
    updated: Instant = EPOCH
    formats: tuple[str, ...] = ("rss", "atom", "json", "html")
    max_bytes: int = 1 << 20
    link: str = ""
    """The page that the feed belongs to; "": one of ours."""
    podcast: Podcast | None = None
    """What the show says of itself, with nothing left to look up: its author, owner and GUID are there."""
    total: int = 0
    """Every eligible entry of the feed, beyond `entries` too; 0 where that is not known."""
    history: History | None = None
    """None where there are no archives."""
    owed: int = 0
    """How many of the newest entries are in no archive: none of these is left out for size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """One feed as the directory (`index.html`, OPML, `feeds.json`) tells it.

    `total` counts every eligible entry of the feed, beyond its limit too.
    """

    kind: Kind
    path: str
    title: str
    description: str
    total: int
    updated: Instant

    @property
    def slug(self) -> str:
        """The last segment of the path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """All feeds that have something to read: `all` first, then by kind, each by title.

    `latest` are the first entries of `all`, for the front page; `archives` the paths of its archives, the
    newest first.
    """

    rows: tuple[FeedRow, ...]
    formats: tuple[str, ...]
    latest: tuple[Entry, ...] = ()
    archives: tuple[str, ...] = ()
