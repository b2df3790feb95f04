"""Working on many files: here, in processes of our own, by a cluster.

The unit of work is `(relative path, bytes) -> result`: it needs no shared disk, so another machine can do it.
Processes of our own can read for themselves (`run_much`): then the bytes say what, and `Work.open` gets it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from feedmill.seeds.decode_pool.here import is_large, run_beside, run_here
from feedmill.seeds.decode_pool.work import Work

if TYPE_CHECKING:
    from feedmill.seeds.decode_pool.framing import Item

T = TypeVar("T")

_FEW = 200
_LITTLE = 8 << 20
_CHUNK_FILES = 64
_CHUNK_BYTES = 900_000


def run_all(items: Iterable[Item], work: Work[T], *, workers: int | str = 0, ahead: int = 2) -> Iterator[T]:
    """Yield the result of every (path, bytes), in order and in bounded memory.

    A few files are worked on in this process, but for those over `LARGE`. More go to `workers` processes
    (0: one a core; 1: none but for large files), or to the Dask cluster whose scheduler has the address
    `workers`. A file that crashes its process, or takes more than `work` allows, is given up, and no other
    file suffers. `items` is read in the thread that iterates, a little ahead of what is yielded; of large
    files only as many as there are processes where `ahead` is 1. Closing the iterator ends all processes.
    """
    source = iter(items)
    cluster = workers if isinstance(workers, str) else ""
    count = processes(workers) or _cores()
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
