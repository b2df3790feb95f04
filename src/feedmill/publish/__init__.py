"""Publication: artifacts become the published store, atomically; the ledger remembers."""

from feedmill.publish.history import FeedMemory
from feedmill.publish.lock import FolderLock
from feedmill.publish.publication import Committed, Publication
from feedmill.publish.store import Store

__all__ = ["Committed", "FeedMemory", "FolderLock", "Publication", "Store"]
