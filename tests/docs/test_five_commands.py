"""README's five commands take a newcomer from an empty folder to a valid feed of an own article."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import feedparser

from conformance import atom


def test_the_five_commands(root: Path, tmp_path: Path) -> None:
    readme = (root / "README.md").read_text("utf-8")
    found = re.search(r"<!-- command: five -->\n```sh\n(.*?)```", readme, re.DOTALL)
    assert found is not None
    commands = found[1].strip().splitlines()
    assert len(commands) == 5
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-e", "-c", found[1]],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    document = (tmp_path / "site/feeds/topics/news.atom").read_bytes()
    assert atom.faults(document) == []
    entries = feedparser.parse(document).entries
    assert [entry.title for entry in entries] == ["My first article"]
    assert "Hello, <em>readers</em>." in entries[0].content[0].value
