"""The supervisor: has processes of its own work on files, and replaces one that a file has ended.

No threads and no shared state: this program writes and reads when somebody asks for the next result.
"""

from __future__ import annotations

import contextlib
import pickle
import selectors
import signal
import time
from collections import deque
from collections.abc import Iterator
from enum import Enum
from typing import Generic, TypeVar

from feedmill.seeds.decode_pool.framing import Item, Link
from feedmill.seeds.decode_pool.process import may_fork, start
from feedmill.seeds.decode_pool.work import Work, run_chunk

T = TypeVar("T")

_TRIES = 2
_FALSE_STARTS = 3
_SPENT = -getattr(signal, "SIGPROF", 0)
"""The end of who used up its CPU time: it would again, where a clock alone may have been unlucky."""
_TOO_LONG = {-number for name in ("SIGPROF", "SIGALRM") if (number := getattr(signal, name, 0))}
_NEVER = float("inf")


class _Stage(Enum):
    """Where a task is. Its child's end takes it from SENT back to WAITING, to SPLIT or to GIVEN_UP."""

    WAITING = "waiting"
    """No child has it."""
    SENT = "sent"
    """A child has it, or its pipe."""
    DONE = "done"
    SPLIT = "split"
    """It ended a child, and each of its files is a task of its own now."""
    GIVEN_UP = "given up"
    """Its one file ended two children, or used up its time."""


class _Task(Generic[T]):
    """Files to work on, and what came of them: `results` once it is DONE or GIVEN_UP."""

    __slots__ = ("items", "results", "stage", "tries")

    def __init__(self, items: list[Item], tries: int = 0) -> None:
        self.items = items
        self.tries = tries
        self.stage = _Stage.WAITING
        self.results: list[T] = []

    def end(self, stage: _Stage, results: list[T]) -> None:
        self.stage, self.results = stage, results

    @property
    def over(self) -> bool:
        return self.stage in (_Stage.DONE, _Stage.GIVEN_UP)


class _Child(Generic[T]):
    """A process: STARTING until it has said that it is `ready`, then idle or busy with its first task."""

    def __init__(self, work: Work[T]) -> None:
        self.process = start(work)
        self.link = Link(self.process.input, self.process.output)
        self.tasks: deque[_Task[T]] = deque()
        self.ready = False
        self.since = time.monotonic()
        if not self.process.forked:
            self.link.send(pickle.dumps(work))

    def deadline(self, patience: float) -> float:
        """When it has had time enough; its own limits end it long before, where there are such."""
        if self.ready and not self.tasks:
            return _NEVER
        files = len(self.tasks[0].items) if self.ready else 1
        return self.since + patience * (1 + files)


class Supervisor(Generic[T]):
    """Works on chunks of files in up to `count` processes, in order and in bounded memory.

    A child has at most `ahead` chunks, one in hand and the others in its pipe; a chunk is taken when one
    has room for it. A file that ends a child twice, or takes more than its time, is given up; the files
    beside it are worked on again. Where no process can be started, all is done here.
    """

    def __init__(self, work: Work[T], count: int, *, ahead: int) -> None:
        self._work = work
        self._count = count
        self._ahead = ahead
        self._children: list[_Child[T]] = []
        self._window: list[_Task[T]] = []
        self._waiting: deque[_Task[T]] = deque()
        self._selector = selectors.DefaultSelector()
        self._false_starts = 0

    def run(self, chunks: Iterator[list[Item]]) -> Iterator[T]:
        """Yield the result of each file. Closing the iterator ends the processes at once.

        What forked children would each import and compile is there before the first is forked.
        """
        if self._count > 1 and may_fork():
            self._work.run(*self._work.sample)
        try:
            while True:
                self._feed(chunks)
                if not self._window:
                    return
                if self._window[0].over:
                    yield from self._window.pop(0).results
                else:
                    self._turn()
        finally:
            self._close()

    def _feed(self, chunks: Iterator[list[Item]]) -> None:
        """Give work to whoever has little, as long as not too much of it waits for its turn."""
        while self._has_room() and (task := self._next(chunks)) is not None:
            child = self._idlest()
            if child is None:
                task.end(_Stage.DONE, self._work.unpack(run_chunk(self._work, task.items)))
                continue
            if not child.tasks:
                child.since = time.monotonic()
            task.stage = _Stage.SENT
            child.tasks.append(task)
            child.link.send(pickle.dumps(task.items))
            self._watch(child)

    def _has_room(self) -> bool:
        if not self._waiting and len(self._window) >= 2 * self._ahead * self._count:
            return False
        return self._may_start() or any(len(child.tasks) < self._ahead for child in self._children)

    def _next(self, chunks: Iterator[list[Item]]) -> _Task[T] | None:
        if self._waiting:
            return self._waiting.popleft()
        items = next(chunks, None)
        if items is None:
            return None
        task: _Task[T] = _Task(items)
        self._window.append(task)
        return task

    def _may_start(self) -> bool:
        """Whether there are too few children; also where there can be none: all is done here then."""
        return len(self._children) < self._count if self._false_starts < _FALSE_STARTS else not self._children

    def _idlest(self) -> _Child[T] | None:
        """Return the child with the least to do, a new one while there are too few, None if none can be."""
        child = min(self._children, key=lambda child: len(child.tasks), default=None)
        if (child is not None and not child.tasks) or len(self._children) >= self._count:
            return child
        if self._false_starts >= _FALSE_STARTS:
            return child
        try:
            child = _Child(self._work)
        except OSError:
            self._false_starts = _FALSE_STARTS
            return child
        self._children.append(child)
        self._selector.register(child.link.output, selectors.EVENT_READ, child)
        return child

    def _turn(self) -> None:
        """Wait until something can be read or written, and do it."""
        deadline = min((child.deadline(self._work.patience) for child in self._children), default=_NEVER)
        wait = None if deadline == _NEVER else max(0.0, deadline - time.monotonic()) + 0.01
        for key, _ in self._selector.select(wait):
            child: _Child[T] = key.data
            if child not in self._children:
                continue
            if key.fd == child.link.input:
                child.link.write()
                self._watch(child)
            else:
                self._receive(child)
        now = time.monotonic()
        for child in [child for child in self._children if now > child.deadline(self._work.patience)]:
            self._lose(child)

    def _receive(self, child: _Child[T]) -> None:
        alive = child.link.read()
        for payload in child.link.frames():
            if not child.ready:
                child.ready = True
                self._false_starts = 0
            else:
                child.tasks.popleft().end(_Stage.DONE, self._work.unpack(payload))
            child.since = time.monotonic()
        if not alive:
            self._lose(child)

    def _lose(self, child: _Child[T]) -> None:
        """Replace a child that has ended or hangs: its first task ended it, if it was ready for one."""
        self._children.remove(child)
        code = self._drop(child)
        if not child.ready:
            self._false_starts += 1
        elif child.tasks:
            self._blame(child.tasks.popleft(), code)
        for task in child.tasks:
            self._wait(task)

    def _blame(self, task: _Task[T], code: int) -> None:
        """Try again what has ended a child, file by file, or give it up."""
        task.tries += 1
        if len(task.items) > 1:
            task.stage = _Stage.SPLIT
            parts: list[_Task[T]] = [_Task([item], task.tries) for item in task.items]
            at = self._window.index(task)
            self._window[at : at + 1] = parts
            self._waiting.extend(parts)
        elif task.tries < _TRIES and code != _SPENT:
            self._wait(task)
        else:
            path = task.items[0][0]
            task.end(_Stage.GIVEN_UP, [self._work.given_up(path, self._why(code))])

    def _wait(self, task: _Task[T]) -> None:
        task.stage = _Stage.WAITING
        self._waiting.append(task)

    def _why(self, code: int) -> str:
        if code in _TOO_LONG:
            return f"took more than {self._work.seconds:g} seconds to decode"
        if code == -signal.SIGKILL:
            return "was too much for this machine: the process that decoded it was killed"
        end = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return f"ended the process that decoded it ({end})"

    def _watch(self, child: _Child[T]) -> None:
        """Ask to be told when the child takes more input, if there is any."""
        watched = child.link.input in self._selector.get_map()
        if child.link.unwritten and not watched:
            self._selector.register(child.link.input, selectors.EVENT_WRITE, child)
        elif not child.link.unwritten and watched:
            self._selector.unregister(child.link.input)

    def _drop(self, child: _Child[T]) -> int:
        """Kill the process, wait for it and return its exit code."""
        for descriptor in (child.link.output, child.link.input):
            with contextlib.suppress(KeyError):
                self._selector.unregister(descriptor)
        child.process.kill()
        return child.process.wait()

    def _close(self) -> None:
        """End all processes; none is left, not even as a zombie."""
        for child in self._children:
            child.process.kill()
        for child in self._children:
            self._drop(child)
        self._children.clear()
        self._selector.close()
