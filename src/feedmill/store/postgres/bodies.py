"""Bodies in memory, by digest, in bounded space: what a node goes on serving while the database is away."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable

from feedmill.model.artifact import Digest, Published

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

    def lacking(self, documents: Iterable[Published]) -> list[Published]:
        """Return those whose bodies are not here, as many as may come without driving out the rest."""
        found, left = [], self._room // 2
        with self._lock:
            for document in documents:
                if document.digest not in self._bodies and document.size <= left:
                    left -= document.size
                    found.append(document)
        return found

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
