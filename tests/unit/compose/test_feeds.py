"""Feeds: what they are called and which page they belong to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feedmill.compose import Composer
from feedmill.model.instant import EPOCH
from feedmill.model.settings import CustomSettings, DecodeSettings, FeedSettings, TermSettings
from feedmill.model.site import Site
from feedmill.model.slug import Slug, TermKey
from feedmill.model.taxonomy import ALL, FeedKey, Kind
from feedmill.render.text import home_url
from feedmill.seeds.decode import decode

SITE = Site(title="The {term}", url="https://f.example.org/", id="urn:x")
HOME = "https://www.example.org/"
GO = TermSettings(key=TermKey("go"), label="Go", slug=Slug("golang"), link="https://go.dev/")
SETTINGS = FeedSettings(
    title="{term} · {site}",
    topics=(GO,),
    custom=(CustomSettings(slug=Slug("top"), title="Top", link="https://www.example.org/top/"),),
)
TOPIC = FeedKey(kind=Kind.TOPIC, key="go")
RUST = FeedKey(kind=Kind.TOPIC, key="rust")
TOP = FeedKey(kind=Kind.CUSTOM, key="top")


@pytest.mark.parametrize(
    ("key", "label", "title"),
    [(ALL, "", "The {term}"), (TOP, "", "Top"), (TOPIC, "{site} Go", "{site} Go · The {term}")],
)
def test_a_term_s_feed_is_called_as_feeds_title_says(key: FeedKey, label: str, title: str) -> None:
    composer = Composer(SITE, SETTINGS)
    assert composer.title(composer.spec(key), label) == title
    assert Composer(SITE, FeedSettings()).title(composer.spec(TOPIC), "Go") == "Go"


@pytest.mark.parametrize(
    ("key", "home", "link"),
    [
        (TOPIC, HOME, "https://go.dev/"),
        (TOP, "", "https://www.example.org/top/"),
        (ALL, HOME, HOME),
        (RUST, HOME, HOME),
        (RUST, "", ""),
    ],
)
def test_a_feed_belongs_to_its_own_page_else_to_the_site(key: FeedKey, home: str, link: str) -> None:
    composer = Composer(replace(SITE, home=home), SETTINGS)
    spec = composer.spec(key)
    assert spec.link == link
    assert composer.feed(spec, "T", ()).link == link
    assert composer.empty_feed(key.kind, spec.path, "T", "").link == link, "also when it is empty"


def test_only_where_there_is_no_page_of_its_own_is_it_ours() -> None:
    assert home_url(SITE, "all", ("html",), HOME) == HOME
    assert home_url(SITE, "all", ("html",), "") == "https://f.example.org/all.html"
    assert home_url(SITE, "all", ("rss",), "") == "https://f.example.org/"


@pytest.mark.parametrize(
    ("language", "content"),
    [
        ("", "<p>x</p>"),
        ("de", "<p>x</p>"),
        ("he-IL", '<div lang="he-IL" dir="rtl"><p>x</p></div>'),
    ],
)
def test_content_from_right_to_left_says_so(language: str, content: str) -> None:
    seed = decode(
        "a.md",
        f"---\ntitle: A\nwebUrl: https://x.org/a\ndate: 2020-01-01\nlang: {language}\n---\nx\n".encode(),
        DecodeSettings(),
    ).seed
    assert seed is not None
    entry = Composer(SITE, SETTINGS).entry(seed, EPOCH, "full")
    assert (entry.language, entry.content) == (language, content)
    assert Composer(SITE, SETTINGS).entry(seed, EPOCH, "summary").content == ""
