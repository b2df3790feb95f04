"""The inbox: everything that wants a pass, folded into the one that comes next.

Hints of changed files and requests of people arrive from any thread; one thread takes them out.
Whatever arrives during a pass makes one more pass, never a queue; who asked during a pass is
answered by the pass that looked after the asking.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import timedelta

from feedmill.pipeline import PassReport, PassRequest

MAX_HINTS = 2000
"""Beyond so many hinted paths, looking at everything is cheaper than looking them up."""


@dataclass(slots=True)
class _Wanted:
    """What the next pass must do."""

    triggers: list[str] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)
    everything: bool = False
    full: bool = False
    force: bool = False
    prune: bool = False
    first: float | None = None
    due: float | None = None
    tickets: list[Future[PassReport]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One pass to run, and who waits for its report."""

    request: PassRequest
    tickets: tuple[Future[PassReport], ...]


class Inbox:
    """Collects what the next pass is for. Times are of the monotonic clock, in seconds."""

    def __init__(
        self, settle: timedelta, max_wait: timedelta, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settle = settle.total_seconds()
        self._max_wait = max_wait.total_seconds()
        self._clock = clock
        self._changed = threading.Condition()
        self._wanted = _Wanted()
        self._closed = False

    def configure(self, settle: timedelta, max_wait: timedelta) -> None:
        """Use other waiting times from now on."""
        with self._changed:
            self._settle, self._max_wait = settle.total_seconds(), max_wait.total_seconds()

    def hint(self, paths: Iterable[str], *, finished: bool) -> None:
        """Say that files may have changed (relative to the seeds folder; a folder ends with "/").

        `finished`: the writing is over (closed, moved into place), so the pass may start at once;
        else it waits until nothing more was heard for the settling time, at most the maximum.
        """
        with self._changed:
            wanted, now = self._wanted, self._clock()
            if not wanted.everything:
                wanted.paths.update(paths)
                if len(wanted.paths) > MAX_HINTS:
                    wanted.everything = True
                    wanted.paths.clear()
            wanted.first = now if wanted.first is None else wanted.first
            due = now if finished else min(now + self._settle, wanted.first + self._max_wait)
            # A finished write waits for nobody; an unfinished one puts off only unfinished ones.
            wanted.due = due if wanted.due is None or finished else max(wanted.due, due)
            self._note(wanted, "change")

    def ask(
        self, trigger: str, *, full: bool = False, force: bool = False, prune: bool = False
    ) -> Future[PassReport]:
        """Ask for a pass over everything, as soon as can be; the answer is its report."""
        ticket: Future[PassReport] = Future()
        with self._changed:
            if self._closed:
                ticket.cancel()
                return ticket
            wanted = self._wanted
            wanted.everything = True
            wanted.paths.clear()
            wanted.full |= full
            wanted.force |= force
            wanted.prune |= prune
            wanted.due = self._clock()
            wanted.tickets.append(ticket)
            self._note(wanted, trigger)
        return ticket

    def nudge(self, trigger: str) -> None:
        """Ask for a pass over time alone: no file is looked at."""
        with self._changed:
            self._wanted.due = self._clock()
            self._note(self._wanted, trigger)

    def _note(self, wanted: _Wanted, trigger: str) -> None:
        if trigger not in wanted.triggers:
            wanted.triggers.append(trigger)
        self._changed.notify_all()

    def wake(self) -> None:
        """Have `take` return early, with or without work."""
        with self._changed:
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
            now = self._clock()
            due = self._wanted.due
            if due is None or due > now:
                self._changed.wait(timeout if due is None else min(timeout, due - now))
                due = self._wanted.due
                if due is None or due > self._clock():
                    return None
            wanted, self._wanted = self._wanted, _Wanted()
        request = PassRequest(
            trigger=", ".join(wanted.triggers),
            paths=None if wanted.everything else frozenset(wanted.paths),
            full=wanted.full,
            force=wanted.force,
            prune=wanted.prune,
        )
        return Work(request=request, tickets=tuple(wanted.tickets))
