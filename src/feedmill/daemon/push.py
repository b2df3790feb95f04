"""Push: the running daemon's hub, told of each generation, and what others may know of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import feedmill
from feedmill.daemon.on_demand import OnDemand
from feedmill.model.artifact import Generation, Published
from feedmill.model.hub import DELIVERY_BOUNDS, own_hub
from feedmill.model.instant import Instant, rfc3339
from feedmill.model.settings import Settings
from feedmill.model.slug import url_path
from feedmill.server import Door
from feedmill.server.media import is_topic, media_type
from feedmill.server.metrics import Histogram, Value
from feedmill.store import Bodies, place_of

if TYPE_CHECKING:
    from feedmill.push.thread import HubThread
    from feedmill.push.topics import Topics


class Push(OnDemand):
    """Follows the settings: runs a hub where they ask for one. Of aiohttp nothing is imported elsewhere."""

    def __init__(
        self, clock: Callable[[], Instant], bodies: Bodies, active: Callable[[], bool] = lambda: True
    ) -> None:
        super().__init__()
        self._clock = clock
        self._active = active
        self._bodies = bodies
        self._thread: HubThread | None = None

    def install(self, generation: Generation) -> None:
        """Deliver `generation` from now on, as a pass has left it; not what it suspends."""
        self._generation = generation
        settings = self._settings
        if settings is None or not (own_hub(settings) or settings.push.hubs):
            return
        if self._thread is None:  # only now: a start must not wait for what is needed after it
            self._thread = _start(settings, self._clock, self._active)
        self._thread.install(topics(generation, self._bodies))

    def close(self) -> None:
        """End deliveries; they go on after the next start."""
        if self._thread is not None:
            self._thread.stop(timeout=1.5)
            self._thread = None

    def _facts(self, settings: Settings) -> tuple[object, ...]:
        return settings.push, own_hub(settings), settings.site.url, settings.feeds_dir

    @property
    def door(self) -> Door | None:
        """Where the origin hands on requests; None: there is no hub here."""
        serves = self._settings is not None and own_hub(self._settings)
        return self._thread.ask if self._thread is not None and serves else None

    def troubles(self) -> list[str]:
        """Return why the hub cannot work just now."""
        return [self._thread.trouble] if self._thread is not None and self._thread.trouble else []

    def followers(self) -> dict[str, Any]:
        """Return the `followers` part of the status: numbers and the last failures, no secret."""
        if self._settings is None or self._thread is None:
            return {"hub": None}
        totals = self._thread.totals
        return {
            "hub": own_hub(self._settings) or None,
            "hubs": list(self._settings.push.hubs),
            "subscriptions": 0,
            "failing": 0,
            "waiting": 0,
            **totals.counts,
            "deliveries": dict(totals.deliveries),
            "verifications": dict(totals.verifications),
            "pings": dict(totals.pings),
            "failures": [
                {"at": rfc3339(one.at), "callback": one.callback, "topic": one.path, "why": one.why}
                for one in list(totals.failures)
            ],
        }

    def subscribers(self) -> list[dict[str, Any]]:
        """Return everybody who is subscribed, without secrets and the callbacks' queries.

        Raises:
            StoreError: the hub does not answer just now.
        """
        if self._thread is None:
            return []
        from feedmill.push.subscriber import subscriber_json

        published = _digests(self._generation.documents if self._generation else {})
        return [subscriber_json(one) for one in self._thread.everybody(published)]

    def metrics(self) -> Mapping[str, Value]:
        """Return the numbers under the names of the server's `FAMILIES`."""
        if self._thread is None:
            return {}
        totals = self._thread.totals
        return {
            "feedmill_subscriptions": totals.counts.get("subscriptions", 0),
            "feedmill_subscriptions_failing": totals.counts.get("failing", 0),
            "feedmill_deliveries_total": dict(totals.deliveries),
            "feedmill_delivery_seconds": Histogram(
                bounds=DELIVERY_BOUNDS, counts=tuple(totals.slower), total=totals.seconds
            ),
            "feedmill_verifications_total": dict(totals.verifications),
            "feedmill_hub_pings_total": dict(totals.pings),
        }


def topics(generation: Generation, bodies: Bodies) -> Topics:
    """Return what may be subscribed to: feeds that are served as they are, at their own address."""
    from feedmill.push.topics import Topics

    return Topics(
        documents=generation.documents,
        gone=generation.gone | generation.redirects.keys(),
        body=lambda record: bodies(record.path, record.digest),
        serves=lambda path: (
            is_topic(path) and path not in generation.redirects and path not in generation.suspended
        ),
    )


def stored_subscribers(settings: Settings) -> list[dict[str, Any]]:
    """Return everybody who is subscribed, where no daemon runs.

    Raises:
        StoreError: the subscriptions or the ledger cannot be read.
    """
    from feedmill.push.subscriber import subscriber_json
    from feedmill.push.subscriptions import Subscriptions

    place = place_of(settings)
    tables = place.find_subscriptions()
    if tables is None:
        return []
    with place.open(read_only=True) as store:
        published = _digests(store.documents)
    subscriptions = Subscriptions(tables)
    try:
        return [subscriber_json(one) for one in subscriptions.all(published)]
    finally:
        subscriptions.close()


def _digests(documents: Mapping[str, Published]) -> dict[str, str]:
    return {path: record.digest for path, record in documents.items()}


def _start(settings: Settings, clock: Callable[[], Instant], active: Callable[[], bool]) -> HubThread:
    from feedmill.push.thread import HubThread, Plan
    from feedmill.push.topics import Duties

    base = settings.site.url
    plan = Plan(
        tables=place_of(settings).subscriptions,
        duties=Duties(
            hub=own_hub(settings),
            url=lambda path: base + url_path(path),
            path=lambda url: topic_path(url, base),
            media_type=media_type,
            others=settings.push.hubs,
            active=active,
        ),
        lease=settings.push.lease,
        allow=settings.push.allow,
        agent=f"feedmill/{feedmill.__version__} (+{base})",
    )
    thread = HubThread(plan, clock)
    thread.start()
    return thread


def topic_path(url: str, base: str) -> str | None:
    """Return which path of the site a topic's address names, in any spelling that the origin answers."""
    if not url.startswith(base) or url == base:
        return None
    try:
        return unicodedata.normalize("NFC", unquote(url.removeprefix(base), errors="strict"))
    except UnicodeDecodeError:
        return None
