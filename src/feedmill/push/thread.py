"""The hub in a thread and an event loop of its own: deliveries slow down no reader and no pass."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from typing import Any, TypeVar

from feedmill.errors import StoreError
from feedmill.model.instant import Instant
from feedmill.push.egress import Egress
from feedmill.push.hub import Hub
from feedmill.push.protocol import Refusal, parse_wish
from feedmill.push.subscriber import Subscription
from feedmill.push.subscriptions import Subscriptions
from feedmill.push.topics import Duties, Topics
from feedmill.push.totals import Totals
from feedmill.store import SubscriptionTables

_AGAIN = 5.0
"""Seconds until the subscriptions are tried again after they could not be used."""

_PATIENCE = 2.0
"""Seconds that another thread waits for a word from the hub."""

_T = TypeVar("_T")

logger = logging.getLogger("feedmill")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the hub is told once. `tables` opens the subscriptions."""

    tables: Callable[[], SubscriptionTables]
    duties: Duties
    lease: timedelta
    allow: tuple[str, ...] = ()
    agent: str


class HubThread:
    """Started and stopped by the daemon's main thread; everything else may be called from any."""

    def __init__(self, plan: Plan, clock: Callable[[], Instant]) -> None:
        self._plan = plan
        self._clock = clock
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="feedmill-hub", daemon=True)
        self._main: asyncio.Task[None] | None = None
        self._ending = False
        self._hub: Hub | None = None
        self._subscriptions: Subscriptions | None = None
        self._topics: Topics | None = None
        self.totals = Totals()
        """What was done since the start; others only read it."""
        self.trouble = ""
        """Why the hub cannot work just now."""

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self, timeout: float) -> bool:
        """End at once: what is under way is sent again after the next start. Returns whether it has ended."""
        with suppress(RuntimeError):  # it ended by itself
            self._loop.call_soon_threadsafe(self._cancel)
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def install(self, topics: Topics) -> None:
        """Follow this generation from now on."""
        with suppress(RuntimeError):  # it ended by itself
            self._loop.call_soon_threadsafe(self._install, topics)

    async def ask(self, content_type: str, body: bytes) -> tuple[int, str]:
        """Take a request, from another event loop; return the status of the answer and what it says."""
        wish = parse_wish(content_type, body, lease=self._plan.lease)
        if isinstance(wish, Refusal):
            return wish.status, wish.reason

        async def take() -> Refusal | None:
            if self._hub is None:
                return Refusal(status=503, reason="the hub is starting; try again")
            return self._hub.ask(wish)

        try:
            async with asyncio.timeout(_PATIENCE):
                refusal = await asyncio.wrap_future(self._call(take()))
        except (TimeoutError, StoreError, RuntimeError):
            return 503, "the hub cannot take requests just now; try again later"
        return (refusal.status, refusal.reason) if refusal else (202, "")

    def everybody(self, published: dict[str, str]) -> list[Subscription]:
        """Return all subscriptions; `published` are digests by path.

        Raises:
            StoreError: the hub does not answer just now.
        """

        async def see() -> list[Subscription]:
            return list(self._subscriptions.all(published)) if self._subscriptions is not None else []

        try:
            return self._call(see()).result(_PATIENCE)
        except (FutureTimeout, CancelledError, RuntimeError) as error:
            raise StoreError("the hub does not answer just now; try again") from error

    def _call(self, work: Coroutine[Any, Any, _T]) -> Future[_T]:
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop)
        except RuntimeError:  # the loop is closed
            work.close()
            raise

    # In the thread

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner, suppress(asyncio.CancelledError):
                runner.run(self._live())
        except Exception:
            self.trouble = "the hub ended, see the log"
            logger.exception("the hub ended: this is feedmill's fault, please report it")

    def _cancel(self) -> None:
        self._ending = True
        if self._main is not None:
            self._main.cancel()

    def _install(self, topics: Topics) -> None:
        self._topics = topics
        if self._hub is not None:
            self._hub.install(topics)

    async def _live(self) -> None:
        self._main = asyncio.current_task()
        if self._ending:  # told before it had begun
            return
        networks = [ip_network(text) for text in self._plan.allow]
        async with Egress(networks, agent=self._plan.agent) as egress:
            while True:
                try:
                    await self._work(egress)
                except StoreError as error:
                    if not self.trouble:
                        logger.warning("the hub cannot work", extra={"facts": {"why": str(error)}})
                    self.trouble = str(error)
                await asyncio.sleep(_AGAIN)

    async def _work(self, egress: Egress) -> None:
        plan = self._plan
        subscriptions = Subscriptions(plan.tables())
        try:
            if subscriptions.settle():
                subscriptions.doubt_all(self._clock())
            hub = Hub(subscriptions, egress, plan.duties, self._clock, self.totals)
            if self._topics is not None:
                hub.install(self._topics)
            self._subscriptions, self._hub = subscriptions, hub
            self.trouble = ""
            await hub.run()
        finally:
            self._subscriptions = self._hub = None
            subscriptions.close()
