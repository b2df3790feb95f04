"""What stands beside the feeds: the map, robots.txt, icons, the style of feeds, the pages of nothing."""

from __future__ import annotations

import struct
from dataclasses import replace

import lxml.etree
import pytest

from conformance import html
from conformance.samples import BARE, DIRECTORY, RICH, entry, feed
from feedmill.model.site import Site
from feedmill.render import Renderer
from feedmill.render.listing import Listing
from feedmill.render.pages import Pages
from feedmill.render.theme import css_string

BELOW = replace(BARE, url="https://example.org/feeds/")


def made(site: Site) -> dict[str, bytes]:
    return {artifact.path: artifact.body for artifact in Renderer(site).render_directory(DIRECTORY)}


def test_the_map_names_the_front_page_and_every_feeds() -> None:
    root = lxml.etree.fromstring(Listing(BARE).sitemap(DIRECTORY))
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    assert root.tag == f"{space}urlset"
    told = [(url.findtext(f"{space}loc"), url.findtext(f"{space}lastmod")) for url in root]
    assert told == [
        ("https://feeds.example.org/", "2026-11-21T12:00:00Z"),
        ("https://feeds.example.org/all.html", "2026-11-21T12:00:00Z"),
        ("https://feeds.example.org/custom/top.html", None),
        ("https://feeds.example.org/topics/ai.html", "2026-11-21T12:00:00Z"),
    ]


def test_the_map_ends_where_the_protocol_ends_it() -> None:
    rows = tuple(replace(DIRECTORY.rows[2], path=f"topics/{n}") for n in range(50_100))
    assert Listing(BARE).sitemap(replace(DIRECTORY, rows=rows)).count(b"<url>") == 50_000


def test_what_is_asked_for_at_a_hosts_root_is_there_alone() -> None:
    assert {"robots.txt", "favicon.ico"} <= made(BARE).keys()
    assert not {"robots.txt", "favicon.ico"} & made(BELOW).keys()
    assert made(BARE)["robots.txt"].endswith(b"\nSitemap: https://feeds.example.org/sitemap.xml\n")


def test_an_icon_of_ones_own_takes_the_place_of_ours() -> None:
    own = replace(BARE, icon="https://example.org/icon.png")
    assert not {"apple-touch-icon.png", "favicon.ico"} & made(own).keys()
    body = Pages(own, {}).render_feed(feed(entry(1)))
    assert b"apple-touch-icon" not in body


def test_the_icons_are_what_their_names_say() -> None:
    png, ico = made(BARE)["apple-touch-icon.png"], made(BARE)["favicon.ico"]
    assert png.startswith(b"\x89PNG")
    assert struct.unpack(">II", png[16:24]) == (180, 180)
    assert struct.unpack("<HHH", ico[:6]) == (0, 1, 2)
    for at, side in ((6, 16), (22, 32)):
        width, height, *_, size, offset = struct.unpack("<BBBBHHII", ico[at : at + 16])
        assert (width, height) == (side, side)
        assert ico[offset : offset + size].startswith(b"\x89PNG")


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize(("site", "root"), [(RICH, "/sub/"), (BELOW, "/feeds/")])
def test_the_page_of_nothing_leads_on_from_any_address(site: Site, root: str, status: int) -> None:
    body = Pages(site, {}).render_missing(status)
    checked = html.checked(body)
    assert checked.faults == []
    ways = {one for one in checked.addresses if not one.startswith(("http", "data:", "#"))}
    assert ways == {f"{root}{name}" for name in ("index.html", "all.html", "feeds.opml", "feeds.json")} | (
        set() if site.icon else {f"{root}apple-touch-icon.png"}
    )
    assert b'<meta name="robots" content="noindex">' in body
    assert b"canonical" not in body


def test_nothing_in_the_style_of_feeds_ends_its_strings() -> None:
    theme = {"locale/it.po": 'msgid "This is a feed"\nmsgstr "\\"}*{x:\\\\ </style>\\n"\n'}
    style = Pages(replace(BARE, language="it"), theme).render_feed_style().decode()
    assert 'content: "\\22 }*{x:\\5c  \\3c /style\\3e \\a "' in style
    assert css_string('a"') == '"a\\22 "'


@pytest.mark.parametrize(("site", "way"), [(BARE, "/feed.css"), (BELOW, "/feeds/feed.css")])
@pytest.mark.parametrize("suffix", ["rss", "atom"])
def test_a_feed_names_its_style_and_is_feedgens_own_but_for_that_line(
    site: Site, way: str, suffix: str
) -> None:
    told = feed(entry(2), entry(1))
    plain, styled = (
        next(iter(Renderer(site).render_feed(replace(told, link="https://e.org/", formats=formats)))).body
        for formats in ((suffix,), (suffix, "html"))
    )
    declaration, line, rest = styled.split(b"\n", 2)
    assert line == b'<?xml-stylesheet type="text/css" href="%s"?>' % way.encode()
    assert declaration + b"\n" + rest == plain
    (instruction,) = lxml.etree.fromstring(styled).getroottree().xpath("/processing-instruction()")
    assert dict(instruction.attrib) == {"type": "text/css", "href": way}


def test_folders_of_opml_are_called_as_the_pages_call_them() -> None:
    german = {path: body for path, body in made(replace(BARE, language="de")).items() if path == "feeds.opml"}
    assert '<outline text="Sammlungen">' in german["feeds.opml"].decode()
    assert '<outline text="Collections">' in made(BARE)["feeds.opml"].decode()
