"""Prints: short names of everything that decides what a pass would make, besides seeds and time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import feedmill
from feedmill.model.hub import document_hubs
from feedmill.model.settings import Settings


def decode_print(settings: Settings) -> str:
    """Return what changes whenever a file could be read differently."""
    return _print(settings.decode, settings.scan.dir.name)


def compose_print(settings: Settings, theme: Mapping[str, str]) -> str:
    """Return what changes whenever the same seeds could make other documents."""
    return _print(
        settings.site,
        document_hubs(settings),
        settings.feeds,
        settings.on_invalid,
        sorted(settings.copies.items()),
        sorted(theme.items()),
        settings.decode.drafts,
    )


def made_print(decode: str, compose: str, settings: Settings) -> str:
    """Return what nodes compare: both prints, and where a node has mirrors, one of their addresses.

    Who leads keeps the mirrors, so a node that has others would leave those of the rest as they are.
    """
    places = sorted((mirror.url, mirror.endpoint or "") for mirror in settings.mirrors)
    return " ".join((decode, compose, *([_print(places)] if places else ())))


def _print(*values: object) -> str:
    text = repr((feedmill.__version__, *values))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
