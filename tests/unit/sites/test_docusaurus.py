"""Docusaurus' blogs, made up: which one there is, what its functions may hide, its authors and tags."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedmill.config import loads
from feedmill.sites import SiteConfig, UnknownSite, config_text, read_site

PLUGIN = "['@docusaurus/plugin-content-blog', {id: 'news', path: './news', routeBasePath: 'news'}]"


def site_of(root: Path, presets: str, plugins: str = "[]") -> SiteConfig:
    (root / "docusaurus.config.js").write_text(
        "module.exports = {title: 'D', url: 'https://x.org', baseUrl: '/',\n"
        f"presets: {presets}, plugins: {plugins}}};\n"
    )
    return read_site(root)


@pytest.mark.parametrize(
    "name", ["'classic'", "'@docusaurus/preset-classic'", "require.resolve('@docusaurus/preset-classic')"]
)
def test_a_disabled_blog_is_not_published(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnknownSite, match="no blog"):
        site_of(tmp_path, f"[[{name}, {{docs: {{}}, blog: false}}]]")


def test_the_plugin_s_blog_is_read_where_the_preset_s_is_disabled(tmp_path: Path) -> None:
    site = site_of(tmp_path, "[['classic', {blog: false}]]", f"[{PLUGIN}]")
    assert (site.seeds_dir, dict(site.copies)["news/rss.xml"], site.unread) == ("news", "all.rss", ())


@pytest.mark.parametrize("presets", ["['classic']", "[['classic', {docs: false}]]"])
def test_further_blogs_are_told(tmp_path: Path, presets: str) -> None:
    site = site_of(tmp_path, presets, f"[{PLUGIN}]")
    assert site.seeds_dir == "blog"
    assert [each.what for each in site.unread] == ["a further blog is left out: ./news"]


@pytest.mark.parametrize(
    "options",
    [
        "processBlogPosts: async ({blogPosts}) => blogPosts.slice(1),\nfeedOptions: {createFeedItems: f}",
        "async processBlogPosts(given) { return [] },\nfeedOptions: {createFeedItems(params) { return [] }}",
    ],
)
def test_functions_that_may_leave_articles_out_are_told(tmp_path: Path, options: str) -> None:
    site = site_of(tmp_path, f"[['classic', {{blog: {{{options}}}}}]]")
    assert [(each.line, each.what.partition(" ")[0]) for each in site.unread] == [
        (2, "processBlogPosts"),
        (3, "createFeedItems"),
    ]


def test_a_computed_blog_is_told(tmp_path: Path) -> None:
    site = site_of(tmp_path, "[['classic', {blog: process.env.BLOG ? {} : false}]]")
    assert [each.what for each in site.unread] == ["blog is computed: process.env.BLOG ? {} : false"]


def test_authors_and_tags_by_their_files_names(tmp_path: Path) -> None:
    (tmp_path / "blog").mkdir()
    (tmp_path / "blog" / "people.yml").write_text("ann: {name: Ann Lee}\n")
    (tmp_path / "blog" / "tags.yml").write_text(
        "hello: {label: Hello World}\nhi: {label: Hello World}\nopen-source: {label: Open Source}\nbare: {}\n"
    )
    site = site_of(tmp_path, "[['classic', {blog: {authorsMapPath: 'people.yml'}}]]")
    assert [(each.key, each.name) for each in site.authors] == [("ann", "Ann Lee")]
    assert site.topics == (("hello", "Hello World"), ("hi", "Hello World"), ("open-source", "Open Source"))
    text = config_text(site, url="https://f.org/", site_id="urn:x")
    settings = loads(text, base=tmp_path)
    known = {topic.label: (topic.aliases, topic.title) for topic in settings.feeds.topics}
    assert known == {"Hello World": (("hello", "hi"), "Hello World"), "Open Source": ((), "Open Source")}
