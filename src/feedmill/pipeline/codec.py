"""How seeds and records are kept as bytes (msgpack), and what an entry's digest is made from."""

from __future__ import annotations

import hashlib

import msgspec

from feedmill.model.feed import Entry
from feedmill.model.seed import Record, Seed

_encoder = msgspec.msgpack.Encoder(decimal_format="string")
_records = msgspec.msgpack.Decoder(Record)
_seeds = msgspec.msgpack.Decoder(Seed)


def encode(value: Record | Seed) -> bytes:
    """Return a value's bytes; equal values have equal bytes."""
    return _encoder.encode(value)


def decode_record(blob: bytes) -> Record:
    """Return the record that `encode` was given."""
    return _records.decode(blob)


def decode_seed(blob: bytes) -> Seed | None:
    """Return the seed that `encode` was given; None where another version wrote what we cannot read."""
    try:
        return _seeds.decode(blob)
    except msgspec.MsgspecError:
        return None


def entry_digest(entry: Entry) -> bytes:
    """Return 16 bytes that change with anything a reader could see of the entry."""
    return hashlib.blake2b(_encoder.encode(entry), digest_size=16).digest()
