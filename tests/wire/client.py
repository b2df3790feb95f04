"""Raw HTTP/1.1 over a socket: nothing is mended on the way out, nothing is hidden on the way in."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType

Address = tuple[str, int]
WAIT = 10.0  # seconds until a test gives up on an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer as it came."""

    status: int
    head: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def __getitem__(self, name: str) -> str:
        found = [value for key, value in self.headers if key == name]
        assert len(found) == 1, (name, self.headers)
        return found[0]

    def get(self, name: str) -> str | None:
        """The one value of a field, or None where it is absent."""
        return self[name] if any(key == name for key, _ in self.headers) else None

    @property
    def max_age(self) -> int:
        """The max-age of Cache-Control."""
        parts = dict(part.strip().partition("=")[::2] for part in self["cache-control"].split(","))
        return int(parts["max-age"])


class Wire:
    """One connection."""

    def __init__(self, address: Address, *, receive_buffer: int = 0) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(WAIT)
        try:
            self.socket.connect(address)
        except OSError:
            self.socket.close()
            raise
        self._read = b""

    def __enter__(self) -> Wire:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()

    def send(self, data: bytes) -> Wire:
        """Send bytes as they are; a server that has gone away is not an error yet."""
        with suppress(ConnectionResetError, BrokenPipeError):
            self.socket.sendall(data)
        return self

    def get(self, target: str, **fields: str) -> Wire:
        """Send a plain GET."""
        return self.send(request("GET", target, fields))

    def reply(self, *, method: str = "GET") -> Reply:
        """Read one answer; EOFError when the connection ends before one has come whole."""
        while b"\r\n\r\n" not in self._read:
            self._more()
        head, _, self._read = self._read.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        pairs = tuple(
            (name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines[1:])
        )
        status = int(lines[0].split(" ")[1])
        length = next((int(value) for name, value in pairs if name == "content-length"), 0)
        if method == "HEAD" or status == 304:
            length = 0
        while len(self._read) < length:
            self._more()
        body, self._read = self._read[:length], self._read[length:]
        return Reply(status=status, head=head.decode("latin-1"), headers=pairs, body=body)

    def _more(self) -> None:
        data = self.socket.recv(1 << 16)
        if not data:
            raise EOFError(self._read)
        self._read += data

    def ended(self, within: float = WAIT) -> bool:
        """Does the server end the connection, with nothing more said, in `within` seconds?"""
        assert not self._read, self._read
        end = time.monotonic() + within
        self.socket.settimeout(within)
        try:
            while time.monotonic() < end:
                data = self.socket.recv(1 << 16)
                if not data:
                    return True
                raise AssertionError(f"more came: {data[:200]!r}")
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False
        finally:
            self.socket.settimeout(WAIT)
        return False


def request(method: str, target: str, fields: Mapping[str, str]) -> bytes:
    """Return the bytes of a request; `fields` with `_` for `-`; a Host is added where none is given."""
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    named = {"Host": "feeds.example.org", **named}
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def ask(address: Address, target: str, *, method: str = "GET", **fields: str) -> Reply:
    """Ask once, on a connection of its own."""
    with Wire(address) as wire:
        return wire.send(request(method, target, fields)).reply(method=method)
