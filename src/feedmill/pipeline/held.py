"""Held passes: the last generation, less what its own word withholds since (DESIGN 8.4).

Worked out from the ledger's last good forms (one for every entry that is out), so that a lost catalog
changes nothing; composed over a catalog in memory, so that the real one stays as it was.
"""

from __future__ import annotations

from dataclasses import dataclass

from feedmill.compose import instants, reason_at, stays
from feedmill.model.filename import to_bytes
from feedmill.model.instant import Instant, from_micros
from feedmill.model.state import Claim
from feedmill.model.taxonomy import FeedKey
from feedmill.pipeline.codec import facts_of
from feedmill.pipeline.derive import claims_of
from feedmill.pipeline.one_pass import Pass
from feedmill.pipeline.past import last_forms


@dataclass(frozen=True, slots=True, kw_only=True)
class Takedowns:
    """The seeds (by path) whose entries leave, their feeds, and when time changes the rest."""

    paths: frozenset[str]
    feeds: frozenset[FeedKey]
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
    coming: list[int] = []
    left = 0
    for path, seed in last_forms(run.store):
        good = facts_of(seed, run.composer)
        if stays(good, _claim(run, path), run.at, withheld):
            left += 1
            coming += [at for at in instants(good) if at > run.at]
        else:
            paths.add(path)
            feeds.update(member.feed for member in good.members)
    return Takedowns(
        paths=frozenset(paths),
        feeds=frozenset(feeds),
        left=left,
        next_change=from_micros(min(coming)) if coming else None,
    )


def _claim(run: Pass, path: str) -> Claim | None:
    """Return what the file at `path` says now, None where there is no seed."""
    row = run.catalog.files.find(to_bytes(path))
    known = run.catalog.files.known([row.id]) if row is not None else []
    return next(iter(claims_of(run, known, keep=True)), None)
