"""Planned changes: what time alone is going to do to which seed."""

from __future__ import annotations

from typing import NamedTuple

from feedmill.model.instant import Instant, from_micros
from feedmill.model.seed import Seed
from feedmill.pipeline.archives import next_turn
from feedmill.pipeline.codec import decode_seed
from feedmill.pipeline.one_pass import Pass
from feedmill.seeds import to_text


class PlannedChange(NamedTuple):
    """At an instant, a seed (by path) is published, updated or expires."""

    at: Instant
    path: str
    what: str


def planned_changes(run: Pass, size: int) -> list[PlannedChange]:
    """Return the first `size` changes after the pass's `now`."""
    coming = run.catalog.states.next_events(run.at, size)
    seeds = run.catalog.files.seeds([file for _, file in coming])
    found = []
    for at, file in coming:
        path, blob = seeds[file]
        seed = decode_seed(blob if blob is not None else run.store.last_good(to_text(path)))
        found.append(PlannedChange(from_micros(at), to_text(path), _what(seed, from_micros(at))))
    return found


def next_change(run: Pass) -> Instant | None:
    """Return the next instant after the pass's `now` at which time alone changes what is out."""
    at = run.catalog.states.next_event(run.at)
    coming = (None if at is None else from_micros(at), next_turn(run))
    return min((each for each in coming if each is not None), default=None)


def _what(seed: Seed | None, at: Instant) -> str:
    if seed is None or at == seed.expires:
        return "expiry"
    return "publication" if at == seed.published else "update"
