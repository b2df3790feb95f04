"""The ledger's content as values: what only history knows, and which of it is not written down yet."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from feedmill.model.artifact import Published
from feedmill.model.instant import Instant
from feedmill.store.local.feeds_dir import Stamp
from feedmill.store.port import FeedMemory


@dataclass(slots=True, kw_only=True)
class History:
    """The ledger's content in memory; of the last good forms of seeds only their number.

    `intents` are documents that were about to be published, `refused` those that could not be.
    """

    ledger_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    serial: int = 0
    unclean: int = 0
    documents: dict[str, Published] = field(default_factory=dict)
    stamps: dict[str, Stamp] = field(default_factory=dict)
    feeds: dict[str, FeedMemory] = field(default_factory=dict)
    gone: dict[str, Instant] = field(default_factory=dict)
    intents: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    good: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """Why a file is no ledger."""

    why: str


@dataclass(slots=True, kw_only=True)
class Changes:
    """Which rows of the ledger are behind `History`.

    `touched` (documents whose stamp alone is new) waits for a transaction that has another cause.
    """

    documents: set[str] = field(default_factory=set)
    feeds: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    refused: bool = False
    touched: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.documents or self.feeds or self.gone or self.refused)
