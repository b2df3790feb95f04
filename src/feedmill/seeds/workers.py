"""Processes of our own that decode: fed through pipes, replaced when a file ends one.

No threads and no shared state: this program writes and reads when somebody asks for the next record.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import selectors
import signal
import time
from collections import deque
from collections.abc import Iterator

from feedmill.model.seed import Problem, Reason, Record
from feedmill.model.settings import DecodeSettings
from feedmill.seeds.processes import start
from feedmill.seeds.wire import Item, decode_chunk, pack_items, unpack_records
from feedmill.seeds.worker import HEADER

__all__ = ["Workers"]

_AHEAD = 2
"""Chunks that a worker has at most: one in hand and one in its pipe."""
_READ_BYTES = 1 << 20
_TRIES = 2
_FALSE_STARTS = 3
_SPENT = -getattr(signal, "SIGPROF", 0)
"""The end of who used up its CPU time: it would again, where a clock alone may have been unlucky."""
_TOO_LONG = {-number for name in ("SIGPROF", "SIGALRM") if (number := getattr(signal, name, 0))}


class _Task:
    """Files to decode, and what came of them."""

    __slots__ = ("items", "parts", "records", "tries")

    def __init__(self, items: list[Item], tries: int = 0) -> None:
        self.items = items
        self.tries = tries
        self.records: list[Record] | None = None
        self.parts: list[_Task] = []

    def result(self) -> list[Record] | None:
        """Return the records, None as long as some are missing."""
        if self.records is None and self.parts:
            results = [part.result() for part in self.parts]
            if all(result is not None for result in results):
                self.records = [record for result in results for record in result or ()]
        return self.records


class _Worker:
    """One process, its unwritten input and its unread output."""

    def __init__(self, greeting: bytes) -> None:
        self.process = start()
        self.input = self.process.input
        self.output = self.process.output
        self.tasks: deque[_Task] = deque()
        self.unwritten: deque[memoryview] = deque()
        self.unread = bytearray()
        self.ready = False
        self.since = time.monotonic()
        self.send([greeting])

    def send(self, payload: list[bytes]) -> None:
        self.unwritten.append(memoryview(HEADER.pack(sum(map(len, payload)))))
        self.unwritten += map(memoryview, payload)

    def write(self) -> None:
        """Write what the pipe takes."""
        while self.unwritten:
            try:
                written = os.writev(self.input, self.unwritten)
            except BlockingIOError:
                return
            except BrokenPipeError:
                self.unwritten.clear()  # its end shows at its output
                return
            while self.unwritten and written >= len(self.unwritten[0]):
                written -= len(self.unwritten.popleft())
            if written:
                self.unwritten[0] = self.unwritten[0][written:]

    def read(self) -> bool:
        """Read what there is; False at the end of the worker."""
        try:
            data = os.read(self.output, _READ_BYTES)
        except BlockingIOError:
            return True
        self.unread += data
        return bool(data)

    def frames(self) -> Iterator[bytes]:
        """Yield the payloads that are complete."""
        while len(self.unread) >= HEADER.size:
            end = HEADER.size + HEADER.unpack_from(self.unread)[0]
            if len(self.unread) < end:
                return
            payload = bytes(memoryview(self.unread)[HEADER.size : end])
            del self.unread[:end]
            yield payload

    def end(self) -> int:
        """Kill the process, wait for it and return its exit code."""
        self.process.kill()
        return self.process.wait()


class Workers:
    """Decodes chunks of files in `count` processes, in order and in bounded memory.

    A file that ends a worker twice, or takes more than `patience` seconds of CPU time, becomes an
    invalid record of its own; the files beside it are decoded again. Where no process can be started,
    all is decoded here.
    """

    def __init__(self, count: int, settings: DecodeSettings, *, thorough: bool, patience: float) -> None:
        self._count = count
        self._settings = settings
        self._thorough = thorough
        self._patience = patience
        self._greeting = pickle.dumps((settings, thorough, patience))
        self._workers: list[_Worker] = []
        self._again: deque[_Task] = deque()
        self._selector = selectors.DefaultSelector()
        self._false_starts = 0

    def decode(self, chunks: Iterator[list[Item]]) -> Iterator[list[Record]]:
        """Yield the records of each chunk. Closing the iterator ends the processes at once."""
        window: deque[_Task] = deque()
        try:
            while True:
                self._feed(chunks, window)
                if not window:
                    return
                while (records := window[0].result()) is None:
                    self._turn()
                    self._feed(chunks, window)
                window.popleft()
                yield records
        finally:
            self.close()

    def close(self) -> None:
        """End all processes; none is left, not even as a zombie."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            self._drop(worker)
        self._workers.clear()
        self._selector.close()

    def _feed(self, chunks: Iterator[list[Item]], window: deque[_Task]) -> None:
        """Give work to whoever has little, as long as not too much of it waits for its turn."""
        while self._again or len(window) < 2 * _AHEAD * self._count:
            worker = self._idlest()
            if worker is not None and len(worker.tasks) >= _AHEAD:
                return
            if self._again:
                task = self._again.popleft()
            elif (items := next(chunks, None)) is not None:
                task = _Task(items)
                window.append(task)
            else:
                return
            if worker is None:
                task.records = unpack_records(decode_chunk(task.items, self._settings, self._thorough))
                continue
            if not worker.tasks:
                worker.since = time.monotonic()
            worker.tasks.append(task)
            worker.send(pack_items(task.items))
            worker.write()
            self._watch(worker)

    def _idlest(self) -> _Worker | None:
        """Return the worker with the least to do, a new one while there are too few, None if none can be."""
        worker = min(self._workers, key=lambda worker: len(worker.tasks), default=None)
        if len(self._workers) < self._count and (worker is None or worker.tasks):
            if self._false_starts >= _FALSE_STARTS:
                return worker
            try:
                worker = _Worker(self._greeting)
            except OSError:
                self._false_starts = _FALSE_STARTS
                return worker
            self._workers.append(worker)
            self._selector.register(worker.output, selectors.EVENT_READ, worker)
        return worker

    def _turn(self) -> None:
        """Wait until something can be read or written, and do it."""
        for key, _ in self._selector.select(self._longest_wait()):
            worker: _Worker = key.data
            if worker not in self._workers:
                continue
            if key.fd == worker.input:
                worker.write()
                self._watch(worker)
            else:
                self._receive(worker)
        for worker in [worker for worker in self._workers if time.monotonic() > self._deadline(worker)]:
            self._lose(worker)

    def _receive(self, worker: _Worker) -> None:
        alive = worker.read()
        for payload in worker.frames():
            if not worker.ready:
                worker.ready = True
                self._false_starts = 0
            else:
                worker.tasks.popleft().records = unpack_records(payload)
            worker.since = time.monotonic()
        if not alive:
            self._lose(worker)

    def _lose(self, worker: _Worker) -> None:
        """Replace a worker that has ended or hangs: its files get another try, the first of them alone."""
        self._workers.remove(worker)
        code = self._drop(worker)
        if not worker.ready:
            self._false_starts += 1
        elif worker.tasks:
            self._retry(worker.tasks.popleft(), code)
        self._again.extend(worker.tasks)

    def _retry(self, task: _Task, code: int) -> None:
        task.tries += 1
        if len(task.items) > 1:
            task.parts = [_Task([item], task.tries) for item in task.items]
            self._again.extend(task.parts)
        elif task.tries < _TRIES and code != _SPENT:
            self._again.append(task)
        else:
            task.records = [self._culprit(task.items[0][0], code)]

    def _culprit(self, path: str, code: int) -> Record:
        if code in _TOO_LONG:
            why = f"took more than {self._patience:g} seconds to decode"
        elif code == -signal.SIGKILL:
            why = "was too much for this machine: the process that decoded it was killed"
        else:
            end = signal.Signals(-code).name if code < 0 else f"exit code {code}"
            why = f"ended the process that decoded it ({end})"
        problem = Problem(path=path, message=f"{why}; it was given up")
        return Record(path=path, reason=Reason.INVALID, problems=(problem,), parsed=False, takedown=True)

    def _drop(self, worker: _Worker) -> int:
        for descriptor in (worker.output, worker.input):
            with contextlib.suppress(KeyError):
                self._selector.unregister(descriptor)
        return worker.end()

    def _watch(self, worker: _Worker) -> None:
        """Ask to be told when the worker takes more input, if there is any."""
        watched = worker.input in self._selector.get_map()
        if worker.unwritten and not watched:
            self._selector.register(worker.input, selectors.EVENT_WRITE, worker)
        elif not worker.unwritten and watched:
            self._selector.unregister(worker.input)

    def _deadline(self, worker: _Worker) -> float:
        """When a worker has had time enough; its own limits end it long before, where there are such."""
        if worker.ready and not worker.tasks:
            return float("inf")
        files = len(worker.tasks[0].items) if worker.ready else 1
        return worker.since + 2 * self._patience * (1 + files)

    def _longest_wait(self) -> float | None:
        deadline = min(map(self._deadline, self._workers), default=float("inf"))
        return None if deadline == float("inf") else max(0.0, deadline - time.monotonic()) + 0.01
