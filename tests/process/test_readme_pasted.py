"""The README's commands as they stand, one after the other, in one empty shell in a clean checkout."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.process


@pytest.mark.timeout(600)
def test_all_that_a_newcomer_pastes(root: Path, tmp_path: Path) -> None:
    """But for the last one, which runs this suite."""
    checkout = tmp_path / "checkout"
    subprocess.run(["git", "clone", "-q", str(root), str(checkout)], check=True)
    readme = (root / "README.md").read_text("utf-8")
    *commands, tests = re.findall(r"```sh\n(.*?)```", readme, re.DOTALL)
    assert "pytest" in tests
    pip = {
        name: value for name, value in os.environ.items() if name.startswith(("PIP_", "HTTP", "http", "SSL"))
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e"],
        input="".join(commands) + "pwd\n",
        cwd=checkout,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": os.environ["HOME"], "LC_ALL": "C.UTF-8", **pip},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == str(checkout)
    assert (checkout / "feeds" / "index.html").is_file()
    assert (checkout / "site" / "feeds" / "topics" / "news.atom").is_file()
    told = done.stdout.partition("in feeds: it is published")[2]
    assert "all " in told and "topics/news " in told
    status = ["git", "status", "--porcelain"]
    assert subprocess.run(status, cwd=checkout, capture_output=True, text=True, check=True).stdout == ""
