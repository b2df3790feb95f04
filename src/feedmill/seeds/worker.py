"""A worker: the program that decodes what comes in at its standard input, until that ends.

A frame is eight bytes of length and as many bytes of payload. The first one in is the settings, the first
one out is empty and says that the worker is ready; then each frame of files is answered by one of records.
The worker is disposable: a file that takes too much CPU time or memory ends it, by the kernel's hand where
Python is stuck, and the end of its input does so too: it never outlives who started it.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import signal
import struct
from pathlib import Path

from feedmill.model.settings import DecodeSettings
from feedmill.seeds.decode import decode
from feedmill.seeds.wire import pack_records, unpack_items, unpack_records

__all__ = ["HEADER", "main"]

HEADER = struct.Struct("<Q")

_GARBAGE = 50_000
"""Objects after which the collector looks for cycles: records and nodes have none, and end by themselves."""
_NICE = 10
_MEMORY = 1 << 28
_MEMORY_A_BYTE = 64


def main(*, polite: bool = False) -> None:
    """Decode until standard input ends; `polite`: beside a program that may be serving readers."""
    if polite:
        _give_way()
    source, sink = _own_streams()
    for number in ("SIGPROF", "SIGALRM"):
        if hasattr(signal, number):
            signal.signal(getattr(signal, number), signal.SIG_DFL)
    settings, thorough, patience = pickle.loads(_read(source))
    _bound_memory(settings)
    gc.freeze()  # what a fork has brought along is not ours to collect
    gc.set_threshold(_GARBAGE, 20, 50)
    decode("warm.md", b"---\ntitle: x\nwebUrl: https://example.org/\n---\n", settings)
    unpack_records(pack_records([]))
    _write(sink, b"")
    while payload := _read(source):
        records = []
        for path, data in unpack_items(payload):
            _bound_time(patience)
            records.append(decode(path, data, settings, thorough=thorough))
        _unbound_time()
        _write(sink, pack_records(records))


def _own_streams() -> tuple[int, int]:
    """Take standard input and output away from everybody else; nobody reads what a worker says."""
    source, sink = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    os.close(nothing)
    return source, sink


def _give_way() -> None:
    with contextlib.suppress(AttributeError, OSError):  # not everywhere, and a sandbox may forbid it
        os.nice(_NICE)


def _bound_memory(settings: DecodeSettings) -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):  # not everywhere, and never more than allowed
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * os.sysconf("SC_PAGE_SIZE") + _MEMORY + _MEMORY_A_BYTE * settings.max_bytes
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _bound_time(seconds: float) -> None:
    """Have the kernel end this process, even when Python is stuck in C.

    After so much more CPU time, which only depends on the file, or twice as much time on the clock.
    """
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.setitimer(signal.ITIMER_REAL, 2 * seconds)


def _unbound_time() -> None:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _read(source: int) -> bytearray:
    """Return the next frame's payload, an empty one at the end."""
    header = _read_exactly(source, HEADER.size)
    return _read_exactly(source, HEADER.unpack(header)[0]) if header else header


def _read_exactly(source: int, size: int) -> bytearray:
    data = bytearray(size)
    view = memoryview(data)
    done = 0
    while done < size:
        count = os.readv(source, [view[done:]])
        if not count:
            return bytearray()
        done += count
    return data


def _write(sink: int, payload: bytes) -> None:
    view = memoryview(HEADER.pack(len(payload)) + payload)
    while view:
        view = view[os.write(sink, view) :]
