"""Work: what is done with each file, as one value that any process can be handed."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from feedmill.seeds.decode_pool.framing import Item

T = TypeVar("T")

_PATIENCE = 5


def as_it_is(path: str, data: bytes) -> bytes:
    """Open a file that came along: there is nothing to do."""
    return data


@dataclass(frozen=True, slots=True, kw_only=True)
class Work(Generic[T]):
    """What is done with each (path, bytes), how results travel, and what one file may take. Picklable.

    `open(path, bytes)` comes first, outside of all limits, and `run` is handed what it returns: the file,
    where the bytes only say what to read. `given_up(path, why)` is the result of a file that crashed its
    process or took more than `seconds` of CPU time or `memory` bytes. `sample` is worked on first, outside of
    these: it imports what there is.
    """

    run: Callable[[str, Any], T]
    given_up: Callable[[str, str], T]
    open: Callable[[str, bytes], Any] = as_it_is
    pack: Callable[[list[T]], bytes] = pickle.dumps
    unpack: Callable[[bytes], list[T]] = pickle.loads
    sample: tuple[str, Any] = ("", b"")
    """A path, and what is open there."""
    seconds: float = 1.0
    memory: int = 1 << 29

    @property
    def patience(self) -> float:
        """Seconds on the clock for one file, which only a busy machine, or a process that hangs, takes."""
        return _PATIENCE * self.seconds


def run_chunk(work: Work[T], items: Sequence[Item]) -> bytes:
    """Work on each file and return the results packed: what any Executor can run."""
    return work.pack([work.run(path, work.open(path, data)) for path, data in items])
