"""The folder lock: one process at a time, by name, and never stale."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from feedmill.errors import LockHeld, StoreError
from feedmill.store.local.lock import FolderLock

HOLD = """
import sys
from pathlib import Path
from feedmill.store.local.lock import FolderLock
with FolderLock(Path(sys.argv[1]), "run"):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_second_process_is_told_who_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "state" / "lock"
    with holder(path) as process:
        with pytest.raises(LockHeld) as held:
            FolderLock(path, "build").acquire()
        assert held.value.path == path
        assert f"process {process.pid}" in held.value.holder
        assert "since 2" in held.value.holder
        assert "stop it or wait for it" in str(held.value)


def test_kill_9_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with holder(path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)
        with FolderLock(path, "build"):
            assert path.exists()


def test_a_child_that_outlives_its_parent_does_not_hold_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    lock = FolderLock(path, "run").acquire()
    ready, done = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.write(ready[1], b"x")
        os.read(done[0], 1)
        os._exit(0)
    try:
        os.read(ready[0], 1)
        with pytest.raises(LockHeld):
            FolderLock(path, "build").acquire()
        lock.release()
        with FolderLock(path, "build"):
            pass
    finally:
        os.write(done[1], b"x")
        os.waitpid(child, 0)
        for fd in (*ready, *done):
            os.close(fd)


def test_locking_writes_nothing_into_the_file(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with FolderLock(path, "build"):
        pass
    before = path.stat()
    with FolderLock(path, "build") as lock:
        assert lock.is_valid()
        lock.acquire()
    after = path.stat()
    assert (after.st_mtime_ns, after.st_ctime_ns, after.st_size) == (
        before.st_mtime_ns,
        before.st_ctime_ns,
        0,
    )


def test_a_lock_file_that_was_swapped_guards_nothing(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "lock"
    with FolderLock(path, "run") as lock:
        path.parent.rename(tmp_path / "elsewhere")
        assert not lock.is_valid()
        with FolderLock(path, "run") as other:
            assert other.is_valid()


def test_a_place_that_cannot_be_locked(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"cannot lock .* to run: "):
        FolderLock(tmp_path / "file" / "lock", "run").acquire()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(StoreError, match="cannot lock"):
        FolderLock(tmp_path / "link", "run").acquire()
