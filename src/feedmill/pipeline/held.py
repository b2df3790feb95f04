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
from feedmill.model.state import ELIGIBLE, Claim
from feedmill.model.taxonomy import FeedKey
from feedmill.pipeline.codec import decode_seed, facts_of
from feedmill.pipeline.derive import claims_of
from feedmill.pipeline.feed_builder import FeedBuilder
from feedmill.pipeline.one_pass import Pass
from feedmill.pipeline.past import last_forms, last_generation
from feedmill.store import Committed


@dataclass(frozen=True, slots=True, kw_only=True)
class Takedowns:
    """The seeds (by path) whose entries leave, their feeds and periods, and when time changes the rest."""

    paths: frozenset[str]
    feeds: frozenset[FeedKey]
    periods: frozenset[tuple[FeedKey, Period]]
    left: int
    next_change: Instant | None


def find_takedowns(run: Pass) -> Takedowns:
    """Compare every entry that is out with what its file says now, as the catalog knows it."""
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
        good = facts_of(seed, run.composer)
        if stays(good, _claim(run, path), run.at, withheld):
            left += 1
            coming += [at for at in instants(good) if at > run.at]
        else:
            paths.add(path)
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


def withdraw(run: Pass, builder: FeedBuilder, found: Takedowns) -> Committed:
    """Publish the last generation less the entries found.

    Raises:
        StoreError: it could not be published.
    """
    past = last_generation(run, found.paths)
    with closing(past.catalog), run.store.begin(run.now) as publication:
        builder.withdraw(replace(past, publication=publication), found.feeds, found.periods)
        for path in sorted(found.paths):
            publication.drop_good(path)
        return publication.commit()


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
