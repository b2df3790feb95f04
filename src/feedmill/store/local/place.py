"""A folder as the place where generations are kept."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from feedmill.store.local.feeds_dir import OWN
from feedmill.store.local.folder import LEDGER
from feedmill.store.local.lock import FolderLock
from feedmill.store.local.store import LocalStore
from feedmill.store.local.subscriptions import SubscriptionFile
from feedmill.store.port import Saved, Store

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

    def backup(self, file: Path) -> Saved:
        """Copy the ledger as it is after some transaction, and the subscriptions."""
        # imported on use: every pass opens a place, few make a backup
        from feedmill.store.local.backup import Backup, copy_ledger, new_file, write_subscriptions

        ledger, tables = self.feeds_dir / LEDGER, self.find_subscriptions()
        with (
            closing(tables) if tables else nullcontext(),
            new_file(file, f"the ledger {ledger}") as connection,
        ):
            copy_ledger(ledger, connection)
            subscriptions = write_subscriptions(connection, tables)
        return Backup(file).saved(subscriptions)

    def restore(self, file: Path) -> Saved:
        """Put the backup's ledger in the place of ours; documents and feeds that ours had stay ours."""
        from feedmill.store.local.backup import Backup, replace_ledger

        backup = Backup(file)
        with self.open() as store:
            here = store.memory.history
        (self.feeds_dir / OWN).mkdir(mode=0o700, parents=True, exist_ok=True)
        with closing(self.subscriptions()) as tables:  # first: what cannot be had leaves the ledger as it is
            subscriptions = backup.restore_subscriptions(tables)
        good = replace_ledger(self.feeds_dir / LEDGER, backup, here)
        return replace(backup.saved(subscriptions), good=good)

    def node(self, told: Callable[[Store], None], turned: Callable[[], None]) -> None:
        """One process has a folder for itself."""

    def open(self, *, read_only: bool = False) -> LocalStore:
        """Open the folder's store."""
        return LocalStore(self.feeds_dir, read_only=read_only)
