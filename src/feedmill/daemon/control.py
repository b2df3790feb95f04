"""The control socket: how `feedmill rebuild` and `status` talk to the running daemon (docs/operations.md).

One JSON object a line. The client sends one request, `{"command": "rebuild", "full": false,
"force": false}`, `{"command": "status"}` or `{"command": "prune"}`; the daemon answers with any number of
`{"progress": {"stage": …, "done": …, "total": …}}` and one last `{"result": …}` or `{"error": …}`.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import stat
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from feedmill.errors import StoreError

_MAX_PATH = 100
"""Bytes that a socket's address may have, with some to spare (sockaddr_un takes 108)."""

_MAX_REQUEST = 64 * 1024
_MAX_CLIENTS = 16
_REQUEST_TIMEOUT = 5.0
_SEND_TIMEOUT = 30.0

Send = Callable[[dict[str, Any]], None]
Handler = Callable[[dict[str, Any], Send], Any]
"""Answers a request: may send progress, returns the result; a ValueError is the client's mistake."""


class NoDaemon(StoreError):
    """Nobody listens on the control socket."""

    def __str__(self) -> str:
        return "no feedmill daemon is running here; start one with 'feedmill run'"


def socket_path(state_dir: Path) -> Path:
    """Return where the socket of this state folder is.

    In the folder itself; where that path is too long for AF_UNIX, in the user's runtime directory
    under a name made from it.
    """
    path = state_dir / "control.sock"
    if len(os.fsencode(path)) <= _MAX_PATH:
        return path
    runtime = os.environ.get("XDG_RUNTIME_DIR") or str(
        Path(tempfile.gettempdir()) / f"feedmill-{os.getuid()}"
    )
    digest = hashlib.blake2b(os.fsencode(state_dir), digest_size=10).hexdigest()
    return Path(runtime) / f"feedmill-{digest}.sock"


class ControlServer:
    """Listens for the local user; each client has a thread of its own, a few at most."""

    def __init__(self, path: Path, handler: Handler) -> None:
        self._path = path
        self._handler = handler
        self._socket: socket.socket | None = None
        self._inode: tuple[int, int] | None = None
        self._slots = threading.Semaphore(_MAX_CLIENTS)
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen; the caller holds the state folder's lock, so a socket that is there is a dead one's.

        Raises:
            StoreError: the socket cannot be made.
        """
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            _own_folder(self._path.parent)
            self._path.unlink(missing_ok=True)
            _bind(listening, self._path)
            listening.listen(_MAX_CLIENTS)
            self._inode = _inode(self._path)
        except OSError as error:
            listening.close()
            why = error.strerror or str(error)
            raise StoreError(f"the control socket {self._path} cannot be made: {why}") from error
        except StoreError:
            listening.close()
            raise
        self._socket = listening
        self._thread = threading.Thread(target=self._accept, args=(listening,), name="control", daemon=True)
        self._thread.start()

    def restore(self) -> None:
        """Listen again where the socket's file was taken away.

        Raises:
            StoreError: the socket cannot be made.
        """
        if self._inode != _inode(self._path):
            self.stop()
            self.start()

    def stop(self) -> None:
        """Take no more clients and remove the socket."""
        if self._socket is None:
            return
        with suppress(OSError):  # wakes accept()
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        if self._thread is not None:
            self._thread.join(timeout=2)
        if self._inode == _inode(self._path):
            self._path.unlink(missing_ok=True)
        self._socket = self._inode = None

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return  # closed: we stop
            if not self._slots.acquire(blocking=False):
                with client, suppress(OSError):
                    client.sendall(b'{"error": "too many clients at once; try again"}\n')
                continue
            threading.Thread(target=self._serve, args=(client,), name="control-client", daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            with client, suppress(OSError):  # a client that went away needs no answer
                client.settimeout(_REQUEST_TIMEOUT)
                request = _receive(client)
                client.settimeout(_SEND_TIMEOUT)
                if request is None:
                    _send(client, {"error": "one JSON object on one line is expected"})
                else:
                    self._answer(client, request)
        finally:
            self._slots.release()

    def _answer(self, client: socket.socket, request: dict[str, Any]) -> None:
        try:
            answer = {"result": self._handler(request, lambda message: _send(client, message))}
        except (ValueError, StoreError) as error:
            answer = {"error": str(error)}
        _send(client, answer)


def _send(client: socket.socket, message: dict[str, Any]) -> None:
    client.sendall(json.dumps(message).encode() + b"\n")


def _bind(listening: socket.socket, path: Path) -> None:
    """Bind with mode 0600 from the first moment on."""
    old = os.umask(0o177)
    try:
        listening.bind(str(path))
    finally:
        os.umask(old)


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat(follow_symlinks=False)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _own_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.stat()
    if found.st_uid not in (os.getuid(), 0) or (
        found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX
    ):
        raise StoreError(f"{folder} can be written by others; no control socket is made there")


def _receive(client: socket.socket) -> dict[str, Any] | None:
    data = bytearray()
    while not data.endswith(b"\n"):
        chunk = client.recv(4096)
        data += chunk
        if not chunk or len(data) > _MAX_REQUEST:
            return None
    try:
        request = json.loads(data)
    except ValueError:
        return None
    return request if isinstance(request, dict) else None


def call(
    state_dir: Path, request: dict[str, Any], *, timeout: float | None = None
) -> Iterator[dict[str, Any]]:
    """Send a request to the daemon and yield its messages, progress first, the result last.

    Raises:
        NoDaemon: nobody listens.
        StoreError: the daemon went away before it answered.
    """
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(timeout)
    try:
        client.connect(str(socket_path(state_dir)))
    except OSError as error:
        client.close()
        raise NoDaemon from error
    with client:
        try:
            client.sendall(json.dumps(request).encode() + b"\n")
            with client.makefile("rb") as lines:
                for line in lines:
                    message: dict[str, Any] = json.loads(line)
                    yield message
                    if "result" in message or "error" in message:
                        return
        except (OSError, ValueError) as error:
            raise StoreError(f"the daemon did not answer: {error}") from error
    raise StoreError("the daemon stopped before it answered")
