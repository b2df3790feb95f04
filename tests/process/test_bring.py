"""Real sites, brought by `feedmill init --from` alone: every article is out, at the site's own address."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., "subprocess.CompletedProcess[str]"]

pytestmark = [pytest.mark.process, pytest.mark.corpus]

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
                 "--set", "feeds.content=none", cwd=site, code=code).stdout
    )  # fmt: skip
    items = json.loads((site / "feeds" / "all.json").read_text(encoding="utf-8"))["items"]
    return report["seeds"], {item["url"] for item in items}


def slugs(addresses: set[str]) -> set[str]:
    return {address.rstrip("/").rpartition("/")[2] for address in addresses}


def file_slugs(folder: Path, glob: str) -> set[str]:
    matches = [DATED.fullmatch(file.as_posix()) for file in folder.rglob(glob)]
    return {match[1] for match in matches if match}


def test_jekyll(unpacked: Callable[[str], Path], feedmill: Command) -> None:
    site = unpacked("jekyll") / "docs"
    seeds, out = built(feedmill, site)
    assert seeds["total"] == seeds["eligible"] == len(out) == 102
    assert slugs(out) == file_slugs(site / "_posts", "*.*")
    # Its date is 02:12 on the sixth, two hours east of UTC, and the site is in Los Angeles.
    assert "https://jekyllrb.com/news/2013/05/05/jekyll-1-0-0-released/" in out


def test_zola(unpacked: Callable[[str], Path], feedmill: Command) -> None:
    site = unpacked("rust-blog")
    seeds, out = built(feedmill, site, code=1)
    assert seeds["eligible"] == len(out) == 750
    assert seeds["withheld"]["invalid"] == 1  # releases/latest.md, a page without title and date
    assert "https://blog.rust-lang.org/2014/09/15/Rust-1.0/" in out


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
