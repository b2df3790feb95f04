"""Listeners: addresses, ports that are taken, threads that end."""

from __future__ import annotations

import gc
import os
import resource
import socket
import sys
import threading
import weakref
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest

from feedmill.errors import PortInUse
from feedmill.server import ORIGIN, Listener, Server
from feedmill.server.run import _within_descriptors
from wire import Wire, ask


async def hello(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """A plain ASGI application."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello"})


async def broken(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """An application with a fault."""
    raise ZeroDivisionError("secret")


class Circle:
    """Something that only the collector ends."""

    def __init__(self) -> None:
        self.itself = self


def test_a_port_that_is_taken_is_told_with_its_key() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = Server(
            [
                Listener(app=hello, host="127.0.0.1", port=0),
                Listener(app=hello, host="127.0.0.1", port=port, key="admin.port"),
            ]
        )
        with pytest.raises(PortInUse, match=rf"cannot listen on 127.0.0.1:{port} \(admin.port\)"):
            server.start()
        assert not server.alive
        assert server.stop()


@pytest.mark.parametrize("host", ["nowhere.invalid", "203.0.113.7"])
def test_a_host_that_is_not_ours_is_told(host: str) -> None:
    with pytest.raises(PortInUse, match=rf"{host}:0 \(server.host\)"):
        Server([Listener(app=hello, host=host, port=0)]).start()


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no nice value of their own elsewhere")
def test_readers_come_first_where_that_is_allowed() -> None:
    seen: list[int] = []

    async def look(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        await hello(scope, receive, send)

    for refused in (False, True):
        refusal = PermissionError if refused else None
        with patch("feedmill.server.run.os.setpriority", wraps=os.setpriority, side_effect=refusal):
            server = Server([Listener(app=look, host="127.0.0.1", port=0)])
            server.start()
            assert ask(server.addresses[0], "/").body == b"hello"
            server.stop()
    mine = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert seen[0] in (-10, mine)  # without root there is no better one
    assert seen[1] == mine


def test_the_collector_leaves_alone_what_stays() -> None:
    kept: list[list[object]] = [[] for _ in range(100)]
    server = Server([Listener(app=hello, host="127.0.0.1", port=0)])
    server.start()
    try:
        server.freeze_memory()
        looked_at = {id(one) for one in gc.get_objects()}
        assert not looked_at & {id(one) for one in kept}
        circle = Circle()
        gone = weakref.ref(circle)
        del circle
        gc.collect()
        assert gone() is None  # what came later is still collected
        assert ask(server.addresses[0], "/").body == b"hello"
    finally:
        gc.unfreeze()
        server.stop()


def test_two_listeners_share_a_thread_and_end_with_it() -> None:
    before = threading.active_count()
    server = Server(
        [Listener(app=hello, host="127.0.0.1", port=0), Listener(app=hello, host="127.0.0.1", port=0)]
    )
    server.start()
    assert threading.active_count() == before + 1
    assert len({port for _, port in server.addresses}) == 2
    for address in server.addresses:
        assert ask(address, "/").body == b"hello"
    assert server.alive
    assert server.stop()
    assert server.stop()  # twice does no harm
    assert threading.active_count() == before


def test_localhost_is_every_address_it_has() -> None:
    server = Server([Listener(app=hello, host="localhost", port=0)])
    server.start()
    try:
        port = server.addresses[0][1]
        assert ask(("127.0.0.1", port), "/").body == b"hello"
    finally:
        server.stop()


def test_a_fault_in_an_application_is_500_without_its_reason() -> None:
    server = Server([Listener(app=broken, host="127.0.0.1", port=0)])
    server.start()
    try:
        reply = ask(server.addresses[0], "/")
        assert reply.status == 500
        assert b"secret" not in reply.body
        with Wire(server.addresses[0]) as wire:
            wire.get("/")
            assert wire.reply().status == 500
    finally:
        server.stop()


def test_connections_fit_the_descriptors(monkeypatch: pytest.MonkeyPatch) -> None:
    many, few = replace(ORIGIN, connections=8192), replace(ORIGIN, connections=64)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, 4096))
    fitted = [limits.connections for limits in _within_descriptors([many, few])]
    assert 600 < fitted[0] < 768
    assert fitted[1] == 16
    monkeypatch.setattr(resource, "getrlimit", lambda _: (-1, -1))
    assert _within_descriptors([many, few]) == [many, few]
