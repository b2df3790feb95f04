"""A bucket of moto's behind a door of ours, which notes every request and can delay, spoil or cut it off."""

from __future__ import annotations

import http.client
import threading
import time
import xml.etree.ElementTree as Tree
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, quote, unquote, urlsplit

from moto.server import ThreadedMotoServer

KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "s3cr3t", "AWS_REGION": "us-east-1"}
BUCKET = "bucket"
_CREDENTIAL = "Credential=key/20260101/us-east-1/s3/aws4_request"
_SIGNED = {"Authorization": f"AWS4-HMAC-SHA256 {_CREDENTIAL}, SignedHeaders=host, Signature=0"}
_CONDITIONS = ("if-match", "if-none-match")


class Request(NamedTuple):
    """What was asked: `kind` is LIST, or the method."""

    kind: str
    path: str


class Bucket:
    """What the tests see of the store. `url` is what the mill is told as endpoint.

    `instead`: by kind of request, what is answered instead of the store's own.
    """

    def __init__(self, url: str, behind: str) -> None:
        self.url = url
        self.requests: list[Request] = []
        self.delay = 0.0
        self.ignores_conditions = False
        self.down = False
        self.instead: Mapping[str, tuple[int, bytes]] = {}
        self.before: Callable[[Request], None] = lambda request: None
        self.after: Callable[[Request], None] = lambda request: None
        self._behind = behind

    def count(self, *kinds: str) -> int:
        """Return how many requests of these kinds there were."""
        return sum(request.kind in kinds for request in self.requests)

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Ask moto itself."""
        parts = urlsplit(self._behind)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 0, timeout=30)
        try:
            connection.request(method, path, body, _SIGNED | dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def put(self, key: str, body: bytes) -> None:
        """Put an object that is nobody's."""
        assert self.ask("PUT", f"/{BUCKET}/{key}", body)[0] == 200

    def head(self, key: str) -> dict[str, str]:
        """Return an object's headers."""
        status, headers, _ = self.ask("HEAD", f"/{BUCKET}/{key}")
        assert status == 200, key
        return headers

    def objects(self) -> dict[str, bytes]:
        """Return all that is there, by key."""
        _, _, listing = self.ask("GET", f"/{BUCKET}?list-type=2&max-keys=1000")
        keys = [found.text or "" for found in Tree.fromstring(listing).iterfind(".//{*}Key")]
        return {key: self.ask("GET", f"/{BUCKET}/{quote(key)}")[2] for key in keys}


@contextmanager
def bucket() -> Iterator[Bucket]:
    """Yield an empty bucket."""
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    behind = f"http://{host}:{port}"
    door = ThreadingHTTPServer(("127.0.0.1", 0), _Door)
    door.daemon_threads = True
    found = Bucket(f"http://127.0.0.1:{door.server_address[1]}", behind)
    assert found.ask("POST", "/moto-api/reset")[0] == 200
    assert found.ask("PUT", f"/{BUCKET}")[0] == 200
    door.found = found  # type: ignore[attr-defined]
    thread = threading.Thread(target=door.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        door.shutdown()
        door.server_close()
        moto.stop()


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _forward(self) -> None:
        found: Bucket = self.server.found  # type: ignore[attr-defined]
        parts = urlsplit(self.path)
        kind = "LIST" if "list-type" in parse_qs(parts.query) else self.command
        request = Request(kind, unquote(parts.path).removeprefix(f"/{BUCKET}").lstrip("/"))
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        found.requests.append(request)
        if found.down:
            self.close_connection = True
            return
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        if found.ignores_conditions:
            headers = {name: value for name, value in headers.items() if name.lower() not in _CONDITIONS}
        found.before(request)
        time.sleep(found.delay if request.kind in ("PUT", "DELETE") else 0)
        if request.kind in found.instead:
            status, data = found.instead[request.kind]
            answer: dict[str, str] = {}
        else:
            status, answer, data = found.ask(self.command, self.path, body, headers)
        found.after(request)
        self.send_response_only(status)
        for name, value in answer.items():
            if name not in ("connection", "transfer-encoding", "content-length"):
                self.send_header(name, value)
        length = answer.get("content-length", "0") if self.command == "HEAD" else str(len(data))
        self.send_header("content-length", length)
        self.end_headers()
        self.wfile.write(data)

    do_GET = _forward  # noqa: N815
    do_HEAD = do_PUT = do_POST = do_DELETE = do_GET  # noqa: N815

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""
