"""Eleventy: formats, folders that are computed, what the data of folders give their articles."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedmill.seeds.globs import compile_globs
from feedmill.seeds.slugs import FILTERS
from feedmill.sites import read_site
from feedmill.sites.site import Rule


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("script", "suffixes"),
    [
        ("module.exports = () => ({});", {"md", "markdown", "html"}),
        ("module.exports = () => ({templateFormats: ['md', 'njk']});", {"md"}),
        ("module.exports = () => ({templateFormats: 'html,njk'});", {"html"}),
        ("module.exports = () => ({templateFormats: ['njk']});", set()),
        ("module.exports = c => { c.setTemplateFormats(['njk', 'md']) };", {"md"}),
        ("module.exports = c => { c.addTemplateFormats('scss') };", {"md", "markdown", "html"}),
        (
            "module.exports = c => { c.addTemplateFormats('html'); return {templateFormats: ['md']} };",
            {"md", "html"},
        ),
        ("export const config = {templateFormats: ['md']};", {"md"}),
    ],
)
def test_a_format_that_the_site_does_not_have_is_left_out(
    script: str, suffixes: set[str], tmp_path: Path
) -> None:
    write(tmp_path, "eleventy.config.js", script)
    write(tmp_path, "posts/a.md", "---\ntitle: a\n---\n")
    site = read_site(tmp_path)
    globs = compile_globs(site.include, site.exclude)
    taken = {suffix for suffix in ("md", "markdown", "html") if globs.takes(f"posts/a.{suffix}")}
    if site.include:
        assert taken == suffixes
    else:
        assert "**" in site.exclude
        assert not taken


@pytest.mark.parametrize(
    ("script", "seeds_dir", "told"),
    [
        ("const conf = require('./conf.js');\nmodule.exports = () => ({dir: {input: conf.src}});", "src", ""),
        ("import conf from './conf.js';\nexport default () => ({dir: conf.dirs.all});", "deep", ""),
        ("module.exports = () => ({dir: {input: process.env.SRC}});", ".", "input is computed"),
        (
            "import c from './conf.js';\nexport default () => ({dir: {input: c.no}});",
            ".",
            "input is computed",
        ),
        ("module.exports = c => { c.setInputDirectory('src'); };", "src", ""),
    ],
)
def test_an_input_folder_that_is_no_literal_is_followed_or_told(
    script: str, seeds_dir: str, told: str, tmp_path: Path
) -> None:
    write(tmp_path, "eleventy.config.js", script)
    write(tmp_path, "conf.js", "module.exports = {src: 'src', dirs: {all: {input: 'deep'}}, no: f()};")
    site = read_site(tmp_path)
    assert site.seeds_dir == seeds_dir
    assert [told in each.what for each in site.unread] == ([True] if told else [])


def test_what_the_data_of_a_folder_say_counts_below_it(tmp_path: Path) -> None:
    write(tmp_path, "eleventy.config.js", "module.exports = () => ({});")
    data = '{"permalink": "b/{{ page.fileSlug }}/", "author": "Ada", "lang": "de", "tags": ["posts", "Cats"]}'
    write(tmp_path, "posts/posts.json", data)
    write(tmp_path, "posts/2020-01-05-dated/index.md", "---\ntitle: a\n---\n")
    said = (("authors", "Ada"), ("language", "de"), ("topics", ["Cats"]))
    link = "b/{path|eleventy_file}/"
    inner, outer = read_site(tmp_path).rules
    assert outer == Rule(paths=("posts/**",), link=link, defaults=said)
    assert (inner.paths, inner.link) == (("posts/2020-01-05-dated/**",), link)
    assert dict(inner.defaults) == {**dict(said), "publishedDateTime": "2020-01-05"}


@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("posts/buildless/2024-09-08-index", "buildless"),
        ("posts/2020-01-05-dated/index", "dated"),
        ("posts/2020-01-05-a", "a"),
        ("posts/deep/a", "a"),
        ("index", ""),
        ("2024-09-08-index", ""),
    ],
)
def test_file_slug_takes_the_date_off_before_it_looks_for_index(path: str, slug: str) -> None:
    """TemplateFileSlug.js of Eleventy 3.1."""
    assert FILTERS["eleventy_file"](path) == slug


def test_a_preprocessor_that_may_withhold_articles_is_told(tmp_path: Path) -> None:
    script = (
        "module.exports = c => {\n  c.addPreprocessor('drafts', '*', data => !data.wip && undefined);\n};"
    )
    write(tmp_path, "eleventy.config.js", script)
    (told,) = read_site(tmp_path).unread
    assert (told.file, told.line) == ("eleventy.config.js", 2)
    assert "drafts" in told.what
