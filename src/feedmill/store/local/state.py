"""What a store knows: the ledger's history, how the disk differs, and what is not written down yet."""

from __future__ import annotations

from dataclasses import dataclass, field

from feedmill.model.artifact import Published
from feedmill.model.instant import Instant, from_seconds
from feedmill.store.local.feeds_dir import Found, Stamp
from feedmill.store.local.values import Changes, LocalHistory
from feedmill.store.port import FeedMemory


@dataclass(slots=True, kw_only=True)
class Memory:
    """The truth about the disk, ahead of the ledger by `changes` when that could not be written.

    `suspects` are documents that are not on disk as `history` has them; True: to be written again
    whatever is there (its flush failed, so what is read back may never have reached the disk).
    `retried` are refused documents that somebody was told to try again.
    """

    history: LocalHistory = field(default_factory=LocalHistory)
    changes: Changes = field(default_factory=Changes)
    suspects: dict[str, bool] = field(default_factory=dict)
    retried: set[str] = field(default_factory=set)

    def record(self, document: Published, stamp: Stamp) -> None:
        """Remember a document that is on disk; a retired one is revived."""
        path = document.path
        self.history.documents[path] = document
        self.history.stamps[path] = stamp
        self.changes.documents.add(path)
        self.suspects.pop(path, None)
        if self.history.gone.pop(path, None) is not None:
            self.changes.gone.add(path)
        if path in self.history.refused:
            self.history.refused.discard(path)
            self.changes.refused = True

    def record_found(self, path: str, found: Found) -> None:
        """Remember a document of which only the file is known: its time is its Last-Modified."""
        size, mtime_ns, _ = found.stamp
        modified = from_seconds(mtime_ns // 1_000_000_000)
        self.record(Published(path=path, digest=found.digest, size=size, modified=modified), found.stamp)

    def forget(self, path: str) -> None:
        """Forget a document that is no more."""
        if self.history.documents.pop(path, None) is not None:
            self.changes.documents.add(path)
        self.history.stamps.pop(path, None)
        self.suspects.pop(path, None)

    def retire(self, path: str, now: Instant) -> None:
        """Forget a document for good, but for when it last changed."""
        modified = self.history.last_changed(path, now)
        self.forget(path)
        if self.history.gone.get(path) != modified:
            self.history.gone[path] = modified
            self.changes.gone.add(path)

    def remember_feed(self, feed: FeedMemory) -> None:
        """Remember what a feed is called and whether it lives."""
        if self.history.feeds.get(feed.path) != feed:
            self.history.feeds[feed.path] = feed
            self.changes.feeds.add(feed.path)

    def refuse(self, paths: set[str]) -> None:
        """Remember what could not be published, so that it is tried again."""
        refused = (self.history.refused - self.retried) | paths
        self.retried = set()
        if refused != self.history.refused:
            self.history.refused = refused
            self.changes.refused = True
