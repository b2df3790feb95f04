"""What feedgen cannot say of feeds and entries: extensions through its own hooks."""

from __future__ import annotations

from typing import Any

from lxml.etree import Element, SubElement

from feedmill.model.feed import History
from feedmill.model.instant import EPOCH, Instant
from feedmill.model.podcast import Enclosure
from feedmill.model.seed import Related
from feedmill.render.text import rfc822

_ATOM_LINK = "{http://www.w3.org/2005/Atom}link"
_HISTORY = "http://purl.org/syndication/history/1.0"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class FeedExtension:
    """What feedgen cannot say of a feed: what it is of its history (RFC 5005), and in RSS its `links`.

    In Atom these are links as any: the hubs (WebSub, 4) and the newest archive.
    """

    links: tuple[tuple[str, str], ...] = ()
    """Pairs of `rel` and address."""
    history: History | None = None

    def extend_ns(self) -> dict[str, str]:
        """Return the prefix that a document with a history declares."""
        return {"fh": _HISTORY} if self.history is not None else {}

    def extend_atom(self, feed: Any) -> Any:
        """Say whether the feed is an archive, or complete."""
        if self.history is not None and self.history.current:
            SubElement(feed, f"{{{_HISTORY}}}archive")
        return self._tell_complete(feed, feed)

    def extend_rss(self, feed: Any) -> Any:
        """Add the links to the channel, and whether it is complete."""
        channel = feed.find("channel")
        after = channel.index(channel.find(_ATOM_LINK)) + 1
        for rel, address in reversed(self.links):
            channel.insert(after, Element(_ATOM_LINK, href=address, rel=rel))
        return self._tell_complete(feed, channel)

    def _tell_complete(self, feed: Any, head: Any) -> Any:
        if self.history is not None and self.history.complete:
            SubElement(head, f"{{{_HISTORY}}}complete")
        return feed


class EntryExtension:
    """What feedgen cannot say of an entry."""

    published: Instant = EPOCH
    related: tuple[Related, ...] = ()
    enclosure: Enclosure | None = None
    language: str = ""

    def extend_ns(self) -> dict[str, str]:
        """Return nothing: an entry needs no prefix of its own."""
        return {}

    def extend_atom(self, entry: Any) -> Any:
        """Add related links and the enclosure: feedgen's loop over links loses `rel` and `title`."""
        entry.find("link").set("rel", "alternate")
        if self.language:
            entry.set(_LANG, self.language)
        for other in self.related:
            link = SubElement(entry, "link", href=other.link, rel="related")
            if other.title:
                link.set("title", other.title)
        if self.enclosure is not None:
            SubElement(entry, "link", **_enclosure_link(self.enclosure))
        return entry

    def extend_rss(self, item: Any) -> Any:
        """Add the date: feedgen would switch the process's locale, and write the year 999 in three digits."""
        SubElement(item, "pubDate").text = rfc822(self.published)
        return item


def _enclosure_link(file: Enclosure) -> dict[str, str]:
    told = {"href": file.url, "rel": "enclosure", "type": file.type, "title": file.title}
    if file.length:
        told["length"] = str(file.length)
    return {key: value for key, value in told.items() if value}
