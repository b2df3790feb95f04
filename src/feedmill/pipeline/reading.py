"""Reading: a seed's bytes with the stat and the digest that belong to them, and reading beside decoding.

Of many files the processes that decode them read each themselves: a path goes through their pipes, not the
file. What is read and refused there is what would be here, since the same function does it.
"""

from __future__ import annotations

import hashlib
import time
from functools import partial
from typing import NamedTuple

from feedmill.compose import Composer
from feedmill.errors import SeedError
from feedmill.model.settings import DecodeSettings, ScanSettings
from feedmill.pipeline.decoding import Decoded, decoding
from feedmill.seeds import Found, Work, read, to_text

CLOCK_TICK_NS = 20_000_000
"""A file changed within a tick of being read may change again without its times moving."""

ANYWAY = -1
"""An mtime that no file has: read it again."""

_DIGEST = 16
_UNKNOWN = bytes(_DIGEST)
_NOWHERE = Found(path="", size=0, mtime_ns=0, ctime_ns=0, inode=0)


class Content(NamedTuple):
    """A file's bytes, their digest, and the stat that goes with them."""

    data: bytes
    digest: bytes
    found: Found


class Taken(NamedTuple):
    """What came of a path: `record` is made of the bytes with this stat and digest, None of known ones.

    `vanished`: there is no file any more; `refused`: why it cannot be read. Given up: a record alone.
    """

    digest: bytes = b""
    stat: tuple[int, int, int, int] | None = None
    """As `stat_of` gives it."""
    record: Decoded | None = None
    refused: str | None = None
    vanished: bool = False


def stat_of(item: Found) -> tuple[int, int, int, int]:
    """Return what tells a file from what it was before: size, mtime, ctime and inode."""
    return item.size, item.mtime_ns, item.ctime_ns, item.inode


def read_content(scanning: ScanSettings, path: str, max_bytes: int) -> Content:
    """Read a file; one that was just written has an mtime by which it is read again next time.

    Raises:
        FileNotFoundError, SeedError: as `read`.
    """
    started = time.time_ns()
    data, found = read(scanning, path, max_bytes)
    if max(found.mtime_ns, found.ctime_ns) >= started - CLOCK_TICK_NS:
        found = found._replace(mtime_ns=ANYWAY)
    return Content(data, hashlib.sha256(data).digest()[:_DIGEST], found)  # in hardware nearly everywhere


def reading(scanning: ScanSettings, settings: DecodeSettings, composer: Composer) -> Work[Taken]:
    """Return the work of reading and decoding the files that `asked` speaks of."""
    decode = decoding(settings, composer)
    name, data = decode.sample
    return Work(
        open=partial(_open, scanning, settings.max_bytes),
        run=partial(_take, decode),
        given_up=partial(_give_up, decode),
        sample=(name, (Content(data, _UNKNOWN, _NOWHERE), b"")),
        seconds=decode.seconds,
        memory=decode.memory,
    )


def asked(path: bytes, known: bytes | None) -> bytes:
    """Return what goes through the pipe: bytes that have the digest `known` need no decoding."""
    return (known or _UNKNOWN) + path


def _open(scanning: ScanSettings, max_bytes: int, label: str, ask: bytes) -> tuple[Content | Taken, bytes]:
    """Read what was asked for; takes what the disk takes, which is not held against the file."""
    try:
        return read_content(scanning, to_text(ask[_DIGEST:]), max_bytes), ask[:_DIGEST]
    except FileNotFoundError:
        return Taken(vanished=True), b""
    except SeedError as error:
        return Taken(refused=error.message), b""


def _take(decode: Work[Decoded], label: str, opened: tuple[Content | Taken, bytes]) -> Taken:
    content, known = opened
    if isinstance(content, Taken):
        return content
    data, digest, found = content
    record = decode.run(label, data) if digest != known else None
    return Taken(digest, stat_of(found), record)


def _give_up(decode: Work[Decoded], label: str, why: str) -> Taken:
    return Taken(record=decode.given_up(label, why))
