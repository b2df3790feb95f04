"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/), one item a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from feedmill.model.feed import Entry, Feed
from feedmill.model.instant import rfc3339
from feedmill.model.podcast import Episode
from feedmill.model.site import Site
from feedmill.render.text import document_url, fit, fit_entry, home_url

VERSION = "https://jsonfeed.org/version/1.1"

_OPENING = b'\n"items": ['
_TAIL = b"\n]\n}\n"

_encode = msgspec.json.Encoder().encode
_MARKS = (b"\\u00", b"\xef\xbf\xbe", b"\xef\xbf\xbf")
"""How a character that XML cannot carry looks in JSON; text that only looks so is none the worse."""


class JsonFeed:
    """The format `json`. Keys in a fixed order, UTF-8 unescaped, one line an item: fit for `git diff`."""

    name = suffix = "json"
    separator = b","

    def __init__(self, site: Site, hubs: Sequence[str] = ()) -> None:
        self._site = site
        self._hubs = tuple(hubs)

    def frame(self, feed: Feed) -> tuple[bytes, bytes]:
        """Return what stands before and after the items."""
        site = self._site
        author = {"name": fit(site.author or site.title), "url": site.author_url}
        facts = {
            "version": VERSION,
            "title": fit(feed.title).strip(),
            "home_page_url": home_url(site, feed.path, feed.formats, feed.link),
            "feed_url": document_url(site, feed.path, self.suffix),
            "description": fit(feed.description).strip(),
            "icon": site.icon,
            "authors": [{key: value for key, value in author.items() if value}],
            "language": site.language,
            "hubs": [{"type": "WebSub", "url": hub} for hub in self._hubs],
        }
        lines = [b'"%s": %s,' % (key.encode(), _encode(value)) for key, value in facts.items() if value]
        return b"{\n" + b"\n".join(lines) + _OPENING, _TAIL

    def fragments(self, entries: Sequence[Entry], *, full: bool) -> list[bytes]:
        """Return each entry as a line of its own, without its content unless `full`.

        Raises:
            ValueError, TypeError: an entry cannot be printed.
        """
        return [b"\n" + _line(entry, full=full) for entry in entries]

    def cut(self, document: bytes) -> list[bytes]:
        """Return the items of a whole document: see `assemble.Format`. No line ends within an item."""
        _, opening, items = document.removesuffix(_TAIL).partition(_OPENING)
        if not opening or not document.endswith(_TAIL):
            raise ValueError("the document has another shape than expected")
        return [b"\n" + item for item in items[1:].split(b",\n")] if items else []

    def is_full(self, fragment: bytes, entry: Entry) -> bool:
        """Return whether an item has the content that the entry has: no text can have an unescaped quote."""
        return not entry.content or b'"content_html":' in fragment


def _line(entry: Entry, *, full: bool) -> bytes:
    try:
        line = _encode(_item(entry, full=full))
    except UnicodeEncodeError:  # a lone surrogate
        return _encode(_item(fit_entry(entry), full=full))
    if any(mark in line for mark in _MARKS):
        return _encode(_item(fit_entry(entry), full=full))
    return line


def _item(entry: Entry, *, full: bool) -> dict[str, Any]:
    if entry.published.tzinfo is None or entry.updated.tzinfo is None:
        raise ValueError("an instant has no time zone")
    item: dict[str, Any] = {"id": entry.id, "url": entry.link, "title": entry.title}
    if full and entry.content:
        item["content_html"] = entry.content
    else:
        item["content_text"] = entry.summary or entry.title
    if entry.summary:
        item["summary"] = entry.summary
    if entry.images:
        item["image"] = entry.images[0].url
    item["date_published"] = rfc3339(entry.published)
    item["date_modified"] = rfc3339(entry.updated)
    if entry.authors:
        item["authors"] = [
            {"name": author.name, **({"url": author.url} if author.url else {})} for author in entry.authors
        ]
    if entry.language:
        item["language"] = entry.language
    if entry.topics:
        item["tags"] = [topic.label for topic in entry.topics]
    if entry.episode is not None:
        item["attachments"] = [_attachment(entry.episode)]
    return item


def _attachment(episode: Episode) -> dict[str, Any]:
    file = episode.enclosure
    told = {
        "url": file.url,
        "mime_type": file.type,
        "title": file.title,
        "size_in_bytes": file.length,
        "duration_in_seconds": episode.duration,
    }
    return {key: value for key, value in told.items() if value}
