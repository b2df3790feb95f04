"""feeds.json and OPML: what they say, and that what is remembered changes no byte."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.common import parse_xml
from conformance.samples import BARE, DIRECTORY, FORMATS, NOON, RICH, SUMMARY, TITLE
from feedmill.model.feed import Directory, FeedRow
from feedmill.model.instant import EPOCH
from feedmill.model.taxonomy import Kind
from feedmill.render.listing import Listing


def test_feeds_json_is_exactly_this() -> None:
    directory = Directory(rows=DIRECTORY.rows[1:], formats=("rss", "atom", "json", "html"))
    assert Listing(BARE).feeds_json(directory).decode() == (
        "{\n"
        '"site": {"title":"Seeds","url":"https://feeds.example.org/"},\n'
        '"feeds": [\n'
        '{"kind":"custom","slug":"top","title":"Top","entries":2,"updated":"1970-01-01T00:00:00Z",'
        '"html":"https://feeds.example.org/custom/top.html","rss":"https://feeds.example.org/custom/top.rss",'
        '"atom":"https://feeds.example.org/custom/top.atom","json":"https://feeds.example.org/custom/top.json"},\n'
        '{"kind":"topic","slug":"ai","title":"AI","entries":900,"updated":"2026-11-21T12:00:00Z",'
        '"html":"https://feeds.example.org/topics/ai.html","rss":"https://feeds.example.org/topics/ai.rss",'
        '"atom":"https://feeds.example.org/topics/ai.atom","json":"https://feeds.example.org/topics/ai.json"}\n'
        "]\n"
        "}\n"
    )


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_feeds_json_has_a_feed_for_each_row(count: int) -> None:
    told = json.loads(Listing(RICH).feeds_json(replace(DIRECTORY, rows=DIRECTORY.rows[:count])))
    assert told["site"] == {"title": RICH.title, "url": RICH.url}
    assert [feed["slug"] for feed in told["feeds"]] == ["all", "top", "ai"][:count]


def test_only_published_formats_have_addresses() -> None:
    told = json.loads(Listing(BARE).feeds_json(replace(DIRECTORY, formats=("atom",))))
    assert set(told["feeds"][0]) == {"kind", "slug", "title", "entries", "updated", "atom"}


def test_opml_is_exactly_this() -> None:
    assert Listing(RICH).opml(replace(DIRECTORY, rows=DIRECTORY.rows[:2])).decode() == (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<opml version="2.0">\n'
        "  <head>\n"
        "    <title>Grüße &amp; &lt;Seeds&gt;</title>\n"
        "    <dateCreated>Sat, 21 Nov 2026 12:00:00 +0000</dateCreated>\n"
        "    <dateModified>Sat, 21 Nov 2026 12:00:00 +0000</dateModified>\n"
        "  </head>\n"
        "  <body>\n"
        '    <outline text="Collections">\n'
        '      <outline type="rss" text="Top" title="Top"'
        ' description="1 &lt; 2 &amp;&amp; 3 &gt; 2; &lt;b&gt;not bold&lt;/b&gt; – naïve ☃ 🌱"'
        ' xmlUrl="https://feeds.example.org/sub/custom/top.atom"'
        ' htmlUrl="https://feeds.example.org/sub/custom/top.html"/>\n'
        "    </outline>\n"
        "  </body>\n"
        "</opml>\n"
    )


@pytest.mark.parametrize(
    ("formats", "suffix"),
    [(FORMATS, "atom"), (("rss", "json"), "rss"), (("json", "html"), "json"), (("html",), None)],
)
def test_an_outline_points_to_atom_else_rss(formats: tuple[str, ...], suffix: str | None) -> None:
    opml = parse_xml(Listing(BARE).opml(Directory(rows=DIRECTORY.rows[:1], formats=formats)))
    told = [outline.get("xmlUrl") for outline in opml.iter("outline")]
    assert told == ([f"https://feeds.example.org/all.{suffix}"] if suffix else [])


def test_an_outline_says_what_was_written() -> None:
    opml = parse_xml(Listing(BARE).opml(DIRECTORY))
    outlines = list(opml.iter("outline"))
    assert [outline.get("text") for outline in outlines] == ["Collections", "Top", "Topics", "AI"]
    assert outlines[1].get("description") == SUMMARY
    assert [len(outline) for outline in outlines] == [1, 0, 1, 0], "each group has its feeds"


def test_everything_is_listed_where_there_is_nothing_else() -> None:
    opml = parse_xml(Listing(BARE).opml(replace(DIRECTORY, rows=DIRECTORY.rows[:1])))
    assert [outline.get("text") for outline in opml.iter("outline")] == [TITLE]


def test_hostile_titles_do_not_kill_the_lists() -> None:
    row = replace(DIRECTORY.rows[0], title="a\x00\x1b\ufffe\ud800b\nc")
    directory = replace(DIRECTORY, rows=(row,))
    (outline,) = parse_xml(Listing(BARE).opml(directory)).iter("outline")
    assert outline.get("text") == "ab c"
    assert json.loads(Listing(BARE).feeds_json(directory))["feeds"][0]["title"] == "ab\nc"


def _row(number: int, total: int) -> FeedRow:
    return FeedRow(
        kind=Kind.TOPIC,
        path=f"topics/t-{number}",
        title=f"T {number}",
        description="",
        total=total,
        updated=NOON if total % 2 else EPOCH,
    )


def _rows(totals: dict[int, int]) -> tuple[FeedRow, ...]:
    return tuple(_row(number, totals.get(number, 1)) for number in range(200) if totals.get(number, 1))


_directories = st.builds(
    Directory,
    # Some of 200 rows are others than before, or gone.
    rows=st.dictionaries(st.integers(0, 199), st.integers(0, 3), max_size=6).map(_rows),
    formats=st.sampled_from([FORMATS, FORMATS, ("rss",)]),
)


@given(st.lists(_directories, max_size=4))
def test_what_was_listed_before_changes_no_byte(directories: Sequence[Directory]) -> None:
    listing = Listing(BARE)
    for directory in directories:
        assert listing.feeds_json(directory) == Listing(BARE).feeds_json(directory)
        assert listing.opml(directory) == Listing(BARE).opml(directory)
