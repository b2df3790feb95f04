"""What articles use beside CommonMark: footnotes, definition and task lists, containers, printer's quotes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedmill.seeds import html
from feedmill.seeds.markdown import Rendered, render

BASE = "https://example.org/news/article"


def content(body: str) -> str:
    return html.content(body, markdown=True, base=BASE, fix_encoding=False).html


NOTES = """<p>One<sup>1</sup>, two<sup>2</sup> and one again<sup>1</sup>.</p>
<hr>
<ol>
<li><p>First.</p>
<p>And more.</p>
</li>
<li><p><em>Second</em>.</p>
</li>
</ol>"""
TASKS = """<ul>
<li>☐ to do</li>
<li>☑ <em>done</em></li>
<li>☑ done</li>
<li>[x]y</li>
<li>[z] z</li>
</ul>"""
TITLED = "<div>\n<p><strong>Mind *this*</strong></p>\n<p>in</p>\n</div>\n<p>out</p>"

BODIES = [
    ("One[^b], two[^a] and one again[^b].\n\n[^a]: *Second*.\n[^b]: First.\n\n    And more.", NOTES),
    ("No note[^1] and no [link](/x).", None),
    ("`[^1]`\n\n[^1]: x", "<p><code>[^1]</code></p>"),
    ("a^[b]", "<p>a^[b]</p>"),
    ("Term\n: What it is", "<dl>\n<dt>Term</dt>\n<dd>What it is</dd>\n</dl>"),
    ("- [ ] to do\n- [x] *done*\n- [X] done\n- [x]y\n- [z] z", TASKS),
    ("[x] no list", "<p>[x] no list</p>"),
    ("::: tip\n*in*\n:::", "<div>\n<p><em>in</em></p>\n</div>"),
    ("::: warning Mind *this* {.x}\nin\n:::\nout", TITLED),
    (":::note[A & B]\nin\n:::", "<div>\n<p><strong>A &amp; B</strong></p>\n<p>in</p>\n</div>"),
    ("::: {.column width=50%}\nin\n:::", "<div>\n<p>in</p>\n</div>"),
    (":::: a\n::: b\nin\n:::\n::::", "<div>\n<div>\n<p>in</p>\n</div>\n</div>"),
    (":::\ntext\n:::", "<p>:::\ntext\n:::</p>"),
    ("```\n::: tip\n```", "<pre><code>::: tip\n</code></pre>"),
]


@pytest.mark.parametrize(("body", "expected"), BODIES)
def test_bodies(body: str, expected: str | None) -> None:
    html = content(body)
    assert "#fn" not in html
    assert expected is None or html == expected


def test_a_printers_signs_are_a_choice() -> None:
    text = '"It\'s" -- so... `"--"`'
    plain, printed = render(text), render(text, typographer=True)
    assert plain == Rendered(
        "<p>&quot;It's&quot; -- so... <code>&quot;--&quot;</code></p>\n", flattened=False
    )
    assert printed == Rendered("<p>“It’s” – so… <code>&quot;--&quot;</code></p>\n", flattened=False)


PIECES = st.sampled_from(
    (
        "[^a]",
        "[^a]: ",
        "[^",
        "]",
        ":::",
        "::: a",
        ": ",
        "~ ",
        "- [ ] ",
        "[x] ",
        "> ",
        "    ",
        "\n",
        "\n\n",
        '"',
        "--",
        "```",
        "a ",
    )
)


@given(st.lists(PIECES, max_size=30).map("".join), st.booleans())
def test_nothing_raises(text: str, typographer: bool) -> None:
    assert render(text, typographer=typographer) is not None


HOSTILE = {
    "references": "[^a]: x\n\n" + "[^" * 250_000,
    "one long label": "[^a]: x\n\n[^" + "x" * 500_000,
    "known references": "[^a]: x\n\n" + "[^a]" * 100_000,
    "definitions on a line": "[^a]: " * 80_000,
    "quoted definitions": "> [^a]: " * 60_000,
    "containers": ":::a\n" * 9_000,
    "containers that no line closes": "::::a\n:::\n" * 4_500,
    "ever shorter containers": "\n".join(":" * n + "a" for n in range(900, 3, -1)),
    "definition lists": "a\n: " * 9_000,
    "tasks": "- [ ] x\n" * 9_000,
    "quotes": "\"' " * 170_000,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.timeout(60)
def test_hostile_texts_end(name: str) -> None:
    """Quadratic in them would be hours: 500 KB of one thing."""
    assert render(HOSTILE[name][: 1 << 19], typographer=True) is not None
