"""sd_notify against a socket of our own."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedmill.daemon.sd_notify import Notifier


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as found:
        found.bind(str(tmp_path / "notify"))
        found.settimeout(5)
        yield found


def test_what_is_told(heard: socket.socket) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": heard.getsockname()})
    notifier.ready("3 entries\nin 2 documents")
    assert heard.recv(999) == b"READY=1\nSTATUS=3 entries in 2 documents"
    notifier.status("busy")
    assert heard.recv(999) == b"STATUS=busy"
    notifier.reloading()
    assert heard.recv(999).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
    notifier.stopping()
    assert heard.recv(999) == b"STOPPING=1"


def test_pings_come_as_often_as_asked_and_no_oftener(heard: socket.socket) -> None:
    env = {
        "NOTIFY_SOCKET": heard.getsockname(),
        "WATCHDOG_USEC": "60000000",
        "WATCHDOG_PID": str(os.getpid()),
    }
    notifier = Notifier(env)
    assert notifier.interval == 30
    notifier.ping()
    notifier.ping()
    assert heard.recv(999) == b"WATCHDOG=1"
    heard.setblocking(False)
    with pytest.raises(BlockingIOError):
        heard.recv(999)


def test_an_abstract_address() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as found:
        name = f"feedmill-test-{os.getpid()}"
        found.bind("\0" + name)
        found.settimeout(5)
        Notifier({"NOTIFY_SOCKET": "@" + name}).stopping()
        assert found.recv(999) == b"STOPPING=1"


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"NOTIFY_SOCKET": "/nowhere/at/all"},
        {"WATCHDOG_USEC": "soon"},
        {"WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"},
    ],
)
def test_nobody_listens(env: dict[str, str]) -> None:
    notifier = Notifier(env)
    assert notifier.interval is None
    notifier.ready("x")
    notifier.ping()
