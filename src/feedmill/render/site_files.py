"""What a site with pages has beside them, for browsers and search engines, and which of it where."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from feedmill.model.site import Site

INDEX = "index.html"
STYLE = "feed.css"
TOUCH_ICON = "apple-touch-icon.png"
_FAVICON = "favicon.ico"
_ROBOTS = "robots.txt"
SITEMAP = "sitemap.xml"

MISSING = {404: "404.html", 410: "410.html"}
"""The pages for where nothing is, and where nothing is any more."""


def site_paths(site: Site) -> Iterator[str]:
    """Yield the paths of the documents of a site with pages.

    `robots.txt` and `favicon.ico` are asked for at the root of a host and nowhere else (RFC 9309, 2.3), so
    they are there only where the site is. An operator's own icon takes the place of ours.
    """
    yield INDEX
    yield from MISSING.values()
    yield STYLE
    yield SITEMAP
    at_root = urlsplit(site.url).path in ("", "/")
    if at_root:
        yield _ROBOTS
    if not site.icon:
        yield TOUCH_ICON
        if at_root:
            yield _FAVICON


def fixed_files(site: Site) -> Iterator[tuple[str, bytes]]:
    """Yield those of the documents that depend on the site alone."""
    for path in site_paths(site):
        if path == _ROBOTS:
            yield path, robots(site)
        elif path in (_FAVICON, TOUCH_ICON):
            yield path, _packaged(path)


def robots(site: Site) -> bytes:
    """Return `robots.txt` (RFC 9309): everybody may read everything, and where the map is."""
    return f"# generator: feedmill\nUser-agent: *\nAllow: /\n\nSitemap: {site.url}{SITEMAP}\n".encode()


@cache
def _packaged(name: str) -> bytes:
    return files("feedmill.render").joinpath("icons", name).read_bytes()
