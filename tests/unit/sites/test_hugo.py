"""Hugo's sites, made up: languages, dates, mounts, bundles; asked of Hugo 0.168 once, by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedmill.config import loads
from feedmill.pipeline import Mill, PassRequest
from feedmill.seeds.globs import compile_globs
from feedmill.sites import config_text, read_site

NOW = datetime(2026, 3, 1, tzinfo=UTC)
BASE = 'baseURL = "https://x.org/"\ntitle = "H"\n'


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def article(root: Path, path: str, header: str = "date: 2024-01-01") -> None:
    """Write an article whose title is its path."""
    write(root, f"content/{path}", f"---\ntitle: {path}\n{header}\n---\n\nText.\n")


def published(root: Path) -> dict[str, tuple[str, str]]:
    """Return `{path: (address, day)}` of what goes out with the config that we write for the site."""
    text = config_text(read_site(root), url="https://f.org/", site_id="https://f.org/")
    with Mill(loads(text, base=root), clock=lambda: NOW) as mill:
        mill.run(PassRequest())
    items = json.loads((root / "feeds" / "all.json").read_text())["items"]
    return {
        item["title"]: (item["url"].removeprefix("https://x.org"), item["date_published"][:10])
        for item in items
    }


def test_another_language_s_folder_is_no_section(tmp_path: Path) -> None:
    write(tmp_path, "hugo.toml", BASE + '[languages.en]\n[languages.de]\ncontentDir = "content/DE"\n')
    article(tmp_path, "DE/a.md")
    article(tmp_path, "posts/a.md")
    assert [feed.slug for feed in read_site(tmp_path).feeds] == ["posts"]


def test_another_language_is_left_out_in_any_case_and_when_its_pages_come_later(tmp_path: Path) -> None:
    write(tmp_path, "hugo.toml", BASE + "[languages.en]\n[languages.zh-CN]\n[languages.de]\n")
    globs = compile_globs(read_site(tmp_path).include, read_site(tmp_path).exclude)
    paths = (
        "a.md",
        "a.en.md",
        "a.zh-CN.md",
        "posts/b.DE.md",
        "b.fr.md",
        "x.de/index.md",
        "index.de.md",
        "r.de.1.md",
    )
    assert {path for path in paths if globs.takes(path)} == {"a.md", "a.en.md", "b.fr.md", "x.de/index.md"}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_page_that_is_named_with_the_site_s_own_language(tmp_path: Path, language: str) -> None:
    write(
        tmp_path,
        "hugo.toml",
        f'{BASE}defaultContentLanguage = "{language}"\n[permalinks]\nlog = "/:year/:filename/"\n',
    )
    for path in (f"posts/a.{language}", f"posts/b.{language.upper()}", f"bun/index.{language}", "posts/c.fr"):
        article(tmp_path, f"{path}.md")
    article(tmp_path, f"log/d.{language}.md")
    article(tmp_path, "bun/index.de.md", "date: 2025-01-01")
    assert sorted(address for address, _ in published(tmp_path).values()) == [
        "/2024/d/", "/bun/", "/posts/a/", "/posts/b/", "/posts/c.fr/",
    ]  # fmt: skip
    assert [feed.slug for feed in read_site(tmp_path).feeds] == ["log", "posts"]


@pytest.mark.parametrize(
    ("base", "home"),
    [("", "https://x.org/de/"), ("https://de.x.org/", "https://de.x.org/"), ("en", "https://x.org/")],
)
def test_where_a_language_has_an_address_of_its_own_none_has_a_folder(
    tmp_path: Path, base: str, home: str
) -> None:
    of = "en" if base == "en" else "de"
    told = "https://en.x.org/" if base == "en" else base
    lines = f'[languages.{of}]\nbaseURL = "{told}"\n[languages.fr]\n' if told else "[languages.de]\n"
    write(
        tmp_path,
        "hugo.toml",
        f'{BASE}defaultContentLanguage = "de"\ndefaultContentLanguageInSubdir = true\n{lines}',
    )
    assert read_site(tmp_path).home == home


def test_the_dates_keys_that_the_configuration_lists(tmp_path: Path) -> None:
    write(
        tmp_path,
        "hugo.toml",
        BASE + "[frontmatter]\ndate = ['written', ':default']\nexpiryDate = ['retired', ':default']\n"
        "publishDate = ['embargo', ':default']\nlastmod = [':git', 'changed']\n",
    )
    article(tmp_path, "retired.md", "date: 2024-01-01\nretired: 2024-06-01")
    article(tmp_path, "expired.md", "date: 2024-01-01\nexpiryDate: 2024-06-01")
    article(tmp_path, "embargo.md", "date: 2024-01-01\nembargo: 2099-06-01")
    article(tmp_path, "later.md", "date: 2024-01-01\npublishDate: 2099-06-01")
    article(tmp_path, "written.md", "date: 2024-01-01\nwritten: 2023-06-01")
    article(tmp_path, "dated.md")
    assert {path: day for path, (_, day) in published(tmp_path).items()} == {
        "written.md": "2023-06-01",
        "dated.md": "2024-01-01",
    }
    site = read_site(tmp_path)
    assert dict(site.fields)["updatedDateTime"] == ("changed",)
    assert [each.what for each in site.unread] == ["frontmatter.lastmod: :git is not taken over"]


@pytest.mark.parametrize(
    ("date", "told"),
    [("[':filename', ':default']", 1), ("['date', ':filename']", 0), ("[':bogus', 'date']", 1)],
)
def test_dates_that_no_field_says_are_told(tmp_path: Path, date: str, told: int) -> None:
    write(tmp_path, "hugo.toml", f"{BASE}[frontmatter]\ndate = {date}\n")
    assert len(read_site(tmp_path).unread) == told


MOUNT = BASE + "[[module.mounts]]\nsource = 'content'\ntarget = 'content'\n"


@pytest.mark.parametrize(
    ("files", "paths"),
    [
        ("files = ['! posts/private/**', '! **/secret*.md', '**']", {"posts/a.md", "posts/keep.md"}),
        ("files = '! posts/PRIVATE'", {"posts/a.md", "posts/keep.md", "posts/secret1.md"}),
        ("files = ['posts/[ak]*']", {"posts/a.md", "posts/keep.md"}),
        ("files = ['Posts/a.md', 'static/**.png']", {"posts/a.md"}),
        ("files = ['**.png']", set()),
        ("excludeFiles = ['{posts/private,foo}/**', '**secret*']", {"posts/a.md", "posts/keep.md"}),
        ("includeFiles = ['posts/*.md']\nexcludeFiles = 'posts/a*'", {"posts/keep.md", "posts/secret1.md"}),
    ],
)
def test_files_that_a_mount_leaves_out(tmp_path: Path, files: str, paths: set[str]) -> None:
    write(tmp_path, "hugo.toml", MOUNT + files + "\n")
    site = read_site(tmp_path)
    globs = compile_globs(site.include, site.exclude)
    pages = ("posts/a.md", "posts/keep.md", "posts/secret1.md", "posts/private/b.md")
    assert {path for path in pages if globs.takes(path)} == paths
    assert site.unread == ()


def test_a_mount_s_pattern_that_hugo_would_come_to_too_late_keeps_out_and_is_told(tmp_path: Path) -> None:
    write(tmp_path, "hugo.toml", MOUNT + "files = ['posts/private/keep.md', '! posts/private/**', '**']\n")
    site = read_site(tmp_path)
    assert not compile_globs(site.include, site.exclude).takes("posts/private/keep.md")
    assert [each.what for each in site.unread] == [
        "of the mount's files posts/private/** are left out, whatever pattern stands before"
    ]


def test_further_mounts_are_told_and_those_of_other_languages_left_out(tmp_path: Path) -> None:
    more = "[[module.mounts]]\nsource = 'docs'\ntarget = 'content/docs'\n"
    german = "[[module.mounts]]\nsource = 'content/german'\ntarget = 'content'\nlang = 'DE'\n"
    write(
        tmp_path,
        "hugo.toml",
        MOUNT + more + german + "[languages.en]\ncontentDir = 'elsewhere'\n[languages.de]\n",
    )
    site = read_site(tmp_path)
    assert site.seeds_dir == "content"
    assert not compile_globs(site.include, site.exclude).takes("german/a.md")
    assert [each.what for each in site.unread] == [
        "language de is left out",
        "docs, mounted at content/docs, is left out",
    ]
