"""Real sites, brought by `feedmill init --from` alone: every article is out, at the site's own address.

What the feeds say is compared with what the site's own template makes of the same files, and what differs is
in `DIFFERENCES`, each with its reason. (The addresses are asked of the tools themselves in tests/interop.)
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tarfile
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import feedparser
import pytest
import yaml

Command = Callable[..., "subprocess.CompletedProcess[str]"]

pytestmark = [pytest.mark.process, pytest.mark.corpus]

DIFFERENCES = {
    "id": "ours is a UUID made of the address; `feedmill adopt` takes over the one that readers know",
    "feed updated": "ours is the newest entry's; Zola's template has `now()`, so another feed each build",
    "authors": "ours are told apart, one element each; Zola's template joins them to one name",
    "number of entries": "feeds.limit, 50; jekyll-feed and the Rust blog's template say 10",
    "content": "sanitised, addresses absolute, template syntax left out; footnotes have ids of markdown-it",
    "summary": "ours is the excerpt, else the first 60 words; Zola's template has none",
    "bundles": "none: a folder with an index.md is an entry in both",
}
"""What a reader of the site's own feed would see otherwise. All else is compared below."""

DATED = re.compile(r".*/[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}-(.+)\.\w+")


@pytest.fixture
def unpacked(tmp_path: Path) -> Callable[[str], Path]:
    given = os.environ.get("FEEDMILL_CORPUS")
    if not given:
        pytest.skip("needs the corpus (FEEDMILL_CORPUS)")

    def unpack(name: str) -> Path:
        with tarfile.open(Path(given) / f"{name}.tar.xz") as archive:
            archive.extractall(tmp_path, filter="data")
        return tmp_path / name

    return unpack


def built(feedmill: Command, site: Path, code: int = 0) -> tuple[dict[str, Any], set[str]]:
    """Bring the site; return its counts, and the addresses that are out in a feed of all."""
    feedmill("init", "--from", str(site), code=code)
    report = json.loads(
        feedmill("build", "--json", "--set", "feeds.limit=1000", "--set", "feeds.max_bytes=1 GiB",
                 cwd=site, code=code).stdout
    )  # fmt: skip
    items = json.loads((site / "feeds" / "all.json").read_text(encoding="utf-8"))["items"]
    return report["seeds"], {item["url"] for item in items}


def slugs(addresses: set[str]) -> set[str]:
    return {address.rstrip("/").rpartition("/")[2] for address in addresses}


def file_slugs(folder: Path, glob: str) -> set[str]:
    matches = [DATED.fullmatch(file.as_posix()) for file in folder.rglob(glob)]
    return {match[1] for match in matches if match}


TEMPLATE = r"\{%|%\}|\{\{|\}\}"


def items(site: Path) -> list[dict[str, Any]]:
    """The entries of the feed of all."""
    found: list[dict[str, Any]] = json.loads((site / "feeds" / "all.json").read_text(encoding="utf-8"))[
        "items"
    ]
    return found


def shown(item: dict[str, Any]) -> str:
    """What a reader sees of an entry outside of code."""
    content = re.sub(r"(?s)<(pre|code)\b.*?</\1>", "", item.get("content_html", ""))
    return "\n".join((item["title"], item.get("summary", ""), content))


def slug_of(address: str) -> str:
    return address.rstrip("/").rpartition("/")[2]


def front_matter(file: Path) -> dict[str, Any]:
    """A YAML header, read by PyYAML."""
    found: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8").split("---\n", 2)[1])
    return found


def rust_section(folder: Path) -> dict[str, tuple[str, str, list[str]]]:
    """What templates/feed.xml tells of a section's pages: title, the day in the path, authors."""
    found = {}
    for file in [*folder.glob("*.md"), *folder.glob("*/index.md")]:
        if file.name == "_index.md":
            continue
        front = tomllib.loads(file.read_text(encoding="utf-8").split("+++\n", 2)[1])
        day = "-".join(front["path"].removeprefix("inside-rust/").split("/")[:3])
        found[f"https://blog.rust-lang.org/{front['path']}/"] = (front["title"], day, front["authors"])
    return found


def test_jekyll(unpacked: Callable[[str], Path], feedmill: Command) -> None:
    site = unpacked("jekyll") / "docs"
    seeds, out = built(feedmill, site)
    assert seeds["total"] == seeds["eligible"] == len(out) == 102
    assert slugs(out) == file_slugs(site / "_posts", "*.*")
    for item in items(site):
        front = front_matter(next((site / "_posts").glob(f"*-{slug_of(item['url'])}.*")))
        categories = front.get("categories", front.get("category", []))
        assert item["title"] == str(front["title"])
        assert item.get("tags", []) == (categories.split() if isinstance(categories, str) else categories)
        assert [author["name"] for author in item["authors"]] == [front["author"]]
        assert item["summary"]
    releases = feedparser.parse(
        (site / "feeds" / "feed" / "release.xml").read_bytes()
    )  # jekyll-feed's address
    assert releases.bozo is False
    assert len(releases.entries) == sum("release" in item.get("tags", []) for item in items(site)) > 50
    # Its date is 02:12 on the sixth, two hours east of UTC, and the site is in Los Angeles.
    assert "https://jekyllrb.com/news/2013/05/05/jekyll-1-0-0-released/" in out


def test_zola(unpacked: Callable[[str], Path], feedmill: Command) -> None:
    site = unpacked("rust-blog")
    seeds, out = built(feedmill, site, code=1)
    assert seeds["eligible"] == len(out) == 750
    assert seeds["withheld"]["invalid"] == 1  # releases/latest.md, a page without title and date
    assert "https://blog.rust-lang.org/2014/09/15/Rust-1.0/" in out
    for section in ("", "inside-rust/"):
        told = feedparser.parse((site / "feeds" / section / "feed.xml").read_bytes())
        assert told.bozo is False
        found = {
            entry.link: (
                entry.title,
                entry.published[:10],
                [author.name for author in entry.get("authors", [])],
            )
            for entry in told.entries
        }
        assert found == rust_section(site / "content" / section)
        days = [entry.published for entry in told.entries]
        assert days == sorted(days, reverse=True)
    assert not any(re.search(TEMPLATE, shown(item)) for item in items(site))


def test_eleventy(unpacked: Callable[[str], Path], feedmill: Command) -> None:
    site = unpacked("18f")
    seeds, out = built(feedmill, site)
    assert seeds["total"] == seeds["eligible"] == len(out) == 509
    assert slugs(out) - file_slugs(site / "content" / "posts", "*.md") == {
        "2024-12-5-18f-project-defaults",  # no date to Eleventy
        "how-a-two-day-sprint-moved-an-agency-twenty-years-forward",  # its own permalink
        "tockingtime",
    }
    assert "https://18f.gsa.gov/2024/12/10/how-we-measure-coaching/" in out
    assert all(item["authors"] for item in items(site))
    # Its Liquid says `{% raw %}{{ }}{% endraw %}`: the site shows the braces, too.
    showing = [item["url"] for item in items(site) if re.search(TEMPLATE, shown(item))]
    assert [slug_of(url) for url in showing] == ["working-with-oracle-databases-in-open-source-projects"]
