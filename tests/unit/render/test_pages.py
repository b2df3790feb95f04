"""The pages: valid, complete, safe with any text, relative, within their size, and always the same bytes."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from conformance import html
from conformance.samples import BARE, DIRECTORY, EPISODE, FEEDS, NOON, RICH, entry, feed, feeds, sites, topic
from feedmill.model.feed import Directory, Feed, FeedRow
from feedmill.model.instant import EPOCH
from feedmill.model.seed import Image
from feedmill.model.site import Site
from feedmill.model.slug import TermKey, term_slug
from feedmill.model.taxonomy import Kind, Term
from feedmill.render.fragments import Fragments
from feedmill.render.pages import Pages
from feedmill.render.theme import content_security_policy

ACME = Term(kind=Kind.PROVIDER, key=TermKey("acme"), label="Acme & <Sons>", slug=term_slug(TermKey("acme")))
FULL = entry(
    7,
    title='Tom & "Jerry" <script>alert(1)</script>',
    summary="1 < 2",
    provider=ACME,
    topics=(topic("Artificial Intelligence"),),
    images=(Image(url="https://img.example.org/a.png?x&y", width=640, height=480, title="A <b>"),),
)
HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}'--><!--"


@cache
def of(site: Site) -> Pages:
    """The pages of a site: made once, since Jinja compiles each template anew for each of them."""
    return Pages(site, {})


def page(one: Feed, site: Site = BARE) -> str:
    return of(site).render_feed(one).decode()


@pytest.mark.parametrize("name", FEEDS)
def test_a_page_is_valid(name: str) -> None:
    site, one = FEEDS[name]
    assert html.faults(Pages(site, {}).render_feed(one)) == []


@pytest.mark.parametrize("site", [BARE, RICH])
@pytest.mark.parametrize("formats", [("rss", "atom", "json", "html"), ("atom", "html"), ("html",)])
def test_the_index_is_valid(site: Site, formats: tuple[str, ...]) -> None:
    assert html.faults(of(site).render_index(replace(DIRECTORY, formats=formats))) == []
    assert html.faults(of(site).render_index(Directory(rows=(), formats=formats))) == []
    assert (
        html.faults(Pages(site, {}).render_index(Directory(rows=DIRECTORY.rows[:1], formats=formats))) == []
    )


@given(site=sites(), one=feeds(hostile=True))
@settings(max_examples=40)
def test_no_text_can_break_a_page(site: Site, one: Feed) -> None:
    assert html.faults(of(site).render_feed(one)) == []


def test_every_text_is_escaped_everywhere() -> None:
    term = replace(ACME, label=HOSTILE)
    image = Image(url="https://i.example.org/" + HOSTILE, title=HOSTILE)
    bad = entry(1, link="https://e.org/" + HOSTILE, title=HOSTILE, summary=HOSTILE + "!", provider=term)
    bad = replace(bad, topics=(replace(topic("x"), label=HOSTILE),), images=(image,))
    site = replace(RICH, title=HOSTILE, description=HOSTILE, rights=HOSTILE, author=HOSTILE, language="en")
    rows = tuple(replace(row, title=HOSTILE, description=HOSTILE + "!") for row in DIRECTORY.rows)
    pages = Pages(site, {})
    for body in (
        pages.render_feed(feed(bad, title=HOSTILE, description=HOSTILE + "!")),
        pages.render_index(replace(DIRECTORY, rows=rows)),
    ):
        assert html.faults(body) == []
        assert body.count(b"<script>") == body.count(b"<script") - 1 == 1  # ours, and the page's JSON-LD
        assert b"{{ 7 * 7 }}" in body  # shown, not run


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//e.org/", "vbscript:x", ""])
def test_only_web_addresses_become_links(address: str) -> None:
    bad = replace(FULL, link=address, images=(Image(url=address),))
    site = replace(BARE, icon=address, author="A", author_url=address)
    checked = html.checked(Pages(site, {}).render_feed(feed(bad)))
    assert checked.faults == []
    assert address not in checked.addresses
    assert "Tom" in "".join(checked.text)


def test_a_feed_page_says_what_a_person_wants_to_know() -> None:
    shown = page(feed(FULL, title="AI", description="All about it", formats=("rss", "atom", "json", "html")))
    text = " ".join("".join(html.checked(shown.encode()).text).split())
    for wanted in ("AI", "All about it", "1 entry", "21 Nov 2026", "Acme & <Sons>", "1 < 2", "Subscribe"):
        assert wanted in text
    assert '<time datetime="2026-11-21T19:00:00Z">21 Nov 2026</time>' in shown
    for relative in ("../topics/ai.rss", "../topics/ai.atom", "../providers/acme.html", "../index.html"):
        assert f'href="{relative}"' in shown
    assert f'href="../{FULL.topics[0].path}.html"' in shown
    for suffix, kind in (("rss", "rss+xml"), ("atom", "atom+xml"), ("json", "feed+json")):
        address = f"https://feeds.example.org/topics/ai.{suffix}"
        assert re.search(
            f'<link rel="alternate" type="application/{re.escape(kind)}" [^>]*href="{address}"', shown
        )
        assert f'data-copy="{address}"' in shown
    assert '<link rel="canonical" href="https://feeds.example.org/topics/ai.html">' in shown


def test_a_picture_is_lazy_sized_and_tells_nobody_who_looks() -> None:
    shown = page(feed(FULL))
    tag = re.search("<img[^>]*>", shown)
    assert tag
    assert tag[0] == (
        '<img src="https://img.example.org/a.png?x&amp;y" alt="A &lt;b&gt;" width="640" height="480" '
        'loading="lazy" decoding="async" referrerpolicy="no-referrer">'
    )
    unsized = page(feed(replace(FULL, images=(Image(url="https://img.example.org/a.png", width=5),))))
    assert 'alt="" loading' in unsized
    assert 'aria-hidden="true"><img' in unsized  # a link without a name is hidden, since the title is one


def test_characters_that_no_document_can_carry_are_dropped() -> None:
    bad = replace(FULL, title="a\0b\ud800c\x1b", summary="\x08")
    shown = page(feed(bad, title="\x0bT\ufffe", description="\0"))
    assert ">abc</a>" in shown
    assert '<h1 dir="auto">T</h1>' in shown
    assert not re.search("[\0-\x08\x0b\x1b\ufffe]", shown)
    assert 'class="summary"' not in shown
    assert '<h1 dir="auto">topics/ai</h1>' in page(feed(title="\0"))
    row = replace(DIRECTORY.rows[2], title="\0", description="\x08b")
    index = of(BARE).render_index(replace(DIRECTORY, rows=(row,))).decode()
    assert 'dir="auto">topics/ai</a>' in index
    assert not re.search("[\0-\x08]", index)


def test_only_the_first_picture_and_never_the_content_is_shown() -> None:
    images = (*FULL.images, Image(url="https://img.example.org/second.png"))
    shown = page(feed(replace(FULL, images=images, content="<p>whole article</p>")))
    assert "second.png" not in shown
    assert "whole article" not in shown


def test_an_empty_feed_says_so_and_can_be_subscribed_to() -> None:
    shown = page(feed(formats=("rss", "html")))
    assert "No entries right now" in shown
    assert "https://feeds.example.org/topics/ai.rss" in shown
    assert "1970" not in shown


def test_links_fit_the_depth_of_the_page() -> None:
    shown = page(feed(FULL, kind=Kind.ALL, path="all"))
    assert "../" not in shown
    assert 'href="topics/artificial-intelligence.html"' in shown


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("", ' dir="auto"'),
        ("de-AT", ' lang="de-AT" dir="ltr"'),
        ("ar", ' lang="ar" dir="rtl"'),
        ("az-Arab-IR", ' lang="az-Arab-IR" dir="rtl"'),
        ("fa-Latn", ' lang="fa-Latn" dir="ltr"'),
    ],
)
def test_an_entry_is_shown_in_its_language(language: str, said: str) -> None:
    shown = page(feed(entry(1, summary="Words", language=language)))
    assert f"<h3{said}>" in shown
    assert f'<p class="summary"{said}>Words</p>' in shown


def test_a_page_runs_the_way_of_the_site_s_language() -> None:
    assert '<html lang="he" dir="rtl">' in page(feed(), replace(BARE, language="he"))


def test_links_to_feeds_of_any_script_are_percent_encoded() -> None:
    shown = page(feed(entry(1, topics=(topic("München"), topic("C++"), topic("Q&A")))))
    assert 'href="../topics/m%C3%BCnchen.html"' in shown
    assert 'href="../topics/c%2B%2B.html"' in shown
    assert 'href="../topics/q&amp;a.html"' in shown


def test_every_link_within_the_site_is_relative() -> None:
    pages = Pages(RICH, {})
    bodies = pages.render_feed(feed(FULL, formats=("rss", "html"))), pages.render_index(DIRECTORY)
    for body in bodies:
        for link in re.findall(r"<a [^>]*href=\"([^\"]*)\"", body.decode()):
            assert not unescape(link).startswith(RICH.url), link


def test_the_index_lists_every_feed_with_count_date_and_formats() -> None:
    shown = of(BARE).render_index(DIRECTORY).decode()
    for wanted in (
        '<a class="name" href="topics/ai.html" dir="auto">AI</a>',
        "900 entries",
        '<time datetime="2026-11-21T12:00:00Z">21 Nov 2026</time>',
        'href="topics/ai.rss"',
        'href="custom/top.atom"',
        'href="feeds.opml" download',
        'href="feeds.json"',
        'id="topic"',
        'id="custom"',
        'type="text/x-opml"',
        "https://feeds.example.org/all.rss",
    ):
        assert wanted in shown, wanted
    assert 'id="provider"' not in shown
    assert "1970" not in shown


def test_the_index_has_each_format_that_there_is_and_no_other() -> None:
    shown = Pages(BARE, {}).render_index(replace(DIRECTORY, formats=("atom", "html"))).decode()
    assert ".atom" in shown
    assert ".rss" not in shown


def test_past_max_bytes_the_oldest_entries_are_dropped() -> None:
    entries = tuple(entry(n, summary="word " * 100) for n in range(40, 0, -1))
    limit = len(page(feed(*entries)).encode()) - 15_000
    cut = page(feed(*entries, max_bytes=limit))
    kept = [int(n) for n in re.findall(r"<a href=\"https://example.org/a/(\d+)\?", cut)]
    assert limit - 2000 < len(cut.encode()) <= limit
    assert kept == list(range(40, 40 - len(kept), -1))
    assert f"{len(kept)} entries" in cut


def test_the_oldest_are_dropped_in_whatever_order_they_are_shown() -> None:
    entries = tuple(entry(n, summary="word " * 300) for n in (3, 9, 1, 7))
    size = len(page(feed(*entries)).encode())
    cut = page(feed(*entries, max_bytes=size - 2500))
    assert re.findall(r"<a href=\"https://example.org/a/(\d+)\?", cut) == ["9", "7"]


def test_a_page_has_an_entry_whatever_its_size() -> None:
    cut = page(feed(entry(2), entry(1), max_bytes=10, total=2))
    assert "No entries right now" not in cut
    assert "latest 1 of 2" in cut


@pytest.mark.parametrize("cache_bytes", [3000, 1 << 20])  # a few entries, and all of them
def test_what_was_rendered_before_changes_nothing(cache_bytes: int) -> None:
    fragments = Fragments(cache_bytes)
    pages = Pages(BARE, {}, fragments)
    entries = [replace(FULL, id=entry(n).id) for n in range(9)]
    deep, flat = feed(*entries), feed(*entries, kind=Kind.ALL, path="all")
    edited = feed(*(replace(one, title="New") for one in entries))
    for one in (deep, flat, edited, deep, flat):
        assert pages.render_feed(one) == Pages(BARE, {}).render_feed(one)
        fragments.trim()
    changed = replace(DIRECTORY, rows=(*DIRECTORY.rows[:2], replace(DIRECTORY.rows[2], total=901)))
    for directory in (
        DIRECTORY,
        changed,
        replace(DIRECTORY, formats=("rss", "html")),
        replace(DIRECTORY, rows=DIRECTORY.rows[:1]),
        DIRECTORY,
    ):
        assert pages.render_index(directory) == Pages(BARE, {}).render_index(directory)


def test_a_theme_and_our_own_templates_share_no_fragment() -> None:
    fragments = Fragments()
    one = feed(FULL)
    for theme in ({}, {"entry.html": "<p>{{ entry.title }}</p>"}, {}):
        assert Pages(BARE, theme, fragments).render_feed(one) == Pages(BARE, theme).render_feed(one)


def test_an_index_of_thousands_is_joined_again_not_rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        FeedRow(kind=Kind.TOPIC, path=f"topics/t{n}", title=f"T {n}", description="", total=n, updated=NOON)
        for n in range(3000)
    ]
    pages = Pages(BARE, {})
    pages.render_index(Directory(rows=tuple(rows), formats=("rss", "html")))
    fragments: list[str] = []
    render = pages._fragment

    def counted(template: str, context: Mapping[str, Any]) -> str:
        fragments.append(template)
        return render(template, context)

    monkeypatch.setattr(pages, "_fragment", counted)
    rows[1500] = replace(rows[1500], total=1)
    again = pages.render_index(Directory(rows=tuple(rows), formats=("rss", "html")))
    assert fragments == ["row.html"]
    assert again == Pages(BARE, {}).render_index(Directory(rows=tuple(rows), formats=("rss", "html")))


def test_the_policy_is_in_the_head_and_fits_the_style_and_script() -> None:
    of_index = content_security_policy(index=True)
    feed_page, index = Pages(BARE, {}).render_feed(feed(FULL)), Pages(BARE, {}).render_index(DIRECTORY)
    for body, policy in ((feed_page, content_security_policy()), (index, of_index)):
        assert f'<meta http-equiv="Content-Security-Policy" content="{policy}">'.encode() in body[:1024]
        for tag in (b"style", b"script"):
            found = re.findall(b"<%b>(.*?)</%b>" % (tag, tag), body, re.DOTALL)
            assert len(found) == 1
            assert f"'sha256-{b64encode(sha256(found[0]).digest()).decode()}'" in policy
        assert "unsafe" not in policy
    assert "connect-src" not in content_security_policy()
    assert of_index.replace("connect-src 'self'; ", "").count("'self'") == 1  # pictures
    assert Pages(BARE, {}).policy == content_security_policy()


def test_nothing_is_fetched_but_pictures() -> None:
    body = Pages(RICH, {}).render_feed(feed(FULL, formats=("rss", "html"))).decode()
    fetched = re.findall(r"<(?:script|iframe|object|embed|source|video|audio)[^>]*\bsrc=|@import|url\(", body)
    assert fetched == []
    assert set(re.findall(r'<link rel="([^"]*)"', body)) == {"canonical", "icon", "alternate"}
    assert "apple-touch-icon.png" in Pages(BARE, {}).render_feed(feed(FULL)).decode()  # when it is kept


def test_no_host_of_a_picture_or_a_file_learns_which_page_it_is_on() -> None:
    """Without the origin's header too: what a page says holds for all that it fetches after that."""
    pages = Pages(RICH, {})
    bodies = (
        pages.render_feed(feed(FULL, entry(1, episode=EPISODE))),
        pages.render_index(DIRECTORY),
        pages.render_missing(404),
    )
    for body in bodies:
        before, said, after = body.partition(b'<meta name="referrer" content="no-referrer">')
        assert said
        assert not re.search(rb"\b(?:href|src)=", before)
        assert b"</head>" in after


def test_dates_do_not_depend_on_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    monkeypatch.setenv("LC_ALL", "C")
    ancient = entry(1, published=EPOCH.replace(year=999), updated=EPOCH.replace(year=999))
    assert '<time datetime="0999-01-01T00:00:00Z">1 Jan 999</time>' in page(feed(ancient))


def test_words_in_other_scripts_are_laid_out_by_themselves() -> None:
    shown = page(feed(entry(1, title="שלום", summary="مرحبا")), site=replace(BARE, language="he"))
    assert '<html lang="he" dir="rtl">' in shown
    assert '<h3 dir="auto">' in shown
    assert '<p class="summary" dir="auto">' in shown


def test_templates_are_in_the_package(root: Path) -> None:
    folder = root / "src/feedmill/render/templates"
    names = {file.name for file in folder.iterdir()}
    assert names >= {
        "base.html",
        "feed.html",
        "index.html",
        "entry.html",
        "row.html",
        "style.css",
        "script.js",
    }
    assert all(file.is_file() for file in folder.iterdir())  # plain names: the loader opens no folder
