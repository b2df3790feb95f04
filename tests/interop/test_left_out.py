"""What a site's own tool leaves out by its configuration does not go out with us; all else does."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import pytest

from feedmill.config import loads
from feedmill.pipeline import Mill, PassRequest
from feedmill.sites import config_text, read_site
from interop import tools

pytestmark = pytest.mark.interop

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def write(root: Path, path: str, header: str = "") -> None:
    """Write an article whose title is its path."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(f"---\ntitle: {path}\ndate: 2020-05-06\n{header}\n---\n\nText.\n")


def ours(root: Path) -> set[str]:
    """Return the articles that we publish, with the config that we write for the site."""
    text = config_text(read_site(root), url="https://f.example.org/", site_id="https://f.example.org/")
    with Mill(loads(text, base=root), clock=lambda: NOW) as mill:
        mill.run(PassRequest())
    feed = json.loads((root / "feeds" / "all.json").read_text())
    return {item["title"] for item in feed["items"]}


def titles(feed: Path) -> set[str]:
    """Return the articles in a feed of the tool's own."""
    return set(re.findall(r"<title>(content/[^<]*)</title>", feed.read_text()))


def test_hugo(tmp_path: Path, require: tools.Require) -> None:
    (tmp_path / "hugo.toml").write_text(
        "baseURL = 'https://x.org/'\ntitle = 'H'\nignoreFiles = ['\\.bak\\.md$']\n"
        "[[cascade]]\ndraft = true\n[cascade.target]\npath = '{/secret/**,/posts/told*}'\n"
        "[[cascade]]\ndraft = true\n[cascade.target]\nkind = 'section'\n"
    )
    write(tmp_path, "content/posts/a.md")
    write(tmp_path, "content/posts/b.bak.md")
    write(tmp_path, "content/posts/told.md")
    write(tmp_path, "content/posts/never.md", "build: {render: never}")
    write(tmp_path, "content/posts/unlisted.md", "build: {list: never}")
    write(tmp_path, "content/posts/false.md", "build: {list: false, render: false}")
    write(tmp_path, "content/posts/always.md", "build: {render: always, list: always}")
    write(tmp_path, "content/bundle/index.md", "headless: true")
    write(tmp_path, "content/hidden/_index.md", "cascade:\n  build: {list: never, render: never}")
    write(tmp_path, "content/hidden/deep/c.md")
    write(tmp_path, "content/wip/_index.md", "cascade:\n- {draft: true}\n- {color: red}")
    write(tmp_path, "content/wip/d.md")
    write(tmp_path, "content/secret/e.md")
    write(tmp_path, "content/open/_index.md", "cascade: {color: red}\ndraft: true")
    write(tmp_path, "content/open/f.md")
    (tmp_path / "content" / "posts" / "mod.md").write_text(
        "---\ntitle: content/posts/mod.md\nlastmod: 2020-05-06\n---\n"
    )
    program = require("hugo", str(tools.ROOT / ".ci" / "tools" / "bin" / "hugo"))
    tools._run(program, "--quiet", cwd=tmp_path)

    theirs = titles(tmp_path / "public" / "index.xml")

    theirs.remove("content/posts/never.md")  # it has no page: Hugo's feed leads nowhere
    published = {"posts/a.md", "posts/always.md", "posts/mod.md", "open/f.md"}
    assert ours(tmp_path) == theirs == {f"content/{path}" for path in published}


def test_hugo_s_languages_mounts_and_dates(tmp_path: Path, require: tools.Require) -> None:
    (tmp_path / "hugo.toml").write_text(
        "baseURL = 'https://x.org/'\ntitle = 'H'\n[languages.en]\n[languages.pt-BR]\n"
        "[frontmatter]\nexpiryDate = ['retired', ':default']\npublishDate = ['embargo', ':default']\n"
        "[[module.mounts]]\nsource = 'content'\ntarget = 'content'\n"
        "files = ['! posts/private/**', '! **/secret*.md', '**']\n"
    )
    for path in ("a", "b.en", "c.pt-BR", "d.PT-br", "e.pt", "secret1", "private/f", "g.pt-BR.1"):
        write(tmp_path, f"content/posts/{path}.md")
    write(tmp_path, "content/posts/retired.md", "retired: 2021-01-01")
    write(tmp_path, "content/posts/expired.md", "expiryDate: 2021-01-01")
    write(tmp_path, "content/posts/embargo.md", "embargo: 2099-01-01")
    program = require("hugo", str(tools.ROOT / ".ci" / "tools" / "bin" / "hugo"))
    tools._run(program, "--quiet", cwd=tmp_path)

    theirs = titles(tmp_path / "public" / "index.xml")

    published = {"posts/a.md", "posts/b.en.md", "posts/e.pt.md"}
    assert ours(tmp_path) == theirs == {f"content/{path}" for path in published}


def test_jekyll(tmp_path: Path, require: tools.Require) -> None:
    (tmp_path / "_config.yml").write_text(
        "title: J\nurl: https://x.org\ntimezone: UTC\nexclude: [_posts/old, '*.bak.md']\n"
        "defaults:\n- {scope: {path: _posts/wip, type: posts}, values: {published: false}}\n"
        "- {scope: {path: _posts/wip/deep}, values: {author: Ada}}\n"
        "- {scope: {path: _posts/2020-05-07-file.md}, values: {published: false}}\n"
        "- {scope: {path: '_posts/oth*'}, values: {published: false}}\n"
        "- {scope: {path: _posts/open/deep}, values: {author: Ada}}\n"
        "- {scope: {path: _posts/open/deep/er}, values: {published: false}}\n"
        "- {scope: {path: ''}, values: {author: Us}}\n"
    )
    write(tmp_path, "_posts/2020-05-06-a.md")
    write(tmp_path, "_posts/2020-05-07-file.md")
    write(tmp_path, "_posts/template.md")
    write(tmp_path, "_posts/open/06-06-short.md")
    for folder in ("wip/deep", "wip-b", "other", "open/deep", "open/deep/er", "open/deep/error"):
        write(tmp_path, f"_posts/{folder}/2020-05-06-f.md")
    write(tmp_path, "_posts/2020-05-06-b.bak.md")
    write(tmp_path, "_posts/old/2020-05-06-c.md")
    write(tmp_path, "_posts/older/2020-05-06-c.md")
    write(tmp_path, "_posts/wip/2020-05-06-d.md")
    write(tmp_path, "_posts/wip/2020-05-06-e.md", "published: true")

    theirs = set(tools.jekyll(require, tmp_path))

    published = {"2020-05-06-a.md", "wip/2020-05-06-e.md", "open/deep/2020-05-06-f.md"}
    assert ours(tmp_path) == theirs == {f"_posts/{path}" for path in published}


@pytest.mark.parametrize(
    "default",
    [
        "DEFAULT_METADATA = {'status': 'draft'}",
        "DEFAULT_METADATA: dict = {'status': 'draft'}",
        "DEFAULT_METADATA = dict(status='draft')",
        "DEFAULT_METADATA = {}\nDEFAULT_METADATA['status'] = 'draft'",
    ],
)
def test_pelican(tmp_path: Path, require: tools.Require, default: str) -> None:
    (tmp_path / "pelicanconf.py").write_text(
        "SITENAME = 'P'\nSITEURL = 'https://x.org'\nTIMEZONE = 'UTC'\nPATH = 'content'\n"
        f"{default}\nIGNORE_FILES = ['*.bak.md']\n"
    )
    write(tmp_path, "content/a.md")
    write(tmp_path, "content/b.md", "status: published")
    write(tmp_path, "content/c.bak.md", "status: published")
    tools.pelican(require, tmp_path)

    theirs = titles(tmp_path / "output" / "feeds" / "all.atom.xml")

    assert ours(tmp_path) == theirs == {"content/b.md"}


def test_pelican_is_told_its_folder_on_the_command_line(tmp_path: Path, require: tools.Require) -> None:
    (tmp_path / "pelicanconf.py").write_text("SITENAME = 'P'\nSITEURL = 'https://x.org'\nTIMEZONE = 'UTC'\n")
    write(tmp_path, "content/a.md")
    write(tmp_path, "drafts/b.md")

    assert ours(tmp_path) == {"content/a.md"}


def test_eleventy(tmp_path: Path, require: tools.Require) -> None:
    (tmp_path / "eleventy.config.cjs").write_text(
        "module.exports = (c) => { c.ignores.add('src/blog/wip/**'); return {dir: {input: 'src'}}; };\n"
    )
    (tmp_path / ".eleventyignore").write_text("# not yet\nsrc/blog/later.md\n")
    (tmp_path / ".gitignore").write_text("src/blog/private/\n")
    (tmp_path / "src" / "_data").mkdir(parents=True)
    (tmp_path / "src" / "_data" / "site.json").write_text('{"url": "https://x.org/"}')
    for path in ("a", "later", "wip/b", "private/c", "drafts/d"):
        write(tmp_path, f"src/blog/{path}.md")
    write(tmp_path, "src/blog/e.md", "permalink: false")
    write(tmp_path, "src/blog/f.md")
    write(tmp_path, "src/blog/g.md")
    write(tmp_path, "src/blog/h.md")
    (tmp_path / "src" / "blog" / "f.json").write_text('{"permalink": false}')
    (tmp_path / "src" / "blog" / "g.11tydata.json").write_text('{"permalink": false}')
    (tmp_path / "src" / "blog" / "h.11tydata.json").write_text('{"color": "red"}')
    (tmp_path / "src" / "blog" / "drafts" / "drafts.json").write_text('{"permalink": false}')

    theirs = set(tools.eleventy(require, tmp_path))

    assert (
        {str(PurePosixPath(path)) for path in ours(tmp_path)} == theirs == {"src/blog/a.md", "src/blog/h.md"}
    )
