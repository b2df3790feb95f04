"""Prints: short names of everything that decides what a pass would make, besides seeds and time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import feedmill
from feedmill.catalog import Catalog
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


def seeds_print(catalog: Catalog) -> str:
    """Return what changes with any seed's path or content."""
    digest = hashlib.blake2b(digest_size=16)
    for row in catalog.files.all():
        digest.update(b"%b\0%b\n" % (row.path, row.digest.hex().encode("ascii")))
    return digest.hexdigest()


def _print(*values: object) -> str:
    text = repr((feedmill.__version__, *values))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
