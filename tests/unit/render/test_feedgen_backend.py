"""Atom and RSS say each fact where it belongs (docs/promises.md, What feeds say)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance import rss
from conformance.common import parse_xml
from conformance.samples import BARE, CONTENT, NOON, RICH, SUMMARY, TITLE, entry, feed, topic
from feedmill.model.feed import Byline, Entry, Feed
from feedmill.model.seed import EntryId, Image, Related
from feedmill.model.site import Site
from feedmill.render import Renderer

NS = {
    "a": "http://www.w3.org/2005/Atom",
    "c": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "m": "http://search.yahoo.com/mrss/",
}
FULL = entry(
    7,
    id=EntryId("tag:example.org,2026:7"),
    title=TITLE,
    summary=SUMMARY,
    content=CONTENT,
    authors=(Byline(name="Ann", url="https://a.example.org/", email="a@x.org"), Byline(name="Bob & Co.")),
    topics=(topic("Artificial Intelligence"), topic("C++")),
    images=(
        Image(url="https://example.org/1.png", width=640, height=480),
        Image(url="https://example.org/2.png"),
    ),
    related=(Related(title="More", link="https://example.org/more"),),
    updated=NOON.replace(year=2027),
)


def _root(suffix: str, feed: Feed, site: Site = BARE) -> Any:
    (artifact,) = [a for a in Renderer(site).render_feed(feed) if a.path.endswith(suffix)]
    return parse_xml(artifact.body)


def _entry(entry: Entry) -> Any:
    return _root("atom", feed(entry)).find("a:entry", NS)


def _item(entry: Entry) -> Any:
    return _root("rss", feed(entry)).find("channel/item")


def _all(element: Any, path: str) -> list[str]:
    return [found.text for found in element.findall(path, NS)]


def _attributes(element: Any, path: str) -> list[dict[str, str]]:
    return [dict(found.attrib) for found in element.findall(path, NS)]


def test_an_atom_entry_says_everything() -> None:
    told = _entry(FULL)
    assert _all(told, "a:id") == [FULL.id]
    assert _all(told, "a:title") == [TITLE]
    assert _all(told, "a:published") == ["2026-11-21T19:00:00+00:00"]
    assert _all(told, "a:updated") == ["2027-11-21T12:00:00+00:00"]
    assert _all(told, "a:summary") == [SUMMARY]
    assert told.find("a:content", NS).attrib == {"type": "html"}
    assert _all(told, "a:content") == [CONTENT]
    assert _all(told, "a:author/a:name") == ["Ann", "Bob & Co."]
    assert _all(told, "a:author/a:uri") == ["https://a.example.org/"]
    assert _all(told, "a:author/a:email") == ["a@x.org"]
    assert _attributes(told, "a:category") == [
        {"term": "artificial-intelligence", "label": "Artificial Intelligence"},
        {"term": topic("C++").slug, "label": "C++"},
    ]
    assert _attributes(told, "a:link") == [
        {"href": FULL.link, "rel": "alternate"},
        {"href": "https://example.org/more", "rel": "related", "title": "More"},
    ]
    assert _attributes(told, "m:content") == [
        {"url": "https://example.org/1.png", "medium": "image", "width": "640", "height": "480"},
        {"url": "https://example.org/2.png", "medium": "image"},
    ]
    assert [found["url"] for found in _attributes(told, "m:thumbnail")] == ["https://example.org/1.png"]


def test_an_rss_item_says_everything() -> None:
    told = _item(FULL)
    assert _all(told, "title") == [TITLE]
    assert _all(told, "link") == [FULL.link]
    assert _all(told, "guid") == [FULL.id]
    assert _attributes(told, "guid") == [{"isPermaLink": "false"}]
    assert _all(told, "pubDate") == ["Sat, 21 Nov 2026 19:00:00 +0000"]
    assert _all(told, "dc:creator") == ["Ann", "Bob & Co."]
    assert _all(told, "author") == []
    assert _all(told, "category") == ["Artificial Intelligence", "C++"]
    assert _all(told, "c:encoded") == [CONTENT]
    assert [found["url"] for found in _attributes(told, "m:content")] == [
        "https://example.org/1.png",
        "https://example.org/2.png",
    ]
    assert told.find("m:group", NS) is None


def test_each_format_declares_only_the_namespaces_it_uses() -> None:
    assert set(_root("atom", feed(FULL)).nsmap) == {None, "media"}
    assert set(_root("rss", feed(FULL)).nsmap) == {"atom", "content", "dc", "media"}


def test_a_plain_summary_is_html_in_rss_and_text_in_atom() -> None:
    summary = entry(1, summary="1 < 2 & <b>not bold</b>")
    assert _all(_item(summary), "description") == ["1 &lt; 2 &amp; &lt;b&gt;not bold&lt;/b&gt;"]
    assert _all(_entry(summary), "a:summary") == ["1 < 2 & <b>not bold</b>"]


def test_content_without_a_summary_is_the_items_description() -> None:
    told = _item(entry(1, content=CONTENT))
    assert _all(told, "description") == [CONTENT]
    assert _all(told, "c:encoded") == []


def test_the_least_entry_says_no_more_than_it_knows() -> None:
    assert {child.tag.rpartition("}")[2] for child in _entry(entry(1))} == {
        "id",
        "title",
        "updated",
        "published",
        "link",
    }
    assert [child.tag for child in _item(entry(1))] == ["title", "link", "guid", "pubDate"]


def test_the_feeds_own_facts() -> None:
    told = feed(
        entry(3), title="AI & <more>", description="All of it", formats=("atom", "rss", "json", "html")
    )
    atom = _root("atom", told, RICH)
    base = "https://feeds.example.org/sub/topics/ai"
    assert atom.get("{http://www.w3.org/XML/1998/namespace}lang") == "de-CH"
    assert _all(atom, "a:id") == [told.id]
    assert _all(atom, "a:title") == ["AI & <more>"]
    assert _all(atom, "a:subtitle") == ["All of it"]
    assert _all(atom, "a:updated") == ["2026-11-21T15:00:00+00:00"]
    assert _all(atom, "a:rights") == ["© 2026 <nobody>"]
    assert _all(atom, "a:icon") == [RICH.icon]
    assert _all(atom, "a:author/a:name") == [RICH.author]
    assert _all(atom, "a:author/a:email") == [RICH.author_email]
    assert _all(atom, "a:author/a:uri") == [RICH.author_url]
    assert _all(atom, "a:generator") == ["feedmill"]
    assert _attributes(atom, "a:generator") == [{}]
    assert _attributes(atom, "a:link") == [
        {"href": f"{base}.atom", "rel": "self", "type": "application/atom+xml"},
        {"href": f"{base}.html", "rel": "alternate", "type": "text/html"},
    ]
    channel = _root("rss", told, RICH).find("channel")
    assert _all(channel, "title") == ["AI & <more>"]
    assert _all(channel, "link") == [f"{base}.html"]
    assert _all(channel, "description") == ["All of it"]
    assert _all(channel, "language") == ["de-CH"]
    assert _all(channel, "copyright") == ["© 2026 <nobody>"]
    assert _all(channel, "generator") == ["feedmill"]
    assert _all(channel, "ttl") == ["60"]
    assert _all(channel, "lastBuildDate") == ["Sat, 21 Nov 2026 15:00:00 +0000"]
    assert _all(channel, "managingEditor") == ['asa@example.org (Åsa "Q" O\'Neill)']
    assert _attributes(channel, "a:link") == [
        {"href": f"{base}.rss", "rel": "self", "type": "application/rss+xml"}
    ]


def test_without_a_page_the_site_is_what_a_feed_belongs_to() -> None:
    told = feed(entry(1))
    assert _all(_root("rss", told).find("channel"), "link") == [BARE.url]
    assert _attributes(_root("atom", told), "a:link")[1]["href"] == BARE.url


def test_an_rss_channel_without_description_says_its_title() -> None:
    assert _all(_root("rss", feed(title="AI")).find("channel"), "description") == ["AI"]
    assert _all(_root("atom", feed(title="AI")), "a:subtitle") == []


def test_without_an_author_the_site_is_the_author_and_nobodys_address_is_told() -> None:
    assert _all(_root("atom", feed()), "a:author/a:name") == [BARE.title]
    assert _root("rss", feed()).find("channel/managingEditor") is None


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Jane :)", " (Jane :)"),
        ("Jane (J.) Doe", " (Jane J. Doe)"),
        (":-) (", " (:-)"),
        ("Jane \\", " (Jane)"),
        ("()", ""),
    ],
)
def test_brackets_of_an_author_end_no_comment(name: str, told: str) -> None:
    site = replace(BARE, author=name, author_email="j@x.org")
    (document,) = Renderer(site).render_feed(feed(entry(1), formats=("rss",)))
    assert _all(parse_xml(document.body).find("channel"), "managingEditor") == ["j@x.org" + told]
    assert rss.faults(document.body) == []


def test_an_empty_feed_is_of_1970() -> None:
    assert _all(_root("atom", feed()), "a:updated") == ["1970-01-01T00:00:00+00:00"]
    assert _all(_root("rss", feed()).find("channel"), "lastBuildDate") == ["Thu, 01 Jan 1970 00:00:00 +0000"]


def test_sizes_that_are_not_known_are_not_told() -> None:
    told = _item(entry(1, images=(Image(url="https://example.org/1.png", width=0, height=9),)))
    assert _attributes(told, "m:thumbnail") == [{"url": "https://example.org/1.png", "height": "9"}]
