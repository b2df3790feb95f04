"""A hub over documents in memory, and subscribers that really listen, on addresses of 127/8."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from unittest.mock import patch

import pytest
from aiohttp import web

from feedmill.model.artifact import Published, digest
from feedmill.push.egress import Egress
from feedmill.push.hub import Hub
from feedmill.push.protocol import Mode, Wish
from feedmill.push.subscriptions import Caps, Subscriptions
from feedmill.push.topics import Duties, Topics
from feedmill.store.local.subscriptions import SubscriptionFile

BASE = "https://feeds.example.org/"
START = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Subscriber:
    """One that listens; `answers` may replace what it says to a verification or a delivery."""

    url: str
    status: int = 204
    confirm: bool = True
    delay: float = 0.0
    asked: list[Mapping[str, str]] = field(default_factory=list)
    got: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            self.asked.append(dict(request.query))
            if not self.confirm:
                return web.Response(status=404)
            return web.Response(text=request.query.get("hub.challenge", ""))
        body = await request.read()
        await asyncio.sleep(self.delay)
        self.got.append((dict(request.headers), body))
        return web.Response(status=self.status, headers={"Location": self.url} if self.status < 400 else {})


class Site:
    """What is published, as the hub is told of it."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}
        self.gone: set[str] = set()

    def publish(self, **bodies: bytes) -> Topics:
        self.bodies.update({name.replace("__", "/").replace("_", "."): body for name, body in bodies.items()})
        return self.topics()

    def topics(self) -> Topics:
        documents = {
            path: Published(path=path, digest=digest(body), size=len(body), modified=START)
            for path, body in self.bodies.items()
        }
        return Topics(
            documents=documents,
            gone=frozenset(self.gone),
            body=lambda record: self.bodies.get(record.path),
        )


@dataclass
class Running:
    """A hub at work."""

    hub: Hub
    site: Site
    clock: Clock
    subscriptions: Subscriptions

    async def subscribe(self, subscriber: Subscriber, path: str = "all.atom", **given: object) -> None:
        wish = wish_of(subscriber.url, path, **given)
        before = len(subscriber.asked)
        assert self.hub.ask(wish) is None
        await until(lambda: len(subscriber.asked) > before)
        await until(lambda: not self.subscriptions.counts()["waiting"])


def wish_of(callback: str, path: str = "all.atom", **given: object) -> Wish:
    fields: dict[str, object] = {"mode": Mode.SUBSCRIBE, "lease": timedelta(days=10), **given}
    return Wish(callback=callback, topic=BASE + path, **fields)  # type: ignore[arg-type]


async def until(holds: Callable[[], object], seconds: float = 10) -> None:
    """Wait for a condition."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not holds():
        assert asyncio.get_running_loop().time() < deadline, "in vain"
        await asyncio.sleep(0.005)


@asynccontextmanager
async def listening(
    host: str = "127.0.0.1", answer: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None
) -> AsyncIterator[Subscriber]:
    subscriber = Subscriber("")
    app = web.Application(client_max_size=8 << 20)
    app.router.add_route("*", "/{tail:.*}", answer or subscriber.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, host, 0)
    await site.start()
    subscriber.url = f"http://{host}:{runner.addresses[0][1]}/callback?for=me"
    try:
        yield subscriber
    finally:
        await runner.cleanup()


@asynccontextmanager
async def hub_at(
    folder: Path, *, allow: str | None = "127.0.0.0/8", caps: Caps | None = None, others: tuple[str, ...] = ()
) -> AsyncIterator[Running]:
    clock, site = Clock(), Site()
    site.publish(all_atom=b"<feed>one</feed>", topics__ai_json=b"{}")
    subscriptions = Subscriptions(SubscriptionFile(folder / ".feedmill" / "subscriptions.db"), caps)
    duties = Duties(
        hub=BASE + "hub",
        url=lambda path: BASE + path,
        path=lambda url: url.removeprefix(BASE) if url.startswith(BASE) else None,
        media_type=lambda path: "application/atom+xml; charset=utf-8",
        others=others,
    )
    with patch("feedmill.push.hub._IDLE", 0.2):
        async with Egress([ip_network(allow)] if allow else [], agent="feedmill-test") as egress:
            hub = Hub(subscriptions, egress, duties, clock)
            hub.install(site.topics())
            task = asyncio.create_task(hub.run())
            try:
                yield Running(hub, site, clock, subscriptions)
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
                subscriptions.close()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
