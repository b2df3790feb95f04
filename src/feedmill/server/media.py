"""What a document's path says of it: media type, the links to its other forms, who may read it."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from posixpath import dirname, relpath, splitext

from feedmill.model.archive import split_archive
from feedmill.model.slug import url_path

TYPES = {
    ".rss": "application/rss+xml; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".json": "application/feed+json; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".opml": "text/x-opml; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".ico": "image/vnd.microsoft.icon",
    ".png": "image/png",
}
"""With a charset everywhere: feedparser complains without one. OPML has no registered type;
`text/x-opml` is what its specification names and what readers and browsers know."""

OPENED = "application/xml; charset=utf-8"
"""So a browser shows an XML feed by its style sheet; of what is called RSS or Atom Chromium shows text."""

_DIRECTORY = "feeds.json"
_XML = (".rss", ".atom")
_STYLE = "feed.css"
_FEEDS = (".rss", ".atom", ".json")
_FORMS = (".html", *_FEEDS)


def media_type(path: str) -> str:
    """Return the media type of a published path, with its charset."""
    if path == _DIRECTORY:
        return "application/json; charset=utf-8"
    return TYPES.get(splitext(path)[1], "application/octet-stream")


def is_page(path: str) -> bool:
    """Is it for people? Pages get a content security policy, feeds may be read by any site."""
    return path.endswith(".html")


def is_styled(path: str, documents: Container[str]) -> bool:
    """Is it a feed that a browser can show, and is its style sheet there?"""
    return path.endswith(_XML) and _STYLE in documents


def is_topic(path: str) -> bool:
    """Can one subscribe to it? To feeds, in each of their formats; to none of their archives."""
    return path.endswith(_FEEDS) and path != _DIRECTORY and split_archive(splitext(path)[0]) is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What feeds say of hubs (WebSub, 4): their addresses, and the one that the site has on the web."""

    site_url: str = ""
    hubs: tuple[str, ...] = ()

    def link_values(self, path: str) -> list[str]:
        """Return a feed's links to its hubs and to itself, absolute: a topic is the same for everybody."""
        return [
            *(f'<{hub}>; rel="hub"' for hub in self.hubs),
            f'<{self.site_url}{url_path(path)}>; rel="self"',
        ]


NO_HUBS = Discovery()


def link_field(
    path: str, documents: Container[str], discovery: Discovery = NO_HUBS, *, at: str | None = None
) -> str:
    """Return the Link field (RFC 8288): the document itself, its hubs, its other forms that exist.

    The references are relative (to `at`, where the document is a copy), so they hold behind a proxy that
    strips a prefix; but for what a subscriber needs.
    """
    stem, suffix = splitext(path)
    page = is_page(path)
    folder = dirname(path if at is None else at)
    own = "./" if path == "index.html" and not folder else _reference(path, folder)
    if discovery.hubs and is_topic(path):
        links = discovery.link_values(path)
    else:
        links = [f'<{own}>; rel="{"canonical" if page else "self"}"']
    if path == "index.html":
        others = [name for name in ("feeds.opml", _DIRECTORY) if name in documents]
        others += ["all" + form for form in _FORMS[1:] if "all" + form in documents]
    elif path == _DIRECTORY or suffix == ".opml":
        others = ["index.html"] if "index.html" in documents else []
    else:
        others = [stem + form for form in _FORMS if form != suffix and stem + form in documents]
    for other in others:
        kind = media_type(other).partition(";")[0]
        links.append(f'<{_reference(other, folder)}>; rel="alternate"; type="{kind}"')
    return ", ".join(links)


def _reference(path: str, folder: str) -> str:
    way = relpath("/" + path, "/" + folder)
    return ("" if way.startswith("../") else "./") + url_path(way)
