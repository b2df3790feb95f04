"""The suite itself, as CONTRIBUTING.md tells of it: it passes however it is started."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_control_c_reaches_what_the_tests_start_though_the_shell_ignores_it(root: Path) -> None:
    """A script's `pytest &` begins with SIGINT ignored, and all that is started inherits that."""
    pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout=20"]
    chosen = ["tests/unit/seeds/test_pool.py", "-k", "terminals_interrupt"]
    ignoring = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *pytest, *chosen]
    done = subprocess.run(ignoring, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
