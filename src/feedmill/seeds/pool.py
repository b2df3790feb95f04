"""Decoding many files: here, in processes of our own, or by any `concurrent.futures.Executor`.

The unit of work is `(relative path, bytes) -> Record`: it needs no shared disk, so another machine
can do it.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, groupby
from typing import TYPE_CHECKING

from feedmill.model.seed import Record
from feedmill.model.settings import DecodeSettings
from feedmill.seeds.wire import Item, decode_chunk, unpack_records

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from feedmill.seeds.workers import Workers

__all__ = ["PATIENCE", "decode_all", "decode_chunk"]

PATIENCE = 1.0
"""Seconds of CPU time that one file may take: with a process's start, nobody waits two for it.

4 MiB of ordinary text, tags, links or list items take less than half of it.
"""

LARGE = 1 << 16
"""Bytes above which a file always gets a process: the dearest that are known take 2 s a MiB."""

_FEW = 200
_LITTLE = 8 << 20
_CHUNK_FILES = 64
_CHUNK_BYTES = 900_000
_IN_FLIGHT = 8
_FOREIGN_PATIENCE = 5
"""What an Executor may take for a chunk whose turn it is, in units of what a file may take."""


def decode_all(
    items: Iterable[Item],
    settings: DecodeSettings,
    *,
    executor: Executor | None = None,
    workers: int = 0,
    thorough: bool = False,
    patience: float = PATIENCE,
) -> Iterator[Record]:
    """Yield the record of every (path, bytes), in order and in bounded memory.

    A few files are decoded in this process, but for those over `LARGE`. More go to `workers` processes
    (0: one a core; 1: none but for large files), or to an `executor`, of which only `submit` is used and
    which is not shut down. A file that crashes its process, or takes more than `patience` seconds, becomes
    an invalid record, and no other file suffers. `items` is read in the thread that iterates, a little
    ahead of what is yielded. Closing the iterator ends all processes.
    """
    source = iter(items)
    first: list[Item] = []
    size = 0
    count = workers or _cores()
    if executor is None and count > 1:
        for item in source:
            first.append(item)
            size += len(item[1])
            if len(first) > _FEW or size > _LITTLE:
                break
    everything = chain(first, source)
    if executor is not None:
        yield from _by_executor(executor, everything, settings, thorough, patience)
    elif count > 1 and (len(first) > _FEW or size > _LITTLE):
        for records in _workers(count, settings, thorough, patience).decode(_chunks(everything)):
            yield from records
    else:
        from feedmill.seeds.decode import decode

        del first
        for large, group in groupby(everything, key=lambda item: len(item[1]) > LARGE):
            if large:
                for records in _workers(1, settings, thorough, patience).decode([item] for item in group):
                    yield from records
                continue
            for path, data in group:
                yield decode(path, data, settings, thorough=thorough)


def _by_executor(
    executor: Executor, items: Iterator[Item], settings: DecodeSettings, thorough: bool, patience: float
) -> Iterator[Record]:
    """Have an Executor decode chunks; what it fails at, a process of our own decodes again, file by file."""
    waiting: deque[tuple[list[Item], Future[bytes] | None]] = deque()

    def collect() -> Iterator[Record]:
        chunk, future = waiting.popleft()
        payload = _answer(future, _FOREIGN_PATIENCE * patience)
        if payload is not None:
            yield from unpack_records(payload)
            return
        for records in _workers(1, settings, thorough, patience).decode([item] for item in chunk):
            yield from records

    try:
        for chunk in _chunks(items):
            waiting.append((chunk, _submit(executor, chunk, settings, thorough)))
            if len(waiting) > _IN_FLIGHT:
                yield from collect()
        while waiting:
            yield from collect()
    finally:
        for _, future in waiting:
            if future is not None:
                future.cancel()


def _submit(
    executor: Executor, chunk: list[Item], settings: DecodeSettings, thorough: bool
) -> Future[bytes] | None:
    try:
        return executor.submit(decode_chunk, chunk, settings, thorough)
    except RuntimeError:  # shut down or broken (BrokenExecutor)
        return None


def _answer(future: Future[bytes] | None, timeout: float) -> bytes | None:
    """Return what the Executor made of a chunk, None if nothing."""
    from concurrent.futures import CancelledError

    if future is None:
        return None
    try:
        return None if future.exception(timeout) is not None else future.result()
    except (TimeoutError, CancelledError):
        future.cancel()
        return None


def _chunks(items: Iterator[Item]) -> Iterator[list[Item]]:
    """Yield files in groups that fit a pipe, large ones alone."""
    chunk: list[Item] = []
    size = 0
    for item in items:
        if chunk and (len(chunk) >= _CHUNK_FILES or size + len(item[1]) > _CHUNK_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(item)
        size += len(item[1])
    if chunk:
        yield chunk


def _workers(count: int, settings: DecodeSettings, thorough: bool, patience: float) -> Workers:
    from feedmill.seeds.workers import Workers  # imported on use: subprocess and selectors take 15 ms

    return Workers(count, settings, thorough=thorough, patience=patience)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
