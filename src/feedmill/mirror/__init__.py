"""Mirrors: buckets and folders that follow the store. They compare what is there with what is published."""

from feedmill.mirror.edition import Description, Edition
from feedmill.mirror.memory import Memory
from feedmill.mirror.mirror import Mirror, Outcome
from feedmill.mirror.open import open_place
from feedmill.mirror.place import MirrorError
from feedmill.mirror.plan import Plan
from feedmill.mirror.thread import MirrorThread

__all__ = [
    "Description", "Edition", "Memory", "Mirror", "MirrorError", "MirrorThread", "Outcome", "Plan",
    "open_place",
]  # fmt: skip
