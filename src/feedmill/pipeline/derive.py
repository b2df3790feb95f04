"""Derive: load what a decision needs, decide, write down what it says, in few statements.

`derive_all` works everything out anew, page by page, from nothing; `derive` what a few changed seeds, or the
time that passed, do to what is there. Both by `compose.decide`, so they agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from feedmill.catalog import KnownRow
from feedmill.compose import Before, Delta, decide, last_good
from feedmill.model.archive import Period
from feedmill.model.seed import Reason, Seed
from feedmill.model.state import Claim, Facts
from feedmill.model.taxonomy import FeedKey
from feedmill.pipeline.codec import decode_facts, decode_record, decode_seed, encode, facts_of
from feedmill.pipeline.elsewhere import Elsewhere
from feedmill.pipeline.ingest import Ingested
from feedmill.pipeline.moves import Moves
from feedmill.pipeline.one_pass import Pass
from feedmill.seeds import to_text
from feedmill.seeds.dates import zone
from feedmill.seeds.field_keys import keys_for
from feedmill.seeds.flags import expiry_default, withholding_default
from feedmill.seeds.globs import is_excluded
from feedmill.seeds.locate import defaults_of


@dataclass(slots=True)
class Outcome:
    """What deriving changed. `tally`: by how much the number of seeds with each state changed.

    `periods` are those in which touched feeds show a difference (not told where everything is derived).
    `restated` are the files whose state was looked at, `dropped` the paths of seeds that are out no more;
    `moves` are for people.
    """

    moves: Moves

    touched: set[FeedKey] = field(default_factory=set)
    periods: frozenset[tuple[FeedKey, Period]] = frozenset()
    replanned: set[FeedKey] = field(default_factory=set)
    restated: set[int] = field(default_factory=set)
    dropped: list[str] = field(default_factory=list)
    tally: Counter[str] = field(default_factory=Counter)
    appeared: int = 0
    changed: int = 0
    vanished: int = 0


class Derived(NamedTuple):
    """What a pass knows before it publishes; `facts` are the catalog's from before it."""

    facts: Mapping[str, str]
    anew: bool
    ingested: Ingested
    outcome: Outcome
    tally: Counter[str]
    held: str | None
    elsewhere: Callable[[], Elsewhere]


def derive(run: Pass, changed: Collection[int], gone: Collection[int]) -> Outcome:
    """Derive what `changed` seeds, and files that are `gone`, do to what is there; these are forgotten."""
    work = _Deriving(run)
    files = sorted({*changed, *gone})
    if files:
        delta = work.decide(run.catalog.files.known(sorted({*changed} - {*gone})), files)
        outcome = work.outcome
        outcome.restated = {*delta.known, *delta.gone, *(state.file for state in delta.states)}
        outcome.appeared = sum(each.old is None for each in delta.entries)
        outcome.vanished = sum(each.new is None for each in delta.entries)
        outcome.changed = len(delta.entries) - outcome.appeared - outcome.vanished
        if run.composer.keeps_archives:
            outcome.replanned.update(delta.counts)  # with an entry, a period that is going to close
        outcome.periods = run.composer.periods((place.feed, place.published) for place in delta.shown)
        run.catalog.files.forget(sorted(gone))
    return work.outcome


def derive_all(run: Pass) -> Outcome:
    """Derive everything from all records."""
    catalog, work = run.catalog, _Deriving(run)
    before = catalog.states.eligible()
    catalog.clear_derived()
    done = 0
    for page in catalog.files.all_known():
        work.decide(page, ())
        done += len(page)
        run.progress("sort", done, None)
    outcome = work.outcome
    out, was = catalog.states.eligible_paths(), list(run.store.last_good_paths())
    if before:
        after = catalog.states.eligible()
        outcome.appeared = len(after.keys() - before.keys())
        outcome.vanished = len(before.keys() - after.keys())
        outcome.changed = sum(before[entry] != after[entry] for entry in before.keys() & after.keys())
    else:  # a new catalog, or a lost one: what was out the ledger alone knows, by path
        outcome.appeared, outcome.vanished = len(out.difference(was)), len(set(was) - out)
    if run.publication is not None:
        work.drop(path for path in was if path not in out)
    return outcome


def refresh_facts(run: Pass) -> None:
    """Make the facts of all seeds anew: the config makes others of them."""
    for page in run.catalog.files.all_seeds():
        seeds = ((file, decode_seed(blob)) for file, _, blob in page)
        run.catalog.files.set_facts(
            [(encode(facts_of(seed, run.composer)), file) for file, seed in seeds if seed is not None]
        )


def claims_of(run: Pass, known: Iterable[KnownRow], *, keep: bool) -> list[Claim]:
    """Return seeds as decisions take them; `keep`: with the last good forms of those that are invalid."""
    decode = run.settings.decode
    vouching = None if decode.published_default else keys_for(decode).vouching
    claims = []
    for row in known:
        if row.facts is not None:
            claims.append(Claim(row.file, row.path, decode_facts(row.facts)))
            continue
        assert row.reason is not None, "what has no facts is no valid seed"
        reason = Reason(row.reason)
        facts = _last_good(run, row, vouching) if keep and reason is Reason.INVALID else None
        claims.append(Claim(row.file, row.path, facts, reason))
    return claims


def _last_good(run: Pass, row: KnownRow, vouching: frozenset[str] | None) -> Facts | None:
    """Return what the last good form of an invalid seed would show, None where it must not stay out."""
    path = to_text(row.path)
    good = as_bound(run, path, decode_seed(run.store.last_good(path)))
    if good is None:
        return None
    fault = run.catalog.files.records([row.file])[row.file].fault
    assert fault is not None, "what is no valid seed has a fault"
    kept = last_good(decode_record(fault), good, vouching)
    return facts_of(kept, run.composer) if kept is not None else None


def as_bound(run: Pass, path: str, good: Seed | None) -> Seed | None:
    """Return a last good form as far as the config lets it out, whatever its file says."""
    decode = run.settings.decode
    defaults = defaults_of(decode, path)
    if good is None or is_excluded(run.settings.scan, path) or withholding_default(defaults):
        return None
    if not (decode.published_default or good.vouched):
        return None
    due = expiry_default(defaults, zone(decode.timezone))
    return replace(good, expires=due) if due and (good.expires is None or due < good.expires) else good


class _Deriving:
    """What is known from one decision to the next."""

    def __init__(self, run: Pass) -> None:
        self._run = run
        self._keep = run.settings.on_invalid == "keep"
        self._ids: dict[FeedKey, int] = {}
        self.outcome = Outcome(moves=Moves(run.store.last_good))

    def decide(self, known: Sequence[KnownRow], files: Sequence[int]) -> Delta:
        """Decide about seeds, `known` as they are now; of `files` an earlier decision may speak."""
        catalog, run = self._run.catalog, self._run
        claims = claims_of(run, known, keep=self._keep)
        entries = {claim.facts.entry_id for claim in claims if claim.facts is not None}
        before = Before()
        if states := catalog.states.neighbourhood(files, entries):
            rivals = sorted(states.keys() - {*files, *(claim.file for claim in claims)})
            if rivals:
                claims += claims_of(run, catalog.files.known(rivals), keep=self._keep)
            before = Before(
                states=states,
                places=catalog.memberships.places(list(states)),
                planned=frozenset(catalog.memberships.planned_with(list(states))),
            )
        gone = set(files) - {claim.file for claim in claims}
        delta = decide(claims, sorted(gone), before, run.at, drafts=run.settings.decode.drafts)
        self._apply(delta)
        return delta

    def _apply(self, delta: Delta) -> None:
        """Write a decision down, in the catalog and for the ledger."""
        states, memberships = self._run.catalog.states, self._run.catalog.memberships
        ids = self._feed_ids([*delta.counts, *(feed for feed, _, _ in delta.plans)])
        states.drop_events(delta.known)
        states.drop(delta.gone)
        states.put(delta.states)
        memberships.drop(delta.left)
        memberships.put(delta.entered, ids)
        memberships.count(
            {ids[feed]: count.total for feed, count in delta.counts.items()},
            [
                (ids[feed], label, step)
                for feed, count in delta.counts.items()
                for label, step in count.labels.items()
            ],
        )
        states.put_events(
            [(0, *time) for time in delta.times] + [(ids[feed], at, file) for feed, at, file in delta.plans]
        )
        if (publication := self._run.publication) is not None:
            for path, blob in self._run.catalog.files.seeds(delta.kept).values():
                assert blob is not None, "what is kept is a form of its own"
                self.outcome.moves.note(to_text(path), blob)
                publication.keep_good(to_text(path), blob)
            self.drop(map(to_text, delta.dropped))
        self.outcome.touched |= delta.touched
        self.outcome.replanned |= delta.replanned
        self.outcome.tally.update(delta.tally)

    def drop(self, paths: Iterable[str]) -> None:
        """Have the ledger keep nothing for seeds that are out no more."""
        for path in paths:
            self.outcome.dropped.append(path)
            self.outcome.moves.note(path, None)
            if self._run.publication is not None:
                self._run.publication.drop_good(path)

    def _feed_ids(self, keys: Sequence[FeedKey]) -> dict[FeedKey, int]:
        missing = [key for key in dict.fromkeys(keys) if key not in self._ids]
        if missing:
            known = self._run.catalog.memberships.find(missing)
            self._ids.update((key, record.id) for key, record in known.items())
            self._ids |= self._run.catalog.memberships.add([key for key in missing if key not in known])
        return self._ids
