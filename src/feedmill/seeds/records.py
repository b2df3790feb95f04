"""Decoding as the pool's work: what it may take, and the record of a file that was given up."""

from __future__ import annotations

from functools import partial

from feedmill.model.seed import Problem, Reason, Record
from feedmill.model.settings import DecodeSettings
from feedmill.seeds.decode_pool import Work

_SAMPLE = b"""---
title: "A seed that loads and compiles what most seeds need"
webUrl: https://example.org/
date: 2026-01-01
topics:
  - Seeds
provider:
  name: Seeds
images:
  - url: https://example.org/a.png
---
"""
"""No text below it: what Markdown takes is imported where there is some, or ahead of it (`Mill.warm`)."""

_MEMORY = 1 << 28
_MEMORY_A_BYTE = 64


def decoding(settings: DecodeSettings, *, seconds: float = 1.0) -> Work[Record]:
    """Return the work of decoding; 4 MiB of ordinary text or tags take less than half of `seconds`."""
    return Work(
        run=partial(_decode, settings=settings),
        given_up=_given_up,
        sample=("warm.md", _SAMPLE),
        seconds=seconds,
        memory=_MEMORY + _MEMORY_A_BYTE * settings.max_bytes,
    )


def _decode(path: str, data: bytes, settings: DecodeSettings) -> Record:
    from feedmill.seeds.decode import decode  # on use: most passes decode elsewhere, or nothing

    return decode(path, data, settings)


def _given_up(path: str, why: str) -> Record:
    problem = Problem(path=path, message=f"{why}; it was given up")
    return Record(path=path, reason=Reason.INVALID, problems=(problem,), parsed=False, takedown=True)
