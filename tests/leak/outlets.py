"""Where a secret could come out: documents, their names, HTTP answers, headers, metrics."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import brotli

from feedmill.daemon.admin_view import View
from feedmill.daemon.past_passes import PastPasses
from feedmill.pipeline import PassReport
from feedmill.server import Origin
from feedmill.server.exposition import exposition
from feedmill.server.metrics import Value

CODINGS = (b"identity", b"gzip", b"br")
AGENT = b"Feedly/1.0 (+http://www.feedly.com/fetcher.html; 12 subscribers)"


def documents(feeds: Path) -> dict[str, bytes]:
    """Every published document by path."""
    return {
        path.relative_to(feeds).as_posix(): path.read_bytes()
        for path in sorted(feeds.rglob("*"))
        if path.is_file() and ".feedmill" not in path.parts
    }


def kept_files(root: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a site, its ledger and catalog among them, except the seeds themselves."""
    for path in sorted(root.rglob("*")):
        if path.is_file() and "seeds" not in path.relative_to(root).parts:
            yield path.relative_to(root).as_posix(), path.read_bytes()


def answers(origin: Origin, targets: Iterable[str]) -> dict[tuple[str, bytes], tuple[int, bytes, bytes]]:
    """Ask for every target in every coding: (status, headers in one, body decoded)."""
    return asyncio.run(_ask_all(origin, list(targets)))


async def _ask_all(origin: Origin, targets: list[str]) -> dict[tuple[str, bytes], tuple[int, bytes, bytes]]:
    return {(target, coding): await _ask(origin, target, coding) for target in targets for coding in CODINGS}


async def _ask(origin: Origin, target: str, coding: bytes) -> tuple[int, bytes, bytes]:
    sent: list[Mapping[str, Any]] = []

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> Mapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http",
        "method": "GET",
        "raw_path": target.encode(),
        "path": target,
        "query_string": b"",
        "headers": [(b"host", b"feeds.example.org"), (b"accept-encoding", coding), (b"user-agent", AGENT)],
    }
    await origin(scope, receive, send)  # type: ignore[arg-type]
    status, headers = sent[0]["status"], list(sent[0]["headers"])
    body = b"".join(message.get("body", b"") for message in sent[1:])
    sent_as = dict(headers).get(b"content-encoding", b"identity")
    plain = {b"identity": bytes, b"gzip": gzip.decompress, b"br": brotli.decompress}[sent_as](body)
    return status, b"\n".join(name + b": " + value for name, value in headers), plain


class Office:
    """What the view of the admin listener asks of a service, from the reports of a mill."""

    def __init__(self) -> None:
        self.past = PastPasses()

    def add(self, report: PassReport) -> None:
        """Count a pass."""
        self.past.add(report)

    @property
    def state(self) -> str:
        """As any other daemon."""
        return "ready"

    def spread(self) -> dict[str, Value]:
        """Nothing: no hub runs."""
        return {}

    def status(self) -> dict[str, Any]:
        """Nothing: for the operator alone."""
        return {}

    def rebuild(self, *, full: bool, force: bool) -> Future[PassReport]:
        """Never asked."""
        raise NotImplementedError


def metrics(office: Office, origin: Origin, now: Any) -> bytes:
    """What Prometheus reads."""
    return exposition({**View(office, lambda: now).metrics(), **origin.metrics()})
