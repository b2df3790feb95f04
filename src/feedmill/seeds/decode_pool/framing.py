"""What goes through a child's pipes: frames of eight bytes of length and as many of payload."""

from __future__ import annotations

import os
import struct
from collections import deque
from collections.abc import Iterator, Sequence

import msgspec

__all__ = ["Item", "Link", "pack_items", "read_frame", "unpack_items", "write_frame"]

Item = tuple[str, bytes]
"""The unit of work: a relative path and the file's bytes."""

_SIZE = struct.Struct("<Q")
_READ_BYTES = 1 << 20
_table = msgspec.msgpack.Decoder(list[tuple[bytes, int]])


def pack_items(items: Sequence[Item]) -> list[bytes]:
    """Return files as buffers to be written in a row: a table of paths and sizes, then their bytes."""
    table = msgspec.msgpack.encode(
        [(path.encode("utf-8", "surrogatepass"), len(data)) for path, data in items]
    )
    return [_SIZE.pack(len(table)) + table, *(data for _, data in items)]


def unpack_items(payload: bytes | bytearray) -> Iterator[Item]:
    """Yield the files that `pack_items` packed."""
    view = memoryview(payload)
    start = _SIZE.size + _SIZE.unpack_from(view)[0]
    for path, size in _table.decode(view[_SIZE.size : start]):
        yield path.decode("utf-8", "surrogatepass"), bytes(view[start : start + size])
        start += size


# The child's end: it waits


def read_frame(source: int) -> bytearray:
    """Return the next frame's payload, an empty one at the end."""
    header = _read_exactly(source, _SIZE.size)
    return _read_exactly(source, _SIZE.unpack(header)[0]) if header else header


def write_frame(sink: int, payload: bytes) -> None:
    """Write a whole frame."""
    view = memoryview(_SIZE.pack(len(payload)) + payload)
    while view:
        view = view[os.write(sink, view) :]


def _read_exactly(source: int, size: int) -> bytearray:
    data = bytearray(size)
    view = memoryview(data)
    done = 0
    while done < size:
        count = os.readv(source, [view[done:]])
        if not count:
            return bytearray()
        done += count
    return data


class Link:
    """The supervisor's end, which never waits: a child's unwritten input and its unread output."""

    def __init__(self, to: int, fro: int) -> None:
        self.input, self.output = to, fro
        self.unwritten: deque[memoryview] = deque()
        self._unread = bytearray()

    def send(self, payload: Sequence[bytes]) -> None:
        """Write a frame, as far as the pipe takes it now."""
        self.unwritten.append(memoryview(_SIZE.pack(sum(map(len, payload)))))
        self.unwritten += map(memoryview, payload)
        self.write()

    def write(self) -> None:
        """Write what the pipe takes."""
        while self.unwritten:
            try:
                written = os.writev(self.input, self.unwritten)
            except BlockingIOError:
                return
            except BrokenPipeError:
                self.unwritten.clear()  # its end shows at its output
                return
            while self.unwritten and written >= len(self.unwritten[0]):
                written -= len(self.unwritten.popleft())
            if written:
                self.unwritten[0] = self.unwritten[0][written:]

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
