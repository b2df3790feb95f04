"""JSON Feed tells the same facts, one item a line."""

from __future__ import annotations

import json
from typing import Any

from conformance.samples import BARE, CONTENT, FORMATS, RICH, SUMMARY, TITLE, entry, feed, topic
from feedmill.model.feed import Byline, Entry, Feed
from feedmill.model.seed import Image
from feedmill.model.site import Site
from feedmill.render import Renderer


def _body(feed: Feed, site: Site = BARE) -> bytes:
    (artifact,) = [a for a in Renderer(site).render_feed(feed) if a.path.endswith(".json")]
    return artifact.body


def _item(entry: Entry) -> dict[str, Any]:
    (item,) = json.loads(_body(feed(entry)))["items"]
    assert isinstance(item, dict)
    return item


def test_a_feed_names_its_hubs() -> None:
    (artifact,) = Renderer(BARE, hubs=("https://hub.example/",)).render_feed(
        feed(entry(1), formats=("json",))
    )
    assert json.loads(artifact.body)["hubs"] == [{"type": "WebSub", "url": "https://hub.example/"}]
    assert "hubs" not in json.loads(_body(feed(entry(1))))


def test_an_item_says_everything() -> None:
    item = _item(
        entry(
            1,
            title=TITLE,
            summary=SUMMARY,
            content=CONTENT,
            authors=(Byline(name="Ann", url="https://a.example.org/"), Byline(name="Bob", email="b@x.org")),
            topics=(topic("AI"), topic("C++")),
            images=(Image(url="https://example.org/1.png"), Image(url="https://example.org/2.png")),
        )
    )
    assert item == {
        "id": "urn:uuid:00000000-0000-5000-8000-000000000001",
        "url": "https://example.org/a/1?x=1&y=2",
        "title": TITLE,
        "content_html": CONTENT,
        "summary": SUMMARY,
        "image": "https://example.org/1.png",
        "date_published": "2026-11-21T13:00:00Z",
        "date_modified": "2026-11-21T13:00:00Z",
        "authors": [{"name": "Ann", "url": "https://a.example.org/"}, {"name": "Bob"}],
        "tags": ["AI", "C++"],
    }


def test_without_content_the_summary_or_the_title_is_the_text() -> None:
    assert _item(entry(1, summary="Short."))["content_text"] == "Short."
    assert _item(entry(1))["content_text"] == "Entry 1"
    assert "content_html" not in _item(entry(1))


def test_the_feeds_own_facts() -> None:
    told = json.loads(_body(feed(title="AI", description="All", formats=(*FORMATS, "html")), RICH))
    assert told == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "AI",
        "home_page_url": "https://feeds.example.org/sub/topics/ai.html",
        "feed_url": "https://feeds.example.org/sub/topics/ai.json",
        "description": "All",
        "icon": RICH.icon,
        "authors": [{"name": RICH.author, "url": RICH.author_url}],
        "language": "de-CH",
        "items": [],
    }
    linked = feed(title="AI", formats=(*FORMATS, "html"), link="https://www.example.org/ai/")
    assert json.loads(_body(linked))["home_page_url"] == "https://www.example.org/ai/"
    bare = json.loads(_body(feed()))
    assert bare["home_page_url"] == BARE.url
    assert bare["authors"] == [{"name": BARE.title}]
    assert not {"description", "icon"} & set(bare)


def test_every_item_has_a_line_of_its_own_in_plain_utf8() -> None:
    body = _body(feed(entry(2, title="naïve ☃ 🌱"), entry(1)))
    lines = body.decode().splitlines()
    assert body.endswith(b"\n]\n}\n")
    assert [json.loads(line.rstrip(","))["title"] for line in lines if line.startswith('{"id"')] == [
        "naïve ☃ 🌱",
        "Entry 1",
    ]
    assert "naïve ☃ 🌱" in body.decode()


def test_text_that_only_looks_escaped_stays() -> None:
    assert _item(entry(1, title="a\\u0000b \\\\u001f"))["title"] == "a\\u0000b \\\\u001f"
