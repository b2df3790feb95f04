"""Books: memberships, label counts and totals of feeds while a pass changes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from feedmill.catalog import FeedRecord, MemberRow
from feedmill.catalog.memberships import Memberships
from feedmill.compose import FeedKey, Membership
from feedmill.model.taxonomy import Kind


@dataclass(slots=True)
class _Account:
    """One feed's changes of this pass."""

    id: int
    new: bool
    total: int = 0
    labels: Counter[str] = field(default_factory=Counter)


class Books:
    """Collects what a pass does to feeds' memberships and writes it in few statements.

    `touched` are the feeds whose documents may differ afterwards.
    """

    def __init__(self, memberships: Memberships) -> None:
        self._memberships = memberships
        self._accounts: dict[FeedKey, _Account] = {}
        self._keys: dict[int, FeedKey] = {}
        self._next_id = 0
        self._members: list[MemberRow] = []
        self.touched: set[FeedKey] = set()

    def feed_id(self, key: FeedKey) -> int:
        """Return the catalog's id of a feed, a new one where it has none."""
        return self._account(key).id

    def rows(
        self, memberships: Iterable[Membership], published: int, entry_id: str, file: int
    ) -> list[MemberRow]:
        """Return memberships as the catalog's rows."""
        return [
            MemberRow(self.feed_id(m.feed), -m.score, -published, entry_id, file, m.label)
            for m in memberships
        ]

    def add(self, rows: Sequence[MemberRow]) -> None:
        """Enter an entry into its feeds."""
        self._members += rows
        for row in rows:
            self._count(row, 1)

    def drop(self, files: Sequence[int]) -> None:
        """Take the entries of files out of all their feeds."""
        self.flush_members()
        for row in self._memberships.members_of(files):
            self._count(row, -1)
        self._memberships.drop_members(files)

    def touch(self, rows: Iterable[MemberRow]) -> None:
        """Note that an entry changed which stays where it is."""
        self.touched.update(self._keys[row.feed] for row in rows)

    def flush_members(self) -> None:
        """Write the memberships entered so far."""
        self._memberships.put_members(self._members)
        self._members.clear()

    def flush(self) -> None:
        """Write everything: memberships, totals, label counts."""
        self.flush_members()
        new, changed = [], []
        for key, account in self._accounts.items():
            if account.new:
                new.append(FeedRecord(account.id, key.kind.value, key.key, account.total, "", 0, None, None))
            elif account.total:
                row = self._memberships.find_feed(key.kind.value, key.key)
                assert row is not None
                changed.append(row._replace(total=row.total + account.total))
            if account.labels:
                self._write_labels(account)
            account.new, account.total = False, 0
            account.labels.clear()
        self._memberships.put_feeds(new)
        self._memberships.change_feeds(changed)

    def _write_labels(self, account: _Account) -> None:
        counts = {label: step for label, step in account.labels.items() if step}
        if counts and not account.new:
            known = self._memberships.label_counts(account.id, list(counts))
            counts = {label: step + known.get(label, 0) for label, step in counts.items()}
        self._memberships.put_labels(account.id, counts, fresh=account.new)

    def _count(self, row: MemberRow, step: int) -> None:
        key = self._key(row.feed)
        account = self._accounts[key]
        account.total += step
        if row.label:
            account.labels[row.label] += step
        self.touched.add(key)

    def _key(self, feed: int) -> FeedKey:
        key = self._keys.get(feed)
        if key is None:
            row = self._memberships.get_feed(feed)
            key = FeedKey(kind=Kind(row.kind), key=row.key)
            self._enter(key, _Account(id=feed, new=False))
        return key

    def _account(self, key: FeedKey) -> _Account:
        account = self._accounts.get(key)
        if account is None:
            row = self._memberships.find_feed(key.kind.value, key.key)
            if row is None:
                self._next_id = max(self._next_id + 1, self._memberships.next_feed_id())
            account = _Account(id=row.id if row else self._next_id, new=row is None)
            self._enter(key, account)
        return account

    def _enter(self, key: FeedKey, account: _Account) -> None:
        self._accounts[key] = account
        self._keys[account.id] = key
