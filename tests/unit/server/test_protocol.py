"""What the protocol refuses, bounds and survives: real sockets, exact bytes (issue 7, hostile network)."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from dataclasses import replace

import pytest

from feedmill.model.artifact import Published
from feedmill.server import ORIGIN, Listener, Server
from wire import BODY, QUICK, House, Open, Wire, request

HOST = b"Host: feeds.example.org\r\n"


def exchange(house: House, raw: bytes) -> int:
    with Wire(house.address) as wire:
        return wire.send(raw).reply().status


# What is refused

REFUSED = {
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "two hosts": (b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
    "two hosts, another case": (b"GET / HTTP/1.1\r\nHost: a\r\nhOST: b\r\n\r\n", 400),
    "empty host": (b"GET / HTTP/1.1\r\nHost:\r\n\r\n", 400),
    "host with a path": (b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
    "host with user": (b"GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400),
    "host list": (b"GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400),
    "two hosts in http/1.0": (b"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    "garbage": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x7f" * 40, 400),
    "no version": (b"GET /\r\n" + HOST + b"\r\n", 400),
    "http/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "http/3.7": (b"GET / HTTP/3.7\r\n" + HOST + b"\r\n", 400),
    "unknown method": (b"BREW / HTTP/1.1\r\n" + HOST + b"\r\n", 405),
    "connect": (b"CONNECT feeds.example.org:443 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "options star": (b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", 405),
    "get star": (b"GET * HTTP/1.1\r\n" + HOST + b"\r\n", 405),
    "relative target": (b"GET all.rss HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "space in the target": (b"GET /a b HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "control in the target": (b"GET /a\x01b HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "other scheme": (b"GET ftp://feeds.example.org/ HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "long target": (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
    "endless target": (b"GET /" + b"a" * 400_000, 414),
    "large field": (b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 20_000 + b"\r\n\r\n", 431),
    "endless field": (b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 600_000, 431),
    "endless field name": (b"GET / HTTP/1.1\r\n" + HOST + b"a" * 600_000, 431),
    "many fields": (b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n" * 101 + b"\r\n", 431),
    "endless fields": (b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n" * 50_000, 431),
    "space before the colon": (b"GET / HTTP/1.1\r\n" + HOST + b"X : a\r\n\r\n", 400),
    "folded field": (b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n b\r\n\r\n", 400),
    "folded host": (b"GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", 400),
    "bare line feeds": (b"GET / HTTP/1.1\nHost: a\n\n", 400),
    "bare return": (b"GET / HTTP/1.1\r\n" + HOST + b"X: a\rY: b\r\n\r\n", 400),
    "nul in a field": (b"GET / HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n", 400),
    "length and chunks": (
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "chunks and length": (
        b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        400,
    ),
    "two lengths": (
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
        400,
    ),
    "length list": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 4, 4\r\n\r\nabcd", 400),
    "signed length": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: +4\r\n\r\nabcd", 400),
    "negative length": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n", 400),
    "huge length": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n", 400),
    "chunked is not last": (
        b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
        400,
    ),
    "unknown transfer coding": (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: xchunked\r\n\r\n", 400),
    "large body": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 2000000\r\n\r\n" + b"a" * 100_000, 413),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_gets_a_short_plain_answer_and_the_end(house: House, name: str) -> None:
    raw, status = REFUSED[name]
    with Wire(house.address) as wire:
        reply = wire.send(raw).reply()
        assert reply.status == status
        assert reply["connection"] == "close"
        assert reply["content-type"] == "text/plain; charset=utf-8"
        assert reply["date"]
        assert len(reply.body) < 80
        if status == 405:
            assert reply["allow"] == "GET, HEAD"
        wire.socket.shutdown(socket.SHUT_WR)
        assert wire.ended()
    assert house.origin.traffic.statuses[status] == 1
    assert house.ask("/all.rss").status == 200


@pytest.mark.parametrize("name", [name for name, (raw, _) in REFUSED.items() if raw.startswith(b"GET ")])
def test_a_refusal_of_head_has_no_body(house: House, name: str) -> None:
    raw, status = REFUSED[name]
    with Wire(house.address) as wire:
        reply = wire.send(raw.replace(b"GET", b"HEAD", 1)).reply(method="HEAD")
        assert reply.status == status
        assert int(reply["content-length"]) > 0
        wire.socket.shutdown(socket.SHUT_WR)
        assert wire.ended()


def test_what_comes_after_head_is_not_taken_for_it(house: House) -> None:
    head = b"HEAD /all.rss HTTP/1.1\r\n" + HOST + b"\r\n"
    for raw, status in ((b"\x16\x03\x01 / HTTP/1.1\r\n\r\n", 400), (b"BREW / HTTP/1.1\r\n" + HOST, 405)):
        with Wire(house.address) as wire:
            assert wire.send(head).reply(method="HEAD").status == 200
            reply = wire.send(raw).reply()
            assert (reply.status, len(reply.body)) == (status, int(reply["content-length"]))


def test_a_second_request_smuggled_into_a_body_is_never_answered(house: House) -> None:
    inner = b"GET /all.rss HTTP/1.1\r\n" + HOST + b"\r\n"
    for raw in (
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % len(inner) + inner,
        b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % len(inner) + inner,
        b"GET / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(inner) + inner,
        b"GET / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n" + inner,
        b"GET / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n" + inner,
        b"GET / HTTP/1.0\r\n" + HOST + b"Connection: keep-alive\r\n\r\n" + inner,
    ) * 2:  # the second time from memory
        with Wire(house.address) as wire:
            reply = wire.send(raw).reply()
            assert reply["connection"] == "close"
            assert reply.status in (200, 405)
            wire.socket.shutdown(socket.SHUT_WR)
            assert wire.ended()


# What is accepted


def test_absolute_form_targets(house: House) -> None:
    for target in (
        "http://feeds.example.org/all.rss",
        "HTTPS://other:8443/all.rss",
        "http://[::1]:80/all.rss?a",
    ):
        assert house.ask(target).status == 200
    assert house.ask("http://feeds.example.org").body == house.ask("/").body
    assert house.ask("http://feeds.example.org?x").body == house.ask("/").body
    assert house.ask("http://u@feeds.example.org/").status == 400
    assert house.ask("http:///all.rss").status == 400


def test_hosts_of_every_form(house: House) -> None:
    for host in ("localhost", "127.0.0.1:8080", "[::1]:8080", "xn--bcher-kva.example", "feeds.example.org:"):
        assert house.ask("/all.rss", Host=host).status == 200


def test_http_1_0_without_host_is_answered_and_closed(house: House) -> None:
    with Wire(house.address) as wire:
        reply = wire.send(b"GET /all.rss HTTP/1.0\r\n\r\n").reply()
        assert reply.status == 200
        assert reply["connection"] == "close"
        assert len(reply.body) == len(BODY) + 7
        assert wire.ended()


def test_connections_are_kept(house: House) -> None:
    with Wire(house.address) as wire:
        for _ in range(20):
            reply = wire.get("/all.rss").reply()
            assert reply.status == 200
            assert reply.get("connection") is None
        last = wire.get("/all.rss", Connection="close").reply()
        assert last["connection"] == "close"
        assert wire.ended()


def test_an_offer_to_upgrade_is_ignored(house: House) -> None:
    with Wire(house.address) as wire:
        for _ in range(2):
            reply = wire.get(
                "/all.rss", Connection="Upgrade, HTTP2-Settings", Upgrade="h2c", HTTP2_Settings="AAMA"
            )
            assert reply.reply().status == 200


def test_pipelined_offers_to_upgrade_are_all_answered(house: House) -> None:
    house.ask("/all.rss")
    with Wire(house.address) as wire:
        one = request("GET", "/all.rss", {"Connection": "Upgrade", "Upgrade": "websocket"})
        wire.send(one * 3)
        for _ in range(3):
            assert wire.reply().body == BODY + b"all.rss"


def test_a_fault_after_a_request_waits_for_its_answer(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    load = house.origin._load

    async def slow(record: Published, coding: str) -> None:
        await asyncio.sleep(0.2)
        await load(record, coding)

    monkeypatch.setattr(house.origin, "_load", slow)
    with Wire(house.address) as wire:
        reply = wire.send(request("GET", "/all.rss", {}) + b"\x16\x03 garbage\r\n\r\n").reply()
        assert (reply.status, reply.body) == (200, BODY + b"all.rss")
        assert wire.ended()


def test_pipelined_requests_are_answered_in_order(house: House) -> None:
    targets = ["/all.rss", "/nowhere", "/topics/ai.html", "/topics/ai", "/feeds.json", "/all.atom"] * 20
    raw = b"".join(b"GET %s HTTP/1.1\r\n" % target.encode() + HOST + b"\r\n" for target in targets)
    with Wire(house.address) as wire:
        wire.send(raw)
        for target in targets:
            reply = wire.reply()
            assert reply.status == {"/nowhere": 404, "/topics/ai": 302}.get(target, 200)
            if target.startswith("/all"):
                assert reply.body == BODY + target[1:].encode()


def test_a_request_may_arrive_byte_by_byte(house: House) -> None:
    raw = b"GET http://a/all.rss?q HTTP/1.1\r\n" + HOST + b'If-None-Match: W/"x"\r\n\r\n'
    with Wire(house.address) as wire:
        wire.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in raw * 2:
            wire.send(bytes([byte]))
        assert wire.reply().status == 200
        assert wire.reply().status == 200


def test_a_head_just_within_the_limits_is_taken_in_pieces_too(house: House) -> None:
    fields = b"".join(b"X-%02d: %s\r\n" % (n, b"a" * 1590) for n in range(10))
    raw = b"GET /all.rss?" + b"q" * 8000 + b" HTTP/1.1\r\n" + HOST + fields + b"\r\n"
    with Wire(house.address) as wire:
        wire.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, len(raw), 700):
            wire.send(raw[start : start + 700])
        assert wire.reply().status == 200


def test_a_client_that_will_ask_no_more_gets_its_answer(house: House) -> None:
    for _ in range(2):  # from disk, then from memory
        with Wire(house.address) as wire:
            wire.get("/all.rss")
            wire.socket.shutdown(socket.SHUT_WR)
            assert wire.reply().body == BODY + b"all.rss"
            assert wire.ended()


# Time and room


def test_a_head_that_drips_is_ended_with_408(open_house: Open) -> None:
    house = open_house(QUICK)
    with Wire(house.address) as wire:
        wire.send(b"GET /all.rss HTTP/1.1\r\n")
        start = time.monotonic()
        wire.socket.settimeout(0.05)
        data = b""
        while not data and time.monotonic() - start < 5:
            wire.send(b"X-a: b\r\n")  # never silent, never done
            try:
                data = wire.socket.recv(4096)
            except TimeoutError:
                continue
        assert data.startswith(b"HTTP/1.1 408 ")
        assert 0.3 < time.monotonic() - start < 3
    assert house.origin.traffic.statuses[408] == 1


def test_the_refused_are_led_out_even_if_they_do_not_go(open_house: Open) -> None:
    house = open_house(QUICK)
    with Wire(house.address) as wire:
        assert wire.send(b"\x16\x03 garbage\r\n\r\n").reply().status == 400
        end = time.monotonic() + 5
        while house.origin.traffic.connections and time.monotonic() < end:
            wire.send(b"more")
            threading.Event().wait(0.01)
        assert house.origin.traffic.connections == 0


def test_a_body_that_drips_is_ended(open_house: Open) -> None:
    house = open_house(QUICK)
    with Wire(house.address) as wire:
        reply = wire.send(b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 100\r\n\r\na").reply()
        assert reply.status == 405
        assert wire.ended(5)


@pytest.mark.parametrize("first", [False, True])
def test_silence_is_ended_without_a_word(open_house: Open, first: bool) -> None:
    house = open_house(QUICK)
    with Wire(house.address) as wire:
        if not first:
            wire.get("/all.rss").reply()
        start = time.monotonic()
        assert wire.ended(5)
        assert time.monotonic() - start > 0.3
    assert 408 not in house.origin.traffic.statuses


def test_a_client_that_does_not_read_is_cut_off(open_house: Open) -> None:
    house = open_house(QUICK)
    house.site.put("all.rss", b"<x>" * 1_000_000)
    house.publish()
    house.ask("/all.rss")
    with Wire(house.address, receive_buffer=4096) as wire:
        wire.get("/all.rss")
        deadline = time.monotonic() + 10
        while house.origin.traffic.timeouts == 0 and time.monotonic() < deadline:
            time.sleep(0.02)
        with pytest.raises((EOFError, ConnectionResetError)):
            wire.reply()


def test_a_slow_reader_that_reads_gets_everything(open_house: Open) -> None:
    house = open_house(QUICK)
    whole = b"<x>" * 8_000_000
    house.site.put("all.rss", whole)
    house.publish()
    with Wire(house.address, receive_buffer=65536) as wire:
        wire.get("/all.rss")
        start = time.monotonic()
        got = 0
        while data := wire.socket.recv(200_000):
            got += len(data)
            if got >= len(whole):
                break
            end = time.monotonic() + 0.01  # as slow as a network
            while time.monotonic() < end:
                threading.Event().wait(0.005)
        assert got > len(whole)
        assert time.monotonic() - start > 2 * QUICK.stalled_seconds


def test_pipelining_without_reading_does_not_fill_the_memory(open_house: Open) -> None:
    house = open_house(replace(QUICK, stalled_seconds=30))
    house.site.put("all.rss", b"<x>" * 300_000)
    house.publish()
    house.ask("/all.rss")
    raw = (b"GET /all.rss HTTP/1.1\r\n" + HOST + b"\r\n") * 2000
    with Wire(house.address, receive_buffer=4096) as wire:
        wire.socket.setblocking(False)
        try:
            wire.socket.send(raw)
        except BlockingIOError:
            pytest.skip("the kernel took nothing")
        assert house.ask("/all.rss").status == 200
        assert house.origin.traffic.statuses[200] < 20


def test_when_all_places_are_taken_those_who_wait_longest_go(open_house: Open) -> None:
    house = open_house(replace(ORIGIN, connections=20))
    crowd = [Wire(house.address) for _ in range(15)]
    crowd += [Wire(house.address).send(b"GET / HTTP/1.1\r\nX: ") for _ in range(15)]
    try:
        for _ in range(30):
            assert house.ask("/all.rss").status == 200
        assert house.origin.traffic.connections <= 20
        assert house.origin.traffic.evicted >= 10
    finally:
        for wire in crowd:
            wire.socket.close()


def test_who_was_served_lately_keeps_its_place(open_house: Open) -> None:
    house = open_house(replace(ORIGIN, connections=20, sweep_seconds=0.02))
    crowd: list[Wire] = []
    late: list[Wire] = []
    try:
        with Wire(house.address) as reader:
            crowd = [Wire(house.address) for _ in range(10)]
            end = time.monotonic() + 0.3  # a few of the gate's ticks
            while time.monotonic() < end:
                assert reader.get("/all.rss").reply().status == 200
            late = [Wire(house.address) for _ in range(15)]
            assert crowd[0].ended(within=3)
            assert house.ask("/all.rss").status == 200  # all of them are in by now
            assert reader.get("/all.rss").reply().status == 200
    finally:
        for wire in (*crowd, *late):
            wire.socket.close()


def test_idle_and_dripping_connections_disturb_nobody(open_house: Open) -> None:
    house = open_house()
    house.ask("/all.rss")
    crowd: list[Wire] = []
    try:
        for number in range(300):
            crowd.append(Wire(house.address))
            if number % 2:
                crowd[-1].send(b"GET /all.rss HTTP/1.1\r\nHo")
        times = []
        with Wire(house.address) as wire:
            for _ in range(200):
                start = time.perf_counter()
                assert wire.get("/all.rss").reply().status == 200
                times.append(time.perf_counter() - start)
        assert sorted(times)[len(times) // 2] < 0.02
    finally:
        for wire in crowd:
            wire.socket.close()


# The end


def test_stopping_finishes_the_answer_under_way(open_house: Open) -> None:
    house = open_house()
    whole = b"<x>" * 2_000_000
    house.site.put("all.rss", whole)
    house.publish()
    house.ask("/all.rss")
    server = Server([Listener(app=house.origin, host="127.0.0.1", port=0)])
    server.start()
    with Wire(server.addresses[0], receive_buffer=65536) as wire, Wire(server.addresses[0]) as idle:
        wire.get("/all.rss")
        got = len(wire.socket.recv(1000))
        stopping = threading.Thread(target=server.stop, args=(5,))
        stopping.start()
        assert idle.ended()
        while data := wire.socket.recv(1 << 20):
            got += len(data)
        stopping.join()
    assert got > len(whole)
    assert not server.alive
    with pytest.raises(ConnectionRefusedError):
        Wire(server.addresses[0])
