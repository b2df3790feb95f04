"""Decide: what a change, or the time, does to what is out. Values in, one value out.

The caller loads the changed seeds and their *neighbourhood* (every other seed that stands, or stood, for one
of their entries) and writes down the `Delta`. A cold build decides page by page, an incremental one decides
what changed; both end with the same states (tests/process/test_incremental.py).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from feedmill.model.seed import EntryId, Reason
from feedmill.model.state import ELIGIBLE, KEPT, Claim, Facts, Place, State
from feedmill.model.taxonomy import FeedKey

DUPLICATE = Reason.DUPLICATE.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What earlier decisions left of the seeds in question: all empty where there were none.

    `states` by file, `places` of those that were eligible; `planned`: feeds that were to change with them.
    """

    states: Mapping[int, State] = field(default_factory=dict)
    places: Mapping[int, Sequence[Place]] = field(default_factory=dict)
    planned: frozenset[FeedKey] = frozenset()


class EntryDelta(NamedTuple):
    """What becomes of one entry: the seed that stood for it, and the one that does now.

    `stays`: in all its places, where it says something else.
    """

    entry_id: EntryId
    old: State | None
    new: State | None
    stays: bool


class Count(NamedTuple):
    """By how much a feed's entries, and the uses of its labels, grow or shrink."""

    total: int
    labels: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """Everything that one decision does.

    `states` replace those of their files, `gone` files have none any more, `known` had one before. `entries`
    say which entries appear, change and vanish; `left` are the files whose places are given up, `entered`
    the places that are taken. `kept` are the files whose form is the last good one now, `dropped` the paths
    that none is kept for any more. `times` say when a file's state or entry changes, past times too, `plans`
    when feeds are going to. `shown` are the places, left, taken or kept, where something may show a
    difference, `replanned` the feeds whose next planned change may be another. `tally` counts states up and
    down.
    """

    states: tuple[State, ...]
    gone: tuple[int, ...]
    known: tuple[int, ...]
    entries: tuple[EntryDelta, ...]
    left: tuple[int, ...]
    entered: tuple[Place, ...]
    counts: Mapping[FeedKey, Count]
    kept: tuple[int, ...]
    dropped: tuple[bytes, ...]
    times: tuple[tuple[int, int], ...]
    plans: tuple[tuple[FeedKey, int, int], ...]
    shown: tuple[Place, ...]
    replanned: frozenset[FeedKey]
    tally: Mapping[str, int]

    @property
    def touched(self) -> frozenset[FeedKey]:
        """The feeds that may show a difference."""
        return frozenset(place.feed for place in self.shown)


def decide(
    claims: Sequence[Claim], gone: Collection[int], before: Before, now: int, *, drafts: bool = False
) -> Delta:
    """Return what `claims`, and files that are `gone`, do to what was `before`, as of `now`.

    `claims` are the changed seeds and all others that claim, or claimed, one of their entries; `before`
    speaks of all these and of the files gone. With `drafts`, the author's flag and the schedule hold nothing
    back.
    """
    facts = {claim.file: claim.facts for claim in claims}
    after = _settled([_state(claim, now, drafts) for claim in claims])
    places = {file: _places(facts[file], state) for file, state in after.items() if state.state == ELIGIBLE}
    changes = tuple(_changes(before, after, places))
    leaving = [each.old.file for each in changes if each.old is not None and not each.stays]
    left = [place for file in leaving for place in before.places.get(file, ())]
    entered = [
        p for each in changes if each.new is not None and not each.stays for p in places[each.new.file]
    ]
    stayed = [p for each in changes if each.new is not None and each.stays for p in places[each.new.file]]
    times, plans = _schedule(claims, after, now)
    return Delta(
        states=tuple(state for file, state in after.items() if before.states.get(file) != state),
        gone=tuple(gone),
        known=tuple(before.states),
        entries=changes,
        left=tuple(leaving),
        entered=tuple(entered),
        counts=_counts(left, entered),
        kept=tuple(_worth_keeping(before.states, after)),
        dropped=tuple(
            state.path
            for file, state in before.states.items()
            if state.state == ELIGIBLE and (file not in after or after[file].state != ELIGIBLE)
        ),
        times=times,
        plans=plans,
        shown=(*left, *entered, *stayed),
        replanned=before.planned | {feed for feed, _, _ in plans},
        tally=_tally(before.states.values(), after.values()),
    )


def reason_at(facts: Facts, now: int, *, drafts: bool = False) -> Reason | None:
    """Return why a seed is withheld at an instant, all by itself; None for a candidate.

    The reasons stand in their order (docs/seeds.md, Why a seed is in no feed).
    """
    if facts.word is not None and not (drafts and facts.word is Reason.UNPUBLISHED):
        return facts.word
    if facts.published is None:
        return Reason.UNDATED
    if facts.published > now and not drafts:
        return Reason.SCHEDULED
    if facts.expires is not None and facts.expires <= now:
        return Reason.EXPIRED
    return None


def updated_at(facts: Facts, now: int) -> int:
    """Return when a dated entry last changed in a way that matters, as of `now` (RFC 4287, 4.2.15).

    The author's own instant, once it has come; never before publication.
    """
    assert facts.published is not None
    return facts.updated if facts.updated is not None and facts.updated <= now else facts.published


def stays(good: Facts, claim: Claim | None, now: int) -> bool:
    """Return whether the entry last published as `good` stays while a pass is held.

    `claim` is what its file says now, None where the file is gone: then the entry stays as it was, until its
    own expiry. A file that cannot be read changes nothing; one that is invalid, with a doubtful flag, takes
    its entry away as in any other pass (docs/promises.md, Held passes).
    """
    if reason_at(good, now) is not None:
        return False
    return claim is None or (claim.facts is not None and reason_at(claim.facts, now) is None)


def instants(facts: Facts) -> tuple[int, ...]:
    """Return the instants at which a seed's state or entry changes by itself, past ones too, in order."""
    if facts.word is not None or facts.published is None:
        return ()
    found = {at for at in (facts.published, facts.updated, facts.expires) if at is not None}
    return tuple(sorted(found))


def _state(claim: Claim, now: int, drafts: bool) -> State:
    facts = claim.facts
    reason = None if facts is None else reason_at(facts, now, drafts=drafts)
    if facts is None or reason is not None:  # a last good form that may not be out: its file is invalid
        return State(claim.file, claim.path, (claim.reason or reason or Reason.INVALID).value)
    updated = updated_at(facts, now)
    return State(
        file=claim.file,
        path=claim.path,
        state=ELIGIBLE,
        kept=claim.reason is not None,
        entry_id=facts.entry_id,
        published=facts.published,
        updated=updated,
        digest=hashlib.blake2b(b"%b %d" % (facts.digest, updated // 1_000_000), digest_size=16).digest(),
        good=facts.good,
    )


def _settled(states: Sequence[State]) -> dict[int, State]:
    """Return the states by file with one winner an entry: the newest publication, then the smallest path.

    A last good form that loses is dropped: its file is what it was without it, invalid.
    """
    winners: dict[EntryId, State] = {}
    for state in states:
        if state.entry_id is not None:
            other = winners.setdefault(state.entry_id, state)
            if _strength(state) < _strength(other):
                winners[state.entry_id] = state
    found = {}
    for state in states:
        winner = state if state.entry_id is None else winners[state.entry_id]
        if winner is not state:
            lost = state._replace(state=DUPLICATE, instead=winner.path)
            state = State(state.file, state.path, Reason.INVALID.value) if state.kept else lost
        found[state.file] = state
    return found


def _strength(state: State) -> tuple[int, bytes]:
    return -(state.published or 0), state.path


def _places(facts: Facts | None, state: State) -> list[Place]:
    assert facts is not None and facts.published is not None, "an eligible seed has a form to show"
    return [
        Place(member.feed, member.score, facts.published, facts.entry_id, state.file, member.label)
        for member in facts.members
    ]


def _changes(
    before: Before, after: Mapping[int, State], places: Mapping[int, Sequence[Place]]
) -> Iterable[EntryDelta]:
    was = {state.entry_id: state for state in before.states.values() if state.state == ELIGIBLE}
    now = {state.entry_id: state for state in after.values() if state.state == ELIGIBLE}
    for entry, old in was.items():
        if entry is not None and entry not in now:
            yield EntryDelta(entry, old, None, False)
    for entry, new in now.items():
        assert entry is not None
        known = was.get(entry)
        stays = known is not None and sorted(before.places.get(new.file, ())) == sorted(places[new.file])
        if known is None or not stays or known.digest != new.digest:
            yield EntryDelta(entry, known, new, stays)


def _worth_keeping(before: Mapping[int, State], after: Mapping[int, State]) -> Iterable[int]:
    """Yield the files whose own form is shown and is not what the ledger keeps already."""
    for file, state in after.items():
        if state.state == ELIGIBLE and not state.kept:
            old = before.get(file)
            if old is None or old.state != ELIGIBLE or old.good != state.good:
                yield file


def _schedule(
    claims: Iterable[Claim], after: Mapping[int, State], now: int
) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[FeedKey, int, int], ...]]:
    """Return when seeds' states or entries change, and when feeds are going to."""
    times: list[tuple[int, int]] = []
    plans: list[tuple[FeedKey, int, int]] = []
    for file, _, facts, reason in claims:
        if facts is None or (reason is not None and after[file].state != ELIGIBLE):
            continue
        for at in instants(facts):
            times.append((at, file))
            if at > now:
                plans += [(member.feed, at, file) for member in facts.members]
    return tuple(times), tuple(plans)


def _counts(left: Iterable[Place], entered: Iterable[Place]) -> dict[FeedKey, Count]:
    totals: Counter[FeedKey] = Counter()
    labels: dict[FeedKey, Counter[str]] = {}
    for places, step in ((left, -1), (entered, 1)):
        for place in places:
            totals[place.feed] += step
            if place.label:
                labels.setdefault(place.feed, Counter())[place.label] += step
    return {feed: Count(total, labels.get(feed, {})) for feed, total in totals.items()}


def _tally(before: Iterable[State], after: Iterable[State]) -> Counter[str]:
    tally: Counter[str] = Counter()
    for states, step in ((before, -1), (after, 1)):
        for state in states:
            tally[state.state] += step
            if state.kept:
                tally[KEPT] += step
    return tally
