"""Slugs are addresses that people subscribed to: these must never change."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedmill.model.slug import (
    MAX_SLUG_BYTES,
    SERVED_SUFFIXES,
    TermKey,
    hashed_slug,
    natural_slug,
    term_key,
    term_slug,
    url_path,
)
from feedmill.model.unicode14 import unassigned, words

GOLDEN = [
    ("AI", "ai", "ai"),
    ("Management Tools", "management tools", "management-tools"),
    ("management-tools", "management tools", "management-tools"),
    ("management_tools", "management tools", "management-tools"),
    (" Management  tools ", "management tools", "management-tools"),
    ("node.js", "node.js", "node.js"),
    ("A.I.", "a.i.", "a-i--ad2bcbfc8e"),
    ("C++", "c++", "c++"),
    ("C#", "c#", "c--16605fe2c3"),
    ("C", "c", "c"),
    ("F#", "f#", "f--32117b5f51"),
    (".NET", ".net", "net--056556ec29"),
    ("ASP.NET", "asp.net", "asp.net"),
    ("R&D", "r&d", "r&d"),
    ("Künstliche Intelligenz", "künstliche intelligenz", "künstliche-intelligenz"),
    ("Ελληνικά", "ελληνικά", "ελληνικά"),
    ("日本語", "日本語", "日本語"),
    ("Русский", "русский", "русский"),
    ("العربية", "العربية", "العربية"),
    ("emoji 🎉", "emoji 🎉", "emoji--62bafa00c0"),
    ("🎉", "🎉", "term--9f6cf31393"),
    ("ﬁne", "fine", "fine"),
    ("ẞtraße", "sstrasse", "sstrasse"),
    ("İstanbul", "i̇stanbul", "i̇stanbul"),
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
    ("naïve", "naïve", "naïve"),
    ("naive", "naive", "naive"),
    (
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ),
    (
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ),
    ("don't", "don't", "don't"),
    ("Dave's Tech Tips", "dave's tech tips", "dave's-tech-tips"),
    ("a/b", "a/b", "a-b--575aa62220"),
    ("a\\b", "a\\b", "a-b--b74190d3e1"),
    ("null", "null", "null"),
    ("no", "no", "no"),
    ("ß", "ss", "ss"),
    ("SS", "ss", "ss"),
    ("x" * 160, "x" * 160, "x" * 160),
    ("x" * 161, "x" * 161, "x" * 80 + "--9248d4045b"),
    ("日" * 53, "日" * 53, "日" * 53),
    ("日" * 54, "日" * 54, "ri-" * 26 + "ri--101e62a55d"),
    ("ǰ", "\u01f0", "\u01f0"),  # casefold takes it apart, the second NFKC joins it
    ("हिन्दी", "हिन्दी", "हिन्दी"),
    ("Fit & Free!", "fit & free!", "fit-&-free!"),
    ("~x", "~x", "~x"),
    ("٣", "٣", "٣"),
    ("a.", "a.", "a--405208d275"),
    ("a;b", "a;b", "a-b--9eb8e73243"),
    ("a:b", "a:b", "a-b--afa482612f"),
    ("tom’s", "tom’s", "toms--aefcec6744"),
    ("feeds.xml", "feeds.xml", "feeds-xml--7d32016f52"),
    ("notes.txt", "notes.txt", "notes-txt--ec5d7c03ec"),
    # Younger than Unicode 14: nothing that a newer interpreter knows of them counts (U+1CCD6 is an A to it).
    ("Ab\U0001ccd6", "ab\U0001ccd6", "ab--0c14551c91"),
    ("\U0001e030", "\U0001e030", "term--fce3e75ff5"),
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
    assert 0 < len(slug.encode()) <= MAX_SLUG_BYTES
    assert not slug.startswith((".", "-"))
    assert not slug.endswith((*SERVED_SUFFIXES, ".", "-"))
    assert unicodedata.normalize("NFC", slug) == slug
    assert all(char in "-.+'&!,()@~$=" or unicodedata.category(char)[0] in "LMN" for char in slug)


@given(st.text(max_size=120))
def test_a_key_is_its_own(label: str) -> None:
    assert term_key(term_key(label)) == term_key(label)


@given(st.from_regex(r"[a-z0-9]+( [a-z0-9]+)*", fullmatch=True))
def test_natural_and_hashed_forms_never_meet(key: str) -> None:
    assert "--" not in (natural_slug(TermKey(key)) or "")
    assert "--" in hashed_slug(TermKey(key))


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("topics/q&a.rss", "topics/q&a.rss"),
        ("topics/tom's-guide.rss", "topics/tom's-guide.rss"),
        ("topics/c++.rss", "topics/c%2B%2B.rss"),
        ("topics/münchen.rss", "topics/m%C3%BCnchen.rss"),
        ("custom/~a!$(),=@.rss", "custom/~a!$(),=@.rss"),
    ],
)
def test_a_path_in_documents_and_headers(path: str, address: str) -> None:
    assert url_path(path) == address


@pytest.mark.skipif(unicodedata.unidata_version != "14.0.0", reason="another interpreter's tables")
def test_the_tables_are_unicode_14() -> None:
    kinds: dict[str, list[str]] = {}
    for char in map(chr, range(0x110000)):
        kinds.setdefault(unicodedata.category(char), []).append(char)
    everything = "".join(map(chr, range(0x110000)))
    letters = sorted(
        char for kind, chars in kinds.items() if kind[0] in "LM" or kind == "Nd" for char in chars
    )
    assert "".join(re.findall(f"[{words()}]+", everything)) == "".join(letters)
    assert unassigned().findall(everything) == kinds["Cn"]
