"""The inbox: everything that wants a pass, folded into the one that comes next.

Hints of changed files and requests of people arrive from any thread; one thread takes them out.
Whatever arrives during a pass makes one more pass, never a queue; who asked during a pass is
answered by the pass that looked after the asking.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum

from feedmill.pipeline import PassReport, PassRequest

MAX_HINTS = 2000
"""Beyond so many hinted paths, looking at everything is cheaper than looking them up."""


class Stage(Enum):
    """How far a change has come, as far as its event tells."""

    FINISHED = "finished"
    """Written and closed, or moved into place: a pass may start at once."""
    SETTLING = "settling"
    """One step of several, perhaps: a deletion, a creation, the first half of a save."""
    OPEN = "open"
    """Being written right now: its end will be told."""


@dataclass(slots=True)
class _Wanted:
    """What the next pass must do. Times are of the monotonic clock."""

    triggers: list[str] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)
    finished: set[str] = field(default_factory=set)
    open: dict[str, float] = field(default_factory=dict)
    everything: bool = False
    full: bool = False
    force: bool = False
    prune: bool = False
    asked: bool = False
    first: float | None = None
    last: float = 0.0
    tickets: list[Future[PassReport]] = field(default_factory=list)

    def note(self, trigger: str) -> None:
        """Remember why, once."""
        if trigger not in self.triggers:
            self.triggers.append(trigger)

    def due(self, settle: float, max_wait: float, *, burst: bool) -> float | None:
        """Return when the pass may start; None while there is nothing to do.

        A single finished write is worth a pass at once, but where a burst was announced. Several are a burst
        (a checkout, a sync): the first has had its pass, the rest wait for each other.
        """
        if self.asked or (len(self.finished) == 1 and not burst):
            return 0.0
        times = [min(self.open.values()) + max_wait] if self.open else []
        if self.first is not None:
            times.append(min(self.last + settle, self.first + max_wait))
        return min(times, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One pass to run, and who waits for its report."""

    request: PassRequest
    tickets: tuple[Future[PassReport], ...]


class Inbox:
    """Collects what the next pass is for. `clock` is monotonic, in seconds."""

    def __init__(
        self, settle: timedelta, max_wait: timedelta, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._wanted = _Wanted()
        self._bursts = 0
        self._woken = False
        self._closed = False
        self.configure(settle, max_wait)

    def configure(self, settle: timedelta, max_wait: timedelta) -> None:
        """Use other waiting times from now on."""
        with self._changed:
            self._settle, self._max_wait = settle.total_seconds(), max_wait.total_seconds()
            self._changed.notify_all()

    def hint(self, paths: Iterable[str], stage: Stage) -> None:
        """Say that files may have changed (relative to the seeds folder; a folder ends with "/").

        Settling ones wait until nothing more was heard for the settling time, open ones until they are
        closed; all of them at most the maximum.
        """
        with self._changed:
            wanted, now = self._wanted, self._clock()
            for path in paths:
                if stage is Stage.OPEN:
                    if path not in wanted.finished:
                        wanted.paths.discard(path)
                        wanted.open.setdefault(path, now)
                    continue
                wanted.open.pop(path, None)
                wanted.paths.add(path)
                if stage is Stage.FINISHED:
                    wanted.finished.add(path)
            if wanted.paths and stage is not Stage.OPEN:
                wanted.first, wanted.last = (now if wanted.first is None else wanted.first), now
            elif not wanted.paths:
                wanted.first = None
            if len(wanted.paths) > MAX_HINTS:
                wanted.everything = True
            wanted.note("change")
            self._changed.notify_all()

    def ask(
        self, trigger: str, *, full: bool = False, force: bool = False, prune: bool = False
    ) -> Future[PassReport]:
        """Ask for a pass over everything, as soon as can be; the answer is its report."""
        with self._changed:
            wanted = self._wanted
            wanted.everything = True
            wanted.full |= full
            wanted.force |= force
            wanted.prune |= prune
            return self._ticket(trigger)

    def look(self, paths: Iterable[str], trigger: str) -> Future[PassReport]:
        """Ask for a pass over these files, as soon as can be; of none, over time alone. As `ask` answers."""
        with self._changed:
            self._wanted.paths.update(paths)
            return self._ticket(trigger)

    def _ticket(self, trigger: str) -> Future[PassReport]:
        """Note who asks, under the lock; cancelled where nothing is taken in any more."""
        ticket: Future[PassReport] = Future()
        if self._closed:
            ticket.cancel()
            return ticket
        self._wanted.asked = True
        self._wanted.tickets.append(ticket)
        self._wanted.note(trigger)
        self._changed.notify_all()
        return ticket

    @contextmanager
    def burst(self) -> Iterator[None]:
        """Announce that several files are being written, of which the first needs no pass of its own."""
        with self._changed:
            self._bursts += 1
        try:
            yield
        finally:
            with self._changed:
                self._bursts -= 1
                self._changed.notify_all()

    def wake(self) -> None:
        """Have `take` return at once, now or the next time, with or without work."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def close(self) -> None:
        """Take nothing more in; whoever waits is told."""
        with self._changed:
            self._closed = True
            for ticket in self._wanted.tickets:
                ticket.cancel()
            self._wanted = _Wanted()
            self._changed.notify_all()

    def take(self, timeout: float) -> Work | None:
        """Return the next pass once it is due; None after `timeout` seconds or when woken."""
        with self._changed:
            end = self._clock() + timeout
            while True:
                now = self._clock()
                due = self._wanted.due(self._settle, self._max_wait, burst=self._bursts > 0)
                if due is not None and due <= now:
                    break
                if self._woken or now >= end:
                    self._woken = False
                    return None
                self._changed.wait((end if due is None else min(end, due)) - now)
            wanted, self._wanted = self._wanted, _Wanted()
            self._keep_open(wanted, now)
        request = PassRequest(
            trigger=", ".join(wanted.triggers),
            paths=None if wanted.everything else outermost(wanted.paths),
            hints=frozenset(wanted.paths) if wanted.everything else frozenset(),
            full=wanted.full,
            force=wanted.force,
            prune=wanted.prune,
        )
        return Work(request=request, tickets=tuple(wanted.tickets))

    def _keep_open(self, wanted: _Wanted, now: float) -> None:
        """Leave files that are still being written to a later pass, if not for too long."""
        for path, since in wanted.open.items():
            if since + self._max_wait <= now:
                wanted.paths.add(path)
            else:
                self._wanted.open[path] = since
        if self._wanted.open:
            self._wanted.note("change")


def outermost(paths: Iterable[str]) -> frozenset[str]:
    """Return `paths` without those that lie in a folder which is one of them: each is looked at once."""
    given = frozenset(paths)
    if not any(path == "" or path.endswith("/") for path in given):
        return given
    return frozenset(path for path in given if not any(folder in given for folder in _above(path)))


def _above(path: str) -> Iterator[str]:
    """Yield the folders that a path lies in, without itself."""
    if path:
        yield ""
    end = path.find("/")
    while 0 <= end < len(path) - 1:
        yield path[: end + 1]
        end = path.find("/", end + 1)
