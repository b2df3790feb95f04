"""A child: the program that works on what comes in at its standard input, until that ends.

The first frame in is the `Work`, unless a fork has brought it along; the first one out is empty and says that
the child is ready; then each frame of files is answered by one of results. The child is disposable: a file
that takes too much CPU time or memory ends it, by the kernel's hand where Python is stuck, and the end of its
input does so too: it never outlives who started it.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import signal
from pathlib import Path
from typing import IO, Any

from feedmill.seeds.decode_pool.framing import read_frame, write_frame
from feedmill.seeds.decode_pool.work import Work

_GARBAGE = 50_000
"""Objects after which the collector looks for cycles: records and nodes have none, and end by themselves."""
_NICE = 2


def main(work: Work[Any] | None = None, *, polite: bool = False) -> None:
    """Work until standard input ends; `polite`: beside a program that may be serving readers."""
    if polite:
        _give_way()
    source, sink = _own_streams()
    for number in ("SIGPROF", "SIGALRM"):
        if hasattr(signal, number):
            signal.signal(getattr(signal, number), signal.SIG_DFL)
    if work is None:
        work = pickle.loads(read_frame(source))
    assert work is not None
    _bound_memory(work.memory)
    gc.freeze()  # what a fork has brought along is not ours to collect
    gc.set_threshold(_GARBAGE, 20, 50)
    work.unpack(work.pack([work.run(*work.sample)]))
    write_frame(sink, b"")
    while payload := read_frame(source):
        results = []
        for path, data in pickle.loads(payload):
            opened = work.open(path, data)
            _bound_time(work.seconds, work.patience)
            results.append(work.run(path, opened))
            _bound_time(0, 0)
        write_frame(sink, work.pack(results))


def _own_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Take standard input and output away from everybody else; nobody reads what a child says."""
    source = os.fdopen(
        os.dup(0), "rb", closefd=False
    )  # open until the very end, or an error looks like a hang
    sink = os.fdopen(os.dup(1), "wb", closefd=False)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    os.close(nothing)
    return source, sink


def _give_way() -> None:
    with contextlib.suppress(AttributeError, OSError):  # not everywhere, and a sandbox may forbid it
        os.nice(_NICE)


def _bound_memory(more: int) -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):  # not everywhere, and never more than allowed
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * os.sysconf("SC_PAGE_SIZE") + more
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _bound_time(seconds: float, patience: float) -> None:
    """Have the kernel end this process, even when Python is stuck in C; 0: no more.

    After so many more `seconds` of CPU time, which only depend on the file, or `patience` on the clock.
    """
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.setitimer(signal.ITIMER_REAL, patience)
