"""Podcasts: which entries a show has, and what its feed tells beyond any other (PSP-1)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from html import escape
from itertools import accumulate, takewhile

from feedmill.model.feed import Entry
from feedmill.model.podcast import Podcast
from feedmill.model.seed import Seed
from feedmill.model.site import Site
from feedmill.model.slug import url_path

_NAMESPACE = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
"""The podcast namespace's own (https://github.com/Podcastindex-org/podcast-namespace, guid)."""

LONGEST_DESCRIPTION = 4_000
"""Bytes of UTF-8 that a description may have (PSP-1)."""

_ARTWORK = (".jpg", ".jpeg", ".png")


def is_episode(seed: Seed) -> bool:
    """Whether a podcast may hold the seed: it has an enclosure, and one can tell how large it is."""
    return seed.episode is not None and seed.episode.enclosure.length > 0


def podcast_guid(url: str) -> str:
    """Return the `podcast:guid` of a feed: UUIDv5 of its address without scheme and closing slashes."""
    return str(uuid.uuid5(_NAMESPACE, url.partition("://")[2].rstrip("/")))


def complete_podcast(podcast: Podcast, site: Site, path: str) -> Podcast:
    """Return a show with what it leaves to the site said: author, owner's name, GUID."""
    author = podcast.author or site.author or site.title
    return replace(
        podcast,
        author=author,
        owner_name=podcast.owner_name or author,
        owner_email=podcast.owner_email or site.author_email,
        guid=podcast.guid or podcast_guid(f"{site.url}{url_path(path)}.rss"),
    )


def episode_entry(entry: Entry, podcast: Podcast) -> Entry:
    """Return an entry as the feed of a show tells it: nothing that PSP-1 recommends is left to guess.

    Its picture is its own where that is a JPEG or PNG, else the show's; whether it is explicit is its own
    word, else the show's; its summary says something and is no longer than a description may be, in RSS as
    the HTML that readers take it for.
    """
    episode = entry.episode
    if episode is None:
        return entry
    own = entry.images[0].url if entry.images else ""
    artwork = own if own.partition("?")[0].lower().endswith(_ARTWORK) else podcast.image
    explicit = podcast.explicit if episode.explicit is None else episode.explicit
    return replace(
        entry,
        summary=shortened(entry.summary or entry.title, partial(escape, quote=False)),
        episode=replace(episode, explicit=explicit, image=artwork),
    )


def shortened(text: str, written: Callable[[str], str] = str) -> str:
    """Return a text of at most 4,000 bytes as it is `written`, cut between two words where there are any."""
    if _size(written(text)) <= LONGEST_DESCRIPTION:
        return text
    sizes = accumulate(_size(written(char)) for char in text)
    kept = sum(1 for _ in takewhile(lambda size: size <= LONGEST_DESCRIPTION - _size("…"), sizes))
    head = text[:kept]
    return (head.rpartition(" ")[0] or head) + "…"


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
