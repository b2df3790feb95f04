"""feedmill.compose: from seeds to feeds, purely: terms, eligibility, decisions, selection, entries."""

from feedmill.compose.archives import Rewritten, Touched, is_closed, period_of, rewritten, turned
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
from feedmill.compose.podcast import LONGEST_DESCRIPTION

__all__ = [
    "LONGEST_DESCRIPTION", "Before", "Composer", "Count", "Delta", "EntryDelta", "FeedSpec", "Rewritten",
    "Touched", "decide", "feed_id", "instants", "is_closed", "last_good", "most_used", "period_of",
    "reason_at", "rewritten", "stays", "turned", "updated_at",
]  # fmt: skip
