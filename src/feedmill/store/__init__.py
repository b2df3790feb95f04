"""The store: artifacts become generations, atomically; the ledger remembers."""

from feedmill.store.follower import Follower
from feedmill.store.places import place_of
from feedmill.store.port import (
    Bodies,
    Committed,
    FeedMemory,
    Lead,
    Node,
    Place,
    Publication,
    Saved,
    Store,
    SubscriptionTables,
)

__all__ = [
    "Bodies",
    "Committed",
    "FeedMemory",
    "Follower",
    "Lead",
    "Node",
    "Place",
    "Publication",
    "Saved",
    "Store",
    "SubscriptionTables",
    "place_of",
]
