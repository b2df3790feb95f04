"""Subscriptions: who gets which topic until when, and what each was sent last. With the ledger: history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from feedmill.model.instant import Instant, from_micros, to_micros
from feedmill.push.protocol import Mode, Wish, host_of
from feedmill.push.subscriber import Subscription
from feedmill.store import SubscriptionTables

_NEWEST = (
    "ON CONFLICT (callback, path) DO UPDATE SET mode = excluded.mode, topic = excluded.topic,"
    " host = excluded.host, lease = excluded.lease, secret = excluded.secret,"
    " verify_token = excluded.verify_token, published = excluded.published, reason = excluded.reason,"
    " tries = excluded.tries, due = excluded.due"
)
"""The newest request of a subscriber takes the place of what stood there."""


_SAME = (
    "callback = ? AND path = ? AND mode = ? AND topic = ? AND lease = ? AND secret = ? AND verify_token = ?"
    " AND reason = ?"
)
"""One request among those that a subscriber has made one after the other for the same document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How many subscriptions there may be: of one topic, to one host, in all; and of unverified requests."""

    per_topic: int = 20_000
    per_host: int = 5_000
    total: int = 100_000
    waiting: int = 5_000
    waiting_per_host: int = 200


class Intent(NamedTuple):
    """A request that is to be verified, or denied where there is a `reason`."""

    path: str
    wish: Wish
    published: str
    reason: str
    tries: int


class Due(NamedTuple):
    """A subscription that has not got what is published now."""

    id: int
    callback: str
    path: str
    topic: str
    secret: bytes
    failures: int


class Subscriptions:
    """What is in the tables of the store. One thread at a time; `save` makes what was written durable.

    Raises (everything):
        StoreError: the tables cannot be read or written.
    """

    def __init__(self, tables: SubscriptionTables, caps: Caps | None = None) -> None:
        self._tables = tables
        self._caps = caps or Caps()

    def settle(self) -> bool:
        """Take the tables for ours; return whether they were put here from elsewhere.

        That is a copy made earlier: who is in it may have left since.
        """
        return self._tables.settle()

    def require_same(self) -> None:
        """Raise StoreError where the tables were deleted or replaced: what is written would go nowhere."""
        self._tables.require_same()

    def close(self) -> None:
        """Save, and let go of the tables."""
        self._tables.close()

    def save(self) -> None:
        """Make everything written so far durable."""
        self._tables.save()

    # What subscribers ask

    def full(self, path: str, wish: Wish) -> str:
        """Return why a new subscription cannot be taken now, "" where it can."""
        caps, host = self._caps, host_of(wish.callback)
        if wish.mode is Mode.SUBSCRIBE and not self._count(
            "feedmill_subscription WHERE callback = ? AND path = ?", wish.callback, path
        ):
            if self._count("feedmill_subscription WHERE path = ?", path) >= caps.per_topic:
                return "this topic has as many subscribers as it takes"
            if self._count("feedmill_subscription WHERE host = ?", host) >= caps.per_host:
                return "this host has as many subscriptions as it gets"
            if self._count("feedmill_subscription") >= caps.total:
                return "this hub has as many subscriptions as it takes"
        if self._count("feedmill_intent WHERE host = ?", host) >= caps.waiting_per_host:
            return "too many requests for this host wait to be verified; try again later"
        if self._count("feedmill_intent") >= caps.waiting:
            return "too many requests wait to be verified; try again later"
        return ""

    def ask(self, path: str, wish: Wish, published: str, now: Instant, *, reason: str = "") -> None:
        """Note a request for the document at `path`; the newest one of a callback and topic counts.

        `published` is the document's digest now: what changes from here on is delivered.
        """
        self._tables.write(
            f"INSERT INTO feedmill_intent VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?) {_NEWEST}",
            (
                wish.callback,
                path,
                wish.mode.value,
                wish.topic,
                host_of(wish.callback),
                wish.lease // timedelta(microseconds=1),
                wish.secret,
                wish.verify_token,
                published,
                reason,
                to_micros(now),
            ),
        )

    def intents(self, now: Instant, size: int) -> list[Intent]:
        """Return what is due to be verified or told, longest waiting first."""
        rows = self._tables.read(
            "SELECT path, mode, callback, topic, lease, secret, verify_token, published, reason, tries"
            " FROM feedmill_intent WHERE due <= ? ORDER BY due LIMIT ?",
            (to_micros(now), size),
        )
        return [
            Intent(
                path,
                Wish(
                    mode=Mode(mode),
                    callback=callback,
                    topic=topic,
                    lease=timedelta(microseconds=lease),
                    secret=secret,
                    verify_token=token,
                ),
                published,
                reason,
                tries,
            )
            for path, mode, callback, topic, lease, secret, token, published, reason, tries in rows
        ]

    def postpone(self, intent: Intent, until: Instant, *, tried: bool = True) -> None:
        """Come back to a request later, unless a newer one of the same subscriber took its place."""
        self._tables.write(
            f"UPDATE feedmill_intent SET tries = tries + ?, due = ? WHERE {_SAME}",
            (int(tried), to_micros(until), *_same(intent)),
        )

    def forget(self, intent: Intent) -> None:
        """Drop a request: it is answered, or nobody stands by it. A newer one of the subscriber's stays."""
        self._tables.write(f"DELETE FROM feedmill_intent WHERE {_SAME}", _same(intent))

    def confirm(self, intent: Intent, now: Instant) -> None:
        """Do what a verified request asks for; it takes the place of what stood there (WebSub, 5.1)."""
        wish = intent.wish
        self.forget(intent)
        if wish.mode is Mode.UNSUBSCRIBE:
            self._tables.write(
                "DELETE FROM feedmill_subscription WHERE callback = ? AND path = ?",
                (wish.callback, intent.path),
            )
            return
        self._tables.write(
            "INSERT INTO feedmill_subscription"
            " (callback, path, topic, host, secret, verify_token, ends, sent, verified, failures, retry,"
            " trouble)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, 0, 0, '')"
            " ON CONFLICT (callback, path) DO UPDATE SET topic = excluded.topic, secret = excluded.secret,"
            " verify_token = excluded.verify_token, ends = excluded.ends, verified = 1, trouble = '',"
            " failures = (1 - feedmill_subscription.verified) * feedmill_subscription.failures,"
            " retry = (1 - feedmill_subscription.verified) * feedmill_subscription.retry",
            (
                wish.callback,
                intent.path,
                wish.topic,
                host_of(wish.callback),
                wish.secret,
                wish.verify_token,
                to_micros(now + wish.lease),
                intent.published,
            ),
        )

    # What is sent

    def due(
        self,
        path: str,
        digest: str,
        now: Instant,
        size: int,
        *,
        but: Sequence[int] = (),
        but_hosts: Sequence[str] = (),
    ) -> list[Due]:
        """Return verified subscriptions of a topic that were not sent `digest`, those that fail last.

        Left out are those in `but`, and all of the hosts in `but_hosts`.
        """
        rows = self._tables.read(
            "SELECT id, callback, path, topic, secret, failures FROM feedmill_subscription"
            " WHERE ((path = ? AND sent < ?) OR (path = ? AND sent > ?))"  # so that the index finds them
            " AND verified = 1 AND ends > ? AND retry <= ?"
            + _but("id", but)
            + _but("host", but_hosts)
            + " ORDER BY failures, id LIMIT ?",
            (path, digest, path, digest, to_micros(now), to_micros(now), *but, *but_hosts, size),
        )
        return [Due._make(row) for row in rows]

    def sent(self, id_: int, digest: str) -> None:
        """Note that a subscriber has got a document."""
        self._tables.write(
            "UPDATE feedmill_subscription SET sent = ?, failures = 0, retry = 0, trouble = '' WHERE id = ?",
            (digest, id_),
        )

    def give_up(self, id_: int, digest: str, trouble: str) -> None:
        """Note that a subscriber is not tried again with this document; the next one is tried."""
        self._tables.write(
            "UPDATE feedmill_subscription SET sent = ?, failures = 0, retry = 0, trouble = ? WHERE id = ?",
            (digest, trouble, id_),
        )

    def failed(self, id_: int, trouble: str, retry: Instant) -> None:
        """Note that a delivery failed, and when to try again."""
        self._tables.write(
            "UPDATE feedmill_subscription SET failures = failures + 1, trouble = ?, retry = ? WHERE id = ?",
            (trouble, to_micros(retry), id_),
        )

    def doubt(self, id_: int, now: Instant, retry: Instant) -> None:
        """Ask a subscriber that said 410 whether it means that; nothing is sent until it has answered.

        Nor before `retry` where it does not mean it.
        """
        row = self._one(
            "SELECT callback, path, topic, ends, secret, verify_token, sent, host FROM feedmill_subscription"
            " WHERE id = ?",
            (id_,),
        )
        if row is None:
            return
        callback, path, topic, ends, secret, token, sent, host = row
        self._tables.write(
            "UPDATE feedmill_subscription SET verified = 0, failures = failures + 1, retry = ?,"
            " trouble = 'gone (410)' WHERE id = ?",
            (to_micros(retry), id_),
        )
        self._tables.write(
            "INSERT INTO feedmill_intent VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, ?) ON CONFLICT DO NOTHING",
            (
                callback,
                path,
                Mode.SUBSCRIBE.value,
                topic,
                host,
                max(ends - to_micros(now), 1),
                secret,
                token,
                sent,
                to_micros(now),
            ),
        )

    def doubt_all(self, now: Instant) -> None:
        """Have every subscription verified again before anything is sent: they were restored from a copy."""
        for (id_,) in self._tables.read("SELECT id FROM feedmill_subscription"):
            self.doubt(id_, now, now)
        self._tables.write("UPDATE feedmill_subscription SET failures = 0, trouble = 'to be verified again'")

    def end_doubted(self, intent: Intent) -> None:
        """Drop a subscription whose subscriber does not stand by it any more."""
        self._tables.write(
            "DELETE FROM feedmill_subscription WHERE callback = ? AND path = ? AND verified = 0",
            (intent.wish.callback, intent.path),
        )

    def end_leases(self, now: Instant) -> int:
        """Drop the subscriptions whose lease is over; return how many."""
        return self._tables.write("DELETE FROM feedmill_subscription WHERE ends <= ?", (to_micros(now),))

    def retire(self, paths: Iterable[str], now: Instant, reason: str) -> None:
        """End the subscriptions of documents that are published no more, and tell their subscribers."""
        for path in paths:
            self._tables.write(
                "INSERT INTO feedmill_intent SELECT callback, path, ?, topic, host, 0, ?, '', '', ?, 0, ?"
                f" FROM feedmill_subscription WHERE path = ? {_NEWEST}",
                (Mode.SUBSCRIBE.value, b"", reason, to_micros(now), path),
            )
            self._tables.write("DELETE FROM feedmill_subscription WHERE path = ?", (path,))

    def paths(self) -> list[str]:
        """Return the documents that have subscribers, stepping over the subscribers themselves."""
        rows = self._tables.read(
            "WITH RECURSIVE found (path) AS (SELECT min(path) FROM feedmill_subscription UNION ALL"
            " SELECT (SELECT min(path) FROM feedmill_subscription WHERE path > found.path) FROM found"
            " WHERE found.path IS NOT NULL) SELECT path FROM found WHERE path IS NOT NULL"
        )
        return [path for (path,) in rows]

    def next_at(self, now: Instant) -> Instant | None:
        """Return when after `now` something is to be done, whatever is published: a request, a lease's end.

        What was due by `now` is under way, or waits for something that is.
        """
        row = self._one(
            "SELECT min(at) FROM (SELECT min(due) AS at FROM feedmill_intent WHERE due > ?"
            " UNION ALL SELECT min(ends) FROM feedmill_subscription WHERE ends > ?"
            " UNION ALL SELECT min(retry) FROM feedmill_subscription WHERE retry > ? AND verified = 1)"
            " AS soon",
            (to_micros(now),) * 3,
        )
        return None if row is None or row[0] is None else from_micros(row[0])

    # Other hubs

    def pinged(self, hub: str, path: str) -> str:
        """Return the digest that another hub was last told of, "" for none."""
        row = self._one("SELECT sent FROM feedmill_ping WHERE hub = ? AND path = ?", (hub, path))
        return str(row[0]) if row else ""

    def set_pinged(self, hub: str, path: str, digest: str) -> None:
        """Note that another hub was told of a document."""
        self._tables.write(
            "INSERT INTO feedmill_ping VALUES (?, ?, ?)"
            " ON CONFLICT (hub, path) DO UPDATE SET sent = excluded.sent",
            (hub, path, digest),
        )

    # What the operator sees

    def all(self, published: dict[str, str]) -> Iterator[Subscription]:
        """Yield every subscription, by topic and callback; `published` are the digests by path."""
        for callback, path, ends, sent, failures, trouble in self._tables.read(
            "SELECT callback, path, ends, sent, failures, trouble FROM feedmill_subscription"
            " ORDER BY path, callback"
        ):
            yield Subscription(
                callback=callback,
                path=path,
                ends=from_micros(ends),
                up_to_date=sent == published.get(path) and not trouble,
                failures=failures,
                trouble=trouble,
            )

    def counts(self) -> dict[str, int]:
        """Return how many subscriptions there are, how many fail, how many requests wait."""
        return {
            "subscriptions": self._count("feedmill_subscription"),
            "failing": self._count("feedmill_subscription WHERE failures > 0"),
            "waiting": self._count("feedmill_intent"),
        }

    # SQL

    def _count(self, where: str, *values: object) -> int:
        row = self._one(f"SELECT count(*) FROM {where}", values)
        return int(row[0]) if row else 0

    def _one(self, statement: str, values: Sequence[object]) -> tuple[Any, ...] | None:
        return next(iter(self._tables.read(statement, values)), None)


def _but(column: str, values: Sequence[object]) -> str:
    """Return the condition that a column has none of so many values."""
    return f" AND {column} NOT IN ({','.join('?' * len(values))})" if values else ""


def _same(intent: Intent) -> tuple[object, ...]:
    wish = intent.wish
    lease = wish.lease // timedelta(microseconds=1)
    said = wish.mode.value, wish.topic, lease, wish.secret, wish.verify_token
    return wish.callback, intent.path, *said, intent.reason
