"""Blocks of other Markdowns: HTML with Markdown in it, admonitions, a language in code's first line."""

from __future__ import annotations

import time

import pytest

from feedmill.seeds.html import content
from feedmill.seeds.markdown import render

BLOCKS = [
    ('<div markdown="1">\n*a*\n\n- b\n</div>', "<div>\n<p><em>a</em></p>\n<ul>\n<li>b</li>\n</ul>\n</div>"),
    ("a\n<section id='x' markdown=block>\n*b*\n", "<p>a</p>\n<section id='x'>\n<p><em>b</em></p>"),
    ("<div markdown>\n*a*\n</div>", "<div>\n<p><em>a</em></p>\n</div>"),
    ('<div markdown="0">\n*a*\n</div>', '<div markdown="0">\n*a*\n</div>'),
    ("<div>\n*a*\n</div>", "<div>\n*a*\n</div>"),
    ("    <div markdown>\n    *a*", "<pre><code>&lt;div markdown&gt;\n*a*\n</code></pre>"),
    ('!!! note "T"\n    *a*\n\nb', "<div>\n<p><strong>T</strong></p>\n<p><em>a</em></p>\n</div>\n<p>b</p>"),
    ("??? tip\n\n    a", "<div>\n<p><strong>Tip</strong></p>\n<p>a</p>\n</div>"),
    ("!!! Wow\nloud", "<p>!!! Wow\nloud</p>"),
    ("!!! Wow", "<p>!!! Wow</p>"),
    ("    :::python\n    a", "<pre><code>a\n</code></pre>"),
    ('    #!python hl_lines="1"\n    a', "<pre><code>a\n</code></pre>"),
    ("    #!/bin/sh\n    a", "<pre><code>#!/bin/sh\na\n</code></pre>"),
    ("    a\n    :::python", "<pre><code>a\n:::python\n</code></pre>"),
]


@pytest.mark.parametrize(("text", "html"), BLOCKS)
def test_blocks_of_other_markdowns(text: str, html: str) -> None:
    rendered = render(text)
    assert rendered is not None
    assert rendered.html.strip() == html


def test_their_markup_is_html_that_feeds_may_have() -> None:
    shown = content("!!! note\n    a\n", markdown=True, base="https://x.org/", fix_encoding=False).html
    assert "".join(shown.split("\n")) == "<div><p><strong>Note</strong></p><p>a</p></div>"


HOSTILE = [
    "!!! a\n    b\n" * 4_500,
    "".join("    " * n + "!!! a\n" for n in range(400)),
    "<div markdown>\n" * 9_000,
    "<div " + "markdown " * 60_000,
    '!!! a "' + '" ' * 100_000 + "\n    b",
]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_they_cost_time_in_proportion(number: int) -> None:
    started = time.process_time()
    render(HOSTILE[number])
    assert time.process_time() - started < 10
