"""The renderer: which artifacts there are, whose fault an error is, and that nothing else matters."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from html import escape
from pathlib import Path
from unittest.mock import patch

import pytest

from conformance.samples import BARE, DIRECTORY, FEEDS, FORMATS, RICH, entry, every_combination, feed
from feedmill.errors import RenderError
from feedmill.model.feed import Byline, Entry, Feed
from feedmill.model.seed import EntryId, Image
from feedmill.render import Renderer

TESTS = Path(__file__).parents[2]


def test_a_feed_has_one_artifact_for_each_format_in_order() -> None:
    rendered = list(Renderer(BARE).render_feed(feed(entry(1), formats=("json", "rss", "atom", "html"))))
    assert [artifact.path for artifact in rendered] == [
        "topics/ai.json",
        "topics/ai.rss",
        "topics/ai.atom",
        "topics/ai.html",
    ]
    assert not any(artifact.index for artifact in rendered)
    assert all(artifact.body.endswith(b"\n") for artifact in rendered[:3])


def test_the_directory_has_its_artifacts() -> None:
    renderer = Renderer(BARE)
    rendered = list(renderer.render_directory(DIRECTORY))
    assert sorted(artifact.path for artifact in rendered) == sorted(
        renderer.directory_paths(DIRECTORY.formats)
    )
    assert {artifact.path for artifact in rendered if artifact.index} == {
        *("index.html", "sitemap.xml", "feeds.opml", "feeds.json")
    }
    assert {artifact.path for artifact in rendered if not artifact.spare} == {
        *("index.html", "feeds.opml", "feeds.json")
    }
    rendered = list(renderer.render_directory(replace(DIRECTORY, formats=FORMATS)))
    assert [artifact.path for artifact in rendered] == ["feeds.opml", "feeds.json"]


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_error_names_the_feed_and_the_entry(suffix: str) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - the fault under test
    broken = entry(2, published=naive, updated=naive)
    told = replace(feed(entry(3), entry(1)), entries=(entry(3), broken, entry(1)), formats=(suffix,))
    with pytest.raises(RenderError) as raised:
        list(Renderer(BARE).render_feed(told))
    assert (raised.value.feed, raised.value.entry) == ("topics/ai", broken.id)
    assert str(raised.value).startswith(f"feed topics/ai, entry {broken.id} could not be rendered: ")


def test_an_error_of_the_feed_itself_names_no_entry() -> None:
    for broken in (feed(entry(1), formats=("gopher",)), feed(entry(1), title="", formats=("rss",))):
        with pytest.raises(RenderError) as raised:
            list(Renderer(BARE).render_feed(broken))
        assert (raised.value.feed, raised.value.entry) == ("topics/ai", None)


def test_after_an_error_the_others_are_rendered_as_ever() -> None:
    renderer = Renderer(BARE)
    good = feed(entry(2), entry(1))
    expected = [artifact.body for artifact in renderer.render_feed(good)]
    broken = feed(entry(2), entry(4, id=EntryId("")), entry(1), formats=("atom",))
    with pytest.raises(RenderError):
        list(renderer.render_feed(broken))
    assert [artifact.body for artifact in renderer.render_feed(good)] == expected
    assert [artifact.body for artifact in Renderer(BARE).render_feed(good)] == expected


def recalled(suffix: str, document: bytes, entries: list[Entry | None], wanted: Feed) -> tuple[bytes, int]:
    """Return what a renderer makes of `wanted` that recalled `entries`, and how many of them it printed."""
    renderer = Renderer(BARE)
    form = renderer._format(wanted, suffix)
    with patch.object(form, "fragments", wraps=form.fragments) as fragments:
        renderer.recall(wanted, suffix, document, entries)
        (artifact,) = renderer.render_feed(wanted)
    return artifact.body, sum(len(call.args[0]) for call in fragments.mock_calls)


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_a_published_document_has_is_not_printed_again(suffix: str) -> None:
    old = [entry(n, content="<p>Text.</p>" if n % 2 else "") for n in range(5)]
    (document,) = Renderer(BARE).render_feed(feed(*old, formats=(suffix,)))
    changed = replace(old[3], title="Changed")
    new = feed(entry(9), *old[:3], changed, formats=(suffix,))
    earlier = [*old[:3], None, None]  # one has changed, one has left the feed
    (expected,) = Renderer(BARE).render_feed(new)
    assert recalled(suffix, document.body, earlier, new) == (expected.body, 2)


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_a_published_document_left_out_for_size_is_not_taken_for_the_whole(suffix: str) -> None:
    entries = [entry(n, content="<p>Text.</p>" * 100) for n in range(5)]
    whole = feed(*entries, formats=(suffix,))
    (expected,) = Renderer(BARE).render_feed(whole)
    for limit, printed in ((len(expected.body) - 900, 1), (len(expected.body) // 50, 5)):
        (document,) = Renderer(BARE).render_feed(replace(whole, max_bytes=limit))
        assert len(document.body) < len(expected.body)
        assert recalled(suffix, document.body, list(entries), whole) == (expected.body, printed)


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_is_no_document_is_not_recalled(suffix: str) -> None:
    with pytest.raises(RenderError):
        Renderer(BARE).recall(feed(entry(1)), suffix, b"<p>Not found</p>", [entry(1)])


@pytest.mark.parametrize("unfit", ["\x00\x01\x0b\x1f", "\ufffe", "\uffff", "\ud800", "\x00\udfff\ufffe"])
@pytest.mark.parametrize("suffix", FORMATS)
def test_characters_that_xml_cannot_carry_are_dropped_and_nothing_else(suffix: str, unfit: str) -> None:
    def made(spoil: str) -> bytes:
        spoiled = entry(
            1,
            title=f"a{spoil}b",
            summary=f"c{spoil}d",
            content=f"<p>{spoil}e\x7f</p>",
            authors=(Byline(name=f"f{spoil}g"),),
            images=(Image(url=f"https://example.org/{spoil}1.png"),),
        )
        told = feed(entry(2), spoiled, title=f"h{spoil}i", description=f"{spoil}j", formats=(suffix,))
        (artifact,) = Renderer(replace(BARE, title=f"k{spoil}l")).render_feed(told)
        return artifact.body

    assert made(unfit) == made("")


def test_a_title_of_which_nothing_is_left_becomes_the_link() -> None:
    (artifact,) = Renderer(BARE).render_feed(feed(entry(1, title="\x00"), formats=("atom",)))
    assert b"<title>https://example.org/a/1?x=1&amp;y=2</title>" in artifact.body


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("limit", [250_000, 60_000, 20_000, 3_000])
def test_a_document_past_its_limit_shrinks_until_it_fits(suffix: str, limit: int) -> None:
    entries = tuple(
        replace(one, content=one.content * 20, summary=f"Sum {number}") if number % 3 else one
        for number, one in enumerate(every_combination())
    )
    told = feed(*entries, formats=(suffix,), max_bytes=limit)
    renderer = Renderer(RICH)
    (artifact,) = renderer.render_feed(told)
    (whole,) = renderer.render_feed(replace(told, max_bytes=1 << 30))
    assert limit - 4_000 < len(artifact.body) <= limit < len(whole.body)
    count = {"json": b'{"id":', "rss": b"<guid", "atom": b"<entry"}[suffix]
    kept = artifact.body.count(count)
    assert kept == len(entries) or limit < 250_000
    for one in entries[:kept]:  # the newest stay
        told_id = f'"{one.id}"' if suffix == "json" else f">{escape(one.id)}<"
        assert told_id.encode() in artifact.body


def test_the_memory_of_entries_is_bounded() -> None:
    renderer = Renderer(BARE, cache_bytes=100_000)
    for start in range(0, 500, 50):
        some = tuple(entry(number, content="x" * 500) for number in range(start, start + 50))
        list(renderer.render_feed(feed(*some, formats=("rss", "atom", "json"))))
        assert 0 < renderer._fragments.size <= 100_000
        list(renderer.render_feed(feed(*some, formats=("html",))))
        assert 0 < renderer._fragments.size <= 100_000
        for _ in renderer.render_directory(replace(DIRECTORY, latest=some)):
            assert 0 < renderer._fragments.size <= 100_000


PROGRAM = """
import hashlib, locale, sys
sys.path.insert(0, sys.argv[1])
try:
    locale.setlocale(locale.LC_ALL, "")
except locale.Error:
    pass
from conformance.samples import DIRECTORY, FEEDS
from feedmill.render import Renderer
found = hashlib.blake2b()
for site, feed in FEEDS.values():
    renderer = Renderer(site)
    for artifact in (*renderer.render_feed(feed), *renderer.render_directory(DIRECTORY)):
        found.update(artifact.path.encode() + artifact.body)
print(found.hexdigest())
"""


def test_no_locale_time_zone_or_hash_seed_reaches_a_byte() -> None:
    told = set()
    for extra in (
        {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "7", "TZ": "Pacific/Kiritimati", "LC_ALL": "de_DE.UTF-8"},
        {"PYTHONHASHSEED": "99", "TZ": "America/St_Johns", "LC_ALL": "C.UTF-8"},
    ):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(TESTS)],
            env={**os.environ, **extra},
            capture_output=True,
            text=True,
            check=True,
        )
        told.add(done.stdout)
    assert len(told) == 1


def test_feedgen_is_imported_only_when_xml_is_printed() -> None:
    program = (
        "import sys\n"
        "from feedmill.render import Renderer\n"
        "from feedmill.model.site import Site\n"
        "Renderer(Site(title='t', url='https://example.org/', id='x'))\n"
        "print([name for name in ('feedgen', 'lxml', 'jinja2', 'babel', 'segno') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_each_case_is_rendered_the_same_twice() -> None:
    for site, told in FEEDS.values():
        renderer = Renderer(site)
        once = [artifact.body for artifact in renderer.render_feed(told)]
        assert [artifact.body for artifact in renderer.render_feed(told)] == once
