"""The hub's loop: verify who asked, send what is published when it is sent, try again later. No queue."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from feedmill.errors import StoreError
from feedmill.model.artifact import Published
from feedmill.model.instant import Instant
from feedmill.push.egress import Answer, Egress
from feedmill.push.protocol import (
    FORM,
    Mode,
    Refusal,
    Wish,
    confirms,
    delivery_fields,
    denial,
    host_of,
    ping,
    verification,
    without_query,
)
from feedmill.push.subscriptions import Due, Intent, Subscriptions
from feedmill.push.topics import Duties, Topics
from feedmill.push.totals import Failure, Totals

_AT_ONCE = 96
"""Deliveries under way at the same time, all topics together."""

_PER_HOST = 4
_RETRIES = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200)
)
"""After so many failures in a row, of one document, a subscriber waits for the next change."""

_VERIFY_RETRIES = (timedelta(seconds=10), timedelta(minutes=2))
_VERIFY_EVERY, _VERIFY_BURST = 1.0, 10
"""Requests that nobody has verified yet, to one host: so many at once, then one in so many seconds."""

_IDLE = 5.0
_COUNT = 0.5
"""Seconds between two looks at how many subscriptions there are, for others to see."""

_PINGS = 50
"""Topics that another hub is told of at once."""


class Hub:
    """Follows the store: told of a generation by `install`, it makes up the difference for each subscriber.

    Everything runs on one event loop; `install` and `ask` may be called from it alone.
    """

    def __init__(
        self,
        subscriptions: Subscriptions,
        egress: Egress,
        duties: Duties,
        clock: Callable[[], Instant],
        totals: Totals | None = None,
    ) -> None:
        self.totals = totals or Totals()
        self._subscriptions = subscriptions
        self._egress = egress
        self._duties = duties
        self._clock = clock
        self._topics: Topics | None = None
        self._installed = 0.0
        self._since: dict[str, tuple[str, float]] = {}
        """Since when (monotonic seconds) a document is published, of those with subscribers."""
        self._untold: dict[str, set[str]] = {hub: set() for hub in duties.others}
        self._wake = asyncio.Event()
        self._busy: dict[int, str] = {}
        self._verifying: set[tuple[str, str]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._per_host: Counter[str] = Counter()
        self._tokens: dict[str, tuple[float, float]] = {}
        self._pinging: set[str] = set()
        self._count_at = 0.0
        self._failure: BaseException | None = None

    def install(self, topics: Topics) -> None:
        """Follow this generation from now on."""
        self._installed = time.monotonic()
        if self._untold:
            old = self._topics.documents if self._topics is not None else {}
            changed = {
                path
                for path, document in topics.documents.items()
                if (known := old.get(path)) is None or known.digest != document.digest
            }
            for untold in self._untold.values():
                untold |= changed
        self._topics = topics
        self._wake.set()

    def ask(self, wish: Wish) -> Refusal | None:
        """Take a request, to be verified later (202), or say why not (WebSub, 5.1.2)."""
        if self._topics is None:
            return Refusal(status=503, reason="the hub is starting; try again")
        path = self._duties.path(wish.topic)
        document = self._topics.find(path) if path else None
        subscriptions, now = self._subscriptions, self._clock()
        if full := subscriptions.full(path or "", wish):
            return Refusal(status=503, reason=full)
        if path is None or (document is None and wish.mode is Mode.SUBSCRIBE):
            reason = "this hub does not publish that topic"
            subscriptions.ask(path or wish.topic, wish, "", now, reason=reason)
        else:
            subscriptions.ask(path, wish, document.digest if document else "", now)
        subscriptions.save()
        self._wake.set()
        return None

    async def run(self) -> None:
        """Work until cancelled.

        Raises:
            StoreError: the subscriptions cannot be used.
        """
        try:
            while self._failure is None:
                self._wake.clear()
                now = self._clock()
                self._step(now)
                await self._rest(now)
            raise self._failure
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            with suppress(StoreError):  # told already, or the next start sends twice what cannot be noted now
                self._subscriptions.save()

    async def _rest(self, now: Instant) -> None:
        at = self._subscriptions.next_at(now)
        patience = _IDLE if at is None else (at - self._clock()).total_seconds()
        with suppress(TimeoutError):  # not wait_for: Python 3.11's may lose a cancellation
            async with asyncio.timeout(min(max(patience, 0.02), _IDLE)):
                await self._wake.wait()

    def _step(self, now: Instant) -> None:
        """Start whatever is due and has room, and see how much there is."""
        if self._duties.active():
            self._work(now)
        self._subscriptions.save()
        if time.monotonic() >= self._count_at:
            self._count_at = time.monotonic() + _COUNT
            self._subscriptions.require_same()
            self.totals.counts = self._subscriptions.counts()

    def _work(self, now: Instant) -> None:
        self._subscriptions.end_leases(now)
        if self._duties.hub:
            self._verify(now)
        if self._topics is not None:
            if self._duties.hub:
                paths = self._subscriptions.paths()
                self._retire(self._topics, paths, now)
                self._deliver(self._topics, paths, now)
            self._ping(self._topics)

    # Verification

    def _verify(self, now: Instant) -> None:
        for intent in self._subscriptions.intents(now, _AT_ONCE):
            key = (intent.wish.callback, intent.path)
            host = host_of(intent.wish.callback)
            if key in self._verifying:
                continue
            if not self._token(host):
                self._subscriptions.postpone(intent, now + timedelta(seconds=_VERIFY_EVERY), tried=False)
                continue
            self._verifying.add(key)
            self._start(self._verify_one(intent))

    def _token(self, host: str) -> bool:
        """Take one of the requests that a host may get before it has said that it wants any."""
        now = time.monotonic()
        left, at = self._tokens.get(host, (float(_VERIFY_BURST), now))
        left = min(float(_VERIFY_BURST), left + (now - at) / _VERIFY_EVERY)
        if left < 1:
            self._tokens[host] = (left, now)
            return False
        if len(self._tokens) > 10_000:  # hosts whose bucket is full again need not be remembered
            self._tokens = {
                name: kept
                for name, kept in self._tokens.items()
                if now - kept[1] < _VERIFY_EVERY * _VERIFY_BURST
            }
        self._tokens[host] = (left - 1, now)
        return True

    async def _verify_one(self, intent: Intent) -> None:
        wish, subscriptions = intent.wish, self._subscriptions
        try:
            if intent.reason:
                await self._egress.get(denial(wish.callback, wish.topic, intent.reason))
                subscriptions.forget(intent)
                self.totals.verifications["denied"] += 1
                return
            challenge = secrets.token_urlsafe(32)
            answer = await self._egress.get(verification(wish, challenge))
            now = self._clock()
            if confirms(answer.status, answer.body, challenge):
                subscriptions.confirm(intent, now)
                self.totals.verifications["confirmed"] += 1
            elif (answer.status == 0 or answer.status >= 500) and intent.tries < len(_VERIFY_RETRIES):
                subscriptions.postpone(intent, now + _VERIFY_RETRIES[intent.tries])
                self.totals.verifications["retried"] += 1
            else:
                subscriptions.forget(intent)
                subscriptions.end_doubted(intent)
                self.totals.verifications["refused"] += 1
        finally:
            self._verifying.discard((wish.callback, intent.path))

    # Delivery

    def _retire(self, topics: Topics, paths: Sequence[str], now: Instant) -> None:
        gone = [path for path in paths if path in topics.gone]
        if gone:
            self._subscriptions.retire(
                gone, now, "this feed is gone for good, or has moved: ask for its address again"
            )

    def _deliver(self, topics: Topics, paths: Sequence[str], now: Instant) -> None:
        for path in paths:
            document = topics.find(path)
            if document is None:
                continue
            if self._since.get(path, ("", 0.0))[0] != document.digest:
                self._since[path] = document.digest, self._installed
            if len(self._busy) < _AT_ONCE:
                self._deliver_topic(topics, document, now)

    def _deliver_topic(self, topics: Topics, document: Published, now: Instant) -> None:
        body: bytes | None = None
        while (room := _AT_ONCE - len(self._busy)) > 0:
            full = [host for host, number in self._per_host.items() if number >= _PER_HOST]
            due = self._subscriptions.due(
                document.path, document.digest, now, room, but=tuple(self._busy), but_hosts=full
            )
            if not due:
                return
            body = body if body is not None else topics.body(document)
            if body is None:
                return
            for one in due:
                host = host_of(one.callback)
                if self._per_host[host] < _PER_HOST:
                    self._busy[one.id] = host
                    self._per_host[host] += 1
                    self._start(self._deliver_one(one, document, body))

    async def _deliver_one(self, one: Due, document: Published, body: bytes) -> None:
        duties = self._duties
        fields = delivery_fields(
            duties.media_type(one.path), duties.hub, duties.url(one.path), body, one.secret
        )
        try:
            answer = await self._egress.post(
                one.callback, body, fields, still=lambda: self._is_published(document)
            )
            if answer.ok or self._is_published(document):
                self._delivered(one, document, answer)  # else another document is due, or none
        finally:
            host = self._busy.pop(one.id)
            self._per_host[host] -= 1
            if not self._per_host[host]:
                del self._per_host[host]

    def _is_published(self, document: Published) -> bool:
        found = self._topics.find(document.path) if self._topics is not None else None
        return found is not None and found.digest == document.digest

    def _delivered(self, one: Due, document: Published, answer: Answer) -> None:
        subscriptions, totals, now = self._subscriptions, self.totals, self._clock()
        if answer.ok:
            subscriptions.sent(one.id, document.digest)
            totals.delivered(time.monotonic() - self._since[one.path][1])
            return
        trouble = answer.failure or f"answered {answer.status}"
        if one.failures == len(_RETRIES):  # the next change is another reason to try
            subscriptions.give_up(one.id, document.digest, f"given up: {trouble}")
            totals.deliveries["given up"] += 1
        elif answer.status == 410:
            subscriptions.doubt(one.id, now, now + _RETRIES[one.failures])
            totals.deliveries["gone"] += 1
        else:
            subscriptions.failed(one.id, trouble, now + _RETRIES[one.failures])
            totals.deliveries["failed"] += 1
        totals.failures.append(Failure(now, without_query(one.callback), one.path, trouble))

    # Other hubs

    def _ping(self, topics: Topics) -> None:
        for hub, untold in self._untold.items():
            if untold and hub not in self._pinging:
                changed = {
                    path: document.digest
                    for path in sorted(untold)
                    if (document := topics.find(path)) is not None
                    and self._subscriptions.pinged(hub, path) != document.digest
                }
                untold.clear()
                if changed:
                    self._pinging.add(hub)
                    self._start(self._ping_one(hub, changed))

    async def _ping_one(self, hub: str, changed: Mapping[str, str]) -> None:
        try:
            for start in range(0, len(changed), _PINGS):
                some = dict(list(changed.items())[start : start + _PINGS])
                await self._ping_some(hub, ping([self._duties.url(path) for path in some]))
                for path, digest in some.items():  # told, or told in vain: the next change is another reason
                    self._subscriptions.set_pinged(hub, path, digest)
        finally:
            self._pinging.discard(hub)

    async def _ping_some(self, hub: str, form: bytes) -> None:
        for wait in (0.0, 5.0, 60.0):
            await asyncio.sleep(wait)
            answer = await self._egress.post(hub, form, {"Content-Type": FORM})
            self.totals.pings["told" if answer.ok else "failed"] += 1
            if answer.ok:
                return

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._failure = self._failure or task.exception()
        self._wake.set()
