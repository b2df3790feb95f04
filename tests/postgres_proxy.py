"""A proxy before PostgreSQL that acts at a client's message: the place to kill it, or to cut its line."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_CHUNK = 1 << 16


class Proxy:
    """Listens in `folder` as a server does, and hands on to the socket `server`.

    Before message number `at` (from 1; 0: never) of all clients together is handed on, `act` is called;
    when it returns False, all lines are cut.
    """

    def __init__(
        self, folder: Path, server: Path, *, at: int = 0, act: Callable[[], bool] = lambda: True
    ) -> None:
        self.messages = 0
        self.open = 0
        self.dropping = False
        """Whether what either side says is lost, as by a network that has broken without telling."""
        self._server = server
        self._at = at
        self._act = act
        self._lines: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.socket(socket.AF_UNIX)
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / ".s.PGSQL.5432"
        self._path.unlink(missing_ok=True)
        self._listener.bind(str(self._path))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Listen no more, and cut all lines."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """Cut all lines: neither side hears of the other any more."""
        with self._lock:
            lines = list(self._lines)
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def heal(self) -> None:
        """Drop no more; the lines that lost something are cut."""
        self.cut()
        self.dropping = False

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        try:
            with client, server, selectors.DefaultSelector() as selector:
                server.connect(str(self._server))
                with self._lock:
                    self._lines |= {client, server}
                    self.open += 1
                selector.register(client, selectors.EVENT_READ, server)
                selector.register(server, selectors.EVENT_READ, client)
                with suppress(OSError):
                    self._hand_on(client, selector)
        finally:
            with self._lock:
                self._lines -= {client, server}
                self.open -= 1

    def _hand_on(self, client: socket.socket, selector: selectors.BaseSelector) -> None:
        while True:
            for key, _ in selector.select():
                source = key.fileobj
                assert isinstance(source, socket.socket)
                data = source.recv(_CHUNK)
                if not data:
                    return
                if self.dropping:
                    continue
                if source is client and not self._pass():
                    self.cut()
                    return
                key.data.sendall(data)

    def _pass(self) -> bool:
        with self._lock:
            self.messages += 1
            now = self.messages == self._at
        return self._act() if now else True
