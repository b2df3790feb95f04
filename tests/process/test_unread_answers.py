"""Readers that ask and leave: their answers are dropped, and the log stays small."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import pytest

from operated.daemon import Folder, Operator, eventually, free_port

pytestmark = pytest.mark.process

CLIENTS = 300
ASKED = b"".join(
    b"GET /%b HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br\r\n\r\n" % path
    for path in (b"all.atom", b"index.html", b"nothing", b"hub", b"all.json?x") * 400
)


def ask_and_leave(port: int, number: int) -> None:
    """Send two thousand requests and go without reading: one in three by a reset."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        if number % 3 == 0:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        client.settimeout(0.3)
        try:
            client.sendall(ASKED)
        except OSError:
            return


def test_requests_closed_unread_leave_one_line(site: Callable[..., Folder], operator: Operator) -> None:
    port = free_port()
    folder = site(f"server: {{port: {port}}}\nfeeds: {{html: true}}")
    folder.write("first.md")
    daemon = operator.run(folder)
    clients = [threading.Thread(target=ask_and_leave, args=(port, number)) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    eventually(lambda: daemon.lines("clients left before their answers"), "it is told")
    told = [line for line in daemon.lines() if line["level"] in ("warning", "error", "critical")]
    assert not told, "neither an error nor a traceback"
    assert len(daemon.lines("clients left before their answers")) == 1
