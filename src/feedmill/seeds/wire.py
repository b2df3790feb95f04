"""The wire between processes: files to decode one way, records the other, as MessagePack."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from feedmill.model.seed import Record
from feedmill.model.settings import DecodeSettings

if TYPE_CHECKING:
    from msgspec.msgpack import Decoder

__all__ = ["Item", "decode_chunk", "pack_items", "pack_records", "unpack_items", "unpack_records"]

Item = tuple[str, bytes]
"""The unit of decoding: a relative path and the file's bytes."""

_SIZE = struct.Struct("<Q")
_MSGPACK = b"m"
_PICKLE = b"p"  # for the rare name or text that is no Unicode


def decode_chunk(items: Sequence[Item], settings: DecodeSettings, thorough: bool = False) -> bytes:
    """Decode each file and return the records packed (`unpack_records`): what an Executor runs."""
    from feedmill.seeds.decode import decode

    return pack_records([decode(path, data, settings, thorough=thorough) for path, data in items])


def pack_items(items: Sequence[Item]) -> list[bytes]:
    """Return files as buffers to be written in a row: a table of paths and sizes, then their bytes."""
    import msgspec

    table = msgspec.msgpack.encode(
        [(path.encode("utf-8", "surrogatepass"), len(data)) for path, data in items]
    )
    return [_SIZE.pack(len(table)) + table, *(data for _, data in items)]


def unpack_items(payload: bytes | bytearray) -> Iterator[Item]:
    """Yield the files that `pack_items` packed."""
    view = memoryview(payload)
    start = _SIZE.size + _SIZE.unpack_from(view)[0]
    for path, size in _table_decoder().decode(view[_SIZE.size : start]):
        yield path.decode("utf-8", "surrogatepass"), bytes(view[start : start + size])
        start += size


def pack_records(records: list[Record]) -> bytes:
    """Return records as bytes."""
    import msgspec

    try:
        return _MSGPACK + msgspec.msgpack.encode(records)
    except UnicodeEncodeError:
        return _PICKLE + pickle.dumps(records)


def unpack_records(payload: bytes | bytearray) -> list[Record]:
    """Return the records that `pack_records` packed, here or in a process of our own."""
    if payload[:1] == _MSGPACK:
        return _records_decoder().decode(memoryview(payload)[1:])
    records: list[Record] = pickle.loads(memoryview(payload)[1:])
    return records


@cache
def _table_decoder() -> Decoder[list[tuple[bytes, int]]]:
    import msgspec

    return msgspec.msgpack.Decoder(list[tuple[bytes, int]])


@cache
def _records_decoder() -> Decoder[list[Record]]:
    import msgspec

    return msgspec.msgpack.Decoder(list[Record])
