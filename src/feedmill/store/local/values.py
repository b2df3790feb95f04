"""The ledger's content as values: what only history knows, and which of it is not written down yet."""

from __future__ import annotations

from dataclasses import dataclass, field

from feedmill.store.history import History
from feedmill.store.local.feeds_dir import Stamp


@dataclass(slots=True, kw_only=True)
class LocalHistory(History):
    """The same of a folder, with what its disk adds.

    `refused` are documents that could not be published.
    """

    unclean: int = 0
    stamps: dict[str, Stamp] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """Why a file is no ledger."""

    why: str


@dataclass(slots=True, kw_only=True)
class Changes:
    """Which rows of the ledger are behind `LocalHistory`.

    `touched` (documents whose stamp alone is new) waits for a transaction that has another cause.
    """

    documents: set[str] = field(default_factory=set)
    feeds: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    refused: bool = False
    touched: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.documents or self.feeds or self.gone or self.refused)
