"""Every document that the renderer makes is what its specification demands, and is read back as meant."""

from __future__ import annotations

import calendar
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import feedparser
import pytest
from hypothesis import given, settings

from conformance import atom, jsonfeed, opml, rss
from conformance.common import parse_xml
from conformance.samples import BARE, DIRECTORY, FEEDS, FORMATS, RICH, feeds, sites
from feedmill.model.feed import Directory, Feed
from feedmill.model.instant import from_micros, rfc3339
from feedmill.model.site import Site
from feedmill.render import Renderer

CHECKERS: Mapping[str, Callable[[bytes], list[str]]] = {
    "rss": rss.faults,
    "atom": atom.faults,
    "json": jsonfeed.faults,
}
GOLDEN = Path(__file__).parents[1] / "golden"
GOLDENS = [
    found
    for found in sorted(GOLDEN.glob("*/expected/**/*"))
    if found.suffix[1:] in (*CHECKERS, "opml") and found.name != "feeds.json"
]
_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml"}


def _documents(site: Site, feed: Feed) -> dict[str, bytes]:
    rendered = {artifact.path: artifact.body for artifact in Renderer(site).render_feed(feed)}
    return {suffix: rendered[f"{feed.path}.{suffix}"] for suffix in FORMATS}


def _parsed(document: bytes, suffix: str) -> Any:
    headers = {"content-type": f"{_TYPES[suffix]}; charset=utf-8", "content-location": BARE.url}
    return feedparser.parse(document, response_headers=headers)


def _told(parsed: time.struct_time) -> str:
    """Return what feedparser made of a date as JSON Feed writes it."""
    return rfc3339(from_micros(calendar.timegm(parsed) * 1_000_000))


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("name", FEEDS)
def test_documents_break_no_rule(name: str, suffix: str) -> None:
    assert CHECKERS[suffix](_documents(*FEEDS[name])[suffix]) == []


@settings(max_examples=60)
@given(sites(), feeds(hostile=True))
def test_no_text_however_hostile_breaks_a_rule(site: Site, feed: Feed) -> None:
    for suffix, document in _documents(site, replace(feed, formats=FORMATS)).items():
        assert CHECKERS[suffix](document) == []


@pytest.mark.parametrize("name", [name for name in FEEDS if name != "ancient"])
def test_readers_find_the_same_entries_in_every_format(name: str) -> None:
    documents = _documents(*FEEDS[name])
    items = json.loads(documents["json"])["items"]
    told = [(item["id"], item["url"], item["date_published"]) for item in items]
    for suffix in ("rss", "atom"):
        read = _parsed(documents[suffix], suffix)
        assert not read.bozo
        found = [(e.id, e.link, _told(e.published_parsed)) for e in read.entries]
        # What a cut leaves depends on the size of each document: the newest are everywhere.
        shortest = min(len(told), len(found))
        assert found[:shortest] == told[:shortest]
        if not name.startswith("cut"):
            assert len(found) == len(told) == len(FEEDS[name][1].entries)


@pytest.mark.parametrize("name", ["every combination", "every combination, rich"])
def test_readers_find_every_fact(name: str) -> None:
    site, feed = FEEDS[name]
    documents = _documents(site, feed)
    read = {suffix: _parsed(documents[suffix], suffix) for suffix in ("rss", "atom")}
    for suffix, parsed in read.items():
        assert parsed.feed.title == feed.title
        assert parsed.feed.language == site.language
        assert rfc3339(feed.updated) == _told(parsed.feed.updated_parsed)
        assert parsed.feed.link == (f"{site.url}{feed.path}.html" if "html" in feed.formats else site.url)
        selves = [link.href for link in parsed.feed.links if link.rel == "self"]
        assert selves == [f"{site.url}{feed.path}.{suffix}"]
        for entry, found in zip(feed.entries, parsed.entries, strict=True):
            assert [tag.get("label") or tag.term for tag in found.get("tags", [])] == [
                topic.label for topic in entry.topics
            ]
            assert [picture["url"] for picture in found.get("media_content", [])] == [
                picture.url for picture in entry.images
            ]
            assert len(found.get("media_thumbnail", [])) == (1 if entry.images else 0)
            # feedparser tells only the last of several dc:creator
            assert (
                (found.get("author") in [author.name for author in entry.authors]) if entry.authors else True
            )
    for entry, item in zip(feed.entries, json.loads(documents["json"])["items"], strict=True):
        assert item.get("language", "") == entry.language
    for entry, found in zip(feed.entries, read["rss"].entries, strict=True):
        assert found.get("language", "") == entry.language
    for entry, found in zip(feed.entries, read["atom"].entries, strict=True):
        assert found.title_detail.language == (entry.language or site.language or None)
        assert found.get("summary", "") == entry.summary or (entry.content and not entry.summary)
        assert [link.href for link in found.links if link.rel == "related"] == [
            other.link for other in entry.related
        ]


@pytest.mark.parametrize("site", [BARE, RICH], ids=["bare", "rich"])
@pytest.mark.parametrize(
    "formats",
    [("rss",), ("atom", "json"), ("json",), (*FORMATS, "html")],
    ids=lambda formats: "+".join(formats),
)
def test_the_opml_breaks_no_rule(site: Site, formats: tuple[str, ...]) -> None:
    rows = DIRECTORY.rows
    for listed in (rows, ()):
        directory = Directory(rows=listed, formats=formats)
        documents = {
            artifact.path: artifact.body
            for artifact in Renderer(site).render_directory(directory)
            if artifact.path != "index.html"
        }
        assert opml.faults(documents["feeds.opml"]) == []
        outlines = parse_xml(documents["feeds.opml"]).findall("body/outline/outline")
        assert len(outlines) == max(0, len(listed) - 1), "all is left out"


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda path: str(path.relative_to(GOLDEN)))
def test_goldens_break_no_rule(golden: Path) -> None:
    faults = opml.faults if golden.suffix == ".opml" else CHECKERS[golden.suffix[1:]]
    assert faults(golden.read_bytes()) == []
