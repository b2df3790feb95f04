"""Pelican: which files are its articles, and what their names say."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedmill.seeds.globs import compile_globs
from feedmill.sites import read_site
from feedmill.sites.site import Rule


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("settings", "articles"),
    [
        ("", {"a.md", "static_pages/a.md"}),
        ("PAGE_PATHS = ['static_pages']", {"a.md", "pages/a.md"}),
        ("PAGE_PATHS = ('static_pages', 'pages')", {"a.md"}),
        ("PAGE_PATHS = ['']", {"a.md", "pages/a.md", "static_pages/a.md"}),
        ("ARTICLE_PATHS = []", set()),
        ("ARTICLE_PATHS = ['pages']\nPAGE_PATHS = []", {"pages/a.md"}),
    ],
)
def test_pages_are_no_articles(settings: str, articles: set[str], tmp_path: Path) -> None:
    write(tmp_path, "pelicanconf.py", f"PATH = 'content'\n{settings}\n")
    site = read_site(tmp_path)
    globs = compile_globs(site.include, site.exclude)
    assert {path for path in ("a.md", "pages/a.md", "static_pages/a.md") if globs.takes(path)} == articles


DAY = "**/[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"


def test_slugs_from_file_names(tmp_path: Path) -> None:
    given = r"FILENAME_METADATA = r'(?P<date>\d{4}-\d{2}-\d{2})[-_](?P<slug>.*)'"
    write(
        tmp_path,
        "pelicanconf.py",
        f"{given}\nARTICLE_URL = 'b/{{slug}}/'\nDEFAULT_METADATA = {{'status': 'draft'}}\n",
    )
    site = read_site(tmp_path)
    draft = (("status", "draft"),)
    assert site.rules == (
        Rule(paths=(f"{DAY}-*",), link="b/{field:slug}/ or b/{name}/", defaults=draft),
        Rule(paths=(f"{DAY}_*",), link="b/{field:slug}/", defaults=draft),
    )
    assert (site.link, site.unread) == ("b/{field:slug}/ or b/{title|pelican}/", ())


@pytest.mark.parametrize(
    ("setting", "link"),
    [
        (r"FILENAME_METADATA = r'(?P<slug>[a-z]+).*'", "{field:slug}.html"),
        (r"PATH_METADATA = r'(?P<category>[^/]+)/(?P<slug>.*)\.md'", "{field:slug}.html"),
        (r"PATH_METADATA = r'(?P<category>[^/]+)/.*'", "{field:slug}.html or {title|pelican}.html"),
        (r"ARTICLE_URL = '{category}/{slug}'; PATH_METADATA = r'(?P<category>[^/]+)/.*'", None),
    ],
)
def test_an_address_that_only_an_expression_could_tell_is_none(
    setting: str, link: str | None, tmp_path: Path
) -> None:
    write(tmp_path, "pelicanconf.py", setting.replace("; ", "\n"))
    site = read_site(tmp_path)
    assert (site.link, site.rules) == (link, ())
    lost = [told.what for told in site.unread if "have no address" in told.what]
    assert bool(lost) == (link is None or "title" not in link)


def test_articles_without_a_header_of_ours_are_named(tmp_path: Path) -> None:
    write(tmp_path, "pelicanconf.py", "PATH = 'content'\n")
    write(
        tmp_path,
        "content/a.html",
        "<html><head><title>A</title><meta name='date' content='2020-01-01'></head></html>",
    )
    write(tmp_path, "content/b.md", "Title: B\nDate: 2020-01-01\n\nx\n")
    (told,) = read_site(tmp_path).unread
    assert told.what.endswith(": a.html")
