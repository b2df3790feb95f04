"""feedmill.compose: from seeds to feeds, purely: terms, eligibility, decisions, selection, entries."""

from feedmill.compose.decide import (
    Before,
    Count,
    Delta,
    EntryDelta,
    decide,
    instants,
    reason_at,
    stays,
    updated_at,
)
from feedmill.compose.eligibility import last_good
from feedmill.compose.feeds import Composer, FeedSpec, feed_id, most_used

__all__ = [
    "Before",
    "Composer",
    "Count",
    "Delta",
    "EntryDelta",
    "FeedSpec",
    "decide",
    "feed_id",
    "instants",
    "last_good",
    "most_used",
    "reason_at",
    "stays",
    "updated_at",
]
