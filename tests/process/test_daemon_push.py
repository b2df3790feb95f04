"""Push: a saved seed reaches its subscribers, by a real daemon, over real sockets."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from operated.daemon import Daemon, Folder, Operator, eventually, free_port, seed_text
from operated.subscriber import Subscriber, exchange, subscriber

pytestmark = pytest.mark.process

Site = Callable[..., Folder]
Command = Callable[..., "subprocess.CompletedProcess[str]"]


def config(port: int, *, allow: str = "[127.0.0.0/8]", more: str = "") -> str:
    return "\n".join(
        [
            f"server: {{port: {port}}}",
            f"admin: {{port: {free_port()}}}",
            f"push: {{hub: on, allow: {allow}}}",
            more,
        ]
    )


class Mill:
    """A daemon with a hub, reached at loopback."""

    def __init__(self, folder: Folder, operator: Operator, port: int) -> None:
        self.folder = folder
        self.operator = operator
        self.url = f"http://127.0.0.1:{port}/"
        self.daemon = operator.run(folder)

    def follow(self, one: Subscriber, feed: str = "all.atom") -> None:
        one.discover(self.url + feed)
        before = self.subscriptions()
        assert one.ask() == 202
        eventually(lambda: self.subscriptions() == before + 1, "verified")

    def subscribers(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.daemon.ask("subscribers")["result"]["subscribers"]
        return found

    def subscriptions(self) -> int:
        return len(self.subscribers())

    def end(self, number: signal.Signals) -> None:
        self.daemon.signal(number)
        self.daemon.ended()

    def published(self, path: str = "all.atom") -> bytes:
        return (self.folder.feeds / path).read_bytes()


@contextmanager
def mill(site: Site, operator: Operator, **options: str) -> Iterator[Mill]:
    port = free_port()
    folder = site()
    folder.configure(config(port, **options))
    text = (folder.path / "config.yaml").read_text()
    (folder.path / "config.yaml").write_text(text.replace("https://feeds.test/", f"http://127.0.0.1:{port}/"))
    folder.write("first.md")
    yield Mill(folder, operator, port)


def test_a_saved_seed_is_delivered_signed_as_it_is_published(site: Site, operator: Operator) -> None:
    with mill(site, operator) as running, subscriber() as one:
        one.secret = "between us"
        running.follow(one)
        assert one.confirmed == ["subscribe"]
        assert one.topic == running.url + "all.atom"
        running.folder.write("second.md")
        eventually(lambda: one.got, "delivered")
        assert b"second" in one.got[-1]
        eventually(lambda: one.got[-1] == running.published())
        assert one.media_types == {"application/atom+xml; charset=utf-8"}
        eventually(lambda: running.subscribers()[0]["up_to_date"], "noted")
        (row,) = running.subscribers()
        assert row["callback"] == one.callback.partition("?")[0]
        assert (row["topic"], row["failures"]) == ("all.atom", 0)
        assert one.ask("unsubscribe") == 202
        eventually(lambda: not running.subscriptions(), "unsubscribed")
        assert one.confirmed == ["subscribe", "unsubscribe"]
        number = len(one.got)
        running.folder.write("third.md")
        eventually(lambda: "third" in running.folder.titles())
        running.daemon.settled()
        assert len(one.got) == number
        assert not one.unsigned


def test_nothing_secret_is_said_anywhere(site: Site, operator: Operator, feedmill: Command) -> None:
    with mill(site, operator) as running, subscriber() as one:
        one.secret = "between us"
        running.follow(one)
        one.status = 500
        running.folder.write("second.md")
        status = eventually(
            lambda: (found := running.daemon.status())["followers"]["failing"] and found, "failed", 30
        )
        failure, *_ = status["followers"]["failures"]
        assert failure["callback"] == one.callback.partition("?")[0]
        assert failure["why"] == "answered 500"
        admin = status["daemon"]["listening"]["admin"]
        metrics = exchange("GET", admin + "metrics")[2].decode()
        assert "feedmill_subscriptions 1" in metrics
        assert 'feedmill_deliveries_total{result="failed"} ' in metrics
        assert "feedmill_delivery_seconds_count 0" in metrics
        told = [str(status), metrics, running.folder.log.read_text()]
        for arguments in (["list", "subscribers"], ["list", "subscribers", "--json"], ["status"]):
            done = feedmill(*arguments, cwd=running.folder.path)
            assert done.returncode == 0, done.stderr
            told.append(done.stdout + done.stderr)
        for text in told:
            assert "between us" not in text
            assert "hush" not in text
        assert "1 subscription" in told[3]


def test_what_is_taken_down_before_its_delivery_is_never_delivered(site: Site, operator: Operator) -> None:
    with mill(site, operator) as running, subscriber() as one:
        running.follow(one)
        one.status = 503
        running.folder.write("slip.md", seed_text("SLIP of the pen"))
        eventually(lambda: running.daemon.status()["followers"]["failures"], "tried")
        (running.folder.seeds / "slip.md").unlink()
        eventually(lambda: b"SLIP" not in running.published())
        one.status = 204
        running.folder.write("good.md")
        eventually(lambda: one.got and b"good" in one.got[-1], "the next try", 30)
        assert not any(b"SLIP" in body for body in one.got)


def test_what_is_taken_down_while_no_daemon_runs_is_not_delivered_at_the_next_start(
    site: Site, operator: Operator
) -> None:
    with mill(site, operator) as running, subscriber() as one:
        running.follow(one)
        one.status = 503
        running.folder.write("slip.md", seed_text("SLIP of the pen"))
        eventually(lambda: running.daemon.status()["followers"]["failures"], "tried")
        running.end(signal.SIGTERM)
        (running.folder.seeds / "slip.md").unlink()
        running.folder.write("good.md")
        one.status = 204
        running.daemon = running.operator.run(running.folder)
        eventually(lambda: one.got, "delivered", 30)
        assert b"good" in one.got[0]
        assert not any(b"SLIP" in body for body in one.got)


def test_killed_at_any_point_every_subscriber_ends_with_what_is_published(
    site: Site, operator: Operator
) -> None:
    """Five hundred deliveries, and a kill -9 in the middle of them, time and again."""
    chance = random.Random(14)
    with mill(site, operator) as running, ExitStack() as stack:
        everybody = [stack.enter_context(subscriber(f"127.0.1.{number}")) for number in range(1, 26)]
        for one in everybody:
            running.follow(one)
        for turn in range(20):
            running.folder.write(f"turn-{turn}.md")
            eventually(lambda: f"turn-{turn}" in running.folder.titles())  # noqa: B023
            time.sleep(chance.random() * 0.05)  # the point at which it dies
            running.end(signal.SIGKILL)
            running.daemon = running.operator.run(running.folder)
        for one in everybody:
            eventually(lambda: one.got and one.got[-1] == running.published(), one.callback, 40)  # noqa: B023
        assert sum(len(one.got) for one in everybody) >= len(everybody)


HOSTS = [
    "127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "017700000001", "0", "0.0.0.0", "10.0.0.1",
    "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "[::1]", "[::]", "[fe80::1]",
    "[fd00::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]", "[::127.0.0.1]",
]  # fmt: skip


def test_no_request_leads_into_the_own_network(site: Site, operator: Operator) -> None:
    with mill(site, operator, allow="[]") as running, subscriber() as one:
        one.discover(running.url + "all.atom")
        port = one.callback.rpartition(":")[2].partition("/")[0]
        for host in HOSTS:
            one.callback = f"http://{host}:{port}/"
            assert one.ask() == 202, host
        for bad in (
            "file:///etc/passwd",
            "gopher://127.0.0.1/",
            f"http://u:p@127.0.0.1:{port}/",
            "http://a b/",
            "//x/",
        ):
            one.callback = bad
            assert one.ask() == 400, bad
        eventually(
            lambda: sum(running.daemon.status()["followers"]["verifications"].values()) >= len(HOSTS),
            "every one was tried",
            60,
        )
        assert one.connections == 0
        assert not one.confirmed
        assert running.subscriptions() == 0


def test_bodies_that_are_too_long_or_of_another_kind(site: Site, operator: Operator) -> None:
    with mill(site, operator) as running:
        assert exchange("POST", running.url + "hub", b"x" * (9 << 10))[0] == 413
        assert exchange("POST", running.url + "hub", b"hub.mode=subscribe")[0] == 400
        assert exchange("GET", running.url + "hub")[0] == 405


def test_it_ends_at_once_whatever_a_subscriber_does(site: Site, operator: Operator) -> None:
    with mill(site, operator) as running, subscriber() as one:
        running.follow(one)
        one.status = 500
        running.folder.write("second.md")
        running.daemon.signal(signal.SIGTERM)
        assert running.daemon.ended(within=5) == 0


def test_where_the_hub_is_off_nothing_of_aiohttp_is_loaded(daemon: Daemon) -> None:
    maps = Path(f"/proc/{daemon.pid}/maps").read_text()
    assert "aiohttp" not in maps
    assert not (daemon.folder.feeds / ".feedmill" / "subscriptions.db").exists()
