"""Under a locale that is not UTF-8: file names, the ledger and every byte of output are the same."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

NAMES = (b"plain.md", "café.md".encode(), "日本.md".encode(), b"latin-\xe9.md")
SLICE = (
    "tests/golden",
    "tests/unit/catalog",
    "tests/unit/pipeline",
    "tests/unit/store",
    "tests/unit/seeds/test_read.py",
)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory, require: Callable[..., str]) -> dict[str, str]:
    """An environment in which Python's file system encoding is ISO 8859-1."""
    folder = tmp_path_factory.mktemp("locales")
    made = subprocess.run(
        [require("localedef"), "-i", "de_DE", "-f", "ISO-8859-1", str(folder / "de_DE.ISO-8859-1")],
        capture_output=True,
        check=False,
    )
    if not (folder / "de_DE.ISO-8859-1").exists():
        require(f"the locale de_DE in ISO 8859-1 (Debian: locales): {made.stderr.decode(errors='replace')}")
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTEST"))
    }
    return {**kept, "LOCPATH": str(folder), "LC_ALL": "de_DE.ISO-8859-1", "PYTHONUTF8": "0"}


def seed(number: int, more: str = "") -> str:
    return (
        f"---\ntitle: Größe {number}\nwebUrl: https://x.org/{number}\npublishedDateTime: 2026-01-0{number}\n"
        f"topics: [Tests]\n{more}---\nText {number}.\n"
    )


def write(site: Path, name: bytes, text: str) -> None:
    with open(os.fsencode(site) + b"/seeds/" + name, "w", encoding="utf-8") as file:  # noqa: PTH123 - bytes
        file.write(text)


def documents(site: Path) -> dict[str, bytes]:
    return {
        p.name: p.read_bytes()
        for p in (site / "feeds").rglob("*.*")
        if ".feedmill" not in p.parts and p.is_file()
    }


def test_a_site_lives_the_same_life(
    tmp_path: Path, feedmill: Callable[..., subprocess.CompletedProcess[str]], environment: dict[str, str]
) -> None:
    program = str(Path(sys.executable).with_name("feedmill"))
    lives = []
    for name in ("utf8", "eight-bit"):
        site = tmp_path / name
        (site / "seeds").mkdir(parents=True)
        (site / "config.yaml").write_text("site: {title: T, url: 'https://f.example.org/'}\n")

        def run(*words: str | bytes, cwd: Path = site, eight: bool = name != "utf8") -> int:
            env = environment if eight else {**os.environ}
            done = subprocess.run(
                [program, *words], cwd=cwd, env=env, capture_output=True, timeout=60, check=False
            )
            assert b"Traceback" not in done.stderr, done.stderr.decode(errors="replace")
            return done.returncode

        life = []
        for number, path in enumerate(NAMES, 1):
            write(site, path, seed(number))
        life.append((run("build"), documents(site)))
        for number, path in enumerate(NAMES, 1):  # broken: the ledger's last good forms stay out
            write(site, path, seed(number, "quality: very\n"))
        life.append((run("build"), documents(site)))
        for number, path in enumerate(NAMES, 1):
            write(site, path, seed(number))
        life.append((run("unpublish", *(b"seeds/" + path for path in NAMES[:3])), documents(site)))
        life.append((run("explain", b"seeds/" + NAMES[2]), documents(site)))
        life.append((run("build"), documents(site)))
        lives.append(life)
    assert [code for code, _ in lives[0]] == [0, 1, 0, 0, 0]
    assert lives[0][1][1] == lives[0][0][1], "nothing of a broken seed is lost"
    assert [code for code, _ in lives[1]] == [code for code, _ in lives[0]]
    assert lives[0] == lives[1]


def test_a_slice_of_the_suite_passes(root: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *SLICE],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
