"""How a person subscribes: a feed's addresses, and the forms in which readers take one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from feedmill.model.site import Site
from feedmill.model.slug import url_path
from feedmill.render.text import document_url

FORMATS = {
    "rss": ("RSS", "application/rss+xml"),
    "atom": ("Atom", "application/atom+xml"),
    "json": ("JSON", "application/feed+json"),
}
"""What a feed can be subscribed to as: suffix -> (name, media type)."""

_READERS = (
    ("Feedly", "https://feedly.com/i/subscription/feed/"),
    ("Inoreader", "https://www.inoreader.com/?add_feed="),
    ("NewsBlur", "https://www.newsblur.com/?url="),
    ("Feedbin", "https://feedbin.com/?subscribe="),
)
"""Readers on the web: each takes a feed's address, percent-encoded, behind its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One document to subscribe to: `href` relative to the page, `address` absolute."""

    format: str
    name: str
    type: str
    href: str
    address: str

    @property
    def readers(self) -> tuple[tuple[str, str], ...]:
        """The readers on the web, each with the address that subscribes it to this document."""
        encoded = quote(self.address, safe="")
        return tuple((name, address + encoded) for name, address in _READERS)

    @property
    def scheme(self) -> str:
        """The address that a reader on this machine takes: the whole one behind the `feed` scheme."""
        return f"feed:{self.address}"


def subscriptions(site: Site, path: str, formats: Sequence[str], root: str) -> tuple[Subscription, ...]:
    """Return what the feed `path` can be subscribed to as; `root` is the way from the page to the site."""
    return tuple(
        Subscription(
            format=suffix,
            name=FORMATS[suffix][0],
            type=FORMATS[suffix][1],
            href=f"{root}{url_path(path)}.{suffix}",
            address=document_url(site, path, suffix),
        )
        for suffix in formats
        if suffix in FORMATS
    )
