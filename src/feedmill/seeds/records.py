"""Records as the decoding pool's results: how they are made, how they travel, who gets none of his own."""

from __future__ import annotations

import pickle
from functools import cache, partial
from typing import TYPE_CHECKING

from feedmill.model.seed import Problem, Reason, Record
from feedmill.model.settings import DecodeSettings
from feedmill.seeds.decode_pool import Work

if TYPE_CHECKING:
    from msgspec.msgpack import Decoder

_MEMORY = 1 << 28
_MEMORY_A_BYTE = 64
_MSGPACK = b"m"
_PICKLE = b"p"  # for the rare name or text that is no Unicode


def decoding(settings: DecodeSettings, *, seconds: float = 1.0) -> Work[Record]:
    """Return the work of decoding; 4 MiB of ordinary text or tags take less than half of `seconds`."""
    return Work(
        run=partial(_decode, settings=settings),
        given_up=_given_up,
        pack=pack_records,
        unpack=unpack_records,
        sample=("warm.md", b"---\ntitle: x\nwebUrl: https://example.org/\n---\n"),
        seconds=seconds,
        memory=_MEMORY + _MEMORY_A_BYTE * settings.max_bytes,
    )


def _decode(path: str, data: bytes, settings: DecodeSettings) -> Record:
    from feedmill.seeds.decode import decode  # on use: most passes decode elsewhere, or nothing

    return decode(path, data, settings)


def _given_up(path: str, why: str) -> Record:
    problem = Problem(path=path, message=f"{why}; it was given up")
    return Record(path=path, reason=Reason.INVALID, problems=(problem,), parsed=False, takedown=True)


def pack_records(records: list[Record]) -> bytes:
    """Return records as bytes."""
    import msgspec

    try:
        return _MSGPACK + msgspec.msgpack.encode(records)
    except UnicodeEncodeError:
        return _PICKLE + pickle.dumps(records)


def unpack_records(payload: bytes) -> list[Record]:
    """Return the records that `pack_records` packed, here or in a process of our own."""
    if payload[:1] == _MSGPACK:
        return _decoder().decode(memoryview(payload)[1:])
    records: list[Record] = pickle.loads(memoryview(payload)[1:])
    return records


@cache
def _decoder() -> Decoder[list[Record]]:
    import msgspec

    return msgspec.msgpack.Decoder(list[Record])
