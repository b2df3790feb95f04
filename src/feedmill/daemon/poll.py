"""Watching without the kernel's help: looking every few seconds, or waiting for a folder to appear."""

from __future__ import annotations

import hashlib
import os
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path

from feedmill.daemon.inbox import Stage
from feedmill.model.settings import ScanSettings
from feedmill.seeds import Found, scan

_POLL_SECONDS = 2.0
_POLL_SHARE = 20
"""A look at the folder takes at most one part in so many of the time."""

Hint = Callable[[list[str], Stage], None]


class Poller:
    """Looks at the whole folder every few seconds, and hints when a `stat` differs."""

    def __init__(self, scan: ScanSettings, hint: Hint, why: str) -> None:
        self._scan = scan
        self._why = why
        self._hint = hint
        self._wait = _POLL_SECONDS
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="poll", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        seen: bytes | None = None
        while not self._ending.is_set():
            started = time.monotonic()
            now = self._look()
            self._wait = max(_POLL_SECONDS, _POLL_SHARE * (time.monotonic() - started))
            if now != seen:
                self._hint([""], Stage.FINISHED)
            seen = now
            self._ending.wait(self._wait)

    def _look(self) -> bytes:
        """Return what changes when any file does."""
        digest = hashlib.blake2b(digest_size=16)
        for found in scan(self._scan):
            if self._ending.is_set():
                break
            if isinstance(found, Found):
                digest.update(
                    repr((found.path, found.size, found.mtime_ns, found.ctime_ns, found.inode)).encode(
                        "ascii", "backslashreplace"
                    )
                )
            else:
                digest.update(repr(found).encode("ascii", "backslashreplace"))
        return digest.digest()

    def stop(self) -> None:
        """End the thread."""
        self._ending.set()
        self._thread.join(timeout=2)

    def check(self) -> str | None:
        """Return why this does not work any more."""
        return None if self._thread.is_alive() else "the polling thread died"

    def describe(self) -> str:
        """Return how it watches."""
        return f"polling every {self._wait:.3g} s ({self._why})"


class Absent:
    """Waits for a folder that is not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = os.fsencode(folder)

    def stop(self) -> None:
        """Nothing to end."""

    def check(self) -> str | None:
        """Return that the folder is there, once it is."""
        return None if identity_of(self._folder) is None else "the seeds folder is there again"

    def describe(self) -> str:
        """Return what is waited for."""
        return "nothing: the seeds folder is missing"


def identity_of(folder: bytes) -> tuple[bytes, int, int] | None:
    """Return what changes when the folder, or a link on the way to it, is replaced."""
    try:
        real = os.path.realpath(folder, strict=True)
        found = Path(os.fsdecode(real)).stat()
    except OSError:
        return None
    return (real, found.st_dev, found.st_ino) if stat.S_ISDIR(found.st_mode) else None
