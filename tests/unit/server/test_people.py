"""What a browser gets: pages where nothing is, feeds by their style sheet; programs get what they had."""

from __future__ import annotations

from dataclasses import replace

import brotli
import pytest

from wire import BODY, House

PERSON = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PAGE = b"<!doctype html><html><head><title>404</title></head><body>Nothing here" + b" " * 300


@pytest.fixture
def people(house: House) -> House:
    """A site with pages for people."""
    for name, body in (
        ("404.html", PAGE),
        ("410.html", PAGE.replace(b"404", b"410")),
        ("feed.css", b"feed {}"),
    ):
        house.site.put(name, body)
    house.site.put("topics/old.rss", BODY)
    house.publish()
    house.site.retire("topics/old.rss")
    house.publish()
    return house


@pytest.mark.parametrize(("target", "status"), [("/nowhere", 404), ("/topics/old.rss", 410)])
def test_nothing_is_a_page_for_people_and_a_line_for_programs(
    people: House, target: str, status: int
) -> None:
    page = people.ask(target, **PERSON)
    assert page.status == status
    assert page.body == PAGE.replace(b"404", str(status).encode())
    assert page["content-type"] == "text/html; charset=utf-8"
    assert page["content-security-policy"].endswith("frame-ancestors 'none'")
    assert page["referrer-policy"] == "no-referrer"
    assert page.get("etag") is None
    line = people.ask(target, Accept="application/rss+xml, */*;q=0.1")
    assert (line.status, line["content-type"]) == (status, "text/plain; charset=utf-8")
    for answer in (page, line):
        assert answer["vary"] == "Accept, Accept-Encoding"
        assert answer["cache-control"] == "public, max-age=60"
    head = people.ask(target, method="HEAD", **PERSON)
    assert (head.status, head.headers, head.body) == (status, page.headers, b"")
    packed = people.ask(target, Accept_Encoding="br", **PERSON)
    assert packed["content-encoding"] == "br"
    assert brotli.decompress(packed.body) == page.body


def test_where_the_site_has_no_page_of_nothing_everybody_gets_the_line(house: House) -> None:
    reply = house.ask("/nowhere", **PERSON)
    assert (reply.status, reply["content-type"]) == (404, "text/plain; charset=utf-8")
    assert reply["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("suffix", ["rss", "atom"])
def test_a_browser_that_opens_a_feed_gets_its_bytes_under_a_type_that_it_shows(
    people: House, suffix: str
) -> None:
    plain = people.ask(f"/all.{suffix}")
    opened = people.ask(f"/all.{suffix}", Sec_Fetch_Dest="document")
    assert plain["content-type"] == f"application/{suffix}+xml; charset=utf-8"
    assert opened["content-type"] == "application/xml; charset=utf-8"
    assert opened.body == plain.body
    assert opened["etag"] != plain["etag"]
    assert opened["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    for answer in (plain, opened):
        assert answer["vary"] == "Accept-Encoding, Sec-Fetch-Dest"
    again = people.ask(f"/all.{suffix}", Sec_Fetch_Dest="document", If_None_Match=opened["etag"])
    assert again.status == 304
    assert people.ask(f"/all.{suffix}", If_None_Match=opened["etag"]).status == 200


def test_other_documents_are_opened_as_what_they_are(people: House) -> None:
    for target, kind in (
        ("/all.json", "application/feed+json"),
        ("/all.html", "text/html"),
        ("/feed.css", "text/css"),
    ):
        opened = people.ask(target, Sec_Fetch_Dest="document")
        assert opened["content-type"] == f"{kind}; charset=utf-8"
        assert opened["etag"] == people.ask(target)["etag"]
        assert opened["vary"] == "Accept-Encoding"


def test_where_there_is_no_style_sheet_a_feed_is_what_it_always_was(house: House) -> None:
    opened = house.ask("/all.rss", Sec_Fetch_Dest="document")
    assert opened["content-type"] == "application/rss+xml; charset=utf-8"
    assert opened["vary"] == "Accept-Encoding"


def test_a_page_that_may_hold_what_was_taken_down_is_not_shown(people: House) -> None:
    people.origin.install(replace(people.site.generation(), suspended=frozenset({"404.html"})))
    assert people.ask("/nowhere", **PERSON)["content-type"] == "text/plain; charset=utf-8"
