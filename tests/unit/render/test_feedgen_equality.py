"""A document put together from parts is feedgen's own document of the whole feed, byte for byte."""

from __future__ import annotations

from dataclasses import replace

import lxml.etree
import pytest
from hypothesis import given, settings

from conformance.samples import BARE, FEEDS, RICH, SHOW, entry, every_combination, feed, feeds, sites
from feedmill.model.feed import Feed, History
from feedmill.model.instant import EPOCH
from feedmill.model.site import Site
from feedmill.render import Renderer
from feedmill.render.feedgen_backend import Atom, PodcastRss, Rss
from feedmill.render.jsonfeed import JsonFeed

FORMATS: dict[str, type[Atom] | type[Rss]] = {"atom": Atom, "rss": Rss}


def _assembled(renderer: Renderer, feed: Feed, suffix: str) -> bytes:
    (artifact,) = renderer.render_feed(replace(feed, formats=(suffix,), max_bytes=1 << 30))
    return artifact.body


def _whole(site: Site, feed: Feed, suffix: str) -> bytes:
    return FORMATS[suffix](site).document(replace(feed, formats=(suffix,)))


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("name", [name for name in FEEDS if name != "ancient"])
def test_every_combination_of_facts_gives_feedgens_own_document(name: str, suffix: str) -> None:
    site, feed = FEEDS[name]
    assert _assembled(Renderer(site), feed, suffix) == _whole(site, feed, suffix)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("description", ["", "About <it> & more"])
@pytest.mark.parametrize("language", ["", "en", "de-CH"])
@pytest.mark.parametrize("fact", ["author", "author_email", "author_url", "icon", "rights", None])
def test_every_fact_of_the_site_gives_feedgens_own_document(
    fact: str | None, language: str, description: str, suffix: str
) -> None:
    facts = {fact: getattr(RICH, fact)} if fact else {}
    site = replace(BARE, language=language, **facts)
    told = feed(entry(2), entry(1), description=description)
    assert _assembled(Renderer(site), told, suffix) == _whole(site, told, suffix)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("name", ["rich", "bare"])
def test_feeds_that_name_hubs_are_feedgens_own_documents_too(name: str, suffix: str) -> None:
    site, told = {"rich": RICH, "bare": BARE}[name], feed(entry(2), entry(1))
    hubs = ("https://feeds.example.org/hub", "https://hub.example/?a=1&b=<2>")
    body = _assembled(Renderer(site, hubs=hubs), told, suffix)
    assert body == FORMATS[suffix](site, hubs).document(replace(told, formats=(suffix,)))
    root = lxml.etree.fromstring(body)
    links = list(root.iter("{http://www.w3.org/2005/Atom}link"))
    assert [link.get("href") for link in links if link.get("rel") == "hub"] == list(hubs)
    assert sum(link.get("rel") == "self" for link in links) == 1
    assert b'rel="hub"' not in _assembled(Renderer(site), told, suffix)


_MONTHS = ("topics/ai/2026-05", "topics/ai/2026-07")
_HISTORIES = {
    "newest": History(previous="topics/ai/2026-06"),
    "complete": History(complete=True),
    "both": History(previous="topics/ai/2026-06", complete=True),
    "archive": History(current="topics/ai", previous=_MONTHS[0], next=_MONTHS[1]),
    "alone": History(current="topics/ai"),
}


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("name", _HISTORIES)
def test_feeds_with_a_history_are_feedgens_own_documents_too(name: str, suffix: str) -> None:
    """Whole and from parts; entries are printed alike, whatever their feed says of archives."""
    history, hubs = _HISTORIES[name], ("https://feeds.example.org/hub",)
    plain = feed(entry(2), entry(1), path="topics/ai")
    told = replace(plain, history=history, owed=2)
    renderer = Renderer(BARE, hubs=hubs)
    before = _assembled(renderer, plain, suffix)
    body = _assembled(renderer, told, suffix)
    assert body == FORMATS[suffix](BARE, hubs).document(replace(told, formats=(suffix,)))
    assert _assembled(renderer, plain, suffix) == before
    root = lxml.etree.fromstring(body)
    found = [(link.get("rel"), link.get("href")) for link in root.iter("{http://www.w3.org/2005/Atom}link")]
    links = {rel: href for rel, href in found if rel in ("current", "prev-archive", "next-archive")}
    named = (("current", history.current), ("prev-archive", history.previous), ("next-archive", history.next))
    assert links == {rel: f"{BARE.url}{path}.atom" for rel, path in named if path}
    assert ("hub", hubs[0]) in found or history.current
    marks = {element.tag for element in root.iter("{http://purl.org/syndication/history/1.0}*")}
    assert ("{http://purl.org/syndication/history/1.0}complete" in marks) == history.complete
    if suffix == "atom":
        assert ("{http://purl.org/syndication/history/1.0}archive" in marks) == bool(history.current)


@settings(max_examples=100)
@given(sites(), feeds())
def test_any_feed_gives_feedgens_own_document(site: Site, feed: Feed) -> None:
    renderer = Renderer(site)
    for suffix in FORMATS:
        expected = _whole(site, feed, suffix)
        assert _assembled(renderer, feed, suffix) == expected
        assert _assembled(renderer, feed, suffix) == expected  # and once more from memory


@settings(max_examples=50)
@given(sites(), feeds())
def test_any_podcast_gives_feedgens_own_document(site: Site, feed: Feed) -> None:
    renderer = Renderer(site)
    plain = _assembled(renderer, feed, "rss")
    show = replace(feed, podcast=SHOW)
    document = _assembled(renderer, show, "rss")
    assert document == PodcastRss(site).document(replace(show, formats=("rss",)))
    assert PodcastRss(site).cut(document) == PodcastRss(site).fragments(feed.entries, full=True)
    assert _assembled(renderer, feed, "rss") == plain  # entries printed for a show are no other feed's
    assert _assembled(renderer, show, "atom") == _assembled(renderer, feed, "atom")


@settings(max_examples=100)
@given(sites(), feeds())
def test_any_document_is_cut_into_what_it_was_put_together_from(site: Site, feed: Feed) -> None:
    renderer = Renderer(site)
    for suffix, make in (FORMATS | {"json": JsonFeed}).items():
        form = make(site)
        parts = form.fragments(feed.entries, full=True)
        assert form.cut(_assembled(renderer, feed, suffix)) == parts
        summaries = form.fragments(feed.entries, full=False)
        for one, part, summary in zip(feed.entries, parts, summaries, strict=True):
            assert form.is_full(part, one)
            assert part == summary or not form.is_full(summary, one)


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_was_rendered_before_changes_no_byte(suffix: str) -> None:
    entries = every_combination()
    renderer = Renderer(RICH, cache_bytes=200_000)  # too small for all
    for start in range(0, len(entries), 7):
        told = feed(*entries[start : start + 30], path=f"topics/t-{start}", title=f"T {start}")
        later = replace(told, updated=told.updated.replace(year=2027))
        for one in (told, later, told):
            assert _assembled(renderer, one, suffix) == _whole(RICH, one, suffix)


@pytest.mark.parametrize("suffix", FORMATS)
def test_without_content_an_entry_is_printed_as_if_it_had_none(suffix: str) -> None:
    form = FORMATS[suffix](BARE)
    entries = every_combination()
    bare = [replace(one, content="") for one in entries]
    assert form.fragments(entries, full=False) == form.fragments(bare, full=True)


def test_years_have_four_digits_in_rss() -> None:
    # .NET writes 0001-01-01 for "no date"; feedgen would write the year as "1".
    ancient = EPOCH.replace(year=1)
    body = _assembled(Renderer(BARE), feed(entry(1, published=ancient, updated=ancient)), "rss")
    assert b"<pubDate>Thu, 01 Jan 0001 00:00:00 +0000</pubDate>" not in body
    assert b"<pubDate>Mon, 01 Jan 0001 00:00:00 +0000</pubDate>" in body
    assert b"<lastBuildDate>Mon, 01 Jan 0001 00:00:00 +0000</lastBuildDate>" in body
