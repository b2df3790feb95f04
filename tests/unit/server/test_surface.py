"""The request surface: whatever is sent, an answer below 500 or the end, and others are served on."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedmill.model.settings import ServerSettings
from feedmill.server import Listener, Origin, Server
from wire import BODY, PAGE, Clock, House, Site, Wire

TARGETS = st.one_of(
    st.sampled_from(
        [
            "/",
            "/all.rss",
            "/topics/ai",
            "/topics/ai.html",
            "/old.rss",
            "/gone.rss",
            "/healthz",
            "*",
            "http://a/",
            "/%",
        ]
    ),
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=40).map(lambda text: "/" + text),
    st.lists(st.sampled_from(["%2e", "%2f", "..", ".", "%00", "all.rss", "topics", "%", "\\", "//"])).map(
        lambda parts: "/" + "/".join(parts)
    ),
)
NAMES = st.sampled_from(
    [
        "Accept-Encoding",
        "If-None-Match",
        "If-Match",
        "If-Modified-Since",
        "If-Unmodified-Since",
        "Range",
        "If-Range",
        "A-IM",
        "Connection",
        "Content-Length",
        "Transfer-Encoding",
        "Expect",
        "Upgrade",
        "Cookie",
        "User-Agent",
        "X-Forwarded-For",
        "Host",
    ]
)
VALUES = st.one_of(
    st.sampled_from(
        [
            '"x"',
            'W/"x", *',
            '""',
            "*",
            "gzip;q=0",
            "br, identity;q=0",
            "Sat, 21 Nov 2026 12:00:00 GMT",
            "close",
        ]
    ),
    st.sampled_from(["close", "chunked", "0", "5", "100-continue", "h2c", "keep-alive, Upgrade"]),
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=40),
)
METHODS = st.sampled_from(["GET", "HEAD", "POST", "OPTIONS", "TRACE", "PUT", "BREW", "CONNECT"])


@pytest.fixture(scope="module")
def target_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One origin for all examples."""
    clock = Clock()
    site = Site(Path(tmp_path_factory.mktemp("surface")), clock)
    site.put("all.rss", BODY)
    site.put("index.html", PAGE)
    site.put("topics/ai.html", PAGE)
    site.gone.add("gone.rss")
    site.redirects["old.rss"] = "all.rss"
    clock.advance(60)
    origin = Origin(site.body, ServerSettings(), clock, patience=timedelta(seconds=1))
    server = Server([Listener(app=origin, host="127.0.0.1", port=0)])
    server.start()
    house = House(site, clock, origin, server.addresses[0])
    house.publish()
    yield house
    assert server.stop()
    assert server.failure is None


def survives(house: House, raw: bytes, method: str = "GET") -> None:
    """Send, read an answer or the end, in time; then see that the next reader is served."""
    with Wire(house.address) as wire:
        wire.send(raw)
        try:
            wire.socket.shutdown(socket.SHUT_WR)  # no more will come: nothing to wait for
            reply = wire.reply(method=method)
        except (EOFError, OSError):
            reply = None
        if reply is not None and reply.status >= 200:
            assert reply.status < 500, (raw, reply)
            assert b"Traceback" not in reply.body
            assert str(house.site.folder).encode() not in reply.body
    assert house.ask("/all.rss").status == 200
    assert not any(house.origin.traffic.statuses.get(status) for status in (500, 503))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(METHODS, TARGETS, st.lists(st.tuples(NAMES, VALUES), max_size=6), st.sampled_from(["1.0", "1.1"]))
def test_requests(
    target_house: House, method: str, target: str, fields: list[tuple[str, str]], version: str
) -> None:
    lines = [f"{method} {target} HTTP/{version}", "Host: a", *(f"{name}: {value}" for name, value in fields)]
    survives(target_house, ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"), method)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400))
def test_random_bytes(target_house: House, raw: bytes) -> None:
    survives(target_house, raw)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_requests_with_one_byte_changed(target_house: House, data: st.DataObject) -> None:
    whole = (
        b'GET /all.rss HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\nIf-None-Match: "x"\r\n'
        b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"
    )
    where = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255))
    survives(target_house, whole[:where] + bytes([byte]) + whole[where + 1 :])
