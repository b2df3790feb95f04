"""The one door to Dask: chunks of files worked on by a cluster's workers, as long as there is a cluster.

Nothing is lost with a worker, whose chunks Dask gives to another, nor with the scheduler: whoever asked works
on the rest itself. A worker counts only where it would make the same bytes of a file as we would.
"""

from __future__ import annotations

import hashlib
import logging
import sys
import threading
import time
import unicodedata
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any, Self, TypeVar

from distributed import Client

import feedmill
from feedmill.seeds.decode_pool.framing import Item
from feedmill.seeds.decode_pool.here import run_here
from feedmill.seeds.decode_pool.work import Work

T = TypeVar("T")
Chunk = list[Item]
Beside = Callable[[Iterator[Chunk]], Iterator[T]]
"""Works on chunks in processes of our own."""

_CONNECT = "5s"
_LOOK = 5.0
"""Seconds between two looks at which workers there are."""

_A_THREAD = 2
"""Chunks on their way for each of the cluster's threads: one worked on, one waiting."""

_PATIENCE = 30.0
"""Seconds that a chunk may take whose turn it is: then its worker hangs, or others keep the cluster busy."""

_DECIDE = "ftfy markdown-it-py mdit-py-plugins nh3 python-slugify PyYAML text-unidecode tzdata"
"""The libraries that have a say in what becomes of a file."""

_ONE_AT_A_TIME = threading.Lock()

logger = logging.getLogger("feedmill")


class Cluster:
    """A connection to a scheduler; a context manager that closes it."""

    def __init__(self, address: str) -> None:
        """Connect.

        Raises:
            OSError: nobody answers there.
        """
        self._client = Client(address, timeout=_CONNECT, set_as_default=False, name="feedmill")
        self._look_at = 0.0
        self._workers: list[str] | None = None
        self._executor: Executor | None = None
        self.window = 0
        """How many chunks may be on their way; 0: there is nobody to work."""

    def look(self) -> bool:
        """See who is there, now and then; return whether there is anybody."""
        if self._client.status != "running":
            self.window = 0
        elif time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + _LOOK
            self._measure()
        return self.window > 0

    def submit(self, work: Work[Any], chunk: Chunk) -> Future[bytes]:
        """Have a worker work on a chunk."""
        assert self._executor is not None
        return self._executor.submit(_work_there, work, chunk)

    def _measure(self) -> None:
        threads = self._client.nthreads()
        prints = self._client.run(fingerprint, on_error="return") if threads else {}
        ours = fingerprint()
        workers = sorted(name for name, found in prints.items() if found == ours and name in threads)
        if workers != self._workers:
            others = len(threads) - len(workers)
            if others:
                logger.warning(
                    "%d of %d Dask workers have another feedmill, Python or library, and get no seeds",
                    others,
                    len(threads),
                )
            self._workers = workers
            self._executor = self._client.get_executor(pure=False, workers=workers, allow_other_workers=False)
        self.window = _A_THREAD * sum(threads[name] for name in workers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._client.close(timeout=2)


def run_by_cluster(address: str, chunks: Iterator[Chunk], work: Work[T], beside: Beside[T]) -> Iterator[T]:
    """Yield the result of every file, in order: by a cluster as far as there is one, else by `beside`.

    What the cluster fails at is tried once more beside us, file by file.
    """
    try:
        cluster = Cluster(address)
    except (OSError, TimeoutError) as error:
        logger.warning("the Dask scheduler at %s does not answer, decoding here: %s", address, error)
        yield from beside(chunks)
        return
    waiting: deque[tuple[Chunk, Future[bytes]]] = deque()
    with cluster:
        try:
            for chunk in chunks:
                if not cluster.look():
                    logger.warning("the Dask cluster at %s has no worker for us, decoding here", address)
                    chunks = chain([chunk], chunks)
                    break
                waiting.append((chunk, cluster.submit(work, chunk)))
                while len(waiting) > cluster.window:
                    yield from _collect(*waiting.popleft(), work, beside)
            while waiting and cluster.look():
                yield from _collect(*waiting.popleft(), work, beside)
        finally:
            for _, future in waiting:
                future.cancel()
    yield from beside(chain((chunk for chunk, _ in waiting), chunks))


def _collect(chunk: Chunk, future: Future[bytes], work: Work[T], beside: Beside[T]) -> Iterator[T]:
    payload = _answer(future)
    if payload is not None:
        yield from work.unpack(payload)
    else:
        logger.info("a chunk comes back from the Dask cluster unread")
        yield from beside([item] for item in chunk)


def _answer(future: Future[bytes]) -> bytes | None:
    """Return what became of a chunk, None if nothing."""
    try:
        return None if future.exception(_PATIENCE) is not None else future.result()
    except (TimeoutError, CancelledError):
        future.cancel()
        return None


def _work_there(work: Work[Any], chunk: Sequence[Item]) -> bytes:
    """Work on a chunk: what a worker runs. A large file gets a process of its own there, with its limits."""
    with _ONE_AT_A_TIME:  # a worker may have threads, and decoding is Python's alone
        return work.pack(list(run_here(chunk, work)))


def fingerprint() -> str:
    """Return what is equal for two programs that make the same of a file."""
    folder = Path(feedmill.__file__).parent
    facts = [sys.version_info[:2], unicodedata.unidata_version, *map(version, _DECIDE.split())]
    digest = hashlib.sha256(repr(facts).encode())
    for part in ("model", "seeds"):
        for file in sorted((folder / part).rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()
