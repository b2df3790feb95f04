"""Editions made of a few documents, and what must hold of a place at any moment."""

from __future__ import annotations

import re
from collections.abc import Mapping

from feedmill.mirror import Description, Edition
from feedmill.model.artifact import Published, digest
from feedmill.model.instant import EPOCH

MARK = '<meta name="generator" content="feedmill">'


def page(*names: str) -> bytes:
    """Return a page that names documents."""
    return (MARK + "".join(f'<a href="{name}">' for name in names)).encode()


def edition(documents: Mapping[str, bytes], *, serial: int = 1, withdrawn: tuple[str, ...] = ()) -> Edition:
    """Return what a mirror is told: top-level pages are listings."""
    bodies = {path: (digest(body), body) for path, body in documents.items()}

    def describe(record: Published) -> Description:
        listing = record.path == "index.html"
        return Description(f"text/{record.path.rpartition('.')[2]}", "max-age=60", int(listing), listing)

    def body(path: str, wanted: str) -> bytes | None:
        found, data = bodies.get(path, ("", b""))
        return data if found == wanted else None

    return Edition(
        serial=serial,
        documents={
            path: Published(path=path, digest=digest(body), size=len(body), modified=EPOCH)
            for path, body in documents.items()
            if path not in withdrawn
        },
        withdrawn=frozenset(withdrawn),
        body=body,
        describe=describe,
    )


def dead_links(there: Mapping[str, bytes]) -> set[str]:
    """Return what the listing there names and is not there."""
    return {name.decode() for name in re.findall(rb'href="([^"]+)"', there.get("index.html", b""))} - set(
        there
    )
