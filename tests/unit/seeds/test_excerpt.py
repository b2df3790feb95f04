"""Excerpts: what stands before the author's separator, else the first words; plain text, never too long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedmill.model.settings import DecodeSettings
from feedmill.seeds.decode import decode
from feedmill.seeds.excerpt import MAX_LENGTH, SEPARATORS, excerpt, mark, without_notes
from feedmill.seeds.html import content


def summary(body: str, words: int = 0, *, markdown: bool = True) -> str:
    marked = mark(body, markdown=markdown) or body
    marked = without_notes(marked) if markdown else marked
    shown = content(marked, markdown=markdown, base="https://example.org/", fix_encoding=False)
    return excerpt(shown.html, words)


BODIES = [
    ("First *part*.\n\n<!--more-->\n\nRest", 0, "First part."),
    ("First\n<!-- more -->Rest", 9, "First"),
    (
        "# T\n\nA [link][x], `a<b` &amp; more[^1]\n\n<!-- truncate -->\n\n[x]: /y\n[^1]: z",
        0,
        "T A link, a<b & more",
    ),
    ("One\n\n{/* truncate */}\n\ntwo", 0, "One"),
    ("`<!--more-->`.\n\n    <!--more-->\n\nTwo\n\n<!--more-->\n\nThree", 0, "<!--more-->. <!--more--> Two"),
    ("<!--more-->\n\nAll of it", 0, ""),
    ("<!--more-->\n\nAll of it", 2, "All of…"),
    ("- one\n- two\n\n| a | b |\n|---|---|\n| c | d |", 6, "one two a b c d"),
    ("one two, three", 2, "one two…"),
    ("one two three", 3, "one two three"),
    ("one two three", 0, ""),
    ("", 5, ""),
    ("<p title='a > b'>x</p>&lt;b&gt;", 5, "x <b>"),
    ("a\U0010fffd\U000ffffdb\ue000 <!--more--> c", 0, "ab\ue000"),
    ("<!-- a comment --> b <!--more--> c", 0, "b"),
    (
        "We serve 10<sup>6</sup> users, x<sup>-2</sup>, the 1<sup>st</sup>.",
        9,
        "We serve 10⁶ users, x⁻², the 1st.",
    ),
    (
        "One[^1], 10<sup>6</sup>[^a]: `[^1]` \\[^1] [^2]\n\n[^1]: note\n\n[^a]: other",
        9,
        "One, 10⁶: [^1] [^1] [^2]",
    ),
    ("> One[^1]\n>\n> [^1]: note", 9, "One"),
]


@pytest.mark.parametrize(("body", "words", "expected"), BODIES)
def test_markdown(body: str, words: int, expected: str) -> None:
    assert summary(body, words) == expected


def test_html() -> None:
    assert summary("<p>One<br>two</p><script>x</script><!--more--><p>three</p>", markdown=False) == "One two"


def test_separators_are_the_configs() -> None:
    assert mark("a\n\n-- cut --\n\nb", ["-- cut --"], markdown=True) == "a\n\n\U0010fffd\U000ffffd\n\nb"
    assert mark("a\n\n<!--more-->\n\nb", ["-- cut --"], markdown=True) is None
    assert mark("a\n\n<!--more-->\n\nb", [""], markdown=True) is None


@pytest.mark.parametrize(
    "text", ["word " * 200, "字" * 900, "x" * 399 + " yy", "x" * 400, "w" * 398 + ", b c"]
)
def test_long_ones_are_cut_between_words(text: str) -> None:
    cut = summary(text + "\n\n<!--more-->")
    whole = " ".join(text.split())
    assert len(cut) <= MAX_LENGTH
    assert cut == whole or (cut.endswith("…") and whole.startswith(cut[:-1]))
    assert cut.endswith("…") == (len(whole) > MAX_LENGTH)


@given(
    st.lists(st.sampled_from((*SEPARATORS, "a ", "<b>", "&lt;", "\n\n", "`", "字" * 300))).map("".join),
    st.integers(0, 9),
)
def test_one_line_of_bounded_length(body: str, words: int) -> None:
    found = summary(body, words)
    assert len(found) <= MAX_LENGTH
    assert found == " ".join(found.split())
    assert "\U0010fffd" not in found


@pytest.mark.parametrize("separator", ["<!--more-->", "<!-- more -->"])
def test_what_stands_behind_a_separator_on_its_line_is_markdown(separator: str) -> None:
    for body, shown in (
        (f"A.\n\n{separator}B *c*.\n", "<p>B <em>c</em>.</p>"),
        (f"A.\n{separator} *c*\n", "<p><em>c</em></p>"),
        (f"A {separator} *c*\n", "<p>A  <em>c</em></p>"),
        (f"```\n{separator}*c*\n```\n", "*c*\n</code></pre>"),
    ):
        data = f"---\ntitle: T\nwebUrl: https://x.org/a\n---\n{body}".encode()
        seed = decode("a.md", data, DecodeSettings()).seed
        assert seed is not None
        assert seed.content.endswith(shown)
        assert seed.summary in ("A.", "A", "")
