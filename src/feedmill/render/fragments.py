"""A bounded memory of printed entries, so that an entry is printed once however many feeds carry it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

from feedmill.model.feed import Entry
from feedmill.model.seed import EntryId

_OVERHEAD = 1_000
"""Bytes that an entry costs beside its long texts, roughly."""

_VERSIONS = 4
"""Entries of one id kept side by side: as full, as summary, as neither, and the one before an edit."""


class Slot:
    """One entry and what was printed of it, by form ("atom", "atom summary"; of pages there are many)."""

    __slots__ = ("entry", "kept", "parts", "size")

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.parts: dict[Hashable, bytes] = {}
        self.size = _OVERHEAD + len(entry.content) + len(entry.summary)
        self.kept = True


class Fragments:
    """Slots of entries, the least recently used dropped once they take more than `limit` bytes.

    An entry is known by its value. Found by id and compared, which for the same object costs
    nothing: hashing every field of every entry would cost more than joining the fragments.
    """

    def __init__(self, limit: int = 64 << 20) -> None:
        self._limit = limit
        self._size = 0
        self._slots: OrderedDict[EntryId, list[Slot]] = OrderedDict()

    @property
    def size(self) -> int:
        """Bytes held, roughly."""
        return self._size

    def slot(self, entry: Entry) -> Slot:
        """Return the slot of `entry`, a new one where it is not known."""
        slots = self._slots.get(entry.id)
        if slots is None:
            slots = self._slots[entry.id] = []
        else:
            self._slots.move_to_end(entry.id)
            for slot in slots:
                if slot.entry is entry:
                    return slot
            for slot in slots:
                if slot.entry == entry:
                    slot.entry = entry  # next time, the same object is found at once
                    return slot
            if len(slots) == _VERSIONS:
                self._drop(slots.pop(0))
        slot = Slot(entry)
        slots.append(slot)
        self._size += slot.size
        return slot

    def add(self, slot: Slot, form: Hashable, part: bytes) -> None:
        """Keep what was printed of the slot's entry; `trim` may drop it again."""
        slot.parts[form] = part
        slot.size += len(part)
        if slot.kept:
            self._size += len(part)

    def trim(self) -> None:
        """Drop the least recently used entries until the rest fits. Slots in use stay usable."""
        while self._size > self._limit and self._slots:
            for slot in self._slots.popitem(last=False)[1]:
                self._drop(slot)

    def _drop(self, slot: Slot) -> None:
        slot.kept = False
        self._size -= slot.size
