"""What in a text can take an entry down, and how keys are told apart."""

from __future__ import annotations

import pytest

from feedmill.model.fields import canonical, fold
from feedmill.model.settings import DecodeSettings
from feedmill.seeds.decode import decode
from feedmill.seeds.field_keys import keys_for
from feedmill.seeds.takedown import takedown_lines

KEYS = keys_for(DecodeSettings(fields=(("removed", ("meta.gone",)),)))


@pytest.mark.parametrize(
    "line",
    [
        *(
            "published: true",
            "published false",
            "published-false",
            "publishedfalse",
            "publishedAfalse",
            "published",
        ),
        *(
            "pub_lished: x",
            "publ\u200bished: x",
            "pulbished: x",
            "ublished: x",
            "publ:ished: x",
            "publisher: X",
        ),
        *(
            " published: x",
            "- published: x",
            "? published",
            "\u201cpublished\u201d: x",
            "(Published)",
            "published_x: y",
        ),
        *(
            "{title: x, published:false}",
            "excerpt: Old, private",
            "[removed, x]: {hidden: x}",
            "meta.published = x",
        ),
        *(
            "deleted_at: ~",
            "expires = 2",
            "post-status: x",
            "gone: x",
            "permalink: false",
            "draft2: x",
            "\x0cdraft",
        ),
    ],
)
def test_a_line_that_may_take_down_counts(line: str) -> None:
    for text in (line + "\nx: y", "a: b\n" + line + "\n", "a\r" + line, "a\u2028" + line):
        assert takedown_lines(text, KEYS)[0][1].lstrip("a\u2028") in (line, line + "\nx: y")


@pytest.mark.parametrize(
    "line",
    [
        *(
            "publishedDateTime: x",
            "published_at: x",
            "Published-At: x",
            "date: x",
            "title: published",
            "unpublishing",
        ),
        *(
            "# published: false",
            " # draft",
            "permalink: /a/",
            "permalink: falsehood",
            "drafting: x",
            "x published: no",
        ),
        *("hid: x", "publi: x", "publishing: x"),
    ],
)
def test_any_other_line_does_not(line: str) -> None:
    assert takedown_lines(f"a: b\n{line}\nx: y", KEYS) == ()


def test_what_belongs_to_a_line_below_comes_with_it() -> None:
    text = "published:\n\n  # or not\n  false\nexcerpt: x\n  removed: >\n    a\n  b: c\n? draft\n: no\n"
    assert takedown_lines(text, KEYS) == (
        ("published", "published:\n  false"),
        ("removed", "  removed: >\n    a"),
        ("draft", "? draft\n: no"),
    )


@pytest.mark.parametrize("text", ["pub", "d", "x: y\nUnpubl", "- remove", "{title: x, stat"])
def test_a_name_that_the_end_of_the_text_cuts_off_counts(text: str) -> None:
    assert len(takedown_lines(text, KEYS)) == 1
    assert takedown_lines(text + "\n", KEYS) == () or text == "- remove"


@pytest.mark.parametrize(
    ("key", "folded"),
    [
        ("Last-Modified_At", "lastmodifiedat"),
        (" \u201cPublished\u201d\xa0", "published"),
        ("\u00abpub\u200blished\u00bb", "published"),
        ("'x'", "x"),
        ("STRASSE", "strasse"),
        ("extra.Release", "extra.release"),
        ("a b", "a b"),
        ("\u300cdraft\u300d", "draft"),
        ('"', ""),
    ],
)
def test_keys_are_told_apart_by_what_can_be_seen(key: str, folded: str) -> None:
    assert fold(key) == folded


def test_fields_are_found_in_any_spelling_exact_first_and_within_mappings() -> None:
    header = (
        "---\nTITLE: Other\ntitle: T\nWeb-URL: https://x.org/a\nextra: {Lead: L}\n"
        "publish-ed_date-time: 2026-01-01\n---\n"
    )
    seed = decode("a.md", header.encode(), DecodeSettings(fields=(("excerpt", ("extra.lead",)),))).seed
    assert seed is not None
    assert (seed.title, seed.link, seed.summary) == ("T", "https://x.org/a", "L")
    assert seed.published is not None
    assert canonical("Published-At") == "publishedDateTime"


def test_nothing_reaches_into_what_is_secret() -> None:
    settings = DecodeSettings(fields=(("excerpt", ("secured.x", "x.Se-cured", "SECURED")),))
    header = "---\ntitle: T\nwebUrl: https://x.org/a\nsecured: {x: s}\nx: {secured: s}\nSecured: s\n---\n"
    seed = decode("a.md", header.encode(), settings).seed
    assert seed is not None
    assert seed.summary == ""
