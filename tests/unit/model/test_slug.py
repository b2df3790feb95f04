"""Slugs are addresses that people subscribed to: these must never change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedmill.model.slug import SERVED_SUFFIXES, TermKey, hashed_slug, natural_slug, term_key, term_slug

GOLDEN = [
    ("AI", "ai", "ai"),
    ("Management Tools", "management tools", "management-tools"),
    ("management-tools", "management tools", "management-tools"),
    ("management_tools", "management tools", "management-tools"),
    (" Management  tools ", "management tools", "management-tools"),
    ("node.js", "node.js", "node.js"),
    ("A.I.", "a.i.", "a-i--ad2bcbfc8e"),
    ("C++", "c++", "c--b0454366c3"),
    ("C#", "c#", "c--16605fe2c3"),
    ("C", "c", "c"),
    ("F#", "f#", "f--32117b5f51"),
    (".NET", ".net", "net--056556ec29"),
    ("ASP.NET", "asp.net", "asp.net"),
    ("R&D", "r&d", "r-d--8c62bd3578"),
    ("Künstliche Intelligenz", "künstliche intelligenz", "kunstliche-intelligenz--c61872da3b"),
    ("Ελληνικά", "ελληνικά", "ellenika--9f54c40a4d"),
    ("日本語", "日本語", "ri-ben-yu--7ce831c0ff"),
    ("Русский", "русский", "russkii--ce6c9dabbe"),
    ("العربية", "العربية", "l-rby--627507272b"),
    ("emoji 🎉", "emoji 🎉", "emoji--62bafa00c0"),
    ("🎉", "🎉", "term--9f6cf31393"),
    ("ﬁne", "fine", "fine"),
    ("ẞtraße", "sstrasse", "sstrasse"),
    ("İstanbul", "i̇stanbul", "istanbul--657ed308a7"),
    ("2019", "2019", "2019"),
    ("3.10", "3.10", "3.10"),
    ("a.rss", "a.rss", "a-rss--4a5131bd05"),
    ("feed.json", "feed.json", "feed-json--1ec95f95bb"),
    ("x.html", "x.html", "x-html--063acab71e"),
    ("a.b.c", "a.b.c", "a.b.c"),
    ("..", "..", "term--c577bd8f25"),
    ("../../etc/passwd", "../../etc/passwd", "etc-passwd--03d9157441"),
    (".", ".", "term--b565733a97"),
    ("a--b", "a b", "a-b"),
    ("a - b", "a b", "a-b"),
    ("½", "1⁄2", "1-2--da761c9196"),
    ("①", "1", "1"),
    ("Ａ１", "a1", "a1"),
    ("naïve", "naïve", "naive--7b633f5f88"),
    ("naive", "naive", "naive"),
    (
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ),
    (
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx--1cd949126a",
    ),
    ("don't", "don't", "don-t--d4af4e54c8"),
    ("Dave's Tech Tips", "dave's tech tips", "dave-s-tech-tips--a29bf6df5f"),
    ("a/b", "a/b", "a-b--575aa62220"),
    ("a\\b", "a\\b", "a-b--b74190d3e1"),
    ("null", "null", "null"),
    ("no", "no", "no"),
    ("ß", "ss", "ss"),
    ("SS", "ss", "ss"),
]


@pytest.mark.parametrize(("label", "key", "slug"), GOLDEN)
def test_golden(label: str, key: str, slug: str) -> None:
    assert term_key(label) == key
    assert term_slug(TermKey(key)) == slug


@pytest.mark.parametrize("label", ["", " ", "-", " - _ ", "\u00a0"])
def test_a_label_of_separators_names_nothing(label: str) -> None:
    assert term_key(label) == ""


@given(st.text(max_size=120), st.text(max_size=120))
def test_two_keys_never_share_a_slug(one: str, other: str) -> None:
    keys = term_key(one), term_key(other)
    assert (term_slug(keys[0]) == term_slug(keys[1])) == (keys[0] == keys[1])


@given(st.text(max_size=120))
def test_a_slug_is_one_safe_segment(label: str) -> None:
    slug = term_slug(term_key(label))
    assert 0 < len(slug) <= 92
    assert not slug.startswith(".")
    assert not slug.endswith(SERVED_SUFFIXES)
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-")


@given(st.from_regex(r"[a-z0-9]+( [a-z0-9]+)*", fullmatch=True))
def test_natural_and_hashed_forms_never_meet(key: str) -> None:
    assert "--" not in (natural_slug(TermKey(key)) or "")
    assert "--" in hashed_slug(TermKey(key))
