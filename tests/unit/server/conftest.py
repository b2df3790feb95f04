"""A served site on real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from feedmill.model.settings import ServerSettings
from feedmill.server import ORIGIN, Limits, Listener, Origin, Server
from wire import BODY, PAGE, Clock, House, Open, Site


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[Open]:
    """`open_house(limits=..., settings=...)`: a served site with a few documents, an hour old."""
    servers: list[Server] = []

    def build(
        limits: Limits = ORIGIN,
        *,
        settings: ServerSettings | None = None,
        patience: float = 2,
        publish: bool = True,
    ) -> House:
        clock = Clock()
        site = Site(tmp_path / "feeds", clock)
        for name in ("all", "topics/ai", "providers/acme"):
            for suffix in (".rss", ".atom", ".json"):
                site.put(name + suffix, BODY + name.encode() + suffix.encode())
            site.put(name + ".html", PAGE + name.encode())
        site.put("index.html", PAGE)
        site.put("feeds.opml", b"<opml>" + b"o" * 400 + b"</opml>")
        site.put("feeds.json", b"{}" + b" " * 400)
        clock.advance(3600)
        origin = Origin(site.body, settings or ServerSettings(), clock, patience=timedelta(seconds=patience))
        server = Server([Listener(app=origin, host="127.0.0.1", port=0, limits=limits)])
        server.start()
        servers.append(server)
        house = House(site, clock, origin, server.addresses[0])
        if publish:
            house.publish()
        return house

    yield build
    for server in servers:
        assert server.stop(5), "the server did not end"
        assert server.failure is None


@pytest.fixture
def house(open_house: Open) -> House:
    """A served site with the limits of every day."""
    return open_house()
