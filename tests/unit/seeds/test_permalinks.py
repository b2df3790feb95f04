"""Permalinks of other tools, by their documented rules; `tests/interop` asks the tools themselves."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from feedmill.seeds.address import PatternError, Source, fill, parse_pattern
from feedmill.seeds.permalinks import from_front_matter, from_hugo, from_jekyll, from_pelican
from feedmill.seeds.slugs import FILTERS


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Hello, World!", "hello-world"),
        ("  --test_-_cool", "test-cool"),
        ("Æúű--cool?", "aeuu-cool"),
        ("You & Me", "you-me"),
        ("日本", "ri-ben"),
        ("test (hey)", "test-hey"),
        ("dot. ", "dot"),
    ],
)
def test_zola(text: str, slug: str) -> None:
    assert FILTERS["zola"](text) == slug


def test_zola_safe_and_dates() -> None:
    assert FILTERS["zola_safe"]('a<b>"c. ') == "abc"
    assert FILTERS["zola_file"]("2018-10-08_Hello World") == "hello-world"
    assert FILTERS["zola_file"]("2018-10-02T15:00:00Z-hello") == "hello"
    assert FILTERS["zola_file"]("2018-13-08-hello") == "2018-13-08-hello"


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("some-post", "some-post"),
        ("some-post/index", "some-post"),
        ("2021-05-12-announcing/index", "2021/05/12/announcing"),
        ("2021/05/12/announcing", "2021/05/12/announcing"),
        ("folder1/folder2/2021-05-12-announcing", "2021/05/12/folder1/folder2/announcing"),
    ],
)
def test_docusaurus(path: str, address: str) -> None:
    assert FILTERS["docusaurus"](path) == address


def test_jekyll_modes() -> None:
    text = "The _config.yml Ærø/Ça file"
    modes = ("none", "raw", "pretty", "ascii", "latin")
    assert [FILTERS[f"jekyll_{mode}"](text) for mode in modes] == [
        "the _config.yml ærø/ça file",
        "the-_config.yml-ærø/ça-file",
        "the-_config.yml-ærø-ça-file",
        "the-config-yml-r-a-file",
        "the-config-yml-aero-ca-file",
    ]


SEED = Source(
    path="a/2026-01-02-Hi.md", get={"slug": "S"}.get, title="T t", published=datetime(2026, 1, 2, tzinfo=UTC)
)


@pytest.mark.parametrize(
    ("text", "rule", "address"),
    [
        ("/a/b.html", None, "/a/b.html"),
        ("a/b", None, "/a/b"),
        ("/a b/%20ü/", None, "/a%20b/%20%C3%BC/"),
        ("a/b", "{title|hugo}/", "/a/b/"),
        ("https://y.org/:a", None, "https://y.org/:a"),
        ("pretty", None, "/2026/01/02/S/"),
        ("/x/:year/:title:output_ext", None, "/x/2026/S.html"),
        ("/x/:year/:title", "{title|hugo}/", "/x/2026/t-t/"),
        ("/{{ page.date | date: '%Y/%m' }}/{{ page.fileSlug }}/index.html", None, "/2026/01/Hi/"),
    ],
)
def test_a_seed_says_its_address_itself(text: str, rule: str | None, address: str) -> None:
    meant = from_front_matter(text, parse_pattern(rule) if rule else None)
    assert (meant if isinstance(meant, str) else fill(meant, SEED)) == address


@pytest.mark.parametrize(
    ("tool", "text", "address"),
    [
        ("hugo", "bstr", "/bstr/"),
        ("hugo", "index2.html", "/index2.html"),
        ("hugo", "/foo/index.html", "/foo/"),
        ("hugo", "a/b", "/a/b/"),
        ("eleventy", "/foo/index.html", "/foo/"),
        ("eleventy", "blog/b/index.html", "/blog/b/"),
        ("eleventy", "/index.html", "/"),
        ("eleventy", "i.html", "/i.html"),
        ("jekyll", "foo2", "/foo2"),
        ("jekyll", "/foo/index.html", "/foo/index.html"),
        ("pelican", "bare", "/bare"),
    ],
)
def test_an_address_means_what_the_site_s_tool_takes_it_for(tool: str, text: str, address: str) -> None:
    assert from_front_matter(text, parse_pattern(f"{{title|{tool}}}/")) == address


@pytest.mark.parametrize("text", ["word", "/:nonsense/", "/{{ x | odd }}/", "{% if a %}/b/"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(PatternError):
        from_front_matter(text)


def test_what_no_pattern_says_is_refused() -> None:
    with pytest.raises(PatternError, match="sections"):
        from_hugo("/:sections[1:]/:slug/")
    with pytest.raises(PatternError, match="%c"):
        from_pelican("{date:%c}/{slug}")
    with pytest.raises(PatternError, match="bogus"):
        from_jekyll("/:bogus/")


def test_settings_of_hugo() -> None:
    assert fill(from_hugo("/p/:title", cased=True), SEED) == "/p/T-t/"
    assert fill(from_hugo("/p/:title/", ugly=True), SEED) == "/p/t-t.html"
