"""A node: this process among those that share a database. It follows what is published, or leads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from feedmill.errors import LockHeld, PublishError, StoreError
from feedmill.model.artifact import Digest
from feedmill.store.health import SeenNode
from feedmill.store.port import Store
from feedmill.store.postgres.bodies import BodyCache
from feedmill.store.postgres.database import QUICK, Database
from feedmill.store.postgres.health import seen_nodes
from feedmill.store.postgres.lead import BEAT, STALE, PostgresLead
from feedmill.store.postgres.standby import StandbyStore
from feedmill.store.postgres.store import PostgresStore

_STEP = 0.2
"""Seconds between two tries to lead."""

_AGAIN = 0.5
"""Seconds until a database that is away is tried again."""

_GIVE_WAY = 0.25
"""Seconds that a standby leaves to the leader's pass over the change that both have seen."""

_ELIGIBLE = """
    SELECT prints IN ('', %s) OR NOT EXISTS (
        SELECT FROM feedmill_node n WHERE n.prints = h.prints AND n.name <> %s
        AND n.beat > clock_timestamp() - make_interval(secs => %s)
    ) FROM feedmill_head h
"""
"""Who prints otherwise than what is published stands by, as long as there is one that does not."""


class PostgresNode:
    """A `Node`, as the port promises, in a thread of its own, which calls `told` and `turned`."""

    def __init__(
        self,
        url: str,
        name: str,
        bodies: BodyCache,
        told: Callable[[Store], None],
        turned: Callable[[], None],
    ) -> None:
        self.prints = ""
        self.trouble = ""
        self._url = url
        self._name = name
        self._bodies = bodies
        self._told = told
        self._turned = turned
        self._lead = PostgresLead(url, "run", name=name)
        self._led = False
        self._epoch = 0
        self._seen = -1
        self._entered = 0.0
        self._heard = 0.0
        self._session = Database(url, name, patience=QUICK)
        self._store: PostgresStore | None = None
        self._nodes: tuple[SeenNode, ...] = ()
        self._news = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="feedmill-node", daemon=True)

    def start(self) -> None:
        """Begin: whether this node leads is known at once, where the database can be reached."""
        try:
            self._campaign()
        except StoreError as error:
            self.trouble = str(error)
        self._led, self._epoch = self.leads(), self._lead.epoch
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(STALE)
        self._lead.release()
        with suppress(PublishError):
            self._session.rows("DELETE FROM feedmill_node WHERE name = %s", (self._name,))
        self._session.close()
        if self._store is not None:
            self._store.close()

    def leads(self) -> bool:
        return self._lead.is_valid()

    def epoch(self) -> int:
        return self._lead.epoch if self._lead.is_valid() else 0

    def open(self, *, leading: bool) -> PostgresStore:
        if leading:
            return PostgresStore(self._url, self._name, self._lead, self._bodies)
        return StandbyStore(self._url, self._name, self._bodies, self.leads)

    def body(self, path: str, digest: Digest) -> bytes | None:
        store = self._store
        return store.body(path, digest) if store is not None else None

    def give_way(self, serial: int) -> None:
        """Leave processor and database to the leader until it has published more than number `serial`.

        For a moment at most: its pass is waited for, ours is not.
        """
        self._news.clear()
        if not self.leads() and self._seen <= serial:
            self._news.wait(_GIVE_WAY)

    def status(self) -> dict[str, Any]:
        """Return what an operator wants to know: role, epoch, serial, all nodes as they were last seen."""
        if time.monotonic() - self._heard < STALE:  # who asks is not to wait for a database that is away
            with suppress(PublishError):
                self._nodes = seen_nodes(self._session)
        return {
            "name": self._name,
            "role": "lead" if self.leads() else "standby",
            "epoch": self._lead.epoch,
            "serial": self._seen,
            "trouble": self.trouble or None,
            "nodes": [node._asdict() for node in self._nodes],
        }

    # In the thread

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self._step()
                self._heard, self.trouble = time.monotonic(), ""
            except StoreError as error:
                self.trouble = str(error)
                self._turn()
                self._ended.wait(_AGAIN)

    def _step(self) -> None:
        self._campaign()
        self._turn()
        store = self._store = self._store or PostgresStore(self._url, self._name, None, self._bodies)
        serial = store.watch(self._seen, _STEP)
        if serial != self._seen:
            known = store.documents
            store.reopen()
            self._seen = store.serial
            self._lead.highest = max(self._lead.highest, self._seen)
            if not self._led:
                self._told(store)
            store.fetch(known)
            self._news.set()
        self._enter()

    def _campaign(self) -> None:
        self._lead.prints = self.prints
        if not self._lead.is_valid() and self._is_eligible():
            with suppress(LockHeld):
                self._lead.acquire()

    def _turn(self) -> None:
        leads = self._lead.is_valid()
        if leads != self._led or (leads and self._lead.epoch != self._epoch):  # lost and taken again counts
            self._led, self._epoch = leads, self._lead.epoch
            if not leads:
                self._lead.release()
                self._seen = -1  # what is published now was told by nobody
            self._news.set()
            self._turned()

    def _is_eligible(self) -> bool:
        if not self._has_tables():
            return True
        return bool(self._session.rows(_ELIGIBLE, (self.prints, self._name, 2 * STALE))[0][0])

    def _has_tables(self) -> bool:
        return self._session.rows("SELECT to_regclass('feedmill_node')")[0][0] is not None

    def _enter(self) -> None:
        """Be seen: a leader is by its lead."""
        if self._led or time.monotonic() - self._entered < BEAT or not self._has_tables():
            return
        self._entered = time.monotonic()
        self._session.rows(
            "INSERT INTO feedmill_node VALUES (%s, pg_backend_pid(), 'standby', 'run', %s, %s,"
            " clock_timestamp(), clock_timestamp())"
            " ON CONFLICT (name) DO UPDATE SET backend = excluded.backend, role = excluded.role,"
            " prints = excluded.prints, serial = excluded.serial, beat = excluded.beat",
            (self._name, self.prints, self._seen),
        )
