"""A small site in a folder of its own, and the program run inside this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from feedmill.cli.main import main

CONFIG = 'site: {title: News, url: "https://feeds.test.invalid/", id: "urn:x:news"}\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a run left: exit code and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)


Run = Callable[..., Done]


class Site:
    """A folder with config.yaml and seeds/."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seeds = folder / "seeds"
        self.feeds = folder / "feeds"
        self.seeds.mkdir()
        self.configure(CONFIG)

    def configure(self, text: str) -> None:
        (self.folder / "config.yaml").write_text(text, encoding="utf-8")

    def seed(self, path: str, title: str | None = None, *, body: str = "", **fields: str) -> Path:
        """Write a seed; a field given as "" is left out."""
        slug = Path(path).stem
        front = {
            "title": title or slug.capitalize(),
            "webUrl": f"https://example.org/{slug}",
            "publishedDateTime": "2024-05-01T10:00:00Z",
            "topics": "[Go]",
            "provider": "ACME",
            **fields,
        }
        lines = [f"{key}: {value}\n" for key, value in front.items() if value != ""]
        return self.write(path, "---\n" + "".join(lines) + "---\n" + body)

    def write(self, path: str, text: str | bytes) -> Path:
        file = self.seeds / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """An empty site, which is the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    return Site(tmp_path)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("build", "--json", code=0)`: the program, here; `code` None takes any exit code."""

    def call(*arguments: str, code: int | None = 0) -> Done:
        capsys.readouterr()
        found = main(arguments)
        captured = capsys.readouterr()
        done = Done(code=int(found), out=captured.out, err=captured.err)
        if code is not None:
            assert done.code == code, done
        return done

    return call
