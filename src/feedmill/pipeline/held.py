"""Held passes: the last generation, less what its own word withholds since (docs/promises.md, Held passes).

Worked out from the ledger's last good forms (one for every entry that is out), so that a lost catalog
changes nothing; composed over a catalog in memory, so that the real one stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace

from feedmill.compose import instants, reason_at, stays
from feedmill.model.archive import Period, archive_path
from feedmill.model.filename import to_bytes
from feedmill.model.instant import Instant, from_micros, to_micros
from feedmill.model.seed import Seed
from feedmill.model.state import ELIGIBLE, Claim
from feedmill.model.taxonomy import FeedKey
from feedmill.pipeline.codec import decode_seed, facts_of
from feedmill.pipeline.derive import as_bound, claims_of
from feedmill.pipeline.elsewhere import Elsewhere
from feedmill.pipeline.feed_builder import FeedBuilder
from feedmill.pipeline.one_pass import Pass
from feedmill.pipeline.past import last_forms, last_generation
from feedmill.pipeline.retire import retire_rest
from feedmill.store import Committed


@dataclass(frozen=True, slots=True, kw_only=True)
class Takedowns:
    """The seeds (by path) whose entries leave, their feeds and periods, and when time changes the rest."""

    paths: frozenset[str]
    feeds: frozenset[FeedKey]
    periods: frozenset[tuple[FeedKey, Period]]
    left: int
    next_change: Instant | None


def find_takedowns(run: Pass, elsewhere: Elsewhere) -> Takedowns:
    """Compare every entry that is out with what its file says now, as the catalog knows it.

    Where that is gone, what the config says of it counts, and whether a file `elsewhere` withholds its entry.
    """
    withheld = {
        claim.facts.entry_id
        for page in run.catalog.files.all_known()
        for claim in claims_of(run, page, keep=False)
        if claim.facts is not None and reason_at(claim.facts, run.at) is not None
    }
    paths: set[str] = set()
    feeds: set[FeedKey] = set()
    periods: set[tuple[FeedKey, Period]] = set()
    coming: list[int] = []
    left = 0
    for path, seed in last_forms(run.store):
        claim = _claim(run, path)
        bound: Seed | None = seed
        if claim is None:
            bound = None if elsewhere.withholds(path, seed) else as_bound(run, path, seed)
        facts = facts_of(bound, run.composer) if bound is not None else None
        if facts is not None and stays(facts, claim, run.at, withheld):
            left += 1
            coming += [at for at in instants(facts) if at > run.at]
            continue
        paths.add(path)
        good = facts_of(seed, run.composer)
        assert good.published is not None, "what was published has a date"
        feeds.update(member.feed for member in good.members)
        periods |= run.composer.periods((member.feed, good.published) for member in good.members)
    return Takedowns(
        paths=frozenset(paths),
        feeds=frozenset(feeds),
        periods=frozenset(periods),
        left=left,
        next_change=from_micros(min(coming)) if coming else None,
    )


def withdraw(run: Pass, builder: FeedBuilder, found: Takedowns, *, known: bool) -> Committed:
    """Publish the last generation less the entries found.

    Where it is not `known` what its documents were made of, because another config made them, some are lost,
    or the catalog tells of an earlier generation, all of them are made anew, by this config.
    The ledger keeps the entries' forms until nothing holds them any more: the next pass tries again.

    Raises:
        StoreError: it could not be published.
    """
    past = last_generation(run, found.paths)
    with closing(past.catalog):
        with run.store.begin(run.now) as publication:
            printing = replace(past, publication=publication)
            if known:
                builder.withdraw(printing, found.feeds, found.periods)
            else:
                retire_rest(printing, builder, builder.publish(printing, (), everything=True))
                builder.forget()
            committed = publication.commit()
        holding = [each.path for each in committed.problems if each.path not in builder.index_paths]
        if holding:
            run.store.suspend(holding)
            return committed
        with run.store.begin(run.now) as publication:
            for path in sorted(found.paths):
                publication.drop_good(path)
            publication.commit()
    return committed


def holding(run: Pass, dropped: Iterable[str], *, known: bool) -> list[str]:
    """Return the published documents that hold entries of seeds which are out no more (`dropped`).

    All of them where it is not `known` in which feeds an entry was: they were made under another config.
    """
    composer = run.composer
    held: set[tuple[FeedKey, int]] = set()
    for path in dropped:
        seed = decode_seed(run.store.last_good(path))
        if seed is None or not known:
            return list(run.store.documents)
        if not any(state.state == ELIGIBLE for state in run.catalog.states.candidates(seed.id)):
            assert seed.published is not None, "what was published has a date"
            feeds = {membership.feed for membership in composer.memberships(seed)}
            # of a custom feed's filter and order, `heat` may have been another than the ledger's
            held |= {(feed, to_micros(seed.published)) for feed in feeds | {*composer.custom_feeds()}}
    paths = {composer.spec(feed).path for feed, _ in held}
    paths |= {archive_path(composer.spec(feed).path, period) for feed, period in composer.periods(held)}
    paths |= {"index"} if held else set()  # the front page has the latest entries
    copies = run.settings.copies
    return [path for path in run.store.documents if copies.get(path, path).rpartition(".")[0] in paths]


def _claim(run: Pass, path: str) -> Claim | None:
    """Return what the file at `path` says now, None where there is no seed."""
    row = run.catalog.files.find(to_bytes(path))
    known = run.catalog.files.known([row.id]) if row is not None else []
    return next(iter(claims_of(run, known, keep=True)), None)
