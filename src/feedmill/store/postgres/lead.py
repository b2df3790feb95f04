"""The lead: a session's advisory lock with a heartbeat, and an epoch that every commit is checked against.

The lock ends with the session, and so with the process, at once. A process that hangs keeps its session:
whoever wants the lead then sees that its heart stopped and has the server end its sessions. Should it wake
up, its epoch is not that of the head any more, and nothing it commits is taken
(docs/promises.md, Several nodes).
"""

from __future__ import annotations

import os
import platform
import secrets
import threading
import time
from contextlib import suppress
from typing import Self

from feedmill.errors import LockHeld, PublishError
from feedmill.store.postgres.database import QUICK, Database, where
from feedmill.store.postgres.schema import upgrade

BEAT = 0.5
"""Seconds between two beats."""

STALE = 2.0
"""Seconds without a beat after which a leader hangs."""

_PATIENCE, _LOOK = 1.0, 0.02
"""Seconds to wait for a lock that nobody holds any more, and between two tries."""

_SEEDS = 100_000
"""Generations of which it is remembered what seeds they were made from."""

_NEXT_EPOCH = "UPDATE feedmill_head SET epoch = greatest(epoch, %s) + 1 RETURNING epoch"
"""No number that this process had already: a database that went back has forgotten it."""

_KEY = "1179470916, hashtext(current_schema())"
"""The lock's name: "FMLD", and the schema, so that several mills may share a database."""
_PAIR = "1179470916::oid, (hashtext(current_schema())::bigint & 4294967295)::oid"
"""The same as `pg_locks` has it."""


def new_name() -> str:
    """Return a name for this process that no other has, and that tells a person where it runs."""
    return f"{platform.node() or 'node'}/{os.getpid()}/{secrets.token_hex(3)}"[-60:]


class PostgresLead:
    """A `Lead` in the database."""

    def __init__(self, url: str, purpose: str, *, name: str = "") -> None:
        self.purpose = purpose
        self.name = name or new_name()
        self.prints = ""
        """What names all that decides how seeds become documents here."""
        self.epoch = 0
        self.trusted = False
        """Whether the seeds here were seen to be no older than what is published, under this lead."""
        self.lagging: dict[str, bytes] = {}
        """The files, by path, and their digests, that an earlier copy of the seeds would publish again."""
        self.highest = 0
        """The newest generation that this process saw: one of the same number is another, if the database
        went back to an earlier state."""
        self.recorded = ""
        """What was last recorded under this lead: the prints, and the digest of the seeds."""
        self._url = url
        self._session = Database(url, self.name, ("SET lock_timeout = '2s'",), lasts=True, patience=QUICK)
        self._beaten = 0.0
        self._ended = threading.Event()
        self._heart: threading.Thread | None = None

    def acquire(self) -> Self:
        """Take the lead or say at once who has it; a leader that hangs is replaced.

        Raises:
            LockHeld: another node leads.
            PublishError: the database cannot be reached or used.
        """
        self._end()
        session = self._session
        try:
            self._take()
            upgrade(session)
            session.rows(
                "DELETE FROM feedmill_seeds WHERE serial < (SELECT serial FROM feedmill_head) - %s", (_SEEDS,)
            )
            session.rows("DELETE FROM feedmill_node WHERE beat < clock_timestamp() - interval '1 minute'")
            self.epoch = int(session.rows(_NEXT_EPOCH, (self.epoch,))[0][0])
            self.trusted, self.lagging, self.recorded = False, {}, ""
            self._enter()
        except LockHeld:
            raise  # to be asked again, over the same session
        except BaseException:
            session.close()
            raise
        self._beaten = time.monotonic()
        self._ended = threading.Event()
        self._heart = threading.Thread(
            target=self._beat, args=(self._ended,), name="feedmill-lead", daemon=True
        )
        self._heart.start()
        return self

    def is_valid(self) -> bool:
        """Tell whether this process leads: its session lives, and its heart beats."""
        return self._heart is not None and time.monotonic() - self._beaten < STALE

    def release(self) -> None:
        """Let go: the next one has it at once."""
        leads = self.is_valid()
        self._end()
        if leads:
            with suppress(PublishError):
                self._session.rows("DELETE FROM feedmill_node WHERE name = %s", (self.name,))
                self._session.rows(f"SELECT pg_advisory_unlock({_KEY})")  # closing is noticed a little later
        self._session.close()

    def __enter__(self) -> Self:
        try:
            return self.acquire()
        except BaseException:
            self.release()
            raise

    def __exit__(self, *error: object) -> None:
        self.release()

    def _end(self) -> None:
        heart, self._heart = self._heart, None
        self._ended.set()
        if heart is not None and heart is not threading.current_thread():
            heart.join(STALE)

    def _take(self) -> None:
        until = time.monotonic() + _PATIENCE
        while not self._lock():
            name, hangs = self._holder()
            if hangs:
                self._replace(name)
            elif name or time.monotonic() > until:
                raise LockHeld(where(self._url), self._describe(name))
            else:  # let go of in this moment
                time.sleep(_LOOK)

    def _lock(self) -> bool:
        return bool(self._session.rows(f"SELECT pg_try_advisory_lock({_KEY})")[0][0])

    def _enter(self) -> None:
        self._session.rows(
            "INSERT INTO feedmill_node VALUES (%s, pg_backend_pid(), 'lead', %s, %s,"
            " (SELECT serial FROM feedmill_head), clock_timestamp(), clock_timestamp())"
            " ON CONFLICT (name) DO UPDATE SET backend = excluded.backend, role = excluded.role,"
            " purpose = excluded.purpose, prints = excluded.prints, beat = excluded.beat",
            (self.name, self.purpose, self.prints),
        )

    def _beat(self, ended: threading.Event) -> None:
        while not ended.wait(BEAT):
            begun = time.monotonic()
            try:
                self._session.rows(
                    "UPDATE feedmill_node SET beat = clock_timestamp(), prints = %s,"
                    " serial = (SELECT serial FROM feedmill_head) WHERE name = %s",
                    (self.prints, self.name),
                )
            except PublishError:  # with the session went the lock
                self._heart = None
                return
            self._beaten = begun

    def _holder(self) -> tuple[str, bool]:
        """Return the name of who holds the lock, and whether its heart stopped."""
        if self._session.rows("SELECT to_regclass('feedmill_node')")[0][0] is None:
            return "", False
        rows = self._session.rows(
            "SELECT a.application_name, greatest(n.beat, a.backend_start)"
            " < clock_timestamp() - make_interval(secs => %s)"
            " FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " LEFT JOIN feedmill_node n ON n.name = a.application_name"
            f" WHERE l.locktype = 'advisory' AND l.granted AND (l.classid, l.objid) = ({_PAIR})",
            (STALE,),
        )
        return (str(rows[0][0]), bool(rows[0][1])) if rows else ("", False)

    def _replace(self, name: str) -> None:
        """Have the server end all sessions of a node, and wait until they have."""
        self._session.rows(
            "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE application_name = %s",
            (name,),
        )

    def _describe(self, name: str) -> str:
        node, pid, _ = (*name.split("/"), "", "", "")[:3]
        return f"process {pid} on {node}" if pid else "another process"
