"""Documents from printed parts: head, entries, tail, and what gives way when they are too large."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from feedmill.model.feed import Entry, Feed


class Format(Protocol):
    """One format of a feed, able to print its parts apart.

    Head, entries joined by `separator`, and tail are the format's whole document, byte for byte. What is
    printed in formats of one `name` is the same; of one `suffix` there may be several.
    """

    name: str
    suffix: str
    separator: bytes

    def frame(self, feed: Feed) -> tuple[bytes, bytes]:
        """Return what stands before and after the entries."""

    def fragments(self, entries: Sequence[Entry], *, full: bool) -> list[bytes]:
        """Return each entry printed, without its content unless `full`.

        Raises:
            ValueError, TypeError: an entry cannot be printed.
        """

    def cut(self, document: bytes) -> list[bytes]:
        """Return the printed entries of a whole document in its order: what `fragments` had returned.

        Raises:
            ValueError: it is no such document.
        """

    def is_full(self, fragment: bytes, entry: Entry) -> bool:
        """Return whether a printed entry has all of its entry's content; no, where that is hard to tell."""


def oldest_first(entries: Sequence[Entry]) -> list[int]:
    """Return the places of the entries, oldest publication first.

    Exactly the reverse of the order of feeds (newest first, ties by id), so a feed loses its end first.
    """
    newest = sorted(range(len(entries)), key=lambda place: entries[place].id)
    newest.sort(key=lambda place: entries[place].published, reverse=True)
    return newest[::-1]


class Printed(NamedTuple):
    """A document in parts: what stands before and after its entries, what between two, each entry.

    `partial` returns what stands before and after them, in no more bytes, once some are left out; None: the
    same.
    """

    frame: tuple[bytes, bytes]
    separator: bytes
    entries: Sequence[bytes]
    partial: Callable[[], tuple[bytes, bytes]] | None = None


def assemble(
    printed: Printed,
    *,
    limit: int,
    entries: Sequence[Entry],
    summaries: Callable[[], Sequence[bytes]],
    owed: int = 0,
) -> bytes:
    """Return the document of its parts in order, in at most `limit` bytes wherever that is possible.

    Past the limit, entries give way to their `summaries` (the same entries without content,
    asked for only then), oldest first, and when that is not enough the oldest are left out, but for the
    `owed` newest, which stand nowhere else.
    A summary that would be longer than the entry changes nothing.
    """
    (head, tail), separator, parts, partial = printed
    size = len(head) + len(tail) + sum(map(len, parts)) + len(separator) * max(0, len(parts) - 1)
    if size > limit:
        order = oldest_first(entries)
        chosen, size = _shorten(parts, size, limit, order, summaries())
        spare = order[: len(order) - owed]
        parts = _drop(chosen, size, limit, spare, len(separator))
        if partial is not None and len(parts) < len(chosen):
            head, tail = partial()
    return b"".join((head, separator.join(parts), tail))


def _shorten(
    parts: Sequence[bytes], size: int, limit: int, order: Sequence[int], summaries: Sequence[bytes]
) -> tuple[list[bytes], int]:
    """Let entries give way to their summaries, in `order`; return all of them, and the new size."""
    chosen = list(parts)
    for place in order:
        if size <= limit:
            break
        saved = len(parts[place]) - len(summaries[place])
        if saved > 0:
            chosen[place] = summaries[place]
            size -= saved
    return chosen, size


def _drop(parts: list[bytes], size: int, limit: int, order: Sequence[int], separator: int) -> list[bytes]:
    """Return the entries without as many of `order`, the first ones, as have to go."""
    dropped: set[int] = set()
    for place in order:
        if size <= limit:
            break
        dropped.add(place)
        size -= len(parts[place]) + separator
    return [part for place, part in enumerate(parts) if place not in dropped]
