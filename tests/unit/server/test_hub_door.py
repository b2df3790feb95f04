"""The hub's door at the origin, and what feeds say of hubs there (WebSub, 4 and 5.1)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from feedmill.model.settings import ServerSettings
from feedmill.server import HUB, Listener, Origin, Server
from feedmill.server.media import NO_HUBS, Discovery, link_field
from wire import House, Reply, Wire

HUBS = Discovery(
    site_url="https://feeds.acme.com/x/", hubs=("https://feeds.acme.com/x/hub", "https://h.acme.org/")
)
FORM = "application/x-www-form-urlencoded"


class Door:
    """Notes who knocks."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bytes]] = []
        self.said = (202, "")

    async def __call__(self, content_type: str, body: bytes) -> tuple[int, str]:
        await asyncio.sleep(0)
        self.asked.append((content_type, body))
        return self.said


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def hub(house: House, door: Door) -> Iterator[House]:
    """The house once more, with a hub."""
    origin = Origin(house.site.body, ServerSettings(), house.clock, discovery=HUBS, door=door)
    server = Server([Listener(app=origin, host="127.0.0.1", port=0, limits=HUB)])
    server.start()
    served = House(house.site, house.clock, origin, server.addresses[0])
    served.publish()
    yield served
    assert server.stop(5)


def post(house: House, body: bytes, *, target: str = "/hub", kind: str = FORM) -> Reply:
    head = f"POST {target} HTTP/1.1\r\nHost: a\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    with Wire(house.address) as wire:
        return wire.send(head.encode() + body).reply(method="POST")


def links(field: str) -> list[tuple[str, str]]:
    return [(one.split(">")[0][1:], one.split('rel="')[1].split('"')[0]) for one in field.split(", ")]


@pytest.mark.parametrize("target", ["all.rss", "topics/ai.atom", "providers/acme.json"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_4_a_feed_names_its_hubs_and_exactly_one_self(hub: House, target: str, method: str) -> None:
    told = links(hub.ask("/" + target, method=method)["link"])
    assert [address for address, rel in told if rel == "hub"] == list(HUBS.hubs)
    assert [address for address, rel in told if rel == "self"] == [f"https://feeds.acme.com/x/{target}"]


def test_4_a_304_names_them_too(hub: House) -> None:
    reply = hub.ask("/all.rss", If_None_Match=hub.ask("/all.rss")["etag"])
    assert reply.status == 304
    assert 'rel="hub"' in reply["link"]


@pytest.mark.parametrize("path", ["index.html", "all.html", "feeds.opml", "feeds.json"])
def test_what_is_no_topic_names_none(path: str) -> None:
    documents = {path, "all.rss", "index.html"}
    assert link_field(path, documents, HUBS) == link_field(path, documents, NO_HUBS)


def test_5_1_a_request_reaches_the_hub_as_it_was_sent(hub: House, door: Door) -> None:
    reply = post(hub, b"hub.mode=subscribe", target="/hub?anything")
    assert reply.status == 202
    assert reply["content-type"].startswith("text/plain")
    assert reply["cache-control"] == "no-store"
    assert door.asked == [(FORM, b"hub.mode=subscribe")]


def test_a_refusal_is_a_sentence_in_plain_text(hub: House, door: Door) -> None:
    door.said = (400, "hub.topic is missing")
    reply = post(hub, b"hub.mode=subscribe")
    assert (reply.status, reply.body) == (400, b"hub.topic is missing\n")
    door.said = (503, "later")
    assert post(hub, b"").get("retry-after") == "10"


def test_a_request_of_9_kib_is_refused_unread(hub: House, door: Door) -> None:
    assert post(hub, b"x" * (9 << 10)).status == 413
    chunked = b"POST /hub HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2400\r\n" + b"x" * 0x2400
    with Wire(hub.address) as wire:
        assert wire.send(chunked).reply().status == 413
    assert not door.asked


def test_who_leaves_in_the_middle_has_asked_nothing(hub: House, door: Door) -> None:
    with Wire(hub.address) as wire:
        wire.send(b"POST /hub HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\nhub.mode=s")
    assert post(hub, b"second").status == 202
    assert door.asked == [(FORM, b"second")]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS"])
def test_other_methods_are_told_the_one_there_is(hub: House, method: str) -> None:
    reply = hub.ask("/hub", method=method)
    assert (reply.status, reply["allow"]) == (405, "POST")


def test_there_is_no_door_elsewhere(hub: House, house: House, door: Door) -> None:
    assert post(hub, b"", target="/all.rss")["allow"] == "GET, HEAD"
    assert post(house, b"")["allow"] == "GET, HEAD"
    assert house.ask("/hub").status == 404
    assert 'rel="hub"' not in house.ask("/all.rss")["link"]
    assert not door.asked


def test_hubs_come_and_go_with_the_settings(hub: House) -> None:
    hub.origin.configure(ServerSettings(), replace(HUBS, hubs=("https://other.acme.org/",)))
    assert "<https://other.acme.org/>" in hub.ask("/all.rss")["link"]
    hub.origin.configure(ServerSettings())
    assert 'rel="hub"' not in hub.ask("/all.rss")["link"]
