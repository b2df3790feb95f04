"""Processes: a child beside this program, at the two ends of a pair of pipes.

A program of one thread is forked, which takes milliseconds and brings the work along; beside threads that
would be unsafe, and a fresh interpreter is started. Either way the child has nothing else but its pipes: no
lock, no database, no signal handler, no terminal's Ctrl-C.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from feedmill.seeds.decode_pool import child

if TYPE_CHECKING:
    from feedmill.seeds.decode_pool.work import Work

_PIPE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Process:
    """A child: `input` and `output` are descriptors of this program that do not block.

    `forked`: it knows its work; else that is what it waits for first.
    """

    pid: int
    input: int
    output: int
    forked: bool

    def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Wait for its end and return its exit code, that of a signal negative; close the pipes."""
        os.close(self.input)
        os.close(self.output)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def start(work: Work[Any]) -> Process:
    """Start a child for some work.

    Raises:
        OSError: there can be no further process.
    """
    ends: list[int] = []
    forked = may_fork()
    try:
        ends += (*os.pipe(), *os.pipe())
        source, to, fro, sink = ends
        pid = _fork(work, source, sink) if forked else _spawn(source, sink)
    except OSError:
        for end in ends:
            os.close(end)
        raise
    os.close(source)
    os.close(sink)
    for end in (to, fro):
        os.set_blocking(end, False)
        with contextlib.suppress(AttributeError, OSError):  # not everywhere, and not for everybody
            fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return Process(pid, to, fro, forked)


def _spawn(source: int, sink: int) -> int:
    """Start a fresh interpreter. It gives way to this program, which may be serving readers."""
    program = (
        "import os, sys; os.closerange(3, os.sysconf('SC_OPEN_MAX')); "
        # what this process may import, that one may: it has the same path, whatever was done to it
        f"sys.path[:] = {sys.path!r}; "
        "from feedmill.seeds.decode_pool.child import main; main(polite=True)"
    )
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-c", program],
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_DUP2, source, 0),
            (os.POSIX_SPAWN_DUP2, sink, 1),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ],
        setpgroup=0,
        setsigdef=[signal.SIGPIPE],
    )


def _fork(work: Work[Any], source: int, sink: int) -> int:
    """Start a copy of this program."""
    pid = os.fork()
    if pid == 0:
        _become_child(work, source, sink)
    return pid


def may_fork() -> bool:
    """Whether this program has one thread, of Python's or anybody's, on a system where that is enough."""
    if not hasattr(os, "fork") or sys.platform == "darwin" or threading.active_count() > 1:
        return False
    try:
        return len(os.listdir("/proc/self/task")) == 1
    except OSError:
        return False


def _become_child(work: Work[Any], source: int, sink: int) -> NoReturn:
    """Forget what this program was and work; nothing of it is ended, flushed or cleaned up here."""
    code = 1
    try:
        os.setpgid(0, 0)
        ends = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 3) for descriptor in (source, sink)]
        for standard, descriptor in enumerate(ends):
            os.dup2(descriptor, standard)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
            signal.signal(number, signal.SIG_DFL)
        child.main(work)
        code = 0
    finally:
        os._exit(code)
