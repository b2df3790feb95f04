"""A folder as the place where generations are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from feedmill.store.local.feeds_dir import OWN
from feedmill.store.local.lock import FolderLock
from feedmill.store.local.store import LocalStore
from feedmill.store.local.subscriptions import SubscriptionFile
from feedmill.store.port import Store

SUBSCRIPTIONS = f"{OWN}/subscriptions.db"


@dataclass(frozen=True, slots=True)
class LocalPlace:
    """The feeds folder; `Place` says what each part promises."""

    feeds_dir: Path

    def lead(self, purpose: str) -> FolderLock:
        """Return the lock of the folder."""
        return FolderLock(self.feeds_dir / OWN / "lock", purpose)

    def subscriptions(self) -> SubscriptionFile:
        """Open the tables of subscriptions."""
        return SubscriptionFile(self.feeds_dir / SUBSCRIPTIONS)

    def find_subscriptions(self) -> SubscriptionFile | None:
        """Open the tables of subscriptions, if there are any."""
        return self.subscriptions() if (self.feeds_dir / SUBSCRIPTIONS).exists() else None

    def node(self, told: Callable[[Store], None], turned: Callable[[], None]) -> None:
        """One process has a folder for itself."""

    def open(self, *, read_only: bool = False) -> LocalStore:
        """Open the folder's store."""
        return LocalStore(self.feeds_dir, read_only=read_only)
