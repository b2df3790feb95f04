"""Jekyll: what it leaves out itself, and what of its settings is easily misread."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedmill import yamltext
from feedmill.seeds.globs import compile_globs
from feedmill.sites import config_text, read_site


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def taken(root: Path, *paths: str) -> set[str]:
    """Return which of the paths below the seeds folder are seeds of ours."""
    site = read_site(root)
    globs = compile_globs(site.include, site.exclude)
    return {path for path in paths if globs.takes(path)}


@pytest.mark.parametrize("source", ["", "src"])
def test_folders_that_jekyll_s_entry_filter_skips_are_left_out(source: str, tmp_path: Path) -> None:
    """As `jekyll build` 4.3 has it: of the folders below `_posts` the first alone is looked at."""
    write(tmp_path, "_config.yml", f"title: T\nsource: {source or '.'}\n")
    write(tmp_path / source, "_posts/2020-01-01-a.md", "---\ntitle: a\n---\n")
    shown = {"2020-01-01-a.md", "sub/2020-01-01-a.md", "sub/_archive/2020-01-01-a.md"}
    hidden = {f"{name}/2020-01-01-b.md" for name in ("_archive", "#x", "~x", "_archive/deep")}
    assert taken(tmp_path, *shown, *hidden) == shown
    write(tmp_path / source, "news/_posts/2020-01-01-a.md", "---\ntitle: a\n---\n")
    shown = {f"{above}_posts/{path}" for path in shown for above in ("", "news/")}
    hidden = {f"{above}_posts/{path}" for path in hidden for above in ("", "news/")}
    hidden |= {f"{above}/_posts/2020-01-01-c.md" for above in ("_old", "news/_old", "_old/deep", "#a", "~a")}
    assert taken(tmp_path, *shown, *hidden) == shown


def test_a_feed_of_excerpts_stays_one(tmp_path: Path) -> None:
    write(tmp_path, "_config.yml", "title: T\nfeed: {excerpt_only: true}\n")
    text = config_text(read_site(tmp_path), url="https://feeds.x.org/", site_id="urn:x")
    assert 'content: "summary"' in text
    write(tmp_path, "_config.yml", "title: T\nfeed: {excerpt_only: false}\n")
    assert "content" not in config_text(read_site(tmp_path), url="https://feeds.x.org/", site_id="urn:x")


@pytest.mark.parametrize(
    ("told", "path"),
    [
        ("https://x.org/atom.xml", "atom.xml"),
        ("https://x.org/blog/atom.xml", "atom.xml"),
        ("/atom.xml", "atom.xml"),
        ("https://feeds.example.net/x", "https://feeds.example.net/x"),
    ],
)
def test_the_feed_s_path_may_be_a_whole_address(told: str, path: str, tmp_path: Path) -> None:
    write(
        tmp_path, "_config.yml", f"title: T\nurl: https://x.org\nbaseurl: /blog\nfeed: {{path: '{told}'}}\n"
    )
    assert read_site(tmp_path).copies == ((path, "all.atom"),)


def test_a_locale_is_a_language_and_a_blank_line_no_separator(tmp_path: Path) -> None:
    write(tmp_path, "_config.yml", 'title: T\nlocale: en_US\nexcerpt_separator: "\\n\\n"\n')
    site = read_site(tmp_path)
    assert (site.language, site.separators, site.unread) == ("en-US", (), ())


def test_posts_without_front_matter_are_named(tmp_path: Path) -> None:
    write(tmp_path, "_config.yml", "title: T\n")
    write(tmp_path, "_posts/2020-01-01-a.md", "---\ntitle: a\n---\n")
    write(tmp_path, "_posts/2020-01-02-b.md", "# Bare\n")
    write(tmp_path, "_posts/notes.md", "none of Jekyll's\n")
    (told,) = read_site(tmp_path).unread
    assert told.file == "_posts"
    assert told.what.startswith("1 without front matter")
    assert told.what.endswith(": 2020-01-02-b.md")


def test_a_picture_s_path_is_read(tmp_path: Path) -> None:
    scope = "defaults: [{scope: {path: ''}, values: {image: {path: /img/a.png, alt: A}}}]\n"
    write(tmp_path, "_config.yml", f"title: T\n{scope}")
    site = read_site(tmp_path)
    assert site.rules[0].defaults == (("images", "/img/a.png"),)
    assert dict(site.fields)["images"][:2] == ("images", "image.path")
    assert yamltext.parse(config_text(site, url="https://feeds.x.org/", site_id="urn:x"))


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ("2013-04-14 00:50:07", True),
        ("2013-4-1T0:50:07  # morning", True),
        ("2013-04-14 00:50:07 +0200", False),
        ("2013-04-14 00:50:07Z", False),
        ("2013-04-14 00:50", False),
        ("'2013-04-14 00:50:07'", False),
        ("2013-04-14", False),
    ],
)
def test_dates_that_yaml_takes_for_utc_are_told(date: str, told: bool, tmp_path: Path) -> None:
    write(tmp_path, "_config.yml", "title: T\ntimezone: Europe/Berlin\n")
    write(
        tmp_path, "_posts/2013-04-14-a.md", f"---\ntitle: a\ndate: {date}\n---\ndate: 2013-04-14 00:50:07\n"
    )
    assert ["UTC to Jekyll" in each.what for each in read_site(tmp_path).unread] == ([True] if told else [])
    write(tmp_path, "_config.yml", "title: T\n")
    assert read_site(tmp_path).unread == ()


@pytest.mark.parametrize(
    ("header", "told"),
    [("tags: a\ncategory: b", True), ("tags:\n- a\ncategories: [b]", True), ("tags: []\ncategory: b", False)],
)
def test_posts_with_tags_and_a_category_are_named(header: str, told: bool, tmp_path: Path) -> None:
    write(tmp_path, "_config.yml", "title: T\n")
    write(tmp_path, "_posts/2020-01-01-a.md", f"---\ntitle: a\n{header}\n---\n")
    assert ["tags and a category" in each.what for each in read_site(tmp_path).unread] == (
        [True] if told else []
    )
