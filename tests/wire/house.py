"""A served site: origin, clock and address together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from feedmill.server import ORIGIN, Origin
from wire.client import Reply, ask
from wire.site import Clock, Site

BODY = b"<rss>" + b"".join(b"<item><title>Entry %d</title></item>" % n for n in range(400)) + b"</rss>"
PAGE = (
    b"<!doctype html><html><head><title>AI</title><style>a{}</style></head><body>"
    + b"x" * 400
    + b"</body></html>"
)

QUICK = replace(
    ORIGIN, request_seconds=0.4, idle_seconds=0.6, stalled_seconds=0.5, linger_seconds=0.2, sweep_seconds=0.05
)
"""Limits whose times a test can wait for."""


@dataclass
class House:
    """An origin with its site and clock, and where it listens."""

    site: Site
    clock: Clock
    origin: Origin
    address: tuple[str, int]

    def ask(self, target: str, *, method: str = "GET", **fields: str) -> Reply:
        """Ask once, on a connection of its own."""
        return ask(self.address, target, method=method, **fields)

    def publish(self) -> None:
        """Install the site as it is now."""
        self.origin.install(self.site.generation())


Open = Callable[..., House]
