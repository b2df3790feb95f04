"""What a page says of itself to programs: JSON-LD in the words of schema.org."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from feedmill.model.feed import Feed
from feedmill.model.instant import rfc3339
from feedmill.model.site import Site

if TYPE_CHECKING:
    from markupsafe import Markup

_CONTEXT = "https://schema.org"
_UNSAFE = str.maketrans({one: f"\\u{ord(one):04x}" for one in "<>&\u2028\u2029"})
"""What could end a `<script>`, or a line in it."""


def site_data(site: Site, description: str) -> Markup:
    """Return what the front page is: a WebSite."""
    return _print({"@context": _CONTEXT, **_site(site), "description": description})


def feed_data(site: Site, feed: Feed, description: str, address: str) -> Markup:
    """Return what a feed's page is: a CollectionPage of the site, and the way to it."""
    way = ((site.title, site.url), (feed.title, address))
    return _print(
        {
            "@context": _CONTEXT,
            "@type": "CollectionPage",
            "name": feed.title,
            "url": address,
            "description": description,
            "inLanguage": site.language,
            "dateModified": rfc3339(feed.updated) if feed.entries else "",
            "isPartOf": _site(site),
            "breadcrumb": {
                "@type": "BreadcrumbList",
                "itemListElement": [
                    {"@type": "ListItem", "position": place, "name": name, "item": item}
                    for place, (name, item) in enumerate(way, 1)
                ],
            },
        }
    )


def _site(site: Site) -> dict[str, Any]:
    publisher = {"@type": "Organization", "name": site.author or site.title}
    if site.author_url:
        publisher["url"] = site.author_url
    return {
        "@type": "WebSite",
        "name": site.title,
        "url": site.url,
        "inLanguage": site.language,
        "publisher": publisher,
    }


def _print(facts: dict[str, Any]) -> Markup:
    from markupsafe import Markup

    told = {name: value for name, value in facts.items() if value}
    return Markup(msgspec.json.encode(told).decode().translate(_UNSAFE))
