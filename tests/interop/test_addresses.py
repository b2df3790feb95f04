"""Addresses by pattern equal those that the generators themselves give, on posts full of odd names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

import pytest

from feedmill.seeds.address import MissingPart, Pattern, fill, parse_pattern
from feedmill.seeds.permalinks import from_eleventy, from_hugo, from_jekyll, from_pelican
from interop import samples, tools

pytestmark = pytest.mark.interop


def differences(
    pattern: Pattern, told: Mapping[str, str], root: Path, base: str = "", *, bare: bool = False
) -> dict[str, tuple[str, str]]:
    """Return `{path: (ours, theirs)}` where they differ, escapes aside."""
    found = {}
    for path, theirs in told.items():
        try:
            ours = fill(pattern, samples.source(root, path, base, bare=bare))
        except MissingPart as error:
            ours = str(error)
        if unquote(ours) != unquote(theirs):
            found[path] = (ours, theirs)
    return found


@pytest.mark.parametrize(
    "permalink",
    [
        "date",
        "pretty",
        "none",
        "ordinal",
        "weekdate",
        "/:year/:i_month/:i_day/:slug/",
        "/b/:short_year/:name.html",
    ],
)
def test_jekyll(tmp_path: Path, require: tools.Require, permalink: str) -> None:
    for post in samples.posts("_posts/", dated_names=True):
        post.write(tmp_path)
    samples.Post(
        path="_posts/2020-05-06-cats.md",
        header=(("title", "Cats"), ("categories", "[News, Größe & Co, news]")),
    ).write(tmp_path)
    samples.Post(
        path="_posts/2020-05-06-cat.md", header=(("category", "Big News"), ("slug", "My Own_Slug"))
    ).write(tmp_path)
    (tmp_path / "_config.yml").write_text(f"permalink: {permalink}\ntimezone: UTC\n")

    told = tools.jekyll(require, tmp_path)

    assert len(told) == len(samples.NAMES) + 2
    assert differences(from_jekyll(permalink), told, tmp_path) == {}


HUGO_DEFAULT = "{dir|hugo_folder}/{field:slug|hugo}/ or {dir|hugo_folder}/{stem|hugo}/"


@pytest.mark.parametrize(
    "permalink",
    [
        "",
        "/:year/:month/:slug/",
        "/:section/:title/",
        "/:sections/:yearday/:slugorfilename",
        "/:2006/:Jan/:contentbasename",
    ],
)
def test_hugo(tmp_path: Path, require: tools.Require, permalink: str) -> None:
    written = samples.posts("content/Blog Posts/", dated_names=False)
    written += [
        samples.Post(
            path="content/Blog Posts/Deep Er/2020-01-02-My Bundle/index.md",
            header=(("title", "Bundle"), ("date", "2020-01-01T00:30:00+05:00"), ("slug", "The Slug, Sir")),
        ),
        samples.Post(
            path="content/Blog Posts/A - B/c.d.md", header=(("title", "x y"), ("date", "2020-01-01"))
        ),
    ]
    for post in written:
        post.write(tmp_path)
    (tmp_path / "content" / "Blog Posts" / "Deep Er" / "_index.md").write_text("---\ntitle: x\n---\n")
    (tmp_path / "content" / "Blog Posts" / "A - B" / "_index.md").write_text("---\ntitle: x\n---\n")
    config = 'baseURL = "https://x.org/"\n'
    if permalink:
        config += f'[permalinks]\n"blog-posts" = "{permalink}"\n'
    (tmp_path / "hugo.toml").write_text(config)

    told = {
        path: tools.path_of(link)
        for path, link in tools.hugo(require, tmp_path).items()
        if "_index" not in path
    }

    assert len(told) == len(written)
    pattern = from_hugo(permalink) if permalink else parse_pattern(HUGO_DEFAULT)
    assert differences(pattern, told, tmp_path, "content/") == {}


@pytest.mark.parametrize(
    ("settings", "pattern"),
    [
        ("", from_pelican("{slug}.html")),
        (
            "ARTICLE_URL = ARTICLE_SAVE_AS = '{category}/{date:%Y}/{date:%b}/{slug}/index.html'\n",
            from_pelican("{category}/{date:%Y}/{date:%b}/{slug}/index.html"),
        ),
        ("SLUGIFY_USE_UNICODE = True\n", from_pelican("{slug}.html", slug="pelican_unicode")),
        ("SLUGIFY_PRESERVE_CASE = True\n", from_pelican("{slug}.html", slug="pelican_cased")),
        ("SLUGIFY_SOURCE = 'basename'\n", from_pelican("{slug}.html", source="basename")),
    ],
)
def test_pelican(tmp_path: Path, require: tools.Require, settings: str, pattern: Pattern) -> None:
    for post in samples.posts("content/Ünder Folder/", dated_names=False):
        post.write(tmp_path)
        file = tmp_path / post.path
        title = samples.source(tmp_path, post.path).title
        body = file.read_text(encoding="utf-8").split("---\n")[1]
        date = body.split("date: ")[1].strip()
        file.write_text(f"---\ntitle: {title}\ndate: {date}\n---\n\nText.\n", encoding="utf-8")
    (tmp_path / "pelicanconf.py").write_text(
        f"SITEURL = 'https://x.org'\nTIMEZONE = 'UTC'\nDEFAULT_LANG = 'en'\nLOCALE = 'C'\n{settings}"
    )

    told = tools.pelican(require, tmp_path)

    assert len(told) == len(samples.NAMES)
    told = {f"content/{path}": f"/{url}" for path, url in told.items()}
    assert differences(pattern, told, tmp_path, "content/", bare=True) == {}


@pytest.mark.parametrize(
    "permalink",
    [
        "",
        "/{{ page.fileSlug }}/",
        "/a/{{ title | slugify }}/index.html",
        "b/{{ title | slug }}.html",
        "{{ page.filePathStem }}.html",
    ],
)
def test_eleventy(tmp_path: Path, require: tools.Require, permalink: str) -> None:
    written = samples.posts("src/posts/", dated_names=True)
    written += [
        samples.Post(path="src/posts/bundle/index.md", header=(("title", "B1"),)),
        samples.Post(path="src/posts/same/same.md", header=(("title", "B2"),)),
        samples.Post(path="src/posts/2020-01-02-dated/index.md", header=(("title", "B3"),)),
        samples.Post(path="src/posts/no-2020-01-02-date.md", header=(("title", "B4"),)),
    ]
    if "title" in permalink:  # nothing is left of a title that neither filter can spell
        written = [post for post in written if "日本語" not in post.path]
    for post in written:
        post.write(tmp_path)
    (tmp_path / "eleventy.config.cjs").write_text("module.exports = () => ({dir: {input: 'src'}});\n")
    if permalink:
        (tmp_path / "src" / "posts" / "posts.json").write_text(json.dumps({"permalink": permalink}))

    told = tools.eleventy(require, tmp_path)

    assert len(told) == len(written)
    pattern = from_eleventy(permalink) if permalink else parse_pattern("{path|eleventy_path}/")
    assert differences(pattern, told, tmp_path, "src/") == {}
