"""The suite itself, as CONTRIBUTING.md tells of it: each test has one command, however that is started."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import Require

PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]


_OF_MAKE = frozenset({"MAKEFLAGS", "MAKELEVEL", "MFLAGS"})


def run(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    # Not as part of the `make` that may have started us: it would tell of its folders.
    kept = {
        name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    }
    return subprocess.run(command, cwd=root, env=kept, capture_output=True, text=True, check=False)


def test_control_c_reaches_what_the_tests_start_though_the_shell_ignores_it(root: Path) -> None:
    """A script's `pytest &` begins with SIGINT ignored, and all that is started inherits that."""
    chosen = ["--timeout=20", "tests/process/test_decode_pool.py", "-k", "terminals_interrupt"]
    done = run(root, "sh", "-c", 'trap "" INT; exec "$@"', "sh", *PYTEST, *chosen)
    assert done.returncode == 0, done.stdout


def test_every_test_belongs_to_one_command(root: Path) -> None:
    astray = "(quick and (process or interop)) or not (quick or process or interop)"
    done = run(root, *PYTEST, "--collect-only", "-m", astray)
    assert done.returncode == pytest.ExitCode.NO_TESTS_COLLECTED, done.stdout


def test_who_asks_for_a_program_of_others_is_marked(root: Path) -> None:
    """However indirectly: what `make check` would set up has no `require` in it."""
    done = run(root, *PYTEST, "--setup-plan", "-m", "not interop", "tests/process", "tests/browser")
    assert done.returncode == 0, done.stdout
    assert "SETUP" in done.stdout
    assert not re.search(r"SETUP +S require\b", done.stdout)


def test_programs_of_others_are_asked_for_by_require_alone(root: Path) -> None:
    others = {
        str(path.relative_to(root))
        for path in (root / "tests").rglob("*.py")
        if re.search(r"shutil\.which\(|getfixturevalue\(", path.read_text(encoding="utf-8"))
    }
    assert others == {"tests/conftest.py", "tests/browser/screenshots.py"}


def test_make_test_is_the_readmes_command_and_ci_runs_the_rest_once(root: Path, require: Require) -> None:
    make = require("make")
    readme = run(root, sys.executable, ".ci/readme.py", "tests").stdout
    assert readme.rstrip("\n").endswith(" && " + run(root, make, "-n", "test", "VENV=.venv").stdout.strip())
    rest = run(root, make, "-n", "-k", "check", "-o", "test").stdout
    assert "-m quick" not in rest
    assert "-m 'process and not interop'" in rest
    script = (root / ".ci" / "run").read_text(encoding="utf-8")
    assert "make -k check -o test" in script
    assert "make interop" in script


@pytest.mark.parametrize(
    ("logs", "line", "code"),
    [
        (
            [
                "F [100%]\n== 1 failed, 30 passed, 2 skipped, 5 deselected in 100.50s (0:01:40) ==\n== end\n",
                "4 passed, 1 warning in 1.25s\n",
            ],
            "== 1 failed, 34 passed, 2 skipped, 1 warning in 101.75s ==",
            0,
        ),
        (
            ["4 passed in 1.00s", "bringing up nodes...\n....Terminated"],
            "== 4 passed, 1 error in 1.00s ==",
            1,
        ),
        (
            ["1 passed, 2 errors in 1.00s", "3 skipped in 1.00s"],
            "== 1 passed, 3 skipped, 2 errors in 2.00s ==",
            1,
        ),
        (["5 deselected in 0.50s"], "== no tests ran in 0.50s ==", 1),
        ([], "== no tests ran in 0.00s ==", 1),
    ],
)
def test_the_closing_line_is_the_sum_of_the_runs(
    root: Path, tmp_path: Path, logs: list[str], line: str, code: int
) -> None:
    files = [tmp_path / f"{number}.log" for number in range(len(logs))]
    for file, log in zip(files, logs, strict=True):
        file.write_text(log)
    done = run(root, sys.executable, ".ci/closing.py", *map(str, files))
    assert (done.stdout, done.returncode) == (line + "\n", code), done.stderr
