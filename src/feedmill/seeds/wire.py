"""The wire between processes: files to decode one way, records the other, as MessagePack."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from feedmill.model.seed import Record
from feedmill.model.settings import DecodeSettings

if TYPE_CHECKING:
    from msgspec.msgpack import Decoder

__all__ = ["Item", "decode_chunk", "pack_items", "pack_records", "unpack_items", "unpack_records"]

Item = tuple[str, bytes]
"""The unit of decoding: a relative path and the file's bytes."""

_MSGPACK = b"m"
_PICKLE = b"p"  # for the rare name or text that is no Unicode


def decode_chunk(items: Sequence[Item], settings: DecodeSettings, thorough: bool = False) -> bytes:
    """Decode each file and return the records packed (`unpack_records`): what an Executor runs."""
    from feedmill.seeds.decode import decode

    return pack_records([decode(path, data, settings, thorough=thorough) for path, data in items])


def pack_items(items: Sequence[Item]) -> bytes:
    """Return files as bytes."""
    import msgspec

    return msgspec.msgpack.encode([(path.encode("utf-8", "surrogatepass"), data) for path, data in items])


def unpack_items(payload: bytes | bytearray | memoryview) -> list[Item]:
    """Return the files that `pack_items` packed."""
    pairs = _items_decoder().decode(payload)
    return [(path.decode("utf-8", "surrogatepass"), data) for path, data in pairs]


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
def _items_decoder() -> Decoder[list[tuple[bytes, bytes]]]:
    import msgspec

    return msgspec.msgpack.Decoder(list[tuple[bytes, bytes]])


@cache
def _records_decoder() -> Decoder[list[Record]]:
    import msgspec

    return msgspec.msgpack.Decoder(list[Record])
