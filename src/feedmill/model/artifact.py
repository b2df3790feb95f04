"""Artifacts: rendered bytes with a path, and the record of what is published."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NewType

from feedmill.model.instant import Instant
from feedmill.model.seed import Problem

Digest = NewType("Digest", str)
"""32 hex digits: BLAKE2b (16 bytes) of a document."""


def digest(body: bytes) -> Digest:
    """Return the BLAKE2b-128 of `body` in hex."""
    return Digest(hashlib.blake2b(body, digest_size=16).hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A document to publish: `path` relative to the feeds folder, with `/`.

    `index` marks documents that name others (`index.html`, OPML, `feeds.json`): they become
    visible after everything they name. `names` are paths of others that this one names: it becomes visible
    after those that were added before it, and stays as it was while one of them is missing. `spare` ones are
    left out without a word where something foreign stands: an operator's own `robots.txt` wins. `fault`: a
    template of the theme failed, so our own made this page.
    """

    path: str
    body: bytes
    index: bool = False
    spare: bool = False
    names: tuple[str, ...] = ()
    fault: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What is known of one published document.

    `modified` is a whole second that moves with `digest` and only with it (RFC 9110, 8.8.2).
    `next_change` is the next instant at which this document is planned to change, if any. `copy_of` is the
    path of the document whose bytes and media type it has, "" where it is itself.
    """

    path: str
    digest: Digest
    size: int
    modified: Instant
    next_change: Instant | None = None
    copy_of: str = ""

    @property
    def form(self) -> str:
        """The path that says what the bytes are: its own, or that of the document it is a copy of."""
        return self.copy_of or self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One consistent state of the published site: what the origin serves until the next one.

    `documents` maps paths to their records; `gone` are retired paths (410);
    `redirects` maps old paths to new ones (301). `serial` grows with every change. `suspended` are documents
    that still hold an entry which was taken down, and could not be replaced: nobody gets them (503).
    """

    serial: int
    documents: Mapping[str, Published]
    gone: frozenset[str] = frozenset()
    redirects: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    suspended: frozenset[str] = frozenset()


def checked(path: str) -> str:
    """Return `path` if it is a plain relative path of a document.

    Raises:
        ValueError: it is absolute, climbs, or names a hidden file or folder: nothing but
            plain names may ever be joined to the feeds folder (docs/promises.md, Files of others).
    """
    parts = path.split("/")
    if not all(parts) or any(part[0] == "." or "\0" in part for part in parts):
        raise ValueError(f"{path!r} is no path of a document")
    return path
