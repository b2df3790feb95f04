"""Formulas stay as they were typed: in Markdown and where template syntax is left out."""

from __future__ import annotations

import time

import pytest

from feedmill.seeds.markdown import render
from feedmill.seeds.templates import Kind, strip


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (r"A $$x_1 \\ \{a_2\} *b*$$ and $$b_c<d$$.", r"<p>A $$x_1 \\ \{a_2\} *b*$$ and $$b_c&lt;d$$.</p>"),
        ("$$\n- a_b\n+ c\n=\n$$\n\nb", "<p>$$\n- a_b\n+ c\n=\n$$</p>\n<p>b</p>"),
        ("a\n$$ b_c + d_e $$\nf", "<p>a</p>\n<p>$$ b_c + d_e $$</p>\n<p>f</p>"),
        ("- $$\n  a_b\n  $$", "<ul>\n<li>\n<p>$$\na_b\n$$</p>\n</li>\n</ul>"),
        ("*$5* and *$10*", "<p><em>$5</em> and <em>$10</em></p>"),
        ("Cheap: $$ *a* and $$$ **b** $$", "<p>Cheap: $$ <em>a</em> and $$$ <strong>b</strong> $$</p>"),
        ("$$ *a*, [b](/c) $$", '<p>$$ <em>a</em>, <a href="/c">b</a> $$</p>'),
        ("$$\n*a*\n\n$$", "<p>$$\n<em>a</em></p>\n<p>$$</p>"),
        ("`$$` *a* $$_b", "<p><code>$$</code> <em>a</em> $$_b</p>"),
        ("$$ a_b <!-- c --> $$", "<p>$$ a_b <!-- c --> $$</p>"),
        ("    $$ a_b $$", "<pre><code>$$ a_b $$\n</code></pre>"),
    ],
)
def test_markdown_shows_formulas_as_typed(text: str, html: str) -> None:
    rendered = render(text)
    assert rendered is not None
    assert rendered.html.strip() == html


@pytest.mark.parametrize(
    ("text", "left", "kind"),
    [
        (r"a $$\frac{{a}}{b}$$ {{ x }}b", r"a $$\frac{{a}}{b}$$ b", "markdown"),
        ("$$\n\\frac{{a}}{b}\n$$\n{{ x }}", "$$\n\\frac{{a}}{b}\n$$\n", "markdown"),
        ("$$ a_b {% comment %}s{% endcomment %} $$", "$$ a_b  $$", "markdown"),
        ("$$ a {{ x }} $$", "$$ a  $$", "markdown"),
        (r"$\mathbf{Y}$, $5 {p.x} to $10 or $x_{i}$", r"$\mathbf{Y}$, $5  to $10 or $x_{i}$", "mdx"),
        ("`$a_b` {p} `$`", "`$a_b`  `$`", "mdx"),
        ("import a from 'b'\n\n$x_{i}$ {p}", "\n\n$x_{i}$ ", "markdown"),
    ],
)
def test_what_is_left_out_is_no_formula_s(text: str, left: str, kind: Kind) -> None:
    assert strip(text, kind).text == left


@pytest.mark.parametrize("piece", ["$$", "$$_a\n", "$_", "$" + "_" * 99_999, "$$_a\n\n", "$$ a_", "- $$_\n"])
def test_dollars_cost_time_in_proportion(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    lines = "\n".join(text.split("\n")[:9_000])
    started = time.process_time()
    strip(text, "mdx")
    render(lines)
    assert time.process_time() - started < 20
