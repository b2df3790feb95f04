"""Processes: a child beside this program, at the two ends of a pair of pipes.

A program of one thread is forked, which takes milliseconds; beside threads that would be unsafe, and a
fresh interpreter is started. Either way the child inherits nothing but its pipes: no lock, no database, no
signal handler, no terminal's Ctrl-C.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from typing import NoReturn, Protocol

from feedmill.seeds.decode_pool import child

__all__ = ["Process", "start"]

_PIPE_BYTES = 1 << 20


class Process(Protocol):
    """A child: `input` and `output` are descriptors of this program that do not block."""

    input: int
    output: int

    def kill(self) -> None:
        """End it at once."""

    def wait(self) -> int:
        """Wait for its end and return its exit code, that of a signal negative; close the pipes."""


def start() -> Process:
    """Start a child.

    Raises:
        OSError: there can be no further process.
    """
    process: Process = _Forked() if _may_fork() else _Fresh()
    for descriptor in (process.input, process.output):
        os.set_blocking(descriptor, False)
        with contextlib.suppress(ImportError, AttributeError, OSError):
            import fcntl

            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return process


class _Fresh:
    """A child in an interpreter of its own. It gives way to this program, which may be serving readers."""

    def __init__(self) -> None:
        # what this process may import, that one may: it has the same path, whatever was done to it
        start = "from feedmill.seeds.decode_pool.child import main; main(polite=True)"
        program = f"import sys; sys.path[:] = {sys.path!r}; {start}"
        self._process = subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            process_group=0,
        )
        assert self._process.stdin and self._process.stdout
        self.input = self._process.stdin.fileno()
        self.output = self._process.stdout.fileno()

    def kill(self) -> None:
        self._process.kill()

    def wait(self) -> int:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        return self._process.wait()


class _Forked:
    """A child that begins as a copy of this program."""

    def __init__(self) -> None:
        source, self.input = os.pipe()
        self.output, sink = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            _become_child(source, sink)
        os.close(source)
        os.close(sink)

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)

    def wait(self) -> int:
        os.close(self.input)
        os.close(self.output)
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])


def _may_fork() -> bool:
    """Whether this program has one thread, of Python's or anybody's, on a system where that is enough."""
    if not hasattr(os, "fork") or sys.platform == "darwin" or threading.active_count() > 1:
        return False
    try:
        return len(os.listdir("/proc/self/task")) == 1
    except OSError:
        return False


def _become_child(source: int, sink: int) -> NoReturn:
    """Forget what this program was and work; nothing of it is ended, flushed or cleaned up here."""
    code = 1
    try:
        import fcntl

        os.setpgid(0, 0)
        ends = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 3) for descriptor in (source, sink)]
        for standard, descriptor in enumerate(ends):
            os.dup2(descriptor, standard)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
            signal.signal(number, signal.SIG_DFL)
        child.main()
        code = 0
    finally:
        os._exit(code)
