from __future__ import annotations

import time
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedmill.seeds.html import ALLOWED_ATTRIBUTES, ALLOWED_TAGS, content, sanitise

BASE = "https://example.org/news/article?x=1"


def from_markdown(body: str) -> str:
    return content(body, markdown=True, base=BASE, fix_encoding=True).html


def from_html(body: str) -> str:
    return content(body, markdown=False, base=BASE, fix_encoding=True).html


class Judge(HTMLParser):
    """Reads HTML and asserts of every tag that the allow-list has it."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED_TAGS, tag
        for name, value in attrs:
            assert name in ALLOWED_ATTRIBUTES["*"] | ALLOWED_ATTRIBUTES.get(tag, frozenset()), (tag, name)
            if name in ("href", "src", "cite", "poster"):
                scheme = urlsplit(value or "").scheme
                assert scheme in ("http", "https") or (tag == "a" and scheme in ("mailto", "tel")), value

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)


def judge(html: str) -> None:
    reader = Judge(convert_charrefs=True)
    reader.feed(html)
    reader.close()
    for character in html:
        code = ord(character)
        assert code in (9, 10) or (code >= 32 and not 0x7F <= code < 0xA0 and not 0xD800 <= code < 0xE000)
    assert sanitise(html, BASE) == html


MARKDOWN = [
    ("Hello *big* **world**", "<p>Hello <em>big</em> <strong>world</strong></p>"),
    ("~~gone~~ `x<y`", "<p><s>gone</s> <code>x&lt;y</code></p>"),
    ("[a](/b 'c') <https://x.org/>", None),
    ("line\r\nanother\r\n\r\npart", "<p>line\nanother</p>\n<p>part</p>"),
    ("a <b onclick='x()'>b</b> c", "<p>a <b>b</b> c</p>"),
    ("EUâ€™s", "<p>EU’s</p>"),
    ("a\0b\x08c\ufffed", "<p>abcd</p>"),
    ("    code &amp; <b>", "<pre><code>code &amp;amp; &lt;b&gt;\n</code></pre>"),
    ("```py\nx\n```", "<pre><code>x\n</code></pre>"),
    ("", ""),
    (" \n\t\n", ""),
    ("<script>alert(1)</script>", ""),
]


@pytest.mark.parametrize(("body", "expected"), MARKDOWN)
def test_markdown(body: str, expected: str | None) -> None:
    html = from_markdown(body)
    judge(html)
    assert expected is None or html == expected


def test_no_reference_brings_a_control_character() -> None:
    html = from_html("<i title='a&#1;b'>a&#1;b&#x7f;c&#xFDD0;d&#xD;</i>e")
    assert html == '<i title="ab">abcd\n</i>e'


def test_tables_keep_their_alignment() -> None:
    html = from_markdown("| a | b | c |\n|:-:|--:|---|\n| 1 | 2 | 3 |\n")
    assert '<th align="center">a</th>\n<th align="right">b</th>\n<th>c</th>' in html
    assert '<td align="center">1</td>\n<td align="right">2</td>\n<td>3</td>' in html
    judge(html)


def test_deep_quotes_and_lists_keep_their_text() -> None:
    assert "deep" in from_markdown("> " * 30 + "deep")
    items = [*("x" for _ in range(15)), "deep"]
    assert "deep" in from_markdown("\n".join("  " * level + "- " + item for level, item in enumerate(items)))


ADDRESSES = [
    ('<a href="x">y</a>', '<a href="https://example.org/news/x">y</a>'),
    ('<a href="#note">y</a>', '<a href="https://example.org/news/article?x=1#note">y</a>'),
    ('<a href="//cdn.org/x">y</a>', '<a href="https://cdn.org/x">y</a>'),
    ('<a href=" http://a.org/é b ">y</a>', '<a href="http://a.org/%C3%A9%20b">y</a>'),
    ('<a href="MAILTO:a@b.c?subject=x y">y</a>', '<a href="mailto:a@b.c?subject=x%20y">y</a>'),
    ('<a href="tel:+49 30">y</a>', '<a href="tel:+49%2030">y</a>'),
    ('<a href="ftp://a.org/">y</a>', "<a>y</a>"),
    ('<a href="?a=1&amp;b=2">y</a>', '<a href="https://example.org/news/article?a=1&amp;b=2">y</a>'),
    ('<img src="/p.png" alt="a &quot;b&quot;" width="10" height="x">', None),
    (
        '<img src="p.png" srcset="a.png 1x, /b.png 2x" sizes="1vw">',
        '<img src="https://example.org/news/p.png">',
    ),
    ('<img src="data:image/png;base64,AAAA">', ""),
    ('<img src="mailto:x@y.z">', ""),
    ('<blockquote cite="/s">x</blockquote>', '<blockquote cite="https://example.org/s">x</blockquote>'),
    ('<q cite="javascript:x">x</q>', "<q>x</q>"),
    ('<picture><source srcset="/b.webp"><img src="/a.png"></picture>', None),
]


@pytest.mark.parametrize(("body", "expected"), ADDRESSES)
def test_addresses_become_absolute(body: str, expected: str | None) -> None:
    html = from_html(body)
    judge(html)
    assert expected is None or html == expected


DOCUMENT = """\ufeff<?xml version="1.0"?>
<!-- <body> is not here -->
<!DOCTYPE html>
<html lang="en"><head><title>Not <body> this</title><style>p { color: <body> }</style>
<script>document.write("<body>")</script><noscript><img src="/pixel.gif"></noscript></head>
<body class="a > b" onload="go()">

<p style="color: red" class=x id=y>Hello</p>

    <p>indented, not code</p>
<script>1</script></body>
<!-- bye --></html>
"""


@pytest.mark.parametrize("convert", [from_markdown, from_html])
def test_a_whole_document_counts_from_inside_its_body(convert: Callable[[str], str]) -> None:
    html = convert(DOCUMENT.lstrip("\ufeff"))
    assert html == "<p>Hello</p>\n\n    <p>indented, not code</p>"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<html><p>no body", "<p>no body</p>"),
        ("<!doctype html><title>t</title><p>x", "<p>x</p>"),
        ("<body>x</BODY>", "x"),
        ("<HTML><BODY\nbgcolor=red>a</body>b</html>", "a"),
        ("text about <body> tags", None),
    ],
)
def test_documents_that_leave_something_out(body: str, expected: str | None) -> None:
    html = from_html(body)
    judge(html)
    assert expected is None or html == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<head>\n<title>t</title>\n</head>\n\n**b**", "<p><strong>b</strong></p>"),
        ("<html>\n<style>p{}</style>\n</html>\n\n**b**", "<p><strong>b</strong></p>"),
        ("<html><p>**no** body", "<p>**no** body</p>"),
        ("<!doctype html><html>\n\n<p>**a**</p></html>\n", "<p>**a**</p>"),
        ("<head></head><body>**b**</body></html>\n\n**c**", "**b**"),
    ],
)
def test_markdown_that_only_begins_like_a_document_is_rendered(body: str, expected: str) -> None:
    assert from_markdown(body) == expected


def test_frames_forms_and_scripts_go_with_their_content() -> None:
    html = from_html(
        "a<iframe srcdoc=x>fallback</iframe><form action=x>text<input><select><option>o</select>"
        "<textarea>t</textarea><button>b</button></form><object data=x>o</object><svg><text>s</text></svg>z"
    )
    assert html == "a<div>text</div>z"


VECTORS = [
    *(
        line
        for line in Path(__file__).with_name("xss.txt").read_text("utf-8").split("\n")
        if line and not line.startswith("# ")
    ),
    "<pre>\n\ntwo newlines</pre><p>x<pre>\n</pre>",
    '<a href="java\nscript:alert(1)">x</a>',
    "<img src=x\fonerror=alert(1)><a\x0bhref=javascript:alert(1)>x</a>",
]


@pytest.mark.parametrize("vector", VECTORS)
@pytest.mark.parametrize("convert", [from_markdown, from_html])
def test_no_script_gets_through(vector: str, convert: Callable[[str], str]) -> None:
    judge(convert(vector))
    judge(convert(f"<table><td>{vector}<p>{vector}</p></td>"))


WORDS = """
< > </ <!-- --> &lt; &amp; " ' = x &#106; ` <a\thref= <img\tsrc= <p> </p> <table> </table> <td> <svg> <math>
<style> </style> <b> </b> <pre> <noscript> <template> <select> <title> <br> <form> <li> javascript: //h.org/
onclick= [ ]( ) ![ * _ | ```
"""
PIECES = st.lists(
    st.sampled_from([*WORDS.split(), *(" ", "\n", "\n\n", "\0", "> ", "- ", "    ")]), max_size=30
).map("".join)


@given(PIECES | st.text())
def test_sanitised_once_is_sanitised_for_good(body: str) -> None:
    judge(from_html(body))
    judge(from_markdown(body))


FLOODS: dict[str, Callable[[int], str]] = {
    "text": lambda n: "word " * (n // 5),
    "<": lambda n: "<" * n,
    "&": lambda n: "&" * n,
    "div": lambda n: "<div>" * (n // 5),
    "list": lambda n: "<ul><li>" * (n // 8),
    "formats": lambda n: "".join(f"<b c{i}>" for i in range(n // 16)) + "<p>x</p>" * (n // 16),
    "reopened": lambda n: "<div>" + "".join(f"<b c{i}>" for i in range(400)) + "</div>" + "<p>x" * (n // 4),
    "hidden formats": lambda n: "<b><marquee></b></marquee>" * (n // 26) + "<p>x</p>" * 1000,
    "hidden depth": lambda n: "<div><table></div></table>" * (n // 26),
    "attributes": lambda n: "<p " + " ".join(f"a{i}" for i in range(n // 6)) + ">",
    "quoted attributes": lambda n: "<p " + "".join(f"a{i}=''" for i in range(n // 8)) + ">",
    "comments": lambda n: "<!--" * (n // 4),
    "bodies": lambda n: "<html>" + '<body "' * (n // 7),
}


@pytest.mark.parametrize("name", FLOODS)
@pytest.mark.parametrize("size", [150_000, 2_000_000])
def test_html_takes_time_in_proportion(name: str, size: int) -> None:
    body = FLOODS[name](size)
    started = time.process_time()
    from_html(body)
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    "body",
    [
        "[" * 400_000,
        "*a_ " * 100_000,
        "![" * 200_000,
        "[a" * 100_000 + "]" * 100_000,
        "a<![CDATA[" * 40_000,
        "[a\n" * 9_000,
        "`" * 500_000,
        "".join("`" * i + "e" for i in range(700)),
        "> " * 200_000,
        "\n".join(">" * i + "a" for i in range(700)),
        ">" * 100 + "a\n" + "b\n" * 9_000,
        "|x" * 100 + "|\n" + "|-" * 100 + "|\n" + "a\n" * 9_000,
        "[a]: x\n'" + "x\n" * 9_000,
        "a\n\n" * 1_000_000,
        "<!--\n\n" * 80_000,
        "a <!-- " * 60_000,
    ],
    ids=lambda body: repr(body[:8]),
)
def test_markdown_takes_time_in_proportion(body: str) -> None:
    started = time.process_time()
    from_markdown(body)
    assert time.process_time() - started < 15


def test_what_cannot_be_shown_as_meant_is_shown_as_text() -> None:
    html = from_html("<p>First &amp; foremost</p>\n\n" + "<div>" * 2000 + "deep")
    assert html == "<p>First &amp; foremost</p>\n<p>deep</p>"
    html = from_markdown("*First*\n\n" + "x\n" * 20_000 + "\n<b>last</b>")
    assert html.startswith("<p>*First*</p>\n<p>x x x ")
    assert html.endswith("<p>last</p>")
    judge(html)


@pytest.mark.parametrize(
    "body", ["x\n" * 20_000, "<b>x</b>" + "<div>" * 2000, "*one*\n\n" + "[" * 100_000 + "\n\n*two*"]
)
def test_it_is_told_that_a_body_is_shown_as_text(body: str) -> None:
    assert content(body, markdown=True, base=BASE, fix_encoding=True).flattened


def test_one_paragraph_that_costs_too_much_does_not_spoil_the_others() -> None:
    html = from_markdown("*one*\n\n" + "[" * 100_000 + "\n\n*two*")
    assert html.startswith("<p><em>one</em></p>\n<p>[[[[")
    assert html.endswith("[[[[</p>\n<p><em>two</em></p>")


def test_attributes_count_as_what_they_cost() -> None:
    from feedmill.seeds.html_budget import is_bounded

    assert is_bounded("<img src=é>" * 10_000, BASE)
    assert not is_bounded("<img src=é>" * 60_000, BASE)
    assert not is_bounded("<img src=é>" * 10_000, "https://example.org/" + "x" * 4000)


UNKNOWN = [
    ("A std::vector<int> holds its items.", "A std::vector holds its items."),
    ("<List><Card a='>'>x</Card> <text>y</text></List>", "x y"),
    ("<T1 it's> don't <b>go</b>", " don't <b>go</b>"),
    ("<<int>list>x &am<int>p;", "&lt;list&gt;x &amp;amp;"),
    ("a<svg><text>x</text><list>y</list></svg>b<math><mi>x</mi></math>c", "abc"),
    ("a<svg/><text>x</text>", "ax"),
    ("<!-- <int> -->a<i title='<int>'>b</i>", 'a<i title="&lt;int&gt;">b</i>'),
    ("<style><int a='</style>'>b", "'&gt;b"),
    ("<fieldset><legend>L</legend>F</fieldset>", "<div><div>L</div>F</div>"),
    ("<nav>a</nav><address>b</address>", "<div>a</div><div>b</div>"),
    ("a<int", "a"),
]


@pytest.mark.parametrize(("body", "expected"), UNKNOWN)
def test_of_unknown_elements_the_text_stays(body: str, expected: str) -> None:
    html = from_html(body)
    judge(html)
    assert html == expected.strip()


def test_many_unknown_elements_are_no_nesting() -> None:
    body = "\n\n".join(f"Takes a Foo<T{number}> *value*." for number in range(2000))
    assert from_markdown(body).count("<em>value</em>") == 2000


PICTURES = [
    ("<img data-src=r.jpg alt=A width=3>", '<img src="https://example.org/news/r.jpg" alt="A" width="3">'),
    ("<img src='data:x' data-src='/r'>", '<img src="https://example.org/r">'),
    ("<img src=' ' srcset='/a.jpg, /b.jpg 2x'>", '<img src="https://example.org/a.jpg">'),
    ("<img src=/a data-src=/b>", '<img src="https://example.org/a">'),
    ("<img src='javascript:x' alt='a <b>&amp;'>", "a &lt;b&gt;&amp;"),
    ("x<img>", "x"),
    ("<math><mtext></math><image src=data:x alt=A>", "A"),
    ("<annotation-xml><td><math><template><img src='javascript:x' alt='<i>'><p>", "&lt;i&gt;<p></p>"),
    ("<noscript><img src=/a></noscript>", '<img src="https://example.org/a">'),
    ("<img data-src=/a>\n<NOSCRIPT>\n<img src=/a></NOSCRIPT>", '<img src="https://example.org/a">'),
    ("<img data-src=/a>text<noscript>no</noscript>", '<img src="https://example.org/a">textno'),
]


@pytest.mark.parametrize(("body", "expected"), PICTURES)
def test_a_picture_that_a_script_would_load_has_its_address(body: str, expected: str) -> None:
    html = from_html(body)
    judge(html)
    assert html == expected


def test_a_picture_in_code_is_code() -> None:
    code = "<code>&lt;noscript&gt;&lt;img data-src=x&gt;</code>"
    assert from_markdown("`<noscript><img data-src=x>`") == f"<p>{code}</p>"


@pytest.mark.parametrize(
    "piece",
    ["<int>", "<a b='", "<svg>", "<style>", "<img>", "<img alt='>>>>'>", "<img><noscript>", "<x a=b"],
)
def test_hostile_tags_take_time_in_proportion(piece: str) -> None:
    started = time.process_time()
    from_html(piece * (1_000_000 // len(piece)))
    assert time.process_time() - started < 15
