"""Subscriptions: who gets which topic until when, and what each was sent last. Beside the ledger: history."""

from __future__ import annotations

import os
import sqlite3
import urllib.parse
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from feedmill.errors import StoreError
from feedmill.model.instant import Instant, from_micros, rfc3339, to_micros
from feedmill.push.protocol import Mode, Wish, host_of, without_query

_VERSION = 1
_SCHEMA = """
    CREATE TABLE subscription (
        id INTEGER PRIMARY KEY AUTOINCREMENT, callback TEXT NOT NULL, path TEXT NOT NULL, topic TEXT NOT NULL,
        host TEXT NOT NULL, secret BLOB NOT NULL, verify_token TEXT NOT NULL, ends INTEGER NOT NULL,
        sent TEXT NOT NULL, verified INTEGER NOT NULL, failures INTEGER NOT NULL, retry INTEGER NOT NULL,
        trouble TEXT NOT NULL, UNIQUE (callback, path)
    );
    CREATE INDEX subscription_path ON subscription (path, sent);
    CREATE INDEX subscription_host ON subscription (host);
    CREATE INDEX subscription_ends ON subscription (ends);
    CREATE INDEX subscription_retry ON subscription (retry);
    CREATE TABLE intent (
        callback TEXT NOT NULL, path TEXT NOT NULL, mode TEXT NOT NULL, topic TEXT NOT NULL,
        host TEXT NOT NULL, lease INTEGER NOT NULL, secret BLOB NOT NULL, verify_token TEXT NOT NULL,
        published TEXT NOT NULL, reason TEXT NOT NULL, tries INTEGER NOT NULL, due INTEGER NOT NULL,
        PRIMARY KEY (callback, path)
    ) WITHOUT ROWID;
    CREATE INDEX intent_due ON intent (due);
    CREATE TABLE ping (hub TEXT NOT NULL, path TEXT NOT NULL, sent TEXT NOT NULL, PRIMARY KEY (hub, path))
        WITHOUT ROWID;
    CREATE TABLE place (inode INTEGER NOT NULL)
"""
"""Instants and leases in microseconds. `sent`: the digest of the document that the subscriber has (or had
when it asked). A number is never given twice: a delivery may still be under way for one who has left.
`intent.reason`: why the subscriber is told that it gets nothing; "" for a verification."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One subscription as the operator sees it: no secret, no token."""

    callback: str
    path: str
    ends: Instant
    up_to_date: bool
    failures: int
    trouble: str


def subscriber_json(one: Subscription) -> dict[str, Any]:
    """Return a subscription as `feedmill list subscribers --json` prints it."""
    return {
        "callback": without_query(one.callback),
        "topic": one.path,
        "until": rfc3339(one.ends),
        "up_to_date": one.up_to_date,
        "failures": one.failures,
        "trouble": one.trouble,
    }


class Subscriptions:
    """The file, mode 0600: it holds secrets. One thread at a time; `save` makes what was written durable.

    Raises (everything):
        StoreError: the file cannot be read or written.
    """

    def __init__(self, path: Path, caps: Caps | None = None) -> None:
        self._path = path
        self._caps = caps or Caps()
        with _told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            path.chmod(0o600)
            status = path.stat()
            self._file = status.st_dev, status.st_ino
            address = f"file:{urllib.parse.quote(os.fspath(path).encode('utf-8', 'surrogateescape'))}?mode=rw"
            self._db = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute("BEGIN IMMEDIATE")
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version > _VERSION:
                raise StoreError(f"{path} was written by a newer feedmill; use that one")
            if version < _VERSION:
                for statement in _SCHEMA.split(";"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {_VERSION}")
            self._db.execute("COMMIT")

    def settle(self) -> bool:
        """Take the file for ours; return whether it was put here from elsewhere.

        That is a copy made earlier: who is in it may have left since.
        """
        _, inode = self._file
        known = self._one("SELECT inode FROM place", ())
        self._write("DELETE FROM place", ())
        self._write("INSERT INTO place VALUES (?)", (inode,))
        self.save()
        return known is not None and known[0] != inode

    def require_same_file(self) -> None:
        """Raise StoreError where the file was deleted or replaced: what is written would go nowhere."""
        with _told(self._path):
            now, ours = self._path.stat(), self._file
        if (now.st_dev, now.st_ino) != ours:
            raise StoreError(f"{self._path} was replaced")

    def close(self) -> None:
        """Save, and let go of the file."""
        with _told(self._path):
            self.save()
            self._db.close()

    def save(self) -> None:
        """Make everything written so far durable."""
        with _told(self._path):
            if self._db.in_transaction:
                self._db.execute("COMMIT")

    # What subscribers ask

    def full(self, path: str, wish: Wish) -> str:
        """Return why a new subscription cannot be taken now, "" where it can."""
        caps, host = self._caps, host_of(wish.callback)
        if wish.mode is Mode.SUBSCRIBE and not self._count(
            "subscription WHERE callback = ? AND path = ?", wish.callback, path
        ):
            if self._count("subscription WHERE path = ?", path) >= caps.per_topic:
                return "this topic has as many subscribers as it takes"
            if self._count("subscription WHERE host = ?", host) >= caps.per_host:
                return "this host has as many subscriptions as it gets"
            if self._count("subscription") >= caps.total:
                return "this hub has as many subscriptions as it takes"
        if self._count("intent WHERE host = ?", host) >= caps.waiting_per_host:
            return "too many requests for this host wait to be verified; try again later"
        if self._count("intent") >= caps.waiting:
            return "too many requests wait to be verified; try again later"
        return ""

    def ask(self, path: str, wish: Wish, published: str, now: Instant, *, reason: str = "") -> None:
        """Note a request for the document at `path`; the newest one of a callback and topic counts.

        `published` is the document's digest now: what changes from here on is delivered.
        """
        self._write(
            "INSERT OR REPLACE INTO intent VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)",
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
        rows = self._read(
            "SELECT path, mode, callback, topic, lease, secret, verify_token, published, reason, tries"
            " FROM intent WHERE due <= ? ORDER BY due LIMIT ?",
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
        self._write(
            "UPDATE intent SET tries = tries + ?, due = ? WHERE callback = ? AND path = ? AND topic = ?",
            (int(tried), to_micros(until), intent.wish.callback, intent.path, intent.wish.topic),
        )

    def forget(self, intent: Intent) -> None:
        """Drop a request: it is answered, or nobody stands by it."""
        self._write("DELETE FROM intent WHERE callback = ? AND path = ?", (intent.wish.callback, intent.path))

    def confirm(self, intent: Intent, now: Instant) -> None:
        """Do what a verified request asks for; it takes the place of what stood there (WebSub, 5.1)."""
        wish = intent.wish
        self.forget(intent)
        if wish.mode is Mode.UNSUBSCRIBE:
            self._write(
                "DELETE FROM subscription WHERE callback = ? AND path = ?", (wish.callback, intent.path)
            )
            return
        self._write(
            "INSERT INTO subscription"
            " (callback, path, topic, host, secret, verify_token, ends, sent, verified, failures, retry,"
            " trouble)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, 0, 0, '')"
            " ON CONFLICT (callback, path) DO UPDATE SET topic = excluded.topic, secret = excluded.secret,"
            " verify_token = excluded.verify_token, ends = excluded.ends, verified = 1, trouble = '',"
            " failures = iif(verified, 0, failures), retry = iif(verified, 0, retry)",
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
        rows = self._read(
            "SELECT id, callback, path, topic, secret, failures FROM subscription"
            " WHERE ((path = ? AND sent < ?) OR (path = ? AND sent > ?))"  # so that the index finds them
            " AND verified AND ends > ? AND retry <= ?"
            f" AND id NOT IN ({_marks(but)}) AND host NOT IN ({_marks(but_hosts)})"
            " ORDER BY failures, id LIMIT ?",
            (path, digest, path, digest, to_micros(now), to_micros(now), *but, *but_hosts, size),
        )
        return [Due._make(row) for row in rows]

    def sent(self, id_: int, digest: str) -> None:
        """Note that a subscriber has got a document."""
        self._write(
            "UPDATE subscription SET sent = ?, failures = 0, retry = 0, trouble = '' WHERE id = ?",
            (digest, id_),
        )

    def give_up(self, id_: int, digest: str, trouble: str) -> None:
        """Note that a subscriber is not tried again with this document; the next one is tried."""
        self._write(
            "UPDATE subscription SET sent = ?, failures = 0, retry = 0, trouble = ? WHERE id = ?",
            (digest, trouble, id_),
        )

    def failed(self, id_: int, trouble: str, retry: Instant) -> None:
        """Note that a delivery failed, and when to try again."""
        self._write(
            "UPDATE subscription SET failures = failures + 1, trouble = ?, retry = ? WHERE id = ?",
            (trouble, to_micros(retry), id_),
        )

    def doubt(self, id_: int, now: Instant, retry: Instant) -> None:
        """Ask a subscriber that said 410 whether it means that; nothing is sent until it has answered.

        Nor before `retry` where it does not mean it.
        """
        row = self._one(
            "SELECT callback, path, topic, ends, secret, verify_token, sent, host FROM subscription"
            " WHERE id = ?",
            (id_,),
        )
        if row is None:
            return
        callback, path, topic, ends, secret, token, sent, host = row
        self._write(
            "UPDATE subscription SET verified = 0, failures = failures + 1, retry = ?, trouble = 'gone (410)'"
            " WHERE id = ?",
            (to_micros(retry), id_),
        )
        self._write(
            "INSERT OR IGNORE INTO intent VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, ?)",
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
        for (id_,) in self._read("SELECT id FROM subscription", ()):
            self.doubt(id_, now, now)

    def end_doubted(self, intent: Intent) -> None:
        """Drop a subscription whose subscriber does not stand by it any more."""
        self._write(
            "DELETE FROM subscription WHERE callback = ? AND path = ? AND NOT verified",
            (intent.wish.callback, intent.path),
        )

    def end_leases(self, now: Instant) -> int:
        """Drop the subscriptions whose lease is over; return how many."""
        return self._write("DELETE FROM subscription WHERE ends <= ?", (to_micros(now),))

    def retire(self, paths: Iterable[str], now: Instant, reason: str) -> None:
        """End the subscriptions of documents that are published no more, and tell their subscribers."""
        for path in paths:
            self._write(
                "INSERT OR REPLACE INTO intent SELECT callback, path, ?, topic, host, 0, x'', '', '', ?, 0, ?"
                " FROM subscription WHERE path = ?",
                (Mode.SUBSCRIBE.value, reason, to_micros(now), path),
            )
            self._write("DELETE FROM subscription WHERE path = ?", (path,))

    def paths(self) -> list[str]:
        """Return the documents that have subscribers, stepping over the subscribers themselves."""
        rows = self._read(
            "WITH RECURSIVE found (path) AS (SELECT min(path) FROM subscription UNION ALL"
            " SELECT (SELECT min(path) FROM subscription WHERE path > found.path) FROM found"
            " WHERE found.path IS NOT NULL) SELECT path FROM found WHERE path IS NOT NULL",
            (),
        )
        return [path for (path,) in rows]

    def next_at(self, now: Instant) -> Instant | None:
        """Return when after `now` something is to be done, whatever is published: a request, a lease's end.

        What was due by `now` is under way, or waits for something that is.
        """
        row = self._one(
            "SELECT min(at) FROM (SELECT min(due) AS at FROM intent WHERE due > ?1"
            " UNION ALL SELECT min(ends) FROM subscription WHERE ends > ?1"
            " UNION ALL SELECT min(retry) FROM subscription WHERE retry > ?1 AND verified)",
            (to_micros(now),),
        )
        return None if row is None or row[0] is None else from_micros(row[0])

    # Other hubs

    def pinged(self, hub: str, path: str) -> str:
        """Return the digest that another hub was last told of, "" for none."""
        row = self._one("SELECT sent FROM ping WHERE hub = ? AND path = ?", (hub, path))
        return str(row[0]) if row else ""

    def set_pinged(self, hub: str, path: str, digest: str) -> None:
        """Note that another hub was told of a document."""
        self._write("INSERT OR REPLACE INTO ping VALUES (?, ?, ?)", (hub, path, digest))

    # What the operator sees

    def all(self, published: dict[str, str]) -> Iterator[Subscription]:
        """Yield every subscription, by topic and callback; `published` are the digests by path."""
        for callback, path, ends, sent, failures, trouble in self._read(
            "SELECT callback, path, ends, sent, failures, trouble FROM subscription ORDER BY path, callback",
            (),
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
            "subscriptions": self._count("subscription"),
            "failing": self._count("subscription WHERE failures > 0"),
            "waiting": self._count("intent"),
        }

    # SQL

    def _count(self, where: str, *values: object) -> int:
        row = self._one(f"SELECT count(*) FROM {where}", values)
        return int(row[0]) if row else 0

    def _one(self, statement: str, values: Sequence[object]) -> tuple[Any, ...] | None:
        return next(iter(self._read(statement, values)), None)

    def _read(self, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        with _told(self._path):
            return self._db.execute(statement, tuple(values)).fetchall()

    def _write(self, statement: str, values: Sequence[object]) -> int:
        with _told(self._path):
            if not self._db.in_transaction:
                self._db.execute("BEGIN")
            return self._db.execute(statement, tuple(values)).rowcount


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"the subscriptions in {path} cannot be used: {error}") from error
