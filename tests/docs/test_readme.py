"""The README's commands are one line to paste, complete, and what CI runs."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest


def command(root: Path, name: str) -> str:
    """What `.ci/run` would paste."""
    done = subprocess.run(
        [sys.executable, ".ci/readme.py", name], cwd=root, capture_output=True, text=True, check=True
    )
    return done.stdout.removesuffix("\n")


@pytest.mark.parametrize("name", ["mill", "tests"])
def test_each_command_is_one_line_that_starts_from_nothing_but_python(root: Path, name: str) -> None:
    line = command(root, name)
    assert "\n" not in line
    steps = line.split(" && ")
    assert steps[0] == "python3 -m venv .venv"
    for step in steps[1:]:
        assert shlex.split(step)[0].startswith(".venv/bin/")
    assert "-c constraints.txt" in steps[1]


def test_the_mill_comes_first_and_the_tests_last(root: Path) -> None:
    blocks = re.findall(r"```sh\n(.*?)\n```", (root / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert (blocks[0], blocks[-1]) == (command(root, "mill"), command(root, "tests"))


def test_ci_runs_them_from_the_readme(root: Path) -> None:
    script = (root / ".ci" / "run").read_text(encoding="utf-8")
    assert "readme.py mill" in script
    assert "readme.py tests" in script
    assert "feedmill build" not in script


def test_the_terminals_picture_stands_by_itself_and_has_the_words_of_the_program(root: Path) -> None:
    picture = ElementTree.parse(root / "docs" / "img" / "terminal.svg").getroot()
    words = "\n".join("".join(each.itertext()) for each in picture.iter("{http://www.w3.org/2000/svg}text"))
    for line in (
        "$ feedmill run",
        "+ My first article → all, topics/news",
        "! seeds/second.md:1: no date; add",
    ):
        assert line in words
    assert "href" not in ElementTree.tostring(picture, "unicode")
    assert "token=…" in words


def test_a_missing_or_longer_command_is_refused(root: Path, tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    for text in ("", "<!-- command: mill -->\n```sh\na\nb\n```\n"):
        readme.write_text(text)
        done = subprocess.run(
            [sys.executable, ".ci/readme.py", "mill", str(readme)], cwd=root, capture_output=True, check=False
        )
        assert done.returncode == 1


def test_every_link_to_a_file_leads_somewhere(root: Path) -> None:
    documents = [root / "README.md", root / "CONTRIBUTING.md", root / "SECURITY.md", root / "CHANGELOG.md"]
    documents += sorted((root / "docs").rglob("*.md"))
    dead = []
    for document in documents:
        text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"(?<!`)\]\(([^)\s]+)\)", text):
            if "://" in target or target.startswith(("#", "mailto:")):
                continue
            if not (document.parent / target.partition("#")[0]).exists():
                dead.append(f"{document.relative_to(root)}: {target}")
    assert dead == []


def test_constraints_name_versions_and_nothing_else(root: Path) -> None:
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert pins
    for pin in pins:
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", pin), pin
