"""The store port: what any form of the store promises, whether it is a folder or a database.

What is published is a *generation*: a whole, consistent set of documents. A publication makes the next one,
all of it or nothing; whoever reads sees one or the other, and no text that a publication took away. Beside
the documents a store keeps what only history knows: the feeds there ever were, retired paths, and the last
good form of every eligible seed. `tests/store_contract` holds every form to this.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Protocol, Self

from feedmill.model.artifact import Artifact, Digest, Generation, Published
from feedmill.model.instant import Instant
from feedmill.model.seed import Problem

Bodies = Callable[[str, Digest], bytes | None]
"""Reads the document at a path, from any thread; None where it is not (any more) that of the digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMemory:
    """A feed as its subscribers know it: `path` without suffix, the last title, and its state."""

    path: str
    kind: str
    title: str
    description: str = ""
    state: Literal["live", "emptied", "retired"] = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """What a publication did. `unchanged` counts the artifacts that were as published already."""

    written: tuple[str, ...] = ()
    unchanged: int = 0
    removed: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """How much history a backup holds."""

    documents: int
    good: int
    subscriptions: int


class Lead(Protocol):
    """The right to be the only one that publishes to a place; a context manager.

    It ends with the process, however that ends.
    """

    def acquire(self) -> Self:
        """Take the lead or say at once who has it.

        Raises:
            LockHeld: another process has it.
            StoreError: the place cannot be reached.
        """

    def is_valid(self) -> bool:
        """Tell whether the lead is still ours: False once the place was replaced, or someone else leads."""

    def release(self) -> None:
        """Let go."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...


class Publication(Protocol):
    """What one pass wants published. Only `commit` changes anything that a reader can see.

    For one path the last word counts. A context manager: leaving it without a commit drops everything.
    """

    def add(self, artifact: Artifact) -> bool:
        """Want `artifact` published; False when its path is held by something foreign.

        A refused document will not be there after `commit`, so whatever lists documents should leave it
        out; `commit` reports it.

        Raises:
            PublishError: the store does not take it. Nothing of it is left.
            ValueError: the path is none of a document.
        """

    def published(self, path: str) -> bytes | None:
        """Return the document that readers have of `path`; None where it is not there as we published it."""

    def remove(self, path: str) -> None:
        """Want the document `path` removed (404)."""

    def retire(self, path: str) -> None:
        """Want the document `path` removed for good (410), until it is added again."""

    def plan(self, path: str, change: Instant | None) -> None:
        """Say when the document `path` is going to change by itself."""

    def remember_feed(self, feed: FeedMemory) -> None:
        """Remember what a feed is called and whether it lives."""

    def keep_good(self, path: str, blob: bytes) -> None:
        """Keep the last good form of the seed `path`."""

    def drop_good(self, path: str) -> None:
        """Drop the last good form of the seed `path`."""

    def made_from(self, prints: str, seeds: Callable[[], str]) -> None:
        """Say what all this is made from: the name of the rules, and a digest of seeds' paths and contents.

        Several nodes need it, and `seeds` is asked only then: who prints otherwise stands by, and a lagging
        copy of the seeds undoes no takedown (`Store.doubt`).
        """

    def commit(self) -> Committed:
        """Make everything visible and durable; a publication without changes writes nothing.

        A document that cannot be placed is a problem of its own and stops nothing but the indexes
        that would name what is not there.

        Raises:
            PublishError: the store cannot take it. What is visible stays consistent, and the store can be
                used again.
        """

    def discard(self) -> None:
        """Drop whatever is not committed."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...


class Store(Protocol):
    """What is published, and what only history knows of it; a context manager that closes it.

    One thread at a time may use a store, but for `body`; the mappings it hands out show its current state.
    """

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was found broken on opening, and is mended."""

    @property
    def ledger_id(self) -> str:
        """What tells this history from any other: made once."""

    @property
    def mark(self) -> str:
        """What all that is derived of seeds and history belongs to: another one after every publication."""

    @property
    def serial(self) -> int:
        """How many changes there were: grows by one with every publication that changed something."""

    @property
    def documents(self) -> Mapping[str, Published]:
        """The published documents by path."""

    @property
    def feeds(self) -> Mapping[str, FeedMemory]:
        """The feeds there ever were, by path without suffix."""

    @property
    def gone(self) -> frozenset[str]:
        """The paths of retired documents (410)."""

    @property
    def refused(self) -> frozenset[str]:
        """The paths that something foreign held when a document was to be put there."""

    def begin(self, now: Instant) -> Publication:
        """Return a new publication: a context manager that publishes all of it, or nothing.

        Raises:
            PublishError: the store is read-only, or not the one that was opened; this node does not lead.
        """

    def generation(
        self,
        redirects: Mapping[str, str] = MappingProxyType({}),
        copies: Mapping[str, str] = MappingProxyType({}),
    ) -> Generation:
        """Return the published state as its followers have it; `copies` maps paths to those they copy.

        A document known to be missing or foreign is left out. `Generation.suspended` are those of `suspend`,
        and those of a publication that did not end: what they tell may have been taken down since.
        """

    def body(self, path: str, digest: Digest) -> bytes | None:
        """Return a published document (`Bodies`); None where a newer one took its place, or it is gone."""

    def suspend(self, paths: Iterable[str]) -> None:
        """Have nobody get these documents as they are now, until a publication has had its say of them."""

    def resume(self, but: Container[str]) -> None:
        """Give out again what was suspended; all but these documents."""

    def last_good(self, path: str) -> bytes | None:
        """Return the blob kept for the seed `path` (as of the last commit), None where there is none."""

    def last_good_paths(self) -> Iterator[str]:
        """Yield the paths of seeds that a blob is kept for, in order of their bytes."""

    def last_good_count(self) -> int:
        """Return how many seeds a blob is kept for."""

    def doubt(self, seeds: Callable[[], str], eligible: Callable[[], Mapping[str, bytes]]) -> str | None:
        """Return why a new lead must not publish from `seeds` (their digest) yet; None where it may.

        They are those of an earlier generation: its copy of them lags (docs/promises.md, Several nodes). So
        it does while files that nobody publishes any more are as they were then; `eligible` are the digests
        of those that would be out, by path.
        """

    def verify(self, *, hash_all: bool = False) -> frozenset[str]:
        """Return the documents that are not as they were published, or were refused.

        So are those that a publication placed which did not end: nobody knows any more what they hold.
        A document returned here is written again by the next publication that adds it. `hash_all`: read every
        document, however untouched it looks.

        Raises:
            PublishError: the store cannot be read, or is not the one that was opened.
        """

    def claim(self, paths: Iterable[str], *, older: bool) -> None:
        """Where history was lost, take documents of ours for ours that may be at any path (copies).

        `older`: what the store knows of is older than what was published: it was put back by hand.
        """

    def tidy(self) -> None:
        """Remove what a killed run left unfinished; before any publication begins.

        Raises:
            PublishError: as `verify`.
        """

    def reopen(self) -> None:
        """Read anew what is published: another process may have made it, or the place was replaced.

        Raises:
            PublishError: unreadable, locked, or made by a newer feedmill.
        """

    def close(self) -> None:
        """Say that all is as it should be, and let go."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...


class Follower(Protocol):
    """Spreads what is published: the origin, the hub, mirrors.

    It has no queue, loses nothing by dying, and never holds a text that was taken down meanwhile: it is told
    a whole generation, makes up the difference, and reads from the store, by path and digest.
    """

    def install(self, generation: Generation) -> None:
        """Give out `generation` from now on, instead of the one before; returns at once."""


class SubscriptionTables(Protocol):
    """Where subscriptions are kept: they are history, as the ledger is; what they mean is the hub's business.

    `feedmill_subscription`, `feedmill_intent` and `feedmill_ping` are asked in the SQL that SQLite and
    PostgreSQL share, with `?` for values. One thread at a time.

    Raises (everything):
        StoreError: they cannot be read or written.
    """

    def read(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a statement."""

    def write(self, statement: str, values: Sequence[object] = ()) -> int:
        """Change rows; return how many."""

    def save(self) -> None:
        """Make everything written so far durable."""

    def settle(self) -> bool:
        """Take the tables for ours; return whether they are a copy that was put here from elsewhere."""

    def require_same(self) -> None:
        """Raise StoreError where they were deleted or replaced: what is written would go nowhere."""

    def close(self) -> None:
        """Save, and let go."""


class Node(Protocol):
    """This process among several that share a place: it follows what is published, or leads.

    `prints` names what decides how seeds become documents here, and the mirrors: who has others than what is
    published does not lead while there is one that does not. `trouble` says why the place cannot be
    reached, or "".
    """

    prints: str
    trouble: str

    def start(self) -> None:
        """Begin: to follow, and to lead when nobody else does."""

    def stop(self) -> None:
        """End, and let another one lead."""

    def leads(self) -> bool:
        """Tell whether this node leads."""

    def epoch(self) -> int:
        """Return the number of the lead that this node has, never given twice; 0 while it does not lead."""

    def open(self, *, leading: bool) -> Store:
        """Return a store for passes: one that publishes, while this node leads, or one that only compares.

        Raises:
            PublishError: as `Place.open`.
        """

    def body(self, path: str, digest: Digest) -> bytes | None:
        """Return a document of the generation that was told last (`Bodies`)."""

    def give_way(self, serial: int) -> None:
        """Wait a moment for what comes after number `serial`: the leader has seen the same change."""

    def status(self) -> dict[str, Any]:
        """Return role, epoch, serial and all nodes with their lag, for `feedmill status`."""


class Place(Protocol):
    """Where generations are kept: a folder, a database. It makes leads and stores."""

    def lead(self, purpose: str) -> Lead:
        """Return the lead of this place, not yet taken; `purpose` says what for, in messages."""

    def subscriptions(self) -> SubscriptionTables:
        """Open the tables of subscriptions, made where there are none.

        Raises:
            StoreError: they cannot be had.
        """

    def find_subscriptions(self) -> SubscriptionTables | None:
        """Open the tables of subscriptions; None where there are none."""

    def backup(self, file: Path) -> Saved:
        """Write the ledger and the subscriptions into `file`, consistent whoever publishes meanwhile.

        Every form can restore it: that is how one moves from one to another.

        Raises:
            StoreError: history cannot be read, or the file not written.
        """

    def restore(self, file: Path) -> Saved:
        """Have the history of a backup instead of ours. Who calls holds the lead; a pass has to follow.

        Raises:
            StoreError: the file is no backup, or history cannot be written.
        """

    def node(self, told: Callable[[Store], None], turned: Callable[[], None]) -> Node | None:
        """Return this process as a node, not yet begun; None where one process works alone.

        `told` is called with each new generation while the node does not lead, `turned` when it begins to
        lead or does no more; both from a thread of its own.
        """

    def open(self, *, read_only: bool = False) -> Store:
        """Return a store of what is kept here. Who publishes holds the lead.

        Raises:
            PublishError: unreadable, locked, or made by a newer feedmill.
        """
