"""What the origin answers, rule by rule, on real sockets (docs/http.md)."""

from __future__ import annotations

import gzip
import hashlib
import re
import threading
import time
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import brotli
import pytest

from feedmill.model.artifact import Published
from feedmill.model.settings import ServerSettings
from feedmill.server.documents import Loaded, load
from feedmill.store import Bodies
from wire import BODY, House, Open, Wire

MEDIA = {
    "/all.rss": "application/rss+xml; charset=utf-8",
    "/all.atom": "application/atom+xml; charset=utf-8",
    "/topics/ai.json": "application/feed+json; charset=utf-8",
    "/topics/ai.html": "text/html; charset=utf-8",
    "/feeds.opml": "text/x-opml; charset=utf-8",
    "/feeds.json": "application/json; charset=utf-8",
    "/": "text/html; charset=utf-8",
}


@pytest.mark.parametrize("target", MEDIA)
def test_documents_have_their_media_type(house: House, target: str) -> None:
    assert house.ask(target)["content-type"] == MEDIA[target]


def test_a_copy_has_the_media_type_and_the_other_forms_of_its_document(house: House) -> None:
    for path, target in (("feed.xml", "all.atom"), ("old/blog.htm", "topics/ai.html")):
        record = house.site.put(path, (house.site.folder / target).read_bytes())
        house.site.documents[path] = replace(record, copy_of=target)
    house.publish()
    reply = house.ask("/feed.xml")
    assert reply.body == BODY + b"all.atom"
    assert reply["content-type"] == "application/atom+xml; charset=utf-8"
    assert reply["link"].startswith(
        '<./all.atom>; rel="self", <./all.html>; rel="alternate"; type="text/html"'
    )
    page = house.ask("/old/blog.htm")
    assert page["content-type"] == "text/html; charset=utf-8"
    assert page["content-security-policy"] == house.ask("/topics/ai.html")["content-security-policy"]
    assert page["link"].startswith('<../topics/ai.html>; rel="canonical", <../topics/ai.rss>;')


def test_a_document_is_sent_whole_with_its_validators(house: House) -> None:
    reply = house.ask("/all.rss")
    assert reply.status == 200
    assert reply.body == BODY + b"all.rss"
    assert reply["etag"] == f'"{hashlib.blake2b(reply.body, digest_size=16).hexdigest()}"'
    assert reply["last-modified"] == "Sat, 21 Nov 2026 12:00:00 GMT"
    assert reply["date"] == "Sat, 21 Nov 2026 13:00:00 GMT"
    assert reply["cache-control"] == "public, max-age=900, s-maxage=60, stale-if-error=60"
    assert reply["vary"] == "Accept-Encoding"
    assert reply["accept-ranges"] == "none"
    assert reply["x-content-type-options"] == "nosniff"
    assert reply["access-control-allow-origin"] == "*"
    assert reply.get("server") is None


def test_each_coding_has_an_etag_made_from_the_bytes_sent(house: House) -> None:
    replies = {coding: house.ask("/all.rss", Accept_Encoding=coding) for coding in ("br", "gzip", "identity")}
    assert replies["identity"].get("content-encoding") is None
    assert brotli.decompress(replies["br"].body) == replies["identity"].body
    assert gzip.decompress(replies["gzip"].body) == replies["identity"].body
    assert replies["gzip"].body[4:8] == b"\0\0\0\0"  # no time in it
    tags = set()
    for coding, reply in replies.items():
        assert (reply.get("content-encoding") or "identity") == coding
        assert reply["etag"] == f'"{hashlib.blake2b(reply.body, digest_size=16).hexdigest()}"'
        assert reply["vary"] == "Accept-Encoding"
        tags.add(reply["etag"])
    assert len(tags) == 3
    assert house.ask("/all.rss", Accept_Encoding="br", If_None_Match=replies["gzip"]["etag"]).status == 200
    assert house.ask("/all.rss", Accept_Encoding="gzip", If_None_Match=replies["gzip"]["etag"]).status == 304


def test_a_small_document_goes_out_as_it_is_unless_that_is_ruled_out(house: House) -> None:
    house.site.put("custom/tiny.json", b"{}")
    house.publish()
    assert house.ask("/custom/tiny.json", Accept_Encoding="gzip").get("content-encoding") is None
    strict = house.ask("/custom/tiny.json", Accept_Encoding="gzip, identity;q=0")
    assert strict["content-encoding"] == "gzip"


def test_nothing_acceptable_is_406(house: House) -> None:
    reply = house.ask("/all.rss", Accept_Encoding="identity;q=0, zstd")
    assert reply.status == 406
    assert reply["vary"] == "Accept-Encoding"


def test_a_304_repeats_the_fields(house: House) -> None:
    full = house.ask("/all.rss", Accept_Encoding="gzip")
    short = house.ask("/all.rss", Accept_Encoding="gzip", If_None_Match=full["etag"])
    assert short.status == 304
    assert short.body == b""
    for name in (
        "etag",
        "cache-control",
        "vary",
        "last-modified",
        "date",
        "link",
        "access-control-allow-origin",
    ):
        assert short[name] == full[name], name
    assert short.get("content-type") is None
    assert short.get("content-length") is None


def test_head_is_get_without_the_body(house: House) -> None:
    for target in ("/all.rss", "/", "/topics/ai", "/nowhere.rss", "/healthz"):
        get, head = house.ask(target), house.ask(target, method="HEAD")
        assert head.headers == get.headers, target
        assert head.status == get.status
        assert get.body


def test_ranges_are_not_taken(house: House) -> None:
    reply = house.ask("/all.rss", Range="bytes=0-9")
    assert reply.status == 200
    assert len(reply.body) == len(BODY) + 7


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND"])
def test_other_methods_are_405_with_allow(house: House, method: str) -> None:
    for target in ("/all.rss", "/nowhere"):
        reply = house.ask(target, method=method)
        assert reply.status == 405
        assert reply["allow"] == "GET, HEAD"


def test_freshness_ends_with_the_next_planned_change_of_the_feed(house: House) -> None:
    soon = house.clock.now + timedelta(seconds=42, milliseconds=700)
    house.site.put("topics/ai.rss", BODY, next_change=soon)
    house.publish()
    reply = house.ask("/topics/ai.rss")
    assert reply["cache-control"] == "public, max-age=42, s-maxage=42, stale-if-error=60"
    house.clock.advance(40)
    assert house.ask("/topics/ai.rss").max_age == 2
    house.clock.advance(5)
    reply = house.ask("/topics/ai.rss")  # due, and being published this moment
    assert reply["cache-control"] == "public, max-age=1, s-maxage=1, stale-if-error=60"
    assert house.ask("/all.rss").max_age == 900


def test_an_embargo_shows_as_security_md_says_and_no_sooner(house: House, root: Path) -> None:
    told = " ".join((root / "SECURITY.md").read_text(encoding="utf-8").split())
    assert "within `server.max_age` (15 minutes) of it" in told
    house.site.put("topics/ai.rss", BODY, next_change=house.clock.now + timedelta(minutes=16))
    house.publish()
    assert house.ask("/topics/ai.rss")["cache-control"] == house.ask("/all.rss")["cache-control"]
    house.clock.advance(2 * 60)
    assert house.ask("/topics/ai.rss").max_age == 14 * 60


def test_settings_decide_freshness_and_may_change(house: House) -> None:
    house.ask("/all.rss")
    house.origin.configure(ServerSettings(max_age=timedelta(minutes=2), shared_max_age=timedelta(seconds=5)))
    assert house.ask("/all.rss")["cache-control"] == "public, max-age=120, s-maxage=5, stale-if-error=5"


def test_last_modified_is_never_in_the_future_nor_ambiguous(house: House) -> None:
    house.site.put("all.rss", BODY + b"new")
    house.publish()
    fresh = house.ask("/all.rss")
    assert fresh.get("last-modified") is None
    later = "Sat, 21 Nov 2026 15:00:00 GMT"
    assert house.ask("/all.rss", If_Modified_Since=later).status == 200
    assert house.ask("/all.rss", If_None_Match=fresh["etag"]).status == 304
    house.clock.advance(1)
    settled = house.ask("/all.rss")
    assert parsedate_to_datetime(settled["last-modified"]) < parsedate_to_datetime(settled["date"])
    assert settled["etag"] == fresh["etag"]
    assert house.ask("/all.rss", If_Modified_Since=settled["last-modified"]).status == 304
    house.clock.advance(-7200)  # the clock was set back
    assert house.ask("/all.rss").get("last-modified") is None


def test_feeds_link_to_themselves_and_to_their_other_forms(house: House) -> None:
    link = house.ask("/topics/ai.rss")["link"]
    assert '<./ai.rss>; rel="self"' in link
    for other, kind in (
        ("html", "text/html"),
        ("atom", "application/atom+xml"),
        ("json", "application/feed+json"),
    ):
        assert f'<./ai.{other}>; rel="alternate"; type="{kind}"' in link
    assert '<./>; rel="canonical"' in house.ask("/")["link"]
    assert house.ask("/")["link"] == house.ask("/index.html")["link"]
    assert '<./feeds.opml>; rel="alternate"; type="text/x-opml"' in house.ask("/")["link"]


def test_pages_have_a_strict_policy_and_are_not_for_other_sites(house: House) -> None:
    reply = house.ask("/topics/ai.html")
    policy = reply["content-security-policy"]
    style = b64encode(hashlib.sha256(b"a{}").digest()).decode()
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{style}'" in policy
    assert "script-src 'none'" in policy
    assert "unsafe" not in policy
    assert reply["referrer-policy"] == "no-referrer"
    assert reply.get("access-control-allow-origin") is None
    assert house.ask("/all.rss").get("content-security-policy") is None


def test_a_page_is_found_without_its_suffix(house: House) -> None:
    assert house.ask("/topics/ai").status == 302
    assert house.ask("/topics/ai")["location"] == "ai.html"
    assert house.ask("/all")["location"] == "all.html"
    house.site.retire("topics/ai.html")
    house.publish()
    assert house.ask("/topics/ai")["location"] == "ai.atom"


def test_redirects_win_over_documents_and_are_relative(house: House) -> None:
    house.site.redirects.update(
        {
            "topics/old.atom": "topics/ai.atom",
            "providers/acme.rss": "/topics/ai.rss",
            "away": "https://other.example/a b",
            "all.json": "all.json",
        }
    )
    house.publish()
    old = house.ask("/topics/old.atom")
    assert (old.status, old["location"]) == (301, "ai.atom")
    assert (house.ask("/providers/acme.rss").status) == 301
    assert house.ask("/providers/acme.rss")["location"] == "../topics/ai.rss"
    assert house.ask("/away")["location"] == "https://other.example/a%20b"
    assert house.ask("/all.json").status == 200  # a redirect to itself is none


def test_retired_feeds_are_gone_until_they_come_back(house: House) -> None:
    for suffix in ("rss", "atom", "json", "html"):
        house.site.retire(f"topics/ai.{suffix}")
    house.publish()
    assert house.ask("/topics/ai.rss").status == 410
    assert house.ask("/topics/ai").status == 410
    house.site.put("topics/ai.rss", BODY)
    house.publish()
    assert house.ask("/topics/ai.rss").status == 200


def test_errors_are_short_plain_and_say_nothing_of_files(house: House) -> None:
    for target in ("/nowhere.rss", "/topics/", "/.feedmill/ledger.db", "/topics/%2e%2e/all.rss"):
        reply = house.ask(target)
        assert reply.status in (400, 404), target
        assert reply["content-type"] == "text/plain; charset=utf-8"
        assert reply["vary"] == "Accept-Encoding"
        assert len(reply.body) < 80
        assert str(house.site.folder).encode() not in reply.body


def test_queries_are_ignored(house: House) -> None:
    assert house.ask("/all.rss?utm=1").body == house.ask("/all.rss").body
    assert house.ask("/?x").status == 200


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/%61ll.rss", 200),
        ("/%2561ll.rss", 404),
        ("/topics%2fai.rss", 400),
        ("/topics/%2E%2E/all.rss", 400),
        ("/topics/../all.rss", 400),
        ("/./all.rss", 400),
        ("/topics\\ai.rss", 400),
        ("/topics%5cai.rss", 400),
        ("/all.rss%00", 400),
        ("/all.rss%0d%0aSet-Cookie:a", 400),
        ("/%ff%fe", 400),
        ("/%", 400),
        ("/%4", 400),
        ("/%zz", 400),
        ("//all.rss", 404),
        ("/all.rss/", 404),
        ("/ALL.rss", 404),
        ("/.all.rss.new", 404),
        ("/topics/.hidden", 404),
        ("/all.rss#a", 400),
        ("/" + "a" * 8000, 404),
    ],
)
def test_odd_paths(house: House, target: str, status: int) -> None:
    (house.site.folder / ".all.rss.new").write_bytes(b"half")
    assert house.ask(target).status == status


def test_only_published_documents_are_served(house: House) -> None:
    (house.site.folder / "secret.rss").write_bytes(b"draft")
    assert house.ask("/secret.rss").status == 404


def test_health_and_readiness(open_house: Open) -> None:
    house = open_house(publish=False)
    assert house.ask("/healthz").status == 200
    assert house.ask("/readyz").status == 503
    early = house.ask("/all.rss")
    assert (early.status, early["retry-after"]) == (503, "1")
    house.publish()
    assert house.ask("/readyz").status == 200
    assert house.ask("/readyz")["cache-control"] == "no-store"
    house.origin.set_ready(False)
    assert house.ask("/readyz").status == 503
    assert house.ask("/all.rss").status == 200


# Generations


def test_a_new_generation_is_served_at_once(house: House) -> None:
    with Wire(house.address) as wire:
        old = wire.get("/all.rss").reply()
        house.site.put("all.rss", BODY + b"two")
        house.publish()
        new = wire.get("/all.rss", If_None_Match=old["etag"]).reply()
        assert new.status == 200
        assert new.body == BODY + b"two"
        assert new["etag"] != old["etag"]


def test_while_a_pass_is_being_published_a_reader_waits_for_the_whole_of_it(house: House) -> None:
    house.site.put("all.rss", BODY + b"two")  # on disk, but not yet this generation's
    later = threading.Timer(0.2, house.publish)
    later.start()
    reply = house.ask("/all.rss")
    later.join()
    assert reply.status == 200
    assert reply.body == BODY + b"two"


def test_what_is_in_memory_is_served_from_the_old_generation(house: House) -> None:
    old = house.ask("/all.rss")
    house.site.put("all.rss", BODY + b"two")
    again = house.ask("/all.rss")
    assert (again.body, again["etag"]) == (old.body, old["etag"])


def test_passes_that_follow_each_other_closely_starve_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = house.origin._load
    number = 0

    async def overtaken(record: Published, coding: str) -> None:
        nonlocal number
        await load(record, coding)
        number += 1
        house.site.put("all.rss", BODY + b"%d" % number)
        house.publish()

    monkeypatch.setattr(house.origin, "_load", overtaken)
    reply = house.ask("/all.rss")
    assert (reply.status, reply.body) == (200, BODY + b"all.rss")
    assert number == 1


def test_who_gives_up_on_a_slow_disk_takes_nothing_from_the_others(
    open_house: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = open_house(patience=0.6)
    begun, go_on = threading.Event(), threading.Event()

    def slow(bodies: Bodies, record: Published, coding: str) -> Loaded:
        begun.set()
        go_on.wait(10)
        return load(bodies, record, coding)

    monkeypatch.setattr("feedmill.server.app.load", slow)
    with Wire(house.address) as first, Wire(house.address) as second:
        first.get("/all.rss")
        assert begun.wait(10)
        assert not go_on.wait(0.3)
        second.get("/all.rss")
        assert first.reply().status == 503
        go_on.set()
        assert second.reply().body == BODY + b"all.rss"
    assert house.origin._loading == {}


@pytest.mark.parametrize("damage", ["missing", "shorter", "longer", "other"])
def test_a_file_that_is_not_what_was_published_is_not_served(open_house: Open, damage: str) -> None:
    house = open_house(patience=0.1)
    file = house.site.folder / "all.rss"
    if damage == "missing":
        file.unlink()
    else:
        whole = file.read_bytes()
        file.write_bytes({"shorter": whole[:-1], "longer": whole + b"x", "other": b"X" + whole[1:]}[damage])
    reply = house.ask("/all.rss")
    assert (reply.status, reply["retry-after"]) == (503, "1")
    assert b"all.rss" not in reply.body
    assert house.ask("/topics/ai.rss").status == 200


def test_readers_see_whole_documents_with_their_own_etag_while_generations_change(house: House) -> None:
    stop = threading.Event()
    faults: list[str] = []
    seen: set[bytes] = set()

    def read(coding: str) -> None:
        unpack = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}[coding]
        with Wire(house.address) as wire:
            while not stop.is_set():
                reply = wire.get("/all.rss", Accept_Encoding=coding).reply()
                tag = f'"{hashlib.blake2b(reply.body, digest_size=16).hexdigest()}"'
                body = unpack(reply.body)
                seen.add(body)
                if reply.status != 200 or tag != reply["etag"] or not re.fullmatch(rb"(<v\d+>)\1{499}", body):
                    faults.append(f"{reply.status} {reply['etag']} {tag} {body[:20]!r}")

    house.site.put("all.rss", b"<v0>" * 500)
    house.publish()
    threads = [threading.Thread(target=read, args=(coding,)) for coding in ("br", "gzip", "identity")]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 10
    number = 0
    while time.monotonic() < end and (number < 60 or len(seen) < 10):
        number += 1
        house.site.put("all.rss", b"<v%d>" % number * 500)
        house.publish()
    stop.set()
    for thread in threads:
        thread.join()
    assert not faults
    assert len(seen) >= 10


def test_the_cache_is_bounded(open_house: Open) -> None:
    house = open_house()
    house.origin._documents.max_bytes = 3 * len(BODY)
    for _ in range(3):
        for target in list(house.site.documents):
            assert house.ask("/" + target).status == 200
            assert house.origin._documents.bytes <= 3 * len(BODY)
    etag = house.ask("/all.rss")["etag"]
    for target in list(house.site.documents):
        house.ask("/" + target)
    loads = house.origin._documents.bytes
    assert house.ask("/all.rss", If_None_Match=etag).status == 304  # needs no bytes, brings none in
    assert house.origin._documents.bytes == loads


def test_what_clients_make_up_fills_no_cache(house: House) -> None:
    for number in range(50):
        assert house.ask(f"/all.rss?{number}").status == 200
        assert house.ask("/all.rss", Accept_Encoding=f"gzip, x{number}, " + "y" * 1000).status == 200
        assert house.ask("/all.rss", If_Modified_Since=f"{number} " + "y" * 1000).status == 200
    serving = house.origin._serving
    assert serving is not None
    assert len(serving.hot) == 1
    assert len(serving.variants) == 1
