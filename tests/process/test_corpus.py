"""The real corpus: the same bytes from another order of files, another zone, locale and hash seed."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., "subprocess.CompletedProcess[str]"]

pytestmark = [pytest.mark.process, pytest.mark.corpus]

CONFIG = """\
site: {title: Corpus, url: "https://feeds.test.invalid/"}
topics: {Power Apps: {aliases: [PowerApps]}}
custom: [{slug: best, title: Best, where: {quality: {min: 50}}}]
"""


def documents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".feedmill" not in path.parts
    }


def shuffled(source: Path, target: Path) -> None:
    """Copy files in another order, so that the file system lists them otherwise."""
    files = [path for path in source.rglob("*") if path.is_file()]
    random.Random(7).shuffle(files)
    for path in files:
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def test_the_corpus_twice_and_elsewhere(corpus: Path, tmp_path: Path, feedmill: Command) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for site in (one, other):
        site.mkdir()
        (site / "config.yaml").write_text(CONFIG)
    shutil.copytree(corpus, one / "seeds")
    shuffled(corpus, other / "seeds")
    now = ["--as-of", "2026-06-01T00:00:00Z"]
    first = json.loads(feedmill("build", "--json", *now, cwd=one, code=1).stdout)
    assert first["seeds"]["total"] == 1410
    built = documents(one / "feeds")
    times = {path: path.stat().st_mtime_ns for path in (one / "feeds").rglob("*.*")}
    again = json.loads(feedmill("build", "--json", *now, cwd=one, code=1).stdout)
    assert (again["feeds"]["written"], again["feeds"]["removed"]) == (0, 0)
    assert again["seeds"] == first["seeds"]
    assert {p: p.stat().st_mtime_ns for p in times if ".feedmill" not in p.parts} == {
        p: t for p, t in times.items() if ".feedmill" not in p.parts
    }
    elsewhere = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    feedmill("build", *now, cwd=other, env=elsewhere, code=1)
    found = documents(other / "feeds")
    assert found.keys() == built.keys()
    assert [name for name in built if built[name] != found[name]] == []
    withheld = json.loads(feedmill("list", "withheld", "--json", cwd=one).stdout)["withheld"]
    assert len(withheld) == sum(first["seeds"]["withheld"].values())
