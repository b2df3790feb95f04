"""Sites, entries and feeds to render: made by hand where a test names them, by hypothesis elsewhere."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from feedmill.model.feed import Byline, Directory, Entry, Feed, FeedRow
from feedmill.model.instant import EPOCH
from feedmill.model.podcast import Chapter, Enclosure, Episode, Person, Podcast, Transcript
from feedmill.model.seed import EntryId, Image, Related
from feedmill.model.site import Site
from feedmill.model.slug import TermKey, term_key, term_slug
from feedmill.model.taxonomy import Kind, Term

FORMATS = ("rss", "atom", "json")
BARE = Site(title="Seeds", url="https://feeds.example.org/", id="https://feeds.example.org/")
RICH = Site(
    title="Grüße & <Seeds>",
    url="https://feeds.example.org/sub/",
    id="tag:example.org,2026:mill",
    description="All of it, daily.",
    language="de-CH",
    author='Åsa "Q" O\'Neill',
    author_email="asa@example.org",
    author_url="https://example.org/asa?a=1&b=2",
    icon="https://feeds.example.org/icon.png",
    rights="© 2026 <nobody>",
    ttl=60,
)
NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
TITLE = 'List<T> & "friends" – it’s'
SUMMARY = "1 < 2 && 3 > 2; <b>not bold</b> – naïve ☃ 🌱"
CONTENT = (
    '<p>Tom &amp; Jerry: <a href="https://example.org/?a=1&amp;b=2">a ]]&gt; b</a></p>'
    "\n\n  <entry>\n<pre>x &lt; y</pre>"
)

EPISODE = Episode(
    enclosure=Enclosure(url="https://e.org/1.mp3?a=1&b=2", type="audio/mpeg", length=24986239, title="<1>"),
    duration=3723,
    number="12",
    season=2,
    type="bonus",
    explicit=False,
    chapters_url="https://e.org/1.json?a&b",
    chapters=(Chapter(start=0, title="Intro & <hello>"), Chapter(start=3661, title="End")),
    transcripts=(Transcript(url="https://e.org/1.vtt?a&b", type="text/vtt"),),
    people=(
        Person(name="Ann & <Bob>"),
        Person(
            name="Cy", role="guest", group="cast", url="https://e.org/cy?a&b", image="https://e.org/c.jpg"
        ),
    ),
    image="https://e.org/1.png?a&b",
)
SHOW = Podcast(
    image="https://e.org/cover.jpg?a&b",
    categories=(
        ("Technology", ""),
        ("Society & Culture", "Documentary"),
        ("Society & Culture", "Philosophy"),
    ),
    explicit=True,
    author="Jane & <John>",
    owner_name="Jane",
    owner_email="jane@example.org",
    type="serial",
    complete=True,
    guid="917393e3-1b1e-5cef-ace4-edaa54e1f810",
    funding_url="https://e.org/give?a&b",
    funding_text="Give & <take>",
    txt=(("verify", "abc & <d>"),),
)


def topic(label: str) -> Term:
    """Return the topic of that label under its natural slug."""
    key = TermKey(term_key(label))
    return Term(kind=Kind.TOPIC, key=key, label=label, slug=term_slug(key))


def entry(number: int, **facts: Any) -> Entry:
    """Return an entry with the least there can be: newer by an hour with each `number`."""
    at = NOON + timedelta(hours=number)
    defaults: dict[str, Any] = {
        "id": EntryId(f"urn:uuid:00000000-0000-5000-8000-{number:012}"),
        "link": f"https://example.org/a/{number}?x=1&y=2",
        "title": f"Entry {number}",
        "published": at,
        "updated": at,
    }
    return Entry(**{**defaults, **facts})


OPTIONS: tuple[dict[str, Any], ...] = (
    {"summary": SUMMARY, "language": "ar-EG"},
    {"content": CONTENT},
    {"authors": (Byline(name="Ann & Bob", url="https://example.org/ann"), Byline(name="Łukasz <l>"))},
    {"topics": (topic("Artificial Intelligence"), topic("C++ & <C#>"))},
    {"images": (Image(url="https://example.org/1.png?a&b", width=640, height=480, title="One"),)},
    {
        "images": (Image(url="https://example.org/2.png", width=1), Image(url="https://example.org/3.gif")),
        "episode": EPISODE,
    },
    {"related": (Related(title="More <here>", link="https://example.org/more?a&b"),)},
    {"title": TITLE, "updated": NOON + timedelta(days=9), "id": EntryId("tag:example.org,2026:x&y")},
)


def every_combination() -> tuple[Entry, ...]:
    """Return an entry for every subset of the optional facts."""
    chosen = itertools.chain.from_iterable(
        itertools.combinations(OPTIONS, size) for size in range(len(OPTIONS) + 1)
    )
    made = []
    for number, options in enumerate(chosen):
        facts: dict[str, Any] = {key: value for option in options for key, value in option.items()}
        if "id" in facts:
            facts["id"] = EntryId(f"{facts['id']}{number}")
        made.append(entry(number, **facts))
    return tuple(reversed(made))


def feed(*entries: Entry, **facts: Any) -> Feed:
    """Return the topic feed of `entries`."""
    defaults: dict[str, Any] = {
        "kind": Kind.TOPIC,
        "path": "topics/ai",
        "id": "urn:uuid:5f0b0c2e-6f63-5a8c-a9f6-2f6e5b0f7a11",
        "title": "Artificial Intelligence",
        "description": "",
        "entries": entries,
        "updated": max((one.updated for one in entries), default=EPOCH),
        "formats": FORMATS,
    }
    return Feed(**{**defaults, **facts})


FEEDS: dict[str, tuple[Site, Feed]] = {
    "bare": (BARE, feed(entry(1))),
    "empty": (BARE, feed()),
    "empty rich": (RICH, feed(description="Was <full> once", formats=(*FORMATS, "html"))),
    "every combination": (BARE, feed(*every_combination(), max_bytes=1 << 30)),
    "every combination, rich": (
        RICH,
        feed(*every_combination(), title=TITLE, description=SUMMARY, formats=(*FORMATS, "html")),
    ),
    "cut to summaries": (RICH, feed(*every_combination(), max_bytes=150_000)),
    "cut short": (BARE, feed(*every_combination(), max_bytes=20_000)),
    "ancient": (BARE, feed(entry(1, published=EPOCH.replace(year=1), updated=EPOCH.replace(year=999)))),
}

DIRECTORY = Directory(
    rows=(
        FeedRow(kind=Kind.ALL, path="all", title=TITLE, description="", total=3, updated=NOON),
        FeedRow(
            kind=Kind.CUSTOM, path="custom/top", title="Top", description=SUMMARY, total=2, updated=EPOCH
        ),
        FeedRow(kind=Kind.TOPIC, path="topics/ai", title="AI", description="", total=900, updated=NOON),
    ),
    formats=(*FORMATS, "html"),
)

# Everything that XML can carry; what it cannot is `hostile`'s.
_fit = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
_any = st.characters()


def _naive(year: int) -> datetime:
    return EPOCH.replace(year=year, tzinfo=None)


_instants = st.datetimes(min_value=_naive(1000), max_value=_naive(9999), timezones=st.just(UTC)).map(
    lambda instant: instant.replace(microsecond=0)
)
_markup = st.sampled_from(
    ["<entry>", "  <item>\n", "]]>", "&amp;", "</feed>\n", "</channel>", "\n", "\r\n", "\t", '"', "🌱"]
)


def _words(characters: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Text of which something is left to read, or nothing: what the stages before hand on."""
    words = st.lists(st.one_of(_markup, st.text(characters, max_size=8)), max_size=4).map("".join)
    return words.map(lambda text: text if text.strip() else "")


def _titles(characters: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return _words(characters).map(lambda text: "t" + text)


_urls = st.integers(0, 9999).map(lambda number: f"https://example.org/{number}?a=1&b=%20")
_images = st.builds(Image, url=_urls, width=st.integers(0, 2000), height=st.integers(0, 2000))


def _episodes(characters: st.SearchStrategy[str]) -> st.SearchStrategy[Episode]:
    types = st.sampled_from(["audio/mpeg", "video/mp4", "application/pdf"])
    return st.builds(
        Episode,
        enclosure=st.builds(
            Enclosure, url=_urls, type=types, length=st.integers(0, 10**9), title=_words(characters)
        ),
        duration=st.integers(0, 10**6),
        number=st.sampled_from(["", "1", "315.5"]),
        season=st.integers(0, 3),
        type=st.sampled_from(["", "full", "trailer", "bonus"]),
        explicit=st.sampled_from([None, True, False]),
        chapters_url=st.one_of(st.just(""), _urls),
        chapters=st.lists(
            st.builds(Chapter, start=st.integers(0, 10**5), title=_titles(characters)), max_size=2
        ).map(tuple),
        transcripts=st.lists(st.builds(Transcript, url=_urls, type=st.just("text/vtt")), max_size=2).map(
            tuple
        ),
        people=st.lists(st.builds(Person, name=_titles(characters), url=_urls), max_size=2).map(tuple),
        image=st.one_of(st.just(""), _urls),
    )


def entries(*, hostile: bool = False) -> st.SearchStrategy[Entry]:
    """Return a strategy for entries; `hostile` ones hold characters that no XML document can carry."""
    characters = _any if hostile else _fit
    return st.builds(
        Entry,
        id=st.uuids().map(lambda number: EntryId(f"urn:uuid:{number}")),
        link=_urls,
        title=_titles(characters),
        published=_instants,
        updated=_instants,
        summary=_words(characters),
        content=_words(characters),
        authors=st.lists(_titles(characters).map(lambda name: Byline(name=name)), max_size=2).map(tuple),
        topics=st.lists(st.sampled_from(["AI", "Go", "C++"]).map(topic), max_size=3, unique=True).map(tuple),
        images=st.lists(_images, max_size=2).map(tuple),
        language=st.sampled_from(["", "de", "zh-Hant-TW", "he"]),
        related=st.lists(st.builds(Related, title=_words(characters), link=_urls), max_size=2).map(tuple),
        episode=st.one_of(st.none(), _episodes(characters)),
    )


def feeds(*, hostile: bool = False, most: int = 3) -> st.SearchStrategy[Feed]:
    """Return a strategy for feeds of up to `most` entries, with ids of their own."""
    characters = _any if hostile else _fit

    def made(listed: list[Entry], title: str, description: str, html: bool) -> Feed:
        formats = (*FORMATS, "html") if html else FORMATS
        return feed(*listed, title=title, description=description, formats=formats)

    return st.builds(
        made,
        st.lists(entries(hostile=hostile), max_size=most, unique_by=lambda one: one.id),
        _titles(characters),
        _words(characters),
        st.booleans(),
    )


def sites() -> st.SearchStrategy[Site]:
    """Return a strategy for sites with any of the optional facts."""
    absent = {key: getattr(BARE, key) for key in ("author", "author_email", "author_url", "icon", "rights")}
    return st.sets(st.sampled_from(sorted(absent))).map(
        lambda gone: replace(RICH, **{key: absent[key] for key in gone})
    )
