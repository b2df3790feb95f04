"""Folders of Jekyll, Hugo and Pelican move here by the configurations and examples of docs/migration.md."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from curator import CONFIG, Run, Site


@pytest.fixture(scope="module")
def document(root: Path) -> str:
    return (root / "docs" / "migration.md").read_text(encoding="utf-8")


def config(document: str, name: str) -> str:
    found = re.search(rf"<!-- config: {name} -->\n```yaml\n(.*?)```", document, re.DOTALL)
    assert found
    return found[1]


def example(document: str, heading: str) -> str:
    section = document.partition(f"\n## From {heading}\n")[2]
    found = re.search(r"```yaml\n(---\n.*?---\n)```", section, re.DOTALL)
    assert found
    return found[1]


def items(site: Site, run: Run, code: int = 0) -> dict[str, Any]:
    run("build", code=code)
    found = json.loads((site.feeds / "all.json").read_text(encoding="utf-8"))["items"]
    return {item["title"]: item for item in found}


def put(site: Site, path: str, text: str) -> None:
    file = site.folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def test_jekyll(document: str, site: Site, run: Run) -> None:
    site.configure(CONFIG + config(document, "jekyll").replace("../blog", "site"))
    text = example(document, "Jekyll")
    put(site, "site/_posts/2024-05-01-hello.md", text)
    put(
        site,
        "site/_news/2024-06-02-news.md",
        "---\ntitle: News\nexternal_url: https://example.org/n\n---\nText\n",
    )
    put(
        site,
        "site/_posts/2024-05-04-draft.md",
        text.replace("Hello", "Draft").replace("title", "draft: true\ntitle"),
    )
    put(
        site,
        "site/_posts/2024-05-05-off.md",
        text.replace("Hello", "Off").replace("title", "published: false\ntitle"),
    )
    put(site, "site/about.md", "---\ntitle: About\n---\n")
    found = items(site, run)
    assert found.keys() == {"Hello", "News"}
    assert found["Hello"]["id"] == "https://blog.example.org/2024/05/01/hello"
    assert found["Hello"]["url"] == "https://blog.example.org/2024/05/01/hello.html"
    assert found["Hello"]["date_published"] == "2024-05-01T08:00:00Z"
    assert found["Hello"]["date_modified"] == "2024-05-03T00:00:00Z"
    assert found["Hello"]["tags"] == ["Go", "Feeds"]
    assert found["News"]["date_published"] == "2024-06-02T00:00:00Z"


def test_hugo(document: str, site: Site, run: Run) -> None:
    site.configure(CONFIG + config(document, "hugo"))
    text = example(document, "Hugo")
    put(site, "content/posts/hello.md", text)
    put(site, "content/posts/_index.md", "---\ntitle: Posts\n---\n")
    put(site, "content/posts/draft.md", text.replace("Hello", "Draft").replace("draft: false", "draft: true"))
    put(site, "content/posts/old.md", text.replace("Hello", "Old").replace("2030", "2024"))
    put(
        site,
        "content/posts/soon.md",
        text.replace("Hello", "Soon")
        .replace("date:", "publishDate: 2999-01-01\ndate:")
        .replace("2030", "9000"),
    )
    found = items(site, run)
    assert found.keys() == {"Hello"}
    assert found["Hello"]["date_modified"] == "2024-05-03T08:00:00Z"
    report = run("build", "--json").json["seeds"]
    assert {key: n for key, n in report["withheld"].items() if n} == {
        "unpublished": 1,
        "scheduled": 1,
        "expired": 1,
    }


def test_pelican(document: str, site: Site, run: Run) -> None:
    site.configure(CONFIG + config(document, "pelican"))
    put(site, "content/hello.md", example(document, "Pelican") + "\nText\n")
    put(site, "content/draft.md", example(document, "Pelican").replace("Status: published", "removed: true"))
    found = items(site, run)
    assert found["Hello"]["date_published"] == "2024-05-01T08:00:00Z"
    assert found["Hello"]["date_modified"] == "2024-05-03T06:00:00Z"
    assert found["Hello"]["tags"] == ["Go"]
    put(site, "content/held.md", example(document, "Pelican").replace("Status: published", "Status: draft"))
    assert items(site, run).keys() == {"Hello"}


def test_draft_is_never_read_the_wrong_way_round(site: Site, run: Run) -> None:
    site.configure(CONFIG + "seeds: {fields: {published: [published, draft]}}\n")
    assert "says the opposite of 'published'; map 'removed' to it" in run("build", code=2).err
