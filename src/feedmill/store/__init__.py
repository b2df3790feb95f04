"""Publication: artifacts become the published store, atomically; the ledger remembers."""

from feedmill.store.local.lock import FolderLock
from feedmill.store.local.publication import Committed, Publication
from feedmill.store.local.store import Store
from feedmill.store.local.values import FeedMemory

__all__ = ["Committed", "FeedMemory", "FolderLock", "Publication", "Store"]
