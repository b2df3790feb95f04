"""The documentation as a site: every page can be found, every link leads somewhere, nobody else is asked."""

from __future__ import annotations

import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

pytestmark = pytest.mark.process

_ASKS = {"script": "src", "link": "href", "img": "src", "iframe": "src"}


class _Page(HTMLParser):
    """What a page links to, what of it can be linked to, and what a browser loads with it."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.loads: list[str] = []
        self.feed(file.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag's links."""
        found = dict(attrs)
        self.anchors.update(name for key in ("id", "name") if (name := found.get(key)))
        if tag == "a" and (link := found.get("href")):
            self.links.append(link)
        if tag in _ASKS and (link := found.get(_ASKS[tag])) and found.get("rel") != "canonical":
            self.loads.append(link)


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site, from a copy: nothing is left in the checkout."""
    folder = tmp_path_factory.mktemp("docs")
    shutil.copytree(root / "docs", folder / "docs")
    shutil.copy(root / "mkdocs.yml", folder)
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "build/docs"


def test_every_page_is_in_the_navigation(root: Path) -> None:
    def named(part: object) -> list[str]:
        if isinstance(part, str):
            return [part]
        if isinstance(part, dict):
            return [name for value in part.values() for name in named(value)]
        assert isinstance(part, list)
        return [name for value in part for name in named(value)]

    pages = {str(path.relative_to(root / "docs")) for path in (root / "docs").rglob("*.md")}
    listed = named(yaml.safe_load((root / "mkdocs.yml").read_text("utf-8"))["nav"])
    assert len(listed) == len(set(listed))
    assert set(listed) <= pages
    forgotten = {page for page in pages - set(listed) if not page.startswith("adr/")}
    assert forgotten == set(), "give it a line in mkdocs.yml"  # a decision is found by search, too


def test_every_link_leads_somewhere(site: Path) -> None:
    pages = {file.resolve(): _Page(file) for file in site.rglob("*.html") if file.name != "404.html"}
    assert len(pages) > 20
    lost = []
    for file, page in pages.items():
        for link in page.links + page.loads:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            target = target / "index.html" if target.is_dir() else target
            if not target.exists() or (
                parts.fragment and unquote(parts.fragment) not in pages[target].anchors
            ):
                lost.append(f"{file.name}: {link}")
    assert lost == []


def test_nobody_else_is_asked_for_anything(site: Path) -> None:
    loads = {link for file in site.rglob("*.html") for link in _Page(file).loads}
    assert {link for link in loads if urlsplit(link).netloc} == set()
