"""feedmill.compose: from seeds to feeds, purely: terms, eligibility, selection, entries."""

from feedmill.compose.eligibility import Standing, instants, last_good, stand, updated_at
from feedmill.compose.feeds import ALL, Composer, FeedKey, FeedSpec, Membership, feed_id, most_used

__all__ = [
    "ALL",
    "Composer",
    "FeedKey",
    "FeedSpec",
    "Membership",
    "Standing",
    "feed_id",
    "instants",
    "last_good",
    "most_used",
    "stand",
    "updated_at",
]
