"""A site read by `read_site`: the address of every post equals the one that its own generator gives."""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

import pytest

from feedmill.seeds.address import MissingPart, Source, fill, parse_pattern
from feedmill.seeds.globs import compile_globs
from feedmill.sites import SiteConfig, read_site
from interop import samples, tools

pytestmark = pytest.mark.interop

TEXT = "---\ntitle: A Title, or two\ndate: 2020-05-06\n---\n\nText.\n"


def addressed(site: SiteConfig, source: Source) -> str:
    """Return the address that the first rule, or the site's pattern, gives."""
    for rule in site.rules:
        if rule.link and compile_globs(rule.paths, ()).takes(source.path):
            return _filled(rule.link, source)
    assert site.link is not None
    return _filled(site.link, source)


def _filled(pattern: str, source: Source) -> str:
    try:
        return fill(parse_pattern(pattern), source)
    except MissingPart as error:
        return str(error)


def differences(root: Path, told: Mapping[str, str], *, bare: bool = False) -> dict[str, tuple[str, str]]:
    """Return `{path: (ours, theirs)}` where they differ, or where our globs leave a post out."""
    site = read_site(root)
    base = "" if site.seeds_dir == "." else site.seeds_dir + "/"
    globs = compile_globs(site.include, site.exclude)
    found = {}
    for path, theirs in told.items():
        source = samples.source(root, path, base, bare=bare, timezone=site.timezone)
        ours = addressed(site, source) if globs.takes(source.path) else "left out"
        if unquote(ours) != unquote(theirs):
            found[path] = (ours, theirs)
    return found


def write(root: Path, path: str, text: str = TEXT) -> None:
    """Write a file below the site."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    "permalink", ["", "permalink: pretty", "collections:\n  posts:\n    permalink: /n/:title"]
)
@pytest.mark.parametrize("folders", [("",), ("", "es/", "Sub Folder/")])
def test_jekyll(tmp_path: Path, require: tools.Require, permalink: str, folders: tuple[str, ...]) -> None:
    for folder in folders:
        write(
            tmp_path,
            f"{folder}_posts/2020-05-06-Some.Name-here.md",
            "---\ntitle: x\ncategories: [A b, Es]\n---\n",
        )
        write(tmp_path, f"{folder}_posts/deep/2020-05-07-more.markdown", "---\ntitle: x\ncategory: Q\n---\n")
    scope = "defaults:\n  - scope: {path: _posts/deep}\n    values: {permalink: '/deep/:slug.html'}\n"
    write(tmp_path, "_config.yml", f"title: T\nurl: https://x.org\ntimezone: UTC\n{permalink}\n{scope}")

    told = tools.jekyll(require, tmp_path)

    assert len(told) == 2 * len(folders)
    assert differences(tmp_path, told) == {}


def test_jekyll_with_a_folder_of_collections(tmp_path: Path, require: tools.Require) -> None:
    write(tmp_path, "all/_posts/2020-05-06-One.md", "---\ntitle: x\ncategories: [A b]\n---\n")
    write(tmp_path, "_config.yml", "title: T\nurl: https://x.org\ntimezone: UTC\ncollections_dir: all\n")
    told = tools.jekyll(require, tmp_path)
    assert len(told) == 1
    base = "all/"
    assert differences(tmp_path, {base + path.removeprefix(base): url for path, url in told.items()}) == {}


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("hugo.toml", 'baseURL = "https://x.org/"\n[permalinks]\nposts = "/:year/:month/:title/"\n'),
        ("config.yaml", "baseURL: https://x.org/\nuglyURLs: true\n"),
        (
            "config/_default/hugo.json",
            '{"BaseURL": "https://x.org/", "permalinks": {"page": {"posts": "/:slug"}}}',
        ),
        (
            "hugo.yaml",
            "baseURL: https://x.org/\ndisablePathToLower: true\npermalinks: {posts: '/:contentbasename'}",
        ),
        ("hugo.toml", 'baseURL = "https://x.org/"\nremovePathAccents = true\n'),
        ("hugo.yaml", "baseURL: https://x.org/\npermalinks: {posts: '/:sections/:title'}"),
        ("hugo.yaml", "baseURL: https://x.org/\npermalinks: {posts: '/p/:sections[1:]/:title'}"),
        (
            "hugo.yaml",
            "baseURL: https://x.org/\ndefaultContentLanguageInSubdir: true\nlanguages: {en: {weight: 1}}",
        ),
        ("config.json", '{"baseURL": "https://x.org/a", "frontmatter": {"date": [":filename", ":default"]}}'),
    ],
)
def test_hugo(tmp_path: Path, require: tools.Require, name: str, config: str) -> None:
    write(tmp_path, name, config)
    write(tmp_path, "content/_index.md")
    write(tmp_path, "content/posts/_index.md")
    write(tmp_path, "content/posts/deep/Er/_index.md")
    paths = [
        "posts/Hello World.md",
        "posts/Bündle/index.md",
        "posts/deep/C.md",
        "Other Section/Ä.md",
        "about.md",
        "posts/Named.en.md",
    ]
    paths += ["posts/deep/Er/D.md", "posts/deep/un/E.md", "posts/2020-01-02-dated.md"]
    for path in paths:
        write(tmp_path, f"content/{path}")

    told = tools.hugo(require, tmp_path)

    home = tools.path_of(read_site(tmp_path).home or "").rstrip("/")
    told = {
        path: tools.path_of(link).removeprefix(home) for path, link in told.items() if "_index" not in path
    }
    assert len(told) == len(paths)
    assert differences(tmp_path, told) == {}


def test_hugo_with_a_folder_of_configuration_and_several_languages(
    tmp_path: Path, require: tools.Require
) -> None:
    base = 'baseURL = "https://dev.example/"\ndefaultContentLanguage = "en"\n'
    ugly = '[uglyURLs]\npost = true\nnotes = true\n[permalinks]\npost = "/:year/:month/:slug/"\n'
    write(tmp_path, "config/_default/hugo.toml", base + ugly)
    write(tmp_path, "config/_default/languages.en.toml", 'contentDir = "content/en"\nweight = 1\n')
    write(tmp_path, "config/_default/languages.de.toml", 'contentDir = "content/de"\nweight = 2\n')
    write(tmp_path, "config/production/hugo.toml", 'baseURL = "https://x.org/"\n')
    paths = ["post/One.md", "post/bundle/index.md", "notes/Two.md", "docs/three.md", "docs/deep/index.md"]
    for path in [*paths, "post/bundle/more.md", "post/bundle/deep/index.md", "docs/deep/image.md"]:
        write(tmp_path, f"content/en/{path}")
    write(tmp_path, "content/de/post/One.md")

    told = tools.hugo(require, tmp_path)

    assert all(link.startswith("https://x.org/") for link in told.values())
    told = {path: link.removeprefix("https://x.org") for path, link in told.items() if "content/en/" in path}
    assert {path.removeprefix("content/en/") for path in told} == set(paths)
    assert differences(tmp_path, told) == {}
    site = read_site(tmp_path)
    assert (site.home, site.seeds_dir) == ("https://x.org/", "content/en")
    globs = compile_globs(site.include, site.exclude)
    assert not any(globs.takes(f"post/bundle/{name}") for name in ("more.md", "deep/index.md"))
    assert not globs.takes("docs/deep/image.md")


@pytest.mark.parametrize(
    ("settings", "publish"),
    [
        ("", ""),
        ("ARTICLE_URL = '{date:%Y}/{slug}/'\nARTICLE_SAVE_AS = ARTICLE_URL + 'index.html'\n", ""),
        ("ARTICLE_URL = ARTICLE_SAVE_AS = '{category}/{slug}.html'\nDEFAULT_CATEGORY = 'Big News'\n", ""),
        ("SLUGIFY_SOURCE = 'basename'\nARTICLE_PATHS = ['blog']\n", "from pelicanconf import *\n"),
    ],
)
def test_pelican(tmp_path: Path, require: tools.Require, settings: str, publish: str) -> None:
    names = "SITENAME = 'S'\nSITEURL = 'https://x.org'\nTIMEZONE = 'UTC'\nLOCALE = 'C'\nPATH = 'content'\n"
    write(tmp_path, "pelicanconf.py", names + settings)
    if publish:
        write(tmp_path, "publishconf.py", publish)
    for path in ("content/blog/Äh-One.md", "content/top.md", "content/blog/deep/Two.md"):
        write(tmp_path, path, f"---\ntitle: {path} & more\ndate: 2020-05-06\n---\n\nText.\n")

    told = tools.pelican(require, tmp_path)

    assert len(told) == (2 if "blog" in settings else 3)
    told = {f"content/{path}": f"/{url}" for path, url in told.items()}
    assert differences(tmp_path, told, bare=True) == {}


@pytest.mark.parametrize(
    ("name", "config"),
    [
        (
            "eleventy.config.mjs",
            "export default function (c) { c.addPlugin(x => x); }\nexport const config = {dir: DIR};",
        ),
        (".eleventy.js", "const dir = DIR;\nmodule.exports = (c) => { return {dir}; };"),
        ("eleventy.config.cjs", "module.exports = function (c) { return { dir: {input: `src`} }; };"),
    ],
)
@pytest.mark.parametrize("permalink", ["", "/{{ page.date | date: '%Y/%m' }}/{{ title | slugify }}/"])
def test_eleventy(tmp_path: Path, require: tools.Require, name: str, config: str, permalink: str) -> None:
    write(tmp_path, name, config.replace("DIR", "{input: 'src', includes: '_includes'}"))
    write(tmp_path, "src/blog/2020-05-06-Hello You.md")
    write(tmp_path, "src/blog/deep/index.md", TEXT.replace("two", "three"))
    if permalink:
        write(tmp_path, "src/blog/blog.json", json.dumps({"permalink": permalink, "tags": "posts"}))

    told = tools.eleventy(require, tmp_path)

    assert len(told) == 2
    assert differences(tmp_path, told) == {}


@pytest.mark.corpus
def test_jekyll_s_own_news(tmp_path: Path, require: tools.Require) -> None:
    given = os.environ.get("FEEDMILL_CORPUS")
    if not given:
        pytest.skip("needs the corpus (FEEDMILL_CORPUS)")
    with tarfile.open(Path(given) / "jekyll.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    site = tmp_path / "jekyll" / "docs"
    config = (site / "_config.yml").read_text()
    before, _, after = config.partition("plugins:\n")  # they make feeds and sitemaps, and are not at hand
    (site / "_config.yml").write_text(before + after[after.index("feed:") :])
    for post in (site / "_posts").iterdir():  # so are the tags in bodies
        post.write_text("---\n" + post.read_text().split("---\n", 2)[1] + "---\n")

    told = {path: url for path, url in tools.jekyll(require, site).items() if path.startswith("_posts/")}

    assert len(told) == 102
    assert differences(site, told) == {}
