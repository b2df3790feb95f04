"""What goes through a child's pipes: frames of eight bytes of length and as many of payload."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import IO

Item = tuple[str, bytes]
"""The unit of work: a relative path and the file's bytes."""

_SIZE = struct.Struct("<Q")
_READ_BYTES = 1 << 20


def read_frame(source: IO[bytes]) -> bytes:
    """Wait for the next frame and return its payload, an empty one at the end."""
    header = source.read(_SIZE.size)
    size = _SIZE.unpack(header)[0] if len(header) == _SIZE.size else 0
    payload = source.read(size)
    return payload if len(payload) == size else b""


def write_frame(sink: IO[bytes], payload: bytes) -> None:
    """Write a whole frame."""
    sink.write(_SIZE.pack(len(payload)))
    sink.write(payload)
    sink.flush()


class Link:
    """The supervisor's end, which never waits: a child's unwritten input and its unread output."""

    def __init__(self, to: int, fro: int) -> None:
        self.input, self.output = to, fro
        self.unwritten = bytearray()
        self._unread = bytearray()

    def send(self, payload: bytes) -> None:
        """Write a frame, as far as the pipe takes it now."""
        self.unwritten += _SIZE.pack(len(payload))
        self.unwritten += payload
        self.write()

    def write(self) -> None:
        """Write what the pipe takes."""
        try:
            while self.unwritten:
                del self.unwritten[: os.write(self.input, self.unwritten)]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self.unwritten.clear()  # its end shows at its output

    def read(self) -> bool:
        """Read what there is; False at the end of the child."""
        try:
            data = os.read(self.output, _READ_BYTES)
        except BlockingIOError:
            return True
        self._unread += data
        return bool(data)

    def frames(self) -> Iterator[bytes]:
        """Yield the payloads that are complete."""
        while len(self._unread) >= _SIZE.size:
            end = _SIZE.size + _SIZE.unpack_from(self._unread)[0]
            if len(self._unread) < end:
                return
            payload = bytes(memoryview(self._unread)[_SIZE.size : end])
            del self._unread[:end]
            yield payload
