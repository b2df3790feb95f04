"""A WebSub subscriber on loopback: discovers, subscribes, confirms what it asked for, keeps what it gets."""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit


class Subscriber:
    """Listens at `callback`; `status` is what it answers to deliveries. `got` is what came, oldest first."""

    def __init__(self, callback: str) -> None:
        self.callback = callback
        self.secret = ""
        self.status = 204
        self.hub = ""
        self.topic = ""
        self.confirmed: list[str] = []
        self.connections = 0
        self.got: list[bytes] = []
        self.unsigned: list[bytes] = []
        self.media_types: set[str] = set()

    def discover(self, address: str) -> None:
        """Read hub and topic from a feed's Link header (WebSub, 4)."""
        reply = exchange("GET", address)
        links = re.findall(r'<([^>]*)>; rel="(\w+)"', reply[1].get("link", ""))
        (self.topic,) = [url for url, rel in links if rel == "self"]
        self.hub = next(url for url, rel in links if rel == "hub")

    def ask(self, mode: str = "subscribe", **more: str) -> int:
        """Send a request to the hub; return its status."""
        form = {"hub.mode": mode, "hub.topic": self.topic, "hub.callback": self.callback, **more}
        if self.secret:
            form["hub.secret"] = self.secret
        return exchange("POST", self.hub, urlencode(form).encode())[0]

    def take(self, fields: dict[str, str], body: bytes) -> None:
        """Keep a delivery, apart where its signature is not right."""
        signed = "sha256=" + hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        right = not self.secret or hmac.compare_digest(fields.get("x-hub-signature", ""), signed)
        self.media_types.add(fields["content-type"])
        (self.got if right else self.unsigned).append(body)


@contextmanager
def subscriber(host: str = "127.0.0.1") -> Iterator[Subscriber]:
    """A subscriber that listens until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def setup(self) -> None:
            found.connections += 1
            super().setup()

        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            found.confirmed.append(query["hub.mode"][0])
            self.reply(200, query.get("hub.challenge", [""])[0].encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if found.status < 300:
                found.take({name.lower(): value for name, value in self.headers.items()}, body)
            self.reply(found.status, b"")

        def reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((host, 0), Handler)
    server.daemon_threads = True
    found = Subscriber(f"http://{host}:{server.server_port}/push?token=hush")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def exchange(method: str, address: str, body: bytes | None = None) -> tuple[int, dict[str, str], bytes]:
    """Send one request; return status, header fields and body."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc, timeout=20)
    try:
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body, kind)
        reply = connection.getresponse()
        return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()
    finally:
        connection.close()
