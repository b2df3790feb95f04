"""Old feeds: what their entries say, and which of our addresses get their GUIDs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from feedmill.errors import InputError
from feedmill.model.seed import EntryId, Seed
from feedmill.sites import OldEntry, adopt, read_feed

DAY = datetime(2024, 5, 1, tzinfo=UTC)
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)

RSS = b"""<?xml version="1.0"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
<atom:link href="https://x.org/feed.xml" rel="self"/><link>https://x.org/</link>
<item><title>A &amp;amp; &lt;b&gt;B&lt;/b&gt;</title><link>/a/</link><guid isPermaLink="false">urn:x:a</guid>
<pubDate>Wed, 01 May 2024 14:00:00 +0200</pubDate></item>
<item><title>P</title><guid>https://x.org/p/</guid></item>
<item><title>L</title><link>https://x.org/l/</link></item>
</channel></rss>"""

ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://x.org/blog/"><!-- c -->
<entry><id>tag:x.org,2024:a</id><title type="html">A &lt;i&gt;b&lt;/i&gt;</title>
<link rel="self" href="self"/><link href="a/"/><published>2024-05-01T12:00:00Z</published></entry>
<entry><id>urn:x:b</id><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">B <b>c</b></div></title>
<link rel="alternate" href="https://[bad/"/><updated>2024-05-01T12:00:00Z</updated></entry>
</feed>"""

RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><link>https://x.org/</link></channel>
<item rdf:about="https://x.org/a"><title>A</title><link>https://x.org/a</link><dc:date>2024-05-01</dc:date></item>
</rdf:RDF>"""

JSON = b"""{"version": "https://jsonfeed.org/version/1.1", "items": [
{"id": 7, "url": "a/", "title": "A", "date_published": "2024-05-01T14:00:00+02:00"},
{"id": "urn:x:b", "external_url": "https://y.org/"}, "nothing"]}"""

READ = [
    (
        RSS,
        [
            ("urn:x:a", "https://x.org/a/", "A & B", NOON),
            ("https://x.org/p/", "https://x.org/p/", "P", None),
            ("https://x.org/l/", "https://x.org/l/", "L", None),
        ],
    ),
    (ATOM, [("tag:x.org,2024:a", "https://x.org/blog/a/", "A b", NOON), ("urn:x:b", "", "B c", NOON)]),
    (RDF, [("https://x.org/a", "https://x.org/a", "A", DAY)]),
    (JSON, [("7", "https://x.org/feed/a/", "A", NOON), ("urn:x:b", "https://y.org/", "", None)]),
]


@pytest.mark.parametrize(("data", "entries"), READ, ids=["rss", "atom", "rdf", "json"])
def test_each_format(data: bytes, entries: list[tuple[str, str, str, datetime | None]]) -> None:
    found = read_feed("old", data, "https://x.org/feed/")
    assert [(each.guid, each.link, each.title, each.published) for each in found] == entries


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<rss><channel>", "old:1:15: is neither JSON nor well-formed XML"),
        (b"<html/>", "old: is no RSS, Atom or JSON Feed, but <html>"),
        (b'{"items": {}}', "old: has no items"),
        (b'{"items": [', "old: is no JSON"),
        (b"", "old:1:1: is neither JSON nor well-formed XML"),
    ],
)
def test_what_is_no_feed(data: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_feed("old", data)
    assert str(caught.value).startswith(message)


def test_no_entity_is_followed() -> None:
    data = (
        b'<!DOCTYPE rss [<!ENTITY e SYSTEM "file:///etc/hostname"><!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
        b"<rss><channel><item><title>T&e;&b;</title><guid>urn:x:a</guid></item></channel></rss>"
    )
    (entry,) = read_feed("old", data)
    assert entry.title == "T&e;&b;"


def seed(link: str, title: str = "A", published: datetime | None = DAY) -> Seed:
    return Seed(path=f"{link}.md", id=EntryId("urn:x"), title=title, link=link, published=published)


def old(
    guid: str, link: str = "", title: str = "", published: datetime | None = None, feed: str = "f"
) -> OldEntry:
    return OldEntry(feed=feed, guid=guid, link=link, title=title, published=published)


A, B = "https://x.org/a/", "https://x.org/b/"

MATCHES = [
    ("by link", old("urn:o", A), A),
    ("another scheme, port, host's case, slash", old("urn:o", "http://X.org:80/a"), A),
    ("an index, a fragment, tracking", old("urn:o", A + "index.html?utm_source=rss#top"), A),
    ("by title and date", old("urn:o", "https://old.org/1", " a ", NOON), A),
    ("the link before the title", old("urn:o", B, "A", DAY), B),
    ("a title without a date", old("urn:o", "", "A"), None),
    ("a title on another day", old("urn:o", "", "A", datetime(2024, 5, 3, tzinfo=UTC)), None),
    ("a title that two have", old("urn:o", "", "Twin", DAY), None),
    ("another query", old("urn:o", A + "?p=1"), None),
    ("nothing", old("urn:o"), None),
]


@pytest.mark.parametrize(("entry", "address"), [each[1:] for each in MATCHES], ids=[m[0] for m in MATCHES])
def test_which_entry_it_is(entry: OldEntry, address: str | None) -> None:
    seeds = [seed(A), seed(B, "B"), seed("https://x.org/1", "Twin"), seed("https://x.org/2", "Twin")]
    found = adopt([[entry]], seeds, {})
    assert found.ids == (((address, "urn:o"),) if address else ())
    assert found.unmatched == (() if address else (entry,))
    assert found.faults == ()


FAULTS = [
    ("a GUID that is no IRI", [[old("7 at x.org", A)]], {}, {}, "'7 at x.org' of https://x.org/a/ is no IRI"),
    ("none", [[old("", "", "A", DAY)]], {}, {}, "is no IRI"),
    (
        "one for two addresses",
        [[old("urn:o", A), old("urn:o", B)]],
        {},
        {A: "urn:o"},
        "urn:o stands for https://x.org/a/ and for https://x.org/b/",
    ),
    (
        "two for one address",
        [[old("urn:o", A)], [old("urn:p", A, feed="g")]],
        {},
        {A: "urn:o"},
        "g: https://x.org/a/ has the GUID urn:o already; urn:p is left out",
    ),
    ("known before", [[old("urn:p", A)]], {A: "urn:o"}, {A: "urn:o"}, "has the GUID urn:o already"),
    ("known elsewhere", [[old("urn:o", B)]], {A: "urn:o"}, {A: "urn:o"}, "urn:o stands for https://x.org/a/"),
]


@pytest.mark.parametrize(
    ("feeds", "known", "ids", "message"), [each[1:] for each in FAULTS], ids=[each[0] for each in FAULTS]
)
def test_what_is_reported(
    feeds: list[list[OldEntry]], known: dict[str, str], ids: dict[str, str], message: str
) -> None:
    found = adopt(feeds, [seed(A), seed(B, "B")], known)
    assert dict(found.ids) == ids
    (fault,) = found.faults
    assert message in fault


def test_an_entry_in_two_feeds_is_one() -> None:
    gone = old("urn:gone", "https://x.org/gone/")
    found = adopt([[old("urn:o", A), gone], [old("urn:o", A), gone]], [seed(A)], {})
    assert (found.ids, found.unmatched, found.faults) == (((A, "urn:o"),), (gone,), ())
