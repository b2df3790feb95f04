"""Days of subscribers that come, renew, fail, leave and are forgotten: nothing of them stays."""

from __future__ import annotations

import asyncio
import gc
import random
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from feedmill.push.protocol import Mode
from push_hub import hub_at, until, wish_of

HOSTS = 120
HOURS = 72
PAGE = 4096


def resident() -> int:
    """Bytes of memory that the process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def test_three_days_of_churn_leave_nothing(tmp_path: Path) -> None:
    asyncio.run(live(tmp_path))


async def live(folder: Path) -> None:
    dice = random.Random(20261124)
    hosts = [f"127.0.{number // 200 + 1}.{number % 200 + 1}" for number in range(HOSTS)]
    got: dict[str, bytes] = {}
    failing: set[str] = set()

    async def answer(request: web.Request) -> web.Response:
        host = request.host.partition(":")[0]
        if request.method == "GET":
            return web.Response(text=request.query.get("hub.challenge", ""))
        body = await request.read()
        if host in failing:
            return web.Response(status=dice.choice((500, 410, 302)))
        got[host] = body
        return web.Response(status=204)

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    port = 0
    for host in hosts:
        site = web.TCPSite(runner, host, port)
        await site.start()
        port = port or runner.addresses[0][1]
    measures = []
    async with hub_at(folder) as running:

        def verified() -> bool:
            running.clock.now += timedelta(seconds=1)  # a request that had to wait its turn is due by now
            return not running.subscriptions.counts()["waiting"]

        for hour in range(HOURS):
            running.clock.now += timedelta(hours=1)
            failing = set(dice.sample(hosts, 10))
            for host in dice.sample(hosts, HOSTS // 12):
                mode = Mode.UNSUBSCRIBE if dice.random() < 0.2 else Mode.SUBSCRIBE
                lease = timedelta(days=dice.choice((1, 2)))
                running.hub.ask(wish_of(f"http://{host}:{port}/cb", mode=mode, lease=lease))
            running.hub.install(running.site.publish(all_atom=b"<feed>%d</feed>" % hour))
            await until(verified, 20)
            await until(lambda: not running.hub._busy and not running.hub._verifying, 20)
            if hour % 24 == 23:
                gc.collect()
                measures.append(resident())
        failing = set()
        running.hub.install(running.site.publish(all_atom=b"<feed>the last</feed>"))
        running.clock.now += timedelta(hours=13)
        running.hub.install(running.site.topics())
        live_ones = {one.callback for one in running.subscriptions.all({}) if one.ends > running.clock.now}
        await until(
            lambda: all(
                got.get(url.split("/")[2].partition(":")[0]) == b"<feed>the last</feed>" for url in live_ones
            ),
            20,
        )
        assert 0 < len(live_ones) <= HOSTS
        running.clock.now += timedelta(days=3)
        running.hub.install(running.site.topics())
        await until(lambda: not any(running.subscriptions.counts().values()), 20)
    await runner.cleanup()
    assert measures[-1] <= measures[0] * 1.1 + (4 << 20), measures
