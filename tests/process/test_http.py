"""The installed daemon's origin: a crowd, a change, a takedown, the end (issues 5 and 7)."""

from __future__ import annotations

import json
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from wire import Reply, Wire, ask

pytestmark = pytest.mark.process

SEED = """---
title: {title}
excerpt: What it is about
webUrl: https://example.org/{name}
publishedDateTime: 2026-01-0{day}T08:00:00Z
topics: [{topic}]
---
<p>The body of {title}.</p>
"""


@dataclass
class Mill:
    """A running daemon and its folder."""

    folder: Path
    address: tuple[str, int]
    process: subprocess.Popen[str]

    def ask(self, target: str, *, method: str = "GET", **fields: str) -> Reply:
        """Ask once."""
        return ask(self.address, target, method=method, **fields)

    def until(self, target: str, holds: Callable[[Reply], bool], seconds: float = 20) -> Reply:
        """Ask until the answer is as it should be."""
        end = time.monotonic() + seconds
        while True:
            with_fault: OSError | None = None
            try:
                reply = self.ask(target)
                if holds(reply):
                    return reply
            except OSError as error:
                with_fault = error
            if time.monotonic() > end:
                raise AssertionError(f"{target} never came: {with_fault or reply}")
            time.sleep(0.02)

    @property
    def memory(self) -> int:
        """Bytes that the daemon holds."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) * 1024


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port: int = one.getsockname()[1]
        return port


@pytest.fixture
def mill(tmp_path: Path, start_feedmill: Callable[..., subprocess.Popen[str]]) -> Iterator[Mill]:
    """A daemon with three seeds, room for a crowd, and its log in `log.txt`."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard < 0 else min(hard, 8192), hard))
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    for day, topic in enumerate(("AI", "AI", "Bees"), start=1):
        text = SEED.format(title=f"Entry {day}", name=day, day=day, topic=topic)
        (seeds / f"{day}.md").write_text(text)
    port = free_port()
    config = {
        "site": {"title": "Test", "url": f"http://127.0.0.1:{port}/"},
        "server": {"port": port},
        "admin": {"enabled": False},
    }
    (tmp_path / "config.yaml").write_text(json.dumps(config))
    process = start_feedmill("run", cwd=tmp_path, log=tmp_path / "log.txt")
    running = Mill(tmp_path, ("127.0.0.1", port), process)
    running.until("/readyz", lambda reply: reply.status == 200)
    yield running


def test_every_feed_named_in_the_directory_is_there_and_costs_nothing_twice(mill: Mill) -> None:
    listing = json.loads(mill.ask("/feeds.json").body)
    assert {feed["slug"] for feed in listing["feeds"]} >= {"all", "ai", "bees"}
    base = f"http://127.0.0.1:{mill.address[1]}/"
    for feed in listing["feeds"]:
        for form in ("rss", "atom", "json", "html"):
            target = "/" + feed[form].removeprefix(base)
            full = mill.ask(target, Accept_Encoding="gzip, br")
            assert full.status == 200, target
            again = mill.ask(target, Accept_Encoding="gzip, br", If_None_Match=full["etag"])
            assert again.status == 304
            dated = (
                mill.ask(target, If_Modified_Since=full["last-modified"])
                if full.get("last-modified")
                else again
            )
            assert dated.status == 304


def test_slugs_of_any_script_are_one_address_in_every_spelling(mill: Mill) -> None:
    topics = "München, C++, Q&A, 日本語, C#"
    (mill.folder / "seeds" / "4.md").write_text(SEED.format(title="Words", name="4", day=4, topic=topics))
    mill.until("/topics/m%C3%BCnchen.rss", lambda reply: reply.status == 200)
    names = {path.name for path in (mill.folder / "feeds" / "topics").glob("*.rss")}
    assert names >= {"münchen.rss", "c++.rss", "q&a.rss", "日本語.rss", "c--16605fe2c3.rss"}
    base = f"http://127.0.0.1:{mill.address[1]}/"
    wanted = {"topics/m%C3%BCnchen", "topics/c%2B%2B", "topics/q&a", "topics/%E6%97%A5%E6%9C%AC%E8%AA%9E"}
    listed = json.loads(mill.ask("/feeds.json").body)["feeds"]
    assert {feed["rss"].removeprefix(base).removesuffix(".rss") for feed in listed} >= wanted
    opml = mill.ask("/feeds.opml").body.decode().replace("&amp;", "&")
    page = mill.ask("/").body.decode().replace("&amp;", "&")
    for path in wanted:
        assert f'"{base}{path}.atom"' in opml
        assert f'"{path}.html"' in page
        for form in ("rss", "atom", "json", "html"):
            reply = mill.ask(f"/{path}.{form}")
            assert reply.status == 200
            assert f"{path.partition('/')[2]}.{form}>" in reply["link"]
        assert f"{base}{path}.rss" in mill.ask(f"/{path}.rss").body.decode().replace("&amp;", "&")
        assert mill.ask(f"/{path}")["location"].endswith(f"{path.partition('/')[2]}.html")
    assert mill.ask("/topics/c++.rss").body == mill.ask("/topics/%63%2b+.rss").body
    decomposed = mill.ask("/topics/mu%CC%88nchen.rss")
    assert (decomposed.status, decomposed["location"]) == (301, "m%C3%BCnchen.rss")


def test_a_saved_seed_and_a_takedown_are_seen_at_once_and_alone(mill: Mill) -> None:
    bees = mill.ask("/topics/bees.rss")
    ai = mill.ask("/topics/ai.rss")
    seed = mill.folder / "seeds" / "1.md"
    seed.write_text(SEED.format(title="Mended", name=1, day=1, topic="AI"))
    new = mill.until("/topics/ai.rss", lambda reply: b"Mended" in reply.body)
    assert new["etag"] != ai["etag"]
    assert mill.ask("/topics/ai.rss", If_None_Match=ai["etag"]).status == 200
    assert mill.ask("/topics/bees.rss", If_None_Match=bees["etag"]).status == 304
    seed.write_text(seed.read_text().replace("title:", "published: false\ntitle:"))
    mill.until("/topics/ai.rss", lambda reply: b"Mended" not in reply.body)
    for target in ("/all.rss", "/all.atom", "/all.json", "/all.html", "/topics/ai.html", "/", "/feeds.json"):
        for coding in ("identity", "gzip", "br"):
            assert b"Mended" not in mill.ask(target, Accept_Encoding=coding).body
    assert mill.ask("/topics/ai.rss", If_None_Match=new["etag"]).status == 200


def test_a_slip_in_a_takedown_takes_down_in_the_daemon_too(mill: Mill) -> None:
    seed = mill.folder / "seeds" / "slip.md"
    good = SEED.format(title="Slipping", name="slip", day=1, topic="AI").encode()
    line = b"title: Slipping\n"
    slips = [
        good.replace(line, line + b"published:false\n"),
        good.replace(line, line + b" published: false\n"),
        good.replace(line, line + b"publised: false\n"),
        good.replace(line, line + b'price: "a\nremoved: true\ntype: x"\n'),
        good.replace(line, line + b"status: draft\n"),
        b"\n" + good.replace(line, line + b"published: false\n"),
        good.replace(b"---\n", b"----\ndraft = true\n", 1),
        good.replace(line, line + b"published: no\n").decode().encode("utf-16-le"),
    ]
    for slip in slips:
        seed.write_bytes(good)
        mill.until("/all.json", lambda reply: b"Slipping" in reply.body)
        seed.write_bytes(b"# nothing\n")  # no takedown: it stays
        seed.write_bytes(slip)
        mill.until("/all.json", lambda reply: b"Slipping" not in reply.body)
        assert b"Slipping" not in mill.ask("/topics/ai.rss").body


def test_nothing_of_a_request_is_logged(mill: Mill) -> None:
    for target in ("/all.rss?secret-query", "/secret-path", "/%zz", "/secret\\path", "/.feedmill/secret"):
        mill.ask(target, User_Agent="secret-agent", Cookie="secret-cookie")
    with Wire(mill.address) as wire:
        wire.send(b"\x16\x03secret-bytes\r\n\r\n").reply()
    mill.process.send_signal(signal.SIGTERM)
    assert mill.process.wait(10) == 0
    log = (mill.folder / "log.txt").read_text()
    assert "secret" not in log
    assert "127.0.0.1:" not in log.replace(f"127.0.0.1:{mill.address[1]}", "")
    assert "Traceback" not in log


def test_two_thousand_idle_and_dripping_connections_disturb_nobody(mill: Mill) -> None:
    mill.ask("/all.rss")
    before = mill.memory
    crowd: list[Wire] = []
    try:
        for number in range(2000):
            crowd.append(Wire(mill.address))
            if number % 2:
                crowd[-1].send(b"GET /all.rss HTTP/1.1\r\nHost: a\r\nX-")
        times = []
        with Wire(mill.address) as wire:
            for _ in range(300):
                start = time.perf_counter()
                assert wire.get("/all.rss").reply().status == 200
                times.append(time.perf_counter() - start)
        assert sorted(times)[150] < 0.05
        assert mill.ask("/all.rss").status == 200  # a new connection, too
        assert mill.memory - before < 64 << 20
        # Within seconds the sweep has shown all of them out.
        end = time.monotonic() + 30
        for wire in crowd:
            wire.socket.settimeout(max(0.1, end - time.monotonic()))
            data = wire.socket.recv(4096)
            assert data == b"" or data.startswith(b"HTTP/1.1 408 ")
    finally:
        for wire in crowd:
            wire.socket.close()


def test_floods_leave_the_memory_as_it_was(mill: Mill) -> None:
    """Header floods, pipelining without reading, oversized bodies, random bytes, one after the other."""
    head = b"GET /all.rss HTTP/1.1\r\nHost: a\r\n"
    floods = (
        head + b"X: y\r\n" * 100_000,
        head + b"X" * 2_000_000,
        (head + b"\r\n") * 20_000,
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 2_000_000,
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 200_000,
        bytes(range(256)) * 8_000,
        b"GET /" + b"a" * 2_000_000,
    )
    sizes = []
    for _ in range(4):
        for flood in floods:
            with Wire(mill.address) as wire:
                wire.socket.settimeout(2)
                try:
                    wire.send(flood)
                except TimeoutError:  # the server has stopped reading: as it should
                    continue
        assert mill.ask("/all.rss").status == 200
        sizes.append(mill.memory)
    assert sizes[-1] - sizes[0] < 8 << 20, sizes


def test_stopping_is_prompt_whatever_the_clients_do(mill: Mill) -> None:
    with Wire(mill.address) as idle, Wire(mill.address) as dripping, Wire(mill.address, receive_buffer=4096):
        idle.get("/all.rss").reply()
        dripping.send(b"GET / HTTP/1.1\r\n")
        start = time.monotonic()
        mill.process.send_signal(signal.SIGTERM)
        assert idle.ended()
        assert mill.process.wait(10) == 0
        assert time.monotonic() - start < 5
