"""The store: artifacts become generations, atomically; the ledger remembers."""

from feedmill.store.health import Health, SeenNode
from feedmill.store.places import abandoned_folder, database_health, may_hold_backup, place_of
from feedmill.store.port import (
    Bodies,
    Committed,
    FeedMemory,
    Follower,
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
    "Health",
    "Lead",
    "Node",
    "Place",
    "Publication",
    "Saved",
    "SeenNode",
    "Store",
    "SubscriptionTables",
    "abandoned_folder",
    "database_health",
    "may_hold_backup",
    "place_of",
]  # fmt: skip
