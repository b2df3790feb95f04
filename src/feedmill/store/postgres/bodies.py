"""Bodies in memory, by digest, in bounded space: what a node goes on serving while the database is away."""

from __future__ import annotations

import threading
from collections import OrderedDict

from feedmill.model.artifact import Digest

_ROOM = 64 << 20


class BodyCache:
    """The least recently used go first. Any thread may use it."""

    def __init__(self, room: int = _ROOM) -> None:
        self._room = room
        self._bytes = 0
        self._bodies: OrderedDict[Digest, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, digest: Digest) -> bytes | None:
        """Return a body that is here."""
        with self._lock:
            body = self._bodies.get(digest)
            if body is not None:
                self._bodies.move_to_end(digest)
            return body

    def put(self, digest: Digest, body: bytes) -> None:
        """Keep a body, unless it is more than fits."""
        with self._lock:
            if digest in self._bodies or len(body) > self._room:
                return
            self._bodies[digest] = body
            self._bytes += len(body)
            while self._bytes > self._room:
                _, dropped = self._bodies.popitem(last=False)
                self._bytes -= len(dropped)
