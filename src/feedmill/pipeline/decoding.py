"""Decoding: from a file's bytes to all that the catalog stores of it, in whichever process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple, TypeVar

from feedmill.compose import Composer
from feedmill.model.seed import Record
from feedmill.model.settings import DecodeSettings
from feedmill.pipeline.codec import encode, facts_of
from feedmill.seeds import Work
from feedmill.seeds import decoding as decoding_records

T = TypeVar("T")


class Decoded(NamedTuple):
    """A decoded file as the catalog stores it (`catalog.RecordRow`); `blank`: it has no front matter."""

    blank: bool
    reason: str | None
    facts: bytes | None
    seed: bytes | None
    fault: bytes | None
    problems: bool


def decoding(settings: DecodeSettings, composer: Composer) -> Work[Decoded]:
    """Return the work that is done with each file; it depends on no other file, and on no clock."""
    records = decoding_records(settings)
    return Work(
        run=partial(_packed, records.run, composer),
        given_up=partial(_packed, records.given_up, composer),
        sample=records.sample,
        seconds=records.seconds,
        memory=records.memory,
    )


def packed(record: Record, composer: Composer) -> Decoded:
    """Return a record in the form in which it is stored."""
    seed, problems = record.seed, bool(record.problems)
    if seed is None:
        reason = record.reason.value if record.reason is not None else None
        return Decoded(record.blank, reason, None, None, encode(record), problems)
    fault = encode(replace(record, seed=None)) if problems else None
    return Decoded(False, None, encode(facts_of(seed, composer)), encode(seed), fault, problems)


def _packed(make: Callable[[str, T], Record], composer: Composer, path: str, content: T) -> Decoded:
    return packed(make(path, content), composer)
