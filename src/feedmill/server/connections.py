"""The gate: what the connections of one listener share, and the sweep that ends the slow ones."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Protocol

from feedmill.server.limits import Limits
from feedmill.server.metrics import Traffic
from feedmill.server.response import Answer, Fields

_TELL_EVERY = 60.0
"""Seconds between two lines about clients that left: what clients do must not fill a disk."""

logger = logging.getLogger(__name__)


class Connection(Protocol):
    """What the gate asks of a connection."""

    waiting_since: float
    transport: asyncio.Transport

    @property
    def idle(self) -> bool:
        """Whether it waits for its client."""

    def overdue(self, now: float) -> bool:
        """Whether it takes too long."""

    def time_out(self) -> None:
        """End it."""

    def shutdown(self) -> None:
        """End it once its answers are out."""


class Connections:
    """The connections of one listener, their limits, and their coarse clock.

    `answer` answers a request at once or returns None; None for a plain ASGI application.
    A sweep now and then looks at all connections: a timer each would cost every request more than
    all of them together cost a sweep.
    """

    def __init__(
        self,
        limits: Limits,
        traffic: Traffic,
        answer: Callable[[bytes, bytes, Fields], Answer | None] | None = None,
    ) -> None:
        self.limits = limits
        self.answer = answer
        self.now = 0.0
        self.connections: dict[Connection, None] = {}
        self._traffic = traffic
        self._departed = 0
        self._told = -_TELL_EVERY

    def second(self) -> int:
        """The wall clock's second: Date in answers that no application gave."""
        return int(time.time())

    def count(self, answer: Answer) -> Answer:
        """Count an answer that no application gave, and return it."""
        self._traffic.count(answer.status, len(answer.head) + len(answer.body))
        return answer

    def admit(self, connection: Connection) -> None:
        """Take a new connection in; when all places are taken, those that wait longest go."""
        connection.waiting_since = self.now
        self.connections[connection] = None
        if len(self.connections) > self.limits.connections:
            self._make_room()
        self._traffic.connections = len(self.connections)

    def forget(self, connection: Connection) -> None:
        """A connection is closed."""
        self.connections.pop(connection, None)
        self._traffic.connections = len(self.connections)

    def note_departure(self) -> None:
        """An answer was dropped: whoever asked for it has gone."""
        self._departed += 1

    def _make_room(self) -> None:
        # Several at once, so that a flood of connections pays one sort for many of them;
        # sorting is stable, so of one second the oldest connections go first.
        order = sorted(self.connections, key=lambda one: (not one.idle, one.waiting_since))
        for connection in order[: max(1, self.limits.connections // 32)]:
            del self.connections[connection]
            self._traffic.evicted += 1
            connection.transport.abort()

    def sweep(self, now: float) -> None:
        """End what takes too long; `now` is monotonic seconds."""
        self.now = now
        if self._departed and now - self._told >= _TELL_EVERY:
            logger.info("clients left before their answers", extra={"facts": {"answers": self._departed}})
            self._departed, self._told = 0, now
        for connection in list(self.connections):
            if connection.overdue(now):
                self._traffic.timeouts += 1
                connection.time_out()
