"""Working on files here: in this process, or in processes of our own beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TypeVar

from feedmill.seeds.decode_pool.framing import Item
from feedmill.seeds.decode_pool.work import Work

T = TypeVar("T")

LARGE = 1 << 17
"""Bytes above which a file always gets a process: decoding the dearest that are known takes 2 s a MiB."""


def run_here(items: Iterable[Item], work: Work[T], ahead: int = 2) -> Iterator[T]:
    """Yield the result of every file, in order; a large one gets a process of its own, with its limits."""
    for large, group in groupby(items, key=is_large):
        if large:
            yield from run_beside(([item] for item in group), work, 1, ahead)
            continue
        for path, data in group:
            yield work.run(path, work.open(path, data))


def run_beside(chunks: Iterator[list[Item]], work: Work[T], count: int, ahead: int = 1) -> Iterator[T]:
    """Yield the result of every file of these chunks, in order, from `count` processes."""
    # On use: subprocess and selectors take 15 ms.
    from feedmill.seeds.decode_pool.supervisor import Supervisor

    return Supervisor(work, count, ahead=ahead).run(chunks)


def is_large(item: Item) -> bool:
    """Whether a file gets a process of its own."""
    return len(item[1]) > LARGE
