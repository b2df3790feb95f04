"""Who reads: subscribers that feed readers name in their User-Agent, summed per feed, no address kept."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from feedmill.server.metrics import Traffic

MAX_READERS = 32
"""Figures remembered for one feed; the least recently heard go first."""

MAX_FEEDS = 4096
MAX_AGENTS = 4096
MAX_AGENT = 512  # bytes of a User-Agent that are looked at
MAX_SUBSCRIBERS = 10_000_000
"""What anybody may claim; a larger figure is a joke."""

_COUNT = re.compile(
    r"\b(\d{1,9}) (?:subscriber|reader)s?\b|\b(?:subscribers?|users)[:=/ ](\d{1,9})\b", re.IGNORECASE
)
_FEED_ID = re.compile(r"feed-?id[:=/ ]([\w-]{1,64})", re.IGNORECASE)
_NAME = re.compile(r"(?:Mozilla/[\d.]+ \((?:compatible; )?)?([A-Za-z][\w.!-]*(?: [A-Z][\w.!-]*){0,3})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One reader service as it names itself; `feed_id` is its own number for the feed, if it has one."""

    name: str
    subscribers: int
    feed_id: str = ""


def parse_agent(agent: bytes) -> Reader | None:
    """Return the reader and its figure, or None where a User-Agent names no subscribers.

    Feedly, Inoreader, NewsBlur, The Old Reader, Feedbin, Netvibes and their like write it as
    "16 subscribers" somewhere in the comment: there is no standard, only custom.
    """
    text = agent[:MAX_AGENT].decode("latin-1")
    count = _COUNT.search(text)
    name = _NAME.match(text)
    if not count or not name:
        return None
    subscribers = int(count[1] or count[2])
    if subscribers > MAX_SUBSCRIBERS:
        return None
    feed_id = _FEED_ID.search(text)
    return Reader(name=name[1][:40], subscribers=subscribers, feed_id=feed_id[1] if feed_id else "")


@dataclass(frozen=True, slots=True)
class Readership:
    """What the origin has answered, who subscribes to which feed, and by which readers, most first."""

    traffic: Traffic = field(default_factory=Traffic)
    subscribers: Mapping[str, int] = field(default_factory=dict)
    readers: Mapping[str, int] = field(default_factory=dict)


class Readers:
    """The latest figure of each reader for each feed. A feed is a document's path without suffix.

    A service keeps one list of subscribers an address, so its figures for the formats of one feed
    (and for each id it has given the feed) add up.
    """

    def __init__(self) -> None:
        self._agents: dict[bytes, Reader | None] = {}
        self._feeds: OrderedDict[str, OrderedDict[tuple[str, str, str], int]] = OrderedDict()

    def note(self, feed: str, suffix: str, agent: bytes) -> None:
        """Take notice of one poll of a feed's document; cheap for an agent that was seen before."""
        try:
            reader = self._agents[agent]
        except KeyError:
            reader = self._learn(agent)
        if reader is None:
            return
        figures = self._feeds.get(feed)
        if figures is None:
            figures = self._feeds[feed] = OrderedDict()
            if len(self._feeds) > MAX_FEEDS:
                self._feeds.popitem(last=False)
        key = (reader.name, reader.feed_id, suffix)
        figures[key] = reader.subscribers
        figures.move_to_end(key)
        if len(figures) > MAX_READERS:
            figures.popitem(last=False)

    def _learn(self, agent: bytes) -> Reader | None:
        if len(self._agents) >= MAX_AGENTS:
            self._agents.clear()
        reader = parse_agent(agent)
        if len(agent) <= MAX_AGENT:
            self._agents[agent] = reader
        return reader

    def by_feed(self) -> dict[str, int]:
        """Return the sum per feed, most subscribers first."""
        sums = {feed: sum(readers.values()) for feed, readers in self._feeds.items()}
        return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))

    def by_reader(self) -> dict[str, int]:
        """Return the sum per reader over all feeds, most subscribers first."""
        sums: dict[str, int] = {}
        for readers in self._feeds.values():
            for (name, _, _), subscribers in readers.items():
                sums[name] = sums.get(name, 0) + subscribers
        return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))
