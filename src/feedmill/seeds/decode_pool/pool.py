"""Working on many files: here, in processes of our own, by a cluster, by any `concurrent.futures.Executor`.

The unit of work is `(relative path, bytes) -> result`: it needs no shared disk, so another machine can do it.
Processes of our own can read for themselves (`run_much`): then the bytes say what, and `Work.open` gets it.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from feedmill.seeds.decode_pool.here import is_large, run_beside, run_here
from feedmill.seeds.decode_pool.work import Work, answer, run_chunk

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from feedmill.seeds.decode_pool.framing import Item

T = TypeVar("T")

_FEW = 200
_LITTLE = 8 << 20
_CHUNK_FILES = 64
_CHUNK_BYTES = 900_000
_IN_FLIGHT = 8
_FOREIGN_PATIENCE = 5
"""What an Executor may take for a chunk whose turn it is, in units of what a file may take."""


def run_all(
    items: Iterable[Item],
    work: Work[T],
    *,
    executor: Executor | None = None,
    workers: int | str = 0,
    ahead: int = 2,
) -> Iterator[T]:
    """Yield the result of every (path, bytes), in order and in bounded memory.

    A few files are worked on in this process, but for those over `LARGE`. More go to `workers` processes
    (0: one a core; 1: none but for large files), to the Dask cluster whose scheduler has the address
    `workers`, or to an `executor`, of which only `submit` is used and which is not shut down. A file that
    crashes its process, or takes more than `work` allows, is given up, and no other file suffers. `items` is
    read in the thread that iterates, a little ahead of what is yielded; of large files only as many as there
    are processes where `ahead` is 1. Closing the iterator ends all processes.
    """
    source = iter(items)
    cluster = workers if isinstance(workers, str) else ""
    count = processes(workers) or _cores()
    if executor is not None:
        yield from _by_executor(executor, source, work)
        return
    first: list[Item] = []
    if count > 1 or cluster:
        size = 0
        for item in source:
            first.append(item)
            size += len(item[1])
            many = is_much(len(first), size)
            if many and cluster:
                from feedmill.seeds.decode_pool.cluster import run_by_cluster  # on use: Dask takes 0.4 s

                def beside(chunks: Iterator[list[Item]]) -> Iterator[T]:
                    return run_beside(chunks, work, count, ahead)

                yield from run_by_cluster(cluster, _chunks(chain(first, source)), work, beside)
                return
            if many or (is_large(item) and not cluster):
                yield from run_beside(_chunks(chain(first, source)), work, count, ahead)
                return
    yield from run_here(chain(first, source), work, ahead)


def run_much(
    items: Iterable[Item], work: Work[T], count: int, *, together: int = _CHUNK_FILES
) -> Iterator[T]:
    """Yield the result of every item, in order, from `count` processes; for who knows that it is much.

    A process is sent so many items `together` at most, fewer of large ones.
    """
    return run_beside(_chunks(iter(items), together), work, count, ahead=2)


def is_much(files: int, size: int) -> bool:
    """Whether so many files, or bytes, are worth processes of their own."""
    return files > _FEW or size > _LITTLE


def processes(workers: int | str) -> int:
    """Return the number of processes that `seeds.workers` means, 0 where a cluster is to do it."""
    if isinstance(workers, str):
        return 0
    return workers or _cores()


def _by_executor(executor: Executor, items: Iterator[Item], work: Work[T]) -> Iterator[T]:
    """Have an Executor work on chunks; what it fails at, a process of our own does again, file by file."""
    waiting: deque[tuple[list[Item], Future[bytes] | None]] = deque()

    def collect() -> Iterator[T]:
        chunk, future = waiting.popleft()
        payload = answer(future, _FOREIGN_PATIENCE * work.seconds)
        if payload is not None:
            yield from work.unpack(payload)
        else:
            yield from run_beside(([item] for item in chunk), work, 1)

    try:
        for chunk in _chunks(items):
            waiting.append((chunk, _submit(executor, chunk, work)))
            if len(waiting) > _IN_FLIGHT:
                yield from collect()
        while waiting:
            yield from collect()
    finally:
        for _, future in waiting:
            if future is not None:
                future.cancel()


def _submit(executor: Executor, chunk: list[Item], work: Work[T]) -> Future[bytes] | None:
    try:
        return executor.submit(run_chunk, work, chunk)
    except RuntimeError:  # shut down or broken (BrokenExecutor)
        return None


def _chunks(items: Iterator[Item], files: int = _CHUNK_FILES) -> Iterator[list[Item]]:
    """Yield files in groups that fit a pipe, so many at most, large ones alone."""
    chunk: list[Item] = []
    size = 0
    for item in items:
        large = is_large(item)
        if chunk and (large or len(chunk) >= files or size + len(item[1]) > _CHUNK_BYTES):
            yield chunk
            chunk, size = [], 0
        if large:
            yield [item]
            continue
        chunk.append(item)
        size += len(item[1])
    if chunk:
        yield chunk


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
