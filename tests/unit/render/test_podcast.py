"""A podcast's feed has every item of PSP-1 that is required or recommended, and podcast apps read it.

https://github.com/Podcast-Standards-Project/PSP-1-Podcast-RSS-Specification
"""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import feedparser
import podcastparser
import pytest

from conformance import jsonfeed, rss
from conformance.common import parse_xml
from conformance.samples import BARE, CONTENT, EPISODE, RICH, SHOW, entry, feed
from feedmill.model.seed import Image
from feedmill.render import Renderer

NS = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "psc": "http://podlove.org/simple-chapters",
}
ONE = entry(
    1,
    title="One & <only>",
    summary="What <b> is & is not",
    content=CONTENT,
    episode=EPISODE,
    images=(Image(url="https://e.org/1.png"),),
)
PODCAST = feed(ONE, path="custom/show", title="The & Show", description="About <it>", podcast=SHOW)
ADDRESS = "https://feeds.example.org/custom/show.rss"

CHANNEL: dict[str, str | dict[str, str]] = {
    # required
    "atom:link[@rel='self']": {"href": ADDRESS, "rel": "self", "type": "application/rss+xml"},
    "title": "The & Show",
    "description": "About <it>",
    "link": "https://feeds.example.org/",
    "language": "en",
    "itunes:category[1]": {"text": "Technology"},
    "itunes:category[2]": {"text": "Society & Culture"},
    "itunes:category[2]/itunes:category[1]": {"text": "Documentary"},
    "itunes:category[2]/itunes:category[2]": {"text": "Philosophy"},
    "itunes:explicit": "true",
    "itunes:image": {"href": SHOW.image},
    # recommended
    "podcast:locked": "yes",
    "podcast:guid": "917393e3-1b1e-5cef-ace4-edaa54e1f810",
    "itunes:author": "Jane & <John>",
    # optional
    "podcast:txt[@purpose='verify']": "abc & <d>",
    "podcast:funding[@url='https://e.org/give?a&b']": "Give & <take>",
    "itunes:type": "serial",
    "itunes:complete": "yes",
    "itunes:owner/itunes:email": "jane@example.org",
}
ITEM: dict[str, str | dict[str, str]] = {
    # required
    "title": "One & <only>",
    "enclosure": {"url": "https://e.org/1.mp3?a=1&b=2", "length": "24986239", "type": "audio/mpeg"},
    "guid[@isPermaLink='false']": ONE.id,
    # recommended
    "link": ONE.link,
    "pubDate": "Sat, 21 Nov 2026 13:00:00 +0000",
    "description": "What &lt;b&gt; is &amp; is not",
    "itunes:duration": "3723",
    "itunes:image": {"href": "https://e.org/1.png?a&b"},
    "itunes:explicit": "false",
    "podcast:transcript": {"url": "https://e.org/1.vtt?a&b", "type": "text/vtt"},
    # optional, and what the podcast namespace has beside
    "content:encoded": CONTENT,
    "itunes:episode": "12",
    "itunes:season": "2",
    "itunes:episodeType": "bonus",
    "podcast:episode": "12",
    "podcast:season": "2",
    "podcast:chapters": {"url": "https://e.org/1.json?a&b", "type": "application/json+chapters"},
    "podcast:person[1]": "Ann & <Bob>",
    "podcast:person[2]": {
        "role": "guest",
        "group": "cast",
        "href": "https://e.org/cy?a&b",
        "img": "https://e.org/c.jpg",
    },
    "psc:chapters/psc:chapter[1]": {"start": "00:00:00", "title": "Intro & <hello>"},
    "psc:chapters/psc:chapter[2]": {"start": "01:01:01", "title": "End"},
}


def _document(told: Any = PODCAST, suffix: str = "rss") -> bytes:
    (artifact,) = Renderer(BARE).render_feed(replace(told, formats=(suffix,)))
    return artifact.body


def _says(element: Any, path: str, wanted: str | dict[str, str]) -> bool:
    found = element.findall(path, NS)
    if len(found) != 1:
        return False
    return bool(dict(found[0].attrib) == wanted if isinstance(wanted, dict) else found[0].text == wanted)


@pytest.mark.parametrize("path", CHANNEL)
def test_the_channel_has_the_item(path: str) -> None:
    assert _says(parse_xml(_document())[0], path, CHANNEL[path])


@pytest.mark.parametrize("path", ITEM)
def test_the_episode_has_the_item(path: str) -> None:
    assert _says(parse_xml(_document())[0].find("item"), path, ITEM[path])


def test_the_namespaces_are_declared_on_the_root() -> None:
    declared = parse_xml(_document()).nsmap
    assert {name: declared[name] for name in ("itunes", "podcast", "atom", "content")} == {
        name: NS[name] for name in ("itunes", "podcast", "atom", "content")
    }


def test_a_half_episode_has_no_itunes_number() -> None:
    item = parse_xml(_document(feed(replace(ONE, episode=replace(EPISODE, number="315.5")), podcast=SHOW)))[0]
    assert item.findtext("item/podcast:episode", None, NS) == "315.5"
    assert item.find("item/itunes:episode", NS) is None


def test_the_validator_and_feedparser_find_no_fault() -> None:
    assert rss.faults(_document()) == []
    told: Any = feedparser.parse(_document())
    assert told.bozo is False
    assert told.feed.podcast_guid == SHOW.guid
    (one,) = told.entries
    assert one.enclosures == [{"href": EPISODE.enclosure.url, "length": "24986239", "type": "audio/mpeg"}]
    assert (one.itunes_duration, one.itunes_episode, one.itunes_season) == ("3723", "12", "2")


def test_gpodder_reads_the_show() -> None:
    told = podcastparser.parse(ADDRESS, io.BytesIO(_document()))
    assert (told["title"], told["cover_url"], told["explicit"]) == ("The & Show", SHOW.image, True)
    assert (told["itunes_author"], told["type"], told["language"]) == ("Jane & <John>", "serial", "en")
    assert told["itunes_owner"] == {"name": "Jane", "email": "jane@example.org"}
    assert told["itunes_categories"][1] == ["Society & Culture", "Documentary", "Philosophy"]
    (one,) = told["episodes"]
    assert one["enclosures"] == [
        {"url": EPISODE.enclosure.url, "file_size": 24986239, "mime_type": "audio/mpeg"}
    ]
    assert (one["guid"], one["link"], one["title"]) == (ONE.id, ONE.link, "One & <only>")
    assert (one["total_time"], one["number"], one["season"], one["type"]) == (3723, 12, 2, "bonus")
    assert (one["explicit"], one["episode_art_url"]) == (False, "https://e.org/1.png?a&b")
    assert one["published"] == int(datetime(2026, 11, 21, 13, tzinfo=UTC).timestamp())
    assert [chapter["start"] for chapter in one["chapters"]] == [0, 3661]


def test_any_other_feed_has_the_enclosure_alone() -> None:
    plain = replace(PODCAST, podcast=None)
    assert b"itunes" not in _document(plain)
    assert b"podcast" not in _document(plain)
    assert _says(parse_xml(_document(plain))[0].find("item"), "enclosure", ITEM["enclosure"])
    link = parse_xml(_document(plain, "atom")).find("atom:entry/atom:link[@rel='enclosure']", NS)
    assert dict(link.attrib) == {
        "href": EPISODE.enclosure.url,
        "rel": "enclosure",
        "type": "audio/mpeg",
        "length": "24986239",
        "title": "<1>",
    }
    document = _document(plain, "json")
    assert jsonfeed.faults(document) == []
    assert (
        b'"attachments":[{"url":"https://e.org/1.mp3?a=1&b=2","mime_type":"audio/mpeg","title":"<1>",'
        in document
    )
    assert b'"size_in_bytes":24986239,"duration_in_seconds":3723}]' in document


def test_a_length_that_is_not_known_is_zero_in_rss_and_absent_elsewhere() -> None:
    unknown = replace(EPISODE, enclosure=replace(EPISODE.enclosure, length=0), duration=0)
    plain = feed(replace(ONE, episode=unknown))
    assert b'length="0"' in _document(plain)
    assert b"length" not in _document(plain, "atom")
    assert b"size_in_bytes" not in _document(plain, "json")
    assert jsonfeed.faults(_document(plain, "json")) == []


def test_the_page_plays_the_episode_and_leads_to_what_belongs_to_it() -> None:
    (page,) = Renderer(RICH).render_feed(replace(PODCAST, formats=("html",)))
    body = page.body.decode()
    assert '<audio controls preload="none" src="https://e.org/1.mp3?a=1&amp;b=2"' in body
    assert "autoplay" not in body
    for address in ("1.vtt?a&amp;b", "1.json?a&amp;b", "1.mp3?a=1&amp;b=2#t=3661", "cy?a&amp;b"):
        assert f'href="https://e.org/{address}"' in body, address
    assert "media-src http: https:;" in body
    (page,) = Renderer(RICH).render_feed(feed(entry(1), formats=("html",)))
    assert b"media-src" not in page.body
    assert b".episode" not in page.body
