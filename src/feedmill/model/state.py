"""States: what a decision knows of one seed, and makes of it. Instants are microseconds since 1970."""

from __future__ import annotations

from typing import NamedTuple

from feedmill.model.seed import EntryId, Reason
from feedmill.model.taxonomy import FeedKey

ELIGIBLE = "eligible"
"""The state of a seed that is out; every other state is the value of a `Reason`."""

KEPT = "kept"
"""What is counted beside the states: the eligible seeds whose last good form is shown."""


class Membership(NamedTuple):
    """A feed that an entry belongs to: the label under which it came, and what sorts before the date.

    Entries are in order of `score` descending, then newest, then by id.
    """

    feed: FeedKey
    label: str = ""
    score: float = 0.0


class Facts(NamedTuple):
    """What a decision has to know of one valid seed: made of the seed and the config, never of `now`.

    `word`: the reason by which the author withholds it; of such a seed nothing else matters.
    `updated`: the author's own, where it is after publication. `digest`: 16 bytes that change with
    anything a reader could see, but for `updated`; `good`: with anything that a last good form is kept for.
    """

    word: Reason | None
    entry_id: EntryId
    published: int | None = None
    updated: int | None = None
    expires: int | None = None
    digest: bytes = b""
    good: bytes = b""
    members: tuple[Membership, ...] = ()


class Claim(NamedTuple):
    """One seed before a decision: what it would show, or the reason why it shows nothing at any time.

    With both, `facts` are those of its last good form, which it keeps out while that may be.
    """

    file: int
    path: bytes
    facts: Facts | None = None
    reason: Reason | None = None


class State(NamedTuple):
    """One seed after a decision. `entry_id` and what follows are those of candidates: eligible or duplicate.

    `instead`: the path of the seed that is out instead of a duplicate.
    """

    file: int
    path: bytes
    state: str
    kept: bool = False
    entry_id: EntryId | None = None
    published: int | None = None
    updated: int | None = None
    digest: bytes | None = None
    good: bytes | None = None
    instead: bytes | None = None


class Place(NamedTuple):
    """An entry's place in one feed: by `score` descending, then newest, then by id."""

    feed: FeedKey
    score: float
    published: int
    entry_id: EntryId
    file: int
    label: str
