"""What the desk shows and does, as values: every seed in a row, one seed in full, a change of flags."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from feedmill.model.feed import Entry
from feedmill.model.instant import Instant
from feedmill.model.seed import Problem

ELIGIBLE = "eligible"
"""The state of a seed that is in feeds; every other state is a `Reason`."""


def folded(text: str) -> str:
    """Return what texts that read the same have in common: case and form of a letter do not matter.

    NFKC, casefolded, NFKC again; the names of files from a Mac are in another form than what people type.
    """
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedRow:
    """One seed as a list shows it, as of the last pass. `path` is printable and names it.

    `title` is "" where it cannot be read, or has not been read yet (`SeedList.unread`). `kept`: invalid, and
    in feeds in its last good form. `folded` is what a search looks into (`folded`).
    """

    path: str
    state: str
    kept: bool = False
    title: str = ""
    link: str = ""
    published: Instant | None = None
    updated: Instant | None = None
    expires: Instant | None = None
    topics: tuple[str, ...] = ()
    provider: str = ""
    problems: tuple[Problem, ...] = ()
    folded: str = ""

    @property
    def out(self) -> bool:
        """Whether readers have it."""
        return self.state == ELIGIBLE


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedList:
    """Every seed, the newest first and those without a date last. `version` differs where anything does.

    `unread` counts drafts whose titles are still being read: a pass reads nothing of a draft but its flag.
    `zone` is the IANA name of the zone that dates of seeds are in. `trouble`: why there is nothing to see.
    `held`: why the last pass published takedowns alone; the rows are of the pass before.
    """

    version: int = 0
    rows: tuple[SeedRow, ...] = ()
    unread: int = 0
    zone: str = "UTC"
    trouble: str = ""
    held: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank:
    """An entry's place in one feed, from 1; `shown`: within the feed's limit.

    `archive`: the path of the archive that has it, "" where none has.
    """

    path: str
    title: str
    rank: int
    total: int
    shown: bool
    archive: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedView:
    """One seed in full: why it is where it is, what would change that, and its entry.

    `feeds` are those it is in, `feeds_if_out` those it would be in; `entry` is None where none can be made.
    """

    row: SeedRow
    why: str
    remedy: str
    feeds: tuple[Rank, ...] = ()
    feeds_if_out: tuple[str, ...] = ()
    same_entry: tuple[str, ...] = ()
    entry: Entry | None = None
    formats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Flags that were set or cleared (`published`), and what the pass made of it.

    `changed` files were written, `already` said so before, `refused` tells why not. `remarks` are what a flag
    alone does not do. `undone`: the files are as they were before. `number` names it, and is drawn by lot.
    """

    number: int
    at: Instant
    published: bool
    changed: tuple[str, ...] = ()
    already: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    remarks: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0
    appeared: int = 0
    """Entries that the pass let appear, as it let others alter and vanish."""
    altered: int = 0
    vanished: int = 0
    written: int = 0
    trouble: str = ""
    """Why the pass failed or was held back."""
    undo_of: int = 0
    undone: bool = False
