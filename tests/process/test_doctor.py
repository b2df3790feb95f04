"""`feedmill doctor` where only a real machine tells: a disk that is full."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from terminal import PROGRAM

pytestmark = pytest.mark.process

CONFIG = "site: {url: 'https://feeds.test.invalid/'}\nserver: {port: 0}\nadmin: {port: 0}\n"


@pytest.fixture
def site() -> Iterator[Path]:
    """A built site that every user can enter."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "config.yaml").write_text(CONFIG)
        (folder / "seeds").mkdir()
        (folder / "seeds" / "a.md").write_text(
            "---\ntitle: A\nwebUrl: https://example.org/a\ndate: 2026-01-01\n---\n"
        )
        subprocess.run([PROGRAM, "build"], cwd=folder, capture_output=True, check=True)
        yield folder


def asked(site: Path) -> str:
    done = subprocess.run([PROGRAM, "doctor"], cwd=site, capture_output=True, text=True, check=False)
    return " ".join(done.stdout.split())


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to mount a small disk")
def test_a_disk_without_room(site: Path) -> None:
    shutil.rmtree(site / "feeds")
    (site / "feeds").mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m,nr_inodes=500", "tmpfs", str(site / "feeds")]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine lets nobody mount")
    try:
        told = asked(site)
    finally:
        subprocess.run(["umount", str(site / "feeds")], check=True)
    assert "disk: " in told and "MiB left" in told and "more files" in told
