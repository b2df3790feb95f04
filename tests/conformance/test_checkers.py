"""The checkers see what is wrong: each rule turns red on a document broken for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from conformance import atom, jsonfeed, opml, rss
from conformance.samples import DIRECTORY, FEEDS
from feedmill.render import Renderer

_SITE, _FEED = FEEDS["every combination, rich"]


@pytest.fixture(scope="module")
def documents() -> dict[str, bytes]:
    renderer = Renderer(_SITE)
    found = {path: body for suffix in ("rss", "atom", "json") for path, body in _one(renderer, suffix)}
    found["opml"] = next(a.body for a in renderer.render_directory(DIRECTORY) if a.path == "feeds.opml")
    return found


def _one(renderer: Renderer, suffix: str) -> list[tuple[str, bytes]]:
    return [(suffix, artifact.body) for artifact in renderer.render_feed(replace(_FEED, formats=(suffix,)))]


Break = Callable[[bytes], bytes]


def swap(old: bytes, new: bytes) -> Break:
    """Return what replaces the first `old` by `new`."""

    def broken(document: bytes) -> bytes:
        assert old in document
        return document.replace(old, new, 1)

    return broken


def sub(pattern: bytes, new: bytes) -> Break:
    """Return what replaces the first match of `pattern` by `new`."""
    return lambda document: re.sub(pattern, new, document, count=1, flags=re.DOTALL)


_SELF = b' rel="self"'
ATOM: dict[str, Break] = {
    "RELAX NG": swap(b"<updated>", b"<modified>x</modified><updated>"),
    "RELAX NG, line": swap(b"  <entry>", b"  <entry><id>urn:second</id>"),
    "4.1.1: an author": lambda d: d.replace(b"author>", b"contributor>"),
    "4.1.1: a feed should name itself": swap(_SELF, b' rel="via"'),
    "4.1.1: one alternate": swap(_SELF + b' type="application/atom+xml"', b' type="text/html"'),
    "4.1.1: entries of one id": lambda d: d.replace(b"-000000000001<", b"-000000000002<"),
    "4.2.7.1": swap(b'<link href="https://example.org/', b'<link href="/'),
    "4.2.6": swap(b"<id>urn:uuid:", b"<id>"),
    "3.2.1": swap(b"<name>Ann &amp; Bob</name>", b"<name> </name>"),
    "4.1.2: urn:uuid:00000000-0000-5000-8000-000000000000: an entry": swap(
        b'<link href="https://example.org/a/0?x=1&amp;y=2" rel="alternate"/>', b""
    ),
    "4.2.14": swap(b"<title>Entry 0</title>", b"<title/>"),
    "Media RSS": swap(b"<media:content", b"<media:group/><media:content"),
}
RSS: dict[str, Break] = {
    "2.0, What is RSS?: the root": swap(b' version="2.0"', b' version="0.91"'),
    "2.0, What is RSS?: one": swap(b"</channel>", b"</channel><channel/>"),
    "2.0, Required channel elements": sub(rb"<description>.*?</description>", b"<description/>"),
    "2.0, Optional channel elements: language": swap(b"<language>de-CH", b"<language>German, please"),
    "2.0, Optional channel elements: docs": swap(b"<docs>", b"<docs>see "),
    "profile, link: a URL": swap(b"<link>https:", b"<link>"),
    "profile, managingEditor": swap(b"<managingEditor>", b"<managingEditor>Asa, "),
    "profile, RSS date-time: lastBuildDate": swap(b"<lastBuildDate>", b"<lastBuildDate>On "),
    "profile, RSS date-time: tag": swap(b"<pubDate>", b"<pubDate>Foo, "),
    "2.0, <ttl>": swap(b"<ttl>60", b"<ttl>-1"),
    "profile, atom:link: one": swap(b"<atom:link", b"<atom:icon"),
    "profile, atom:link: the feed's": swap(b"application/rss+xml", b"text/xml"),
    "2.0, <guid>: it": lambda d: d.replace(b"-000000000001<", b"-000000000002<"),
    "2.0, Elements of <item>": lambda d: d.replace(b"<title>Entry 0</title>", b""),
    "2.0, Extending RSS": swap(b"<item>", b"<item><summary/>"),
    "profile, link: urn": lambda d: d.replace(b"<link>https://example.org/a/0?", b"<link>/a/0?"),
    "profile, guid: https": swap(b"<item>", b"<item><guid>https://example.org/</guid>"),
    "profile, guid: Entry": swap(
        b'<guid isPermaLink="false">urn:uuid:00000000-0000-5000-8000-000000000000</guid>', b""
    ),
    "2.0, <guid>: tag": swap(b'isPermaLink="false"', b'isPermaLink="true"'),
    "2.0, <author>": swap(b"<item>", b"<item><author>Ann</author>"),
    "profile, dc:creator": lambda d: d.replace(b"<item>", b"<item><author>a@example.org</author>"),
    "2.0, <enclosure>": swap(b"<item>", b'<item><enclosure url="https://example.org/x.mp3"/>'),
    "profile, content:encoded: tag": swap(b"<content:encoded>", b"<content:encoded/><content:encoded>"),
    "profile, category": swap(b"<category>Artificial Intelligence<", b"<category><"),
    "media, media:group": swap(b"<item>", b"<item><media:group/>"),
    "media, url": swap(b'<media:content url="https:', b'<media:content url="'),
    "media, medium": swap(b'medium="image"', b'medium="picture"'),
    "media, width": swap(b'width="640"', b'width="640px"'),
}
OPML: dict[str, Break] = {
    "What is an <opml>?: the root": swap(b' version="2.0"', b' version="1.0"'),
    "What is an <opml>?: one": swap(b"<body>", b"<body/><body>"),
    "What is a <head>?: title": sub(rb"<title>.*?</title>", b"<title/>"),
    "What is a <head>?: dateModified": swap(b"<dateModified>Sat", b"<dateModified>Sun"),
    "Text attribute": swap(b' text="', b' title2="'),
    "Extending OPML": swap(b' text="', b' note="x" text="'),
    "Subscription lists: type=rss": swap(b' xmlUrl="', b' url="'),
    "Subscription lists: htmlUrl": swap(b' htmlUrl="https:', b' htmlUrl="'),
}
JSON: dict[str, Break] = {
    "$.version": swap(b"version/1.1", b"version/1"),
    "$.items[0].id": sub(rb'"id":"[^"]*"', b'"id":7'),
    "$.items[0]": swap(b'"content_', b'"contents_'),
    "$: 'author'": swap(b'"title"', b'"author"'),
    "$.items[0].date_published": swap(b'"date_published":"2026', b'"date_published":"26'),
    "$.authors[0].url": swap(b'"url":"https:', b'"url":"'),
    "Items, id": lambda d: d.replace(b'-000000000001"', b'-000000000002"'),
}


def _broken(document: bytes, damage: Break) -> bytes:
    broken = damage(document)
    assert broken != document
    return broken


@pytest.mark.parametrize("rule", ATOM)
def test_atom_rules_turn_red(documents: dict[str, bytes], rule: str) -> None:
    assert any(fault.startswith(rule) for fault in atom.faults(_broken(documents["atom"], ATOM[rule])))


@pytest.mark.parametrize("rule", RSS)
def test_rss_rules_turn_red(documents: dict[str, bytes], rule: str) -> None:
    assert any(fault.startswith(rule) for fault in rss.faults(_broken(documents["rss"], RSS[rule])))


@pytest.mark.parametrize("rule", OPML)
def test_opml_rules_turn_red(documents: dict[str, bytes], rule: str) -> None:
    assert any(fault.startswith(rule) for fault in opml.faults(_broken(documents["opml"], OPML[rule])))


@pytest.mark.parametrize("rule", JSON)
def test_json_rules_turn_red(documents: dict[str, bytes], rule: str) -> None:
    broken = _broken(documents["json"], JSON[rule])
    assert any(fault.startswith(rule) for fault in jsonfeed.faults(broken))
