"""Subscribers that nobody here wrote: they discover, subscribe, get what is published, and leave."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Queue
from socket import SHUT_RDWR, SHUT_WR, create_connection, create_server, socket
from typing import Any

import pytest

from conftest import lacks
from operated.daemon import Folder, Operator, free_port
from operated.subscriber import Subscriber

pytestmark = pytest.mark.interop

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
Require = Callable[..., str]


class Other:
    """Another program that tells what happens to it, one JSON object a line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._told: Queue[dict[str, Any]] = Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._told.put(json.loads(line))

    def next(self) -> dict[str, Any]:
        """Return what it tells next."""
        return self._told.get(timeout=30)

    def leave(self) -> None:
        """Make it unsubscribe."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()


@contextmanager
def program(*command: str, env: dict[str, str]) -> Iterator[Other]:
    process = subprocess.Popen(
        command,
        env={**os.environ, **env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Other(process)
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def operator() -> Iterator[Operator]:
    found = Operator(str(Path(sys.executable).with_name("feedmill")))
    yield found
    found.end()


@contextmanager
def mill(folder: Folder, operator: Operator, scheme: str, port: int, outside: int) -> Iterator[Folder]:
    """A daemon with a hub at `port`, whose site is at `outside`."""
    folder.configure(
        f"server: {{port: {port}}}\npush: {{hub: on, allow: [127.0.0.0/8]}}\nadmin: {{enabled: false}}"
    )
    config = folder.path / "config.yaml"
    config.write_text(config.read_text().replace("https://feeds.test/", f"{scheme}://127.0.0.1:{outside}/"))
    folder.write("first.md")
    operator.run(folder)
    yield folder


@contextmanager
def tls(folder: Path, to: int) -> Iterator[int]:
    """Take TLS off, as a proxy does, and hand on to the port `to`; `folder`/cert.pem is the certificate."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
            ),
            *("-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(cert)),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    client, _ = server.accept()
                    threading.Thread(target=serve, args=(client,), daemon=True).start()

        def serve(client: socket) -> None:
            with (
                suppress(OSError),
                context.wrap_socket(client, server_side=True) as inside,
                create_connection(("127.0.0.1", to)) as origin,
            ):
                thread = threading.Thread(target=pour, args=(origin, inside), daemon=True)
                thread.start()
                pour(inside, origin)
                thread.join()

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(SHUT_RDWR)


def pour(source: socket, target: socket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
        target.shutdown(SHUT_WR)


def test_flask_websub_gets_a_signed_delivery(require: Require, operator: Operator, tmp_path: Path) -> None:
    python = str(Path(require(str(ROOT / ".ci" / "tools" / "bin" / "flask"))).with_name("python"))
    require("openssl")
    port, callback = free_port(), free_port()
    with (
        tls(tmp_path, port) as outside,
        mill(Folder(tmp_path / "site"), operator, "https", port, outside) as folder,
    ):
        address = f"https://127.0.0.1:{outside}/all.atom"
        arguments = [str(HERE / "flask_subscriber.py"), address, str(callback), str(tmp_path)]
        with program(python, *arguments, env={"REQUESTS_CA_BUNDLE": str(tmp_path / "cert.pem")}) as other:
            assert other.next() == {"hub": f"https://127.0.0.1:{outside}/hub", "topic": address}
            assert other.next() == {"done": "subscribe", "topic": address}
            folder.write("second.md")
            got = other.next()
            assert got["secret"], "it checks the signature before it tells"
            assert got["got"] == (folder.feeds / "all.atom").read_text()
            other.leave()
            assert other.next() == {"done": "unsubscribe", "topic": address}


def test_npms_pubsubhubbub_gets_what_is_published(
    require: Require, operator: Operator, tmp_path: Path
) -> None:
    node = require("node", "nodejs")
    modules = ROOT / ".ci" / "node" / "node_modules"
    if not (modules / "pubsubhubbub").is_dir():
        lacks("npm's pubsubhubbub")
    port, callback = free_port(), free_port()
    with mill(Folder(tmp_path / "site"), operator, "http", port, port) as folder:
        found = Subscriber("")
        found.discover(f"http://127.0.0.1:{port}/all.atom")
        arguments = [str(HERE / "node_subscriber.js"), found.topic, found.hub, str(callback)]
        with program(node, *arguments, env={"NODE_PATH": str(modules)}) as other:
            assert other.next() == {"done": "subscribe", "topic": found.topic}
            folder.write("second.md")
            got = other.next()
            assert got["got"] == (folder.feeds / "all.atom").read_text()
            other.leave()
            assert other.next() == {"done": "unsubscribe", "topic": found.topic}
