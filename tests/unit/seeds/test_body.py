"""A body as a whole: templates, Markdown, embeds and summary in their order."""

from __future__ import annotations

import pytest

from feedmill.seeds.body import Body, BodyRules, kind_of, read_body
from feedmill.seeds.templates import Kind

STRIP = BodyRules(strip_templates=True, words=3, typographer=True)


def read(body: str, rules: BodyRules, kind: Kind = "markdown", *, summarise: bool = True) -> Body:
    return read_body(body, kind, "https://example.org/a", rules, summarise=summarise, count=True)


def test_all_of_it_in_order() -> None:
    body = (
        '{% include x %}One "two"[^1].\n\n{/* truncate */}\n\n<iframe src=/v></iframe>\n\n[^1]: {{ y }}note'
    )
    found = read(body, STRIP)
    assert found.summary == "One “two”."
    assert found.html.startswith("<p>One “two”<sup>1</sup>.</p>")
    assert '<a href="https://example.org/v">example.org</a>' in found.html
    assert found.html.endswith("<li><p>note</p>\n</li>\n</ol>")
    assert (found.templates, found.emptied) == (3, False)


def test_kept_templates_are_counted_and_stay() -> None:
    found = read("a {{ x }} b c d", BodyRules())
    assert found == Body(html="<p>a {{ x }} b c d</p>", templates=1)


def test_words_where_no_separator_stands() -> None:
    assert read("one two three four", STRIP).summary == "one two three…"
    assert read("one two three four", STRIP, summarise=False).summary == ""


@pytest.mark.parametrize("body", ["{% include x %}", "<iframe srcdoc=x></iframe>", "import a from 'b'\n"])
def test_a_body_of_which_nothing_is_left(body: str) -> None:
    assert read(body, STRIP).emptied
    assert not read(body + "\n\nx", STRIP).emptied
    assert not read("", STRIP).emptied


def test_kinds() -> None:
    assert [kind_of(path) for path in ("a.md", "b/A.HTML", "c.htm", "d.mdx", "e.txt")] == [
        *("markdown", "html", "html", "mdx", "markdown"),
    ]
