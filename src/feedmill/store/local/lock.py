"""One process per folder: an advisory lock that a dead holder never leaves behind.

The lock file stays empty and is never written: who holds it is asked of the kernel
(`/proc/locks`), which cannot be out of date and lets a build with nothing to do write nothing.
"""

from __future__ import annotations

import errno
import fcntl
import os
import weakref
from contextlib import suppress
from pathlib import Path
from typing import Self

from feedmill.errors import LockHeld, StoreError
from feedmill.model.instant import Instant, from_seconds, rfc3339

_held: weakref.WeakSet[FolderLock] = weakref.WeakSet()


class FolderLock:
    """The right to be the only feedmill that writes to a folder; a context manager.

    `path` is the lock file (its folder is made if need be), `purpose` what the holder does,
    for messages. The lock ends with the process, however that ends: flock(2) belongs to the
    open file, and children forked meanwhile let go of it.
    """

    def __init__(self, path: Path, purpose: str) -> None:
        self.path = path
        self.purpose = purpose
        self._fd: int | None = None

    def acquire(self) -> Self:
        """Take the lock or say at once who has it.

        Raises:
            LockHeld: another process has it.
            StoreError: the lock file cannot be made or opened.
        """
        if self._fd is not None:
            return self
        while True:
            fd = self._open()
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                current = _same_file(fd, self.path)
            except OSError as error:
                os.close(fd)
                if error.errno in (errno.EAGAIN, errno.EACCES):
                    raise LockHeld(self.path, self.holder()) from error
                raise StoreError(f"cannot lock {self.path} to {self.purpose}: {error.strerror}") from error
            if current:
                break
            os.close(fd)  # the folder was replaced between the two calls
        self._fd = fd
        _held.add(self)
        return self

    def _open(self) -> int:
        try:
            with suppress(FileNotFoundError):
                # Reading is enough for flock, so a read-only folder can still be locked.
                return os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.open(self.path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise StoreError(f"cannot lock {self.path} to {self.purpose}: {error.strerror}") from error

    def is_valid(self) -> bool:
        """Tell whether the lock still guards the folder: False once its file was replaced."""
        return self._fd is not None and _same_file(self._fd, self.path)

    def holder(self) -> str:
        """Return who holds the lock, as well as the kernel can say."""
        try:
            inode = self.path.stat().st_ino
            table = Path("/proc/locks").read_text(encoding="ascii")
        except (OSError, ValueError):
            return _SOMEBODY
        for line in table.splitlines():
            # 1: FLOCK  ADVISORY  WRITE 4711 fe:00:2148352 0 EOF  (proc_locks(5))
            words = line.split()
            if len(words) >= 6 and words[1] == "FLOCK" and words[5].rpartition(":")[2] == str(inode):
                return _describe(int(words[4]))
        return _SOMEBODY

    def release(self) -> None:
        """Let go. The file stays: removing it would let two processes lock two files of one name."""
        _held.discard(self)
        self._drop()

    def _drop(self) -> None:
        if self._fd is not None:
            with suppress(OSError):
                os.close(self._fd)
            self._fd = None

    def __enter__(self) -> Self:
        return self.acquire()

    def __exit__(self, *error: object) -> None:
        self.release()


_SOMEBODY = "another process"


def _same_file(fd: int, path: Path) -> bool:
    try:
        there = path.stat(follow_symlinks=False)
    except OSError:
        return False
    here = os.fstat(fd)
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)


def _describe(pid: int) -> str:
    """Return `process 4711 (feedmill run, since 2026-11-21T08:00:00Z)`."""
    if pid <= 0:
        return f"{_SOMEBODY} (in another container)"
    about: list[str] = []
    with suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
        about.append(" ".join(_command([word.decode("utf-8", "replace") for word in words]))[:120])
    with suppress(OSError, ValueError, IndexError):
        about.append(f"since {rfc3339(_started(pid))}")
    return f"process {pid}" + (f" ({', '.join(filter(None, about))})" if about else "")


def _command(words: list[str]) -> list[str]:
    """Return a command line without what only tells where a program is installed."""
    short = [word.rpartition("/")[2] if "/bin/" in word else word for word in words]
    return short[1:] if len(short) > 1 and short[0].startswith("python") and short[1] != words[1] else short


def _started(pid: int) -> Instant:
    """Return when a process started (proc_pid_stat(5), field 22, in clock ticks since the boot)."""
    fields = (
        Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    )
    since_boot = int(fields[19]) // os.sysconf("SC_CLK_TCK")
    lines = Path("/proc/stat").read_text(encoding="ascii").splitlines()
    boot = next(int(line.split()[1]) for line in lines if line.startswith("btime "))
    return from_seconds(boot + since_boot)


def _forget_in_child() -> None:
    """A pool's worker that outlives a killed parent must not go on holding its locks."""
    for lock in list(_held):
        lock._drop()
    _held.clear()


os.register_at_fork(after_in_child=_forget_in_child)
