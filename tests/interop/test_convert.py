"""The corpus converted into TOML and JSON by Hugo itself reads the same, and makes the same feeds."""

from __future__ import annotations

import os
import subprocess
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from feedmill.model.settings import DecodeSettings
from feedmill.seeds.decode import decode
from interop import tools

pytestmark = [pytest.mark.interop, pytest.mark.corpus]

Command = Callable[..., "subprocess.CompletedProcess[str]"]
FLAG = "ourflag"
"""How `published` is called meanwhile: to Hugo it is a date, and a boolean stops it."""

CONFIG = "site: {title: Converted, url: 'https://feeds.example.org/', id: 'urn:x'}\nfeeds: {related: 3}\n"
BUILT = 150
"""News that are built, of all seeds that are read."""


@pytest.fixture(scope="module")
def corpus_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Hugo site with the corpus as its content."""
    given = os.environ.get("FEEDMILL_CORPUS")
    if not given:
        pytest.skip("needs the corpus (FEEDMILL_CORPUS)")
    site = tmp_path_factory.mktemp("convert")
    (site / "hugo.toml").write_text('baseURL = "https://x.org/"\n')
    with tarfile.open(Path(given) / "powerapps.tar.xz") as archive:
        archive.extractall(site / "content", filter="data")
    for file in [path for path in (site / "content").rglob("*") if path.is_file()]:
        if file.suffix == ".md":
            file.write_bytes(file.read_bytes().replace(b"\npublished:", f"\n{FLAG}:".encode()))
        else:
            file.unlink()
    return site


def seeds(folder: Path) -> dict[str, bytes]:
    """The files of a content folder, with our name for the flag."""
    found = {}
    for file in sorted(folder.rglob("*.md")):
        data = file.read_bytes()
        for begin, end in ((b"\n", b":"), (b"\n", b" ="), (b'"', b'":')):
            data = data.replace(begin + FLAG.encode() + end, begin + b"published" + end)
        found[file.relative_to(folder).as_posix()] = data
    return found


@pytest.mark.parametrize("syntax", ["TOML", "JSON"])
def test_the_corpus_converted_is_the_same(
    syntax: str, corpus_site: Path, require: tools.Require, feedmill: Command, tmp_path: Path
) -> None:
    tools.hugo_convert(require, corpus_site, f"to{syntax}", syntax)
    ours, theirs = seeds(corpus_site / "content"), seeds(corpus_site / syntax / "content")

    assert ours.keys() == theirs.keys()
    opening = {"TOML": b"+++\n", "JSON": b"{\n"}[syntax]
    read = 0
    for path, data in theirs.items():
        assert data.startswith(opening)
        one, other = (decode(path, each, DecodeSettings(related=3)) for each in (ours[path], data))
        assert one.reason is other.reason, path
        if one.seed is not None and other.seed is not None:
            read += 1
            assert replace(one.seed, flag_lines=()) == replace(other.seed, flag_lines=()), path
    assert read > 1000

    built = []
    for name, files in (("ours", ours), ("theirs", theirs)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.yaml").write_text(CONFIG)
        for path, data in [each for each in files.items() if each[0].startswith("_news/")][:BUILT]:
            (tmp_path / name / "seeds" / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / "seeds" / path).write_bytes(data)
        feedmill("build", "--as-of", "2026-01-01", cwd=tmp_path / name)
        folder = tmp_path / name / "feeds"
        files_out = (file for file in folder.rglob("*") if file.is_file() and ".feedmill" not in file.parts)
        built.append({file.relative_to(folder).as_posix(): file.read_bytes() for file in files_out})
    assert built[0] == built[1]
    assert len(built[0]) > 40
