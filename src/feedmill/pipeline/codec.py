"""How seeds, records and facts are kept as bytes (msgpack), and what digests are made from."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import msgspec

from feedmill.compose import Composer
from feedmill.model.instant import to_micros
from feedmill.model.seed import Record, Seed
from feedmill.model.state import Facts
from feedmill.model.taxonomy import Kind

_encoder = msgspec.msgpack.Encoder(decimal_format="string")
_records = msgspec.msgpack.Decoder(Record)
_seeds = msgspec.msgpack.Decoder(Seed)
_facts = msgspec.msgpack.Decoder(Facts)


def encode(value: Record | Seed | Facts) -> bytes:
    """Return a value's bytes; equal values have equal bytes."""
    return _encoder.encode(value)


def decode_record(blob: bytes) -> Record:
    """Return the record that `encode` was given."""
    return _records.decode(blob)


def decode_facts(blob: bytes) -> Facts:
    """Return the facts that `encode` was given."""
    return _facts.decode(blob)


def decode_seed(blob: bytes | None) -> Seed | None:
    """Return the seed that `encode` was given; None of nothing, or of what another version wrote."""
    try:
        return _seeds.decode(blob) if blob is not None else None
    except msgspec.MsgspecError:
        return None


def facts_of(seed: Seed, composer: Composer) -> Facts:
    """Return what decisions have to know of a seed under a config."""
    published = seed.published
    if published is None:
        return Facts(seed.withheld, seed.id)
    members = composer.memberships(seed)
    choices = tuple(member.feed.key for member in members if member.feed.kind is Kind.CUSTOM)
    return Facts(
        word=seed.withheld,
        entry_id=seed.id,
        published=to_micros(published),
        updated=to_micros(seed.updated) if seed.updated is not None and seed.updated > published else None,
        expires=to_micros(seed.expires) if seed.expires is not None else None,
        digest=_digest(composer.entry(seed, published)),
        good=_digest((replace(seed, heat=None, quality=None), choices)),
        members=members,
    )


def _digest(value: object) -> bytes:
    """Return 16 bytes that change with anything in a value."""
    return hashlib.blake2b(_encoder.encode(value), digest_size=16).digest()
