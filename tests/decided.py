"""What a pass makes of one file, all by itself, beside its last good form."""

from __future__ import annotations

from datetime import datetime

from feedmill.compose import Before, Composer, decide, last_good
from feedmill.model.instant import to_micros
from feedmill.model.seed import Reason, Record, Seed
from feedmill.model.settings import FeedSettings
from feedmill.model.site import Site
from feedmill.model.state import Claim, State
from feedmill.pipeline.codec import facts_of

COMPOSER = Composer(Site(title="T", url="https://f.example.org/", id="urn:x"), FeedSettings())


def state_of(
    record: Record,
    good: Seed | None,
    now: datetime,
    *,
    drafts: bool = False,
    vouching: frozenset[str] | None = None,
) -> State:
    """Return the state of a decoded file whose last good form is `good`."""
    seed, reason = record.seed, record.reason
    if seed is None and reason is Reason.INVALID and good is not None:
        seed = last_good(record, good, vouching)
    claim = Claim(1, record.path.encode(), facts_of(seed, COMPOSER) if seed else None, reason)
    return decide([claim], (), Before(), to_micros(now), drafts=drafts).states[0]


def is_out(record: Record, good: Seed | None, now: datetime) -> bool:
    """Whether an entry of the file is in the feeds."""
    return state_of(record, good, now).state == "eligible"
