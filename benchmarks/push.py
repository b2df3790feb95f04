"""A seed is saved while subscribers wait at the hub: how long until each has what is published?

    python -m benchmarks.push [--count 1000] [--edits 30] [--seeds 200]

Subscribers listen in this process, each at an address of its own in 127/8. The clock starts just before
the save and stops when a delivery with the new title has come whole; the pass ends when the feed is on disk.
Meanwhile somebody asks the origin for the feed, again and again. *Dead* subscribers take the request and
never answer.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from benchmarks.http import free_port, resident
from benchmarks.measure import quantile

PATIENCE = 60.0
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Subscribers:
    """All of them: when a delivery with the awaited token came, by address."""

    def __init__(self) -> None:
        self.token = b"-"
        self.came: dict[str, float] = {}
        self.confirmed: set[str] = set()
        self.dead: set[str] = set()


class Listener(asyncio.Protocol):
    """One connection from the hub: just enough HTTP/1.1."""

    def __init__(self, everybody: Subscribers, host: str) -> None:
        self._everybody = everybody
        self._host = host
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._data += data
        head, found, body = self._data.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if not found or len(body) < (int(length[1]) if length else 0):
            return
        self._data = b""
        if head.startswith(b"GET"):
            query = parse_qs(urlsplit(head.split(b" ", 2)[1].decode()).query)
            self._answer(200, query["hub.challenge"][0].encode())
            self._everybody.confirmed.add(self._host)
        elif self._host not in self._everybody.dead:
            if self._everybody.token in body:
                self._everybody.came.setdefault(self._host, time.perf_counter())
            self._answer(204, b"")

    def _answer(self, status: int, body: bytes) -> None:
        self._transport.write(b"HTTP/1.1 %d OK\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body))


@asynccontextmanager
async def listening(count: int, everybody: Subscribers) -> AsyncIterator[list[str]]:
    """Listen at `count` addresses; yields the callbacks."""
    loop, servers, callbacks = asyncio.get_running_loop(), [], []
    for number in range(count):
        host = f"127.20.{number // 250}.{number % 250 + 1}"
        server = await loop.create_server(lambda host=host: Listener(everybody, host), host, 0)  # type: ignore[misc]
        servers.append(server)
        callbacks.append(f"http://{host}:{server.sockets[0].getsockname()[1]}/")
    try:
        yield callbacks
    finally:
        for server in servers:
            server.close()


@contextmanager
def daemon(folder: Path, port: int, seeds: int) -> Iterator[int]:
    """A running mill with a hub; yields its process id."""
    (folder / "config.yaml").write_text(
        f"site: {{url: 'http://127.0.0.1:{port}/'}}\nserver: {{port: {port}}}\nadmin: {{enabled: false}}\n"
        "push: {hub: on, allow: [127.0.0.0/8]}\nlog: {level: warning}\n"
    )
    (folder / "seeds").mkdir()
    for number in range(seeds):
        write(folder, number, f"Seed {number}")
    program = str(Path(sys.executable).with_name("feedmill"))
    process = subprocess.Popen([program, "run"], cwd=folder, stdin=subprocess.DEVNULL)
    try:
        end = time.monotonic() + PATIENCE
        while not _answers(port, "/readyz"):
            if time.monotonic() > end or process.poll() is not None:
                raise RuntimeError("the daemon is not ready")
            time.sleep(0.05)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def write(folder: Path, number: int, title: str) -> None:
    """Save a seed."""
    path = folder / "seeds" / f"{number}.md"
    aside = folder / "aside"
    date = (
        "2026-01-02T00:00:00Z" if number == 0 else f"2026-01-01T00:00:{number % 60:02}Z"
    )  # it is in every feed
    aside.write_text(
        f"---\ntitle: {title}\nwebUrl: https://a.test/{number}\npublishedDateTime: {date}\n"
        f"topics: [T{number % 7}]\n---\n" + "Words of some length. " * 40
    )
    aside.replace(path)


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def subscribe(port: int, callback: str) -> None:
    """Ask the hub for a subscription."""
    base = f"http://127.0.0.1:{port}/"
    form = {"hub.mode": "subscribe", "hub.topic": base + "all.atom", "hub.callback": callback}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/hub", urlencode({**form, "hub.secret": "s" * 20}), kind)
    status = connection.getresponse().status
    connection.close()
    if status != 202:
        raise RuntimeError(f"the hub said {status}")


class Reader(threading.Thread):
    """Asks the origin for the feed every few milliseconds, and notes how long it took."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self._port = port
        self._ending = threading.Event()
        self.seconds: list[float] = []

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        while not self._ending.wait(0.004):
            begun = time.perf_counter()
            connection.request("GET", "/all.atom", headers={"If-None-Match": '"none"'})
            connection.getresponse().read()
            self.seconds.append(time.perf_counter() - begun)
        connection.close()

    def end(self) -> list[float]:
        """Stop; return what it noted."""
        self._ending.set()
        self.join()
        return self.seconds


async def edit(folder: Path, number: int, everybody: Subscribers, live: int) -> tuple[float, list[float]]:
    """Save a seed; return the seconds to the feed on disk and to each live subscriber, ascending."""
    feed, title = folder / "feeds" / "all.atom", f"An edit of no importance {number}"
    everybody.came, everybody.token = {}, title.encode()
    begun = time.perf_counter()
    write(folder, 0, title)
    on_disk = 0.0
    while len(everybody.came) < live:
        if not on_disk and title.encode() in feed.read_bytes():
            on_disk = time.perf_counter() - begun
        if time.perf_counter() - begun > PATIENCE:
            raise TimeoutError(f"{live - len(everybody.came)} subscribers got nothing")
        await asyncio.sleep(0.001 if not on_disk else 0.005)
    return on_disk or min(everybody.came.values()) - begun, sorted(
        at - begun for at in everybody.came.values()
    )


async def measure(count: int, edits: int, seeds: int) -> AsyncIterator[str]:
    """Yield the table's rows."""
    yield f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {seeds} seeds"
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
        folder, port, everybody = Path(name), free_port(), Subscribers()
        with daemon(folder, port, seeds) as pid:
            async with listening(count, everybody) as callbacks:
                await _join(port, callbacks[:1], everybody)
                passes, first = [], []
                for number in range(edits):
                    on_disk, times = await edit(folder, number, everybody, 1)
                    passes.append(on_disk)
                    first.append(times[0])
                    await asyncio.sleep(0.05)
                beyond = [a - b for a, b in zip(first, passes, strict=True)]
                yield f"1 subscriber: {_ms(first)}; beyond the pass: {_ms(beyond)}"
                before = resident(pid)
                await _join(port, callbacks[1:], everybody)
                yield f"{count} subscriptions: {(resident(pid) - before) / 1e6:+.1f} MB resident"
                yield await _many(folder, port, edits, everybody, count, "all of them answer")
                hosts = [urlsplit(callback).hostname or "" for callback in callbacks]
                everybody.dead = set(hosts[:: max(count // max(count // 100, 1), 1)])
                live = count - len(everybody.dead)
                yield await _many(folder, port, 2 * edits, everybody, live, f"{len(everybody.dead)} dead")


async def _many(folder: Path, port: int, base: int, everybody: Subscribers, live: int, what: str) -> str:
    reader = Reader(port)
    reader.start()
    last, median = [], []
    for number in range(5):
        _, times = await edit(folder, base + number, everybody, live)
        last.append(times[-1])
        median.append(statistics.median(times))
        await asyncio.sleep(0.5)
    polls = reader.end()
    return (
        f"{live} subscribers, {what}: the last after {statistics.median(last):.3f} s (slowest "
        f"{max(last):.3f} s), half after {statistics.median(median):.3f} s; the origin's p99 meanwhile: "
        f"{quantile(polls, 0.99) * 1e3:.1f} ms of {len(polls)} polls"
    )


async def _join(port: int, callbacks: list[str], everybody: Subscribers) -> None:
    wanted = len(everybody.confirmed) + len(callbacks)
    for callback in callbacks:
        await asyncio.to_thread(subscribe, port, callback)
    end = time.monotonic() + PATIENCE
    while len(everybody.confirmed) < wanted:
        if time.monotonic() > end:
            raise TimeoutError("not everybody was verified")
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)


def _ms(times: list[float]) -> str:
    return f"median {statistics.median(times) * 1e3:.1f} ms, p95 {quantile(times, 0.95) * 1e3:.1f} ms"


async def _print(count: int, edits: int, seeds: int) -> None:
    async for row in measure(count, edits, seeds):
        print(row, flush=True)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=1_000, help="subscribers")
    parser.add_argument("--edits", type=int, default=30, help="edits with one subscriber")
    parser.add_argument("--seeds", type=int, default=200)
    options = parser.parse_args()
    asyncio.run(_print(options.count, options.edits, options.seeds))


if __name__ == "__main__":
    main()
