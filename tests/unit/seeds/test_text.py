from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedmill.seeds.text import HTML_ELEMENTS, plain, strip_controls

UNFIT = [
    0,
    1,
    8,
    0xE,
    0x1F,
    0x7F,
    0x80,
    0x9F,
    0xD800,
    0xDFFF,
    0xFDD0,
    0xFDEF,
    0xFFFE,
    0xFFFF,
    0x1FFFE,
    0x10FFFF,
]


def is_char(character: str) -> bool:
    """XML 1.0, section 2.2, `Char`."""
    code = ord(character)
    return code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or code >= 0x10000


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("EUâ€™s top privacy", "EU’s top privacy"),
        ("EU’s – top « é »", "EU’s – top « é »"),
        ("No", "No"),
        ("  two\n\tlines\u2028and\u00a0more\x0bof\x0cthem ", "two lines and more of them"),
        ("Q&amp;A", "Q&A"),
        ("&amp;amp; once", "&amp; once"),
        ("5 &lt; 6 &copy; &#8217; &#x1F600;", "5 < 6 © ’ 😀"),
        ("&lt;b&gt;bold&lt;/b&gt;", "bold"),
        ("<p>One</p><p>Two<br/>three</p>", "One Two three"),
        ("H<sub>2</sub>O <IMG SRC=x> <a href='>'>x</a>", "H2O x"),
        ("List<T> and Map<K, V> and <3", "List<T> and Map<K, V> and <3"),
        ("Lists (`<dl>`) to <b>Frames</b>", "Lists (`<dl>`) to Frames"),
        ("one ` <b>two</b>", "one ` two"),
        ("`a\n<b>b` c", "`a b` c"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("a<!-- b -->c", "ac"),
        ("a <!-- open", "a <!-- open"),
        ("a<script>alert('<b>')</script>b<style>p{}</style >c", "abc"),
        ("<script>alert(1)", "alert(1)"),
        ("<b title='don't'>x", "x"),
        ("<!DOCTYPE html>x", "x"),
        ("&#0;&#xD800;&#xFDD0;x", "\ufffd\ufffdx"),
        ("man\u0303ana 👩\u200d💻", "man\u0303ana 👩\u200d💻"),
        ("", ""),
    ],
)
def test_mends_what_tools_did(raw: str, expected: str) -> None:
    assert plain(raw, fix_encoding=True) == expected


def test_encoding_is_left_alone_when_told_so() -> None:
    assert plain("EUâ€™s", fix_encoding=False) == "EUâ€™s"


def test_nothing_else_of_ftfy_happens() -> None:
    """fix_encoding alone: no curly quotes straightened, no ligatures or full-width forms changed."""
    text = "“ﬁne” ’twas ＡＢＣ ǆ"
    assert plain(text, fix_encoding=True) == text


@pytest.mark.parametrize("code", UNFIT)
def test_drops_what_is_no_character(code: int) -> None:
    assert plain(f"a{chr(code)}b", fix_encoding=False) == "ab"


@pytest.mark.parametrize("name", sorted(HTML_ELEMENTS))
def test_drops_the_tags_of_html(name: str) -> None:
    assert plain(f"x <{name} a=1>y</{name.upper()}>", fix_encoding=False) in ("x y", "x")


@given(st.text() | st.text("<>&;#!-/ abcx'\"=\0\n"))
def test_gives_one_line_of_xml_characters(raw: str) -> None:
    text = plain(raw, fix_encoding=True)
    assert all(map(is_char, text))
    assert text == " ".join(text.split())


@given(st.text())
def test_strip_controls_keeps_the_rest(raw: str) -> None:
    assert all(map(is_char, strip_controls(raw)))
    assert strip_controls(strip_controls(raw)) == strip_controls(raw)


def test_a_reference_of_a_million_digits() -> None:
    assert plain("a&#" + "9" * 1_000_000 + ";b", fix_encoding=False) == "a\ufffdb"


FLOODS: dict[str, Callable[[int], str]] = {
    "<": lambda n: "<" * n,
    "&": lambda n: "&" * n,
    "<b": lambda n: "<b" * (n // 2),
    "quote": lambda n: '<b "' * (n // 4),
    "quotes": lambda n: "<b '\" " * (n // 6),
    "comment": lambda n: "<!--" * (n // 4),
    "script": lambda n: "<script>" * (n // 8),
    "script-style": lambda n: "<script></style>" * (n // 16),
    "reference": lambda n: "&notaaaaaaaa" * (n // 12),
    "digits": lambda n: "&#" + "9" * n,
    "combining": lambda n: "e" + "\u0301" * n,
    "controls": lambda n: "a\0" * (n // 2),
    "blanks": lambda n: "\n " * (n // 2),
}


@pytest.mark.parametrize("name", FLOODS)
def test_takes_time_in_proportion(name: str) -> None:
    """Five megabytes in seconds; a quadratic step would take hours."""
    raw = FLOODS[name](5_000_000)
    started = time.process_time()
    plain(raw, fix_encoding=True)
    assert time.process_time() - started < 10


@given(
    st.text(st.sampled_from("a\n\t\r\x0b\x0c\x00\x1f\x7f\x85\xa0\xad\u2028\ud800\ufdd0\ufffe\U0001ffff日"))
)
def test_what_is_looked_at_quickly_is_stripped_alike(text: str) -> None:
    stripped = strip_controls(text)
    assert not any(char in stripped for char in "\x00\x1f\x7f\x0b\x0c\ud800\ufdd0\ufffe\U0001ffff")
    dropped = str.maketrans(
        dict.fromkeys("\x00\x1f\x7f\ud800\ufdd0\ufffe\U0001ffff", "") | {"\x0b": " ", "\x0c": " "}
    )
    assert stripped == text.translate(dropped)
