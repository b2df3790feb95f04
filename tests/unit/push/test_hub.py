"""The hub at work, section by section of the Recommendation: real sockets, a clock that we move."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from feedmill.errors import StoreError
from feedmill.push.egress import Egress
from feedmill.push.hub import Hub
from feedmill.push.protocol import Mode, Refusal
from feedmill.push.subscriptions import Caps, Subscriptions
from feedmill.push.topics import Duties
from feedmill.store.local.subscriptions import SubscriptionFile
from push_hub import BASE, START, hub_at, listening, until, wish_of


def test_5_3_the_intent_is_verified_with_all_that_the_subscriber_must_see(folder: Path) -> None:
    async def play() -> None:
        async with hub_at(folder) as running, listening() as subscriber:
            await running.subscribe(subscriber, lease=timedelta(days=3), verify_token="old reader")
            (asked,) = subscriber.asked
            assert asked["hub.mode"] == "subscribe"
            assert asked["hub.topic"] == BASE + "all.atom"
            assert asked["hub.lease_seconds"] == str(3 * 86_400)
            assert len(asked["hub.challenge"]) > 30
            assert asked["hub.verify_token"] == "old reader"
            assert asked["for"] == "me", "the callback's own query stays"
            assert running.subscriptions.counts()["subscriptions"] == 1
            assert not subscriber.got, "what is published already is not news"

    asyncio.run(play())


@pytest.mark.parametrize("secret", [b"", b"s3cret"])
def test_7_a_change_is_delivered_whole_and_signed_only_with_a_secret(folder: Path, secret: bytes) -> None:
    async def play() -> None:
        async with hub_at(folder) as running, listening() as subscriber:
            await running.subscribe(subscriber, secret=secret)
            running.hub.install(running.site.publish(all_atom=b"<feed>two</feed>"))
            await until(lambda: subscriber.got)
            fields, body = subscriber.got[0]
            assert body == b"<feed>two</feed>"
            assert fields["Content-Type"] == "application/atom+xml; charset=utf-8"
            assert fields["Link"] == f'<{BASE}hub>; rel="hub", <{BASE}all.atom>; rel="self"'
            signed = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
            assert fields.get("X-Hub-Signature") == (signed if secret else None)
            await until(lambda: running.hub.totals.deliveries["delivered"])
            assert sum(running.hub.totals.slower) == 1
            assert 0 < running.hub.totals.seconds < 10
            assert len(subscriber.got) == 1

    asyncio.run(play())


def test_a_change_between_the_request_and_its_verification_is_delivered(folder: Path) -> None:
    async def play() -> None:
        async with hub_at(folder) as running, listening() as subscriber:
            assert running.hub.ask(wish_of(subscriber.url)) is None
            running.hub.install(running.site.publish(all_atom=b"<feed>two</feed>"))
            await until(lambda: subscriber.got)
            assert subscriber.got[0][1] == b"<feed>two</feed>"

    asyncio.run(play())


def test_5_1_a_second_request_replaces_the_first_once_it_is_verified(folder: Path) -> None:
    async def play() -> None:
        async with hub_at(folder) as running, listening() as subscriber:
            await running.subscribe(subscriber, secret=b"old")
            subscriber.confirm = False
            await running.subscribe(subscriber, secret=b"refused")
            assert running.subscriptions.counts()["subscriptions"] == 1, "a refusal changes nothing"
            subscriber.confirm = True
            await running.subscribe(subscriber, secret=b"new")
            running.hub.install(running.site.publish(all_atom=b"<feed>two</feed>"))
            await until(lambda: subscriber.got)
            fields, body = subscriber.got[0]
            assert fields["X-Hub-Signature"].endswith(hmac.new(b"new", body, hashlib.sha256).hexdigest())

    asyncio.run(play())


def test_5_1_a_newer_request_stands_while_an_older_one_is_verified(folder: Path) -> None:
    async def play() -> None:
        waiting = asyncio.Event()
        asked: list[str] = []
        got: list[tuple[str, bytes]] = []

        async def slow_at_first(request: web.Request) -> web.StreamResponse:
            if request.method == "POST":
                got.append((request.headers["X-Hub-Signature"], await request.read()))
                return web.Response()
            asked.append(request.query["hub.mode"])
            if len(asked) == 1:
                await waiting.wait()
            return web.Response(text=request.query["hub.challenge"])

        async with hub_at(folder) as running, listening(answer=slow_at_first) as subscriber:
            assert running.hub.ask(wish_of(subscriber.url, secret=b"old")) is None
            await until(lambda: asked)
            assert running.hub.ask(wish_of(subscriber.url, secret=b"new")) is None
            waiting.set()
            await until(lambda: len(asked) == 2)
            await until(lambda: not running.subscriptions.counts()["waiting"])
            running.hub.install(running.site.publish(all_atom=b"<feed>two</feed>"))
            await until(lambda: got)
            signature, body = got[0]
            assert signature.endswith(hmac.new(b"new", body, hashlib.sha256).hexdigest())

    asyncio.run(play())


def test_what_was_taken_down_while_a_delivery_waits_for_its_connection_is_not_sent(folder: Path) -> None:
    async def play() -> None:
        open_ = asyncio.Event()
        got: list[bytes] = []

        async def hanging(request: web.Request) -> web.StreamResponse:
            if request.method == "POST":
                got.append(await request.read())
                return web.Response()
            if "hang" in request.query:
                await open_.wait()
            return web.Response(text=request.query["hub.challenge"])

        async with hub_at(folder) as running, listening(answer=hanging) as subscriber:
            assert running.hub.ask(wish_of(subscriber.url)) is None
            await until(lambda: running.subscriptions.counts()["subscriptions"])
            for number in range(4):  # as many connections as a host gets
                assert running.hub.ask(wish_of(f"{subscriber.url}&hang={number}")) is None
            await asyncio.sleep(0.2)
            running.hub.install(running.site.publish(all_atom=b"<feed>secret</feed>"))
            await asyncio.sleep(0.2)
            running.hub.install(running.site.publish(all_atom=b"<feed>clean</feed>"))
            open_.set()
            await until(lambda: got)
            assert b"<feed>secret</feed>" not in got
            assert got[0] == b"<feed>clean</feed>"

    asyncio.run(play())


def test_5_3_the_callback_is_asked_and_told_to_the_letter(folder: Path) -> None:
    async def play() -> None:
        seen: list[str] = []

        async def note(request: web.Request) -> web.StreamResponse:
            seen.append(request.raw_path)
            return web.Response(text=request.query.get("hub.challenge", ""))

        async with hub_at(folder) as running, listening(answer=note) as subscriber:
            base = subscriber.url.partition("/callback")[0]
            path = "/p%2Fq/%7Eu;v=1?sig=x%7Ey%2Fz%3D%ff&a+b"
            assert running.hub.ask(wish_of(base + path)) is None
            await until(lambda: running.subscriptions.counts()["subscriptions"])
            running.hub.install(running.site.publish(all_atom=b"<feed>two</feed>"))
            await until(lambda: len(seen) == 2)
            assert seen[0].startswith(f"{path}&hub.mode=subscribe")
            assert seen[1] == path

    asyncio.run(play())


def test_a_challenge_may_come_back_in_pieces(folder: Path) -> None:
    async def play() -> None:
        async def drip(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse()
            await response.prepare(request)
            for letter in request.query["hub.challenge"]:
                await response.write(letter.encode())
                await asyncio.sleep(0)
            return response

        async with hub_at(folder) as running, listening(answer=drip) as subscriber:
            assert running.hub.ask(wish_of(subscriber.url)) is None
            await until(lambda: running.subscriptions.counts()["subscriptions"])

    asyncio.run(play())


def test_a_slow_host_with_many_subscriptions_keeps_nobody_else_waiting(folder: Path) -> None:
    async def play() -> None:
        async with hub_at(folder) as running, listening() as slow, listening("127.0.0.2") as other:
            published = running.site.topics().documents["all.atom"].digest
            for number in range(250):
                running.subscriptions.ask(
                    "all.atom", wish_of(f"{slow.url}&n={number}"), published, running.clock()
                )
            for intent in running.subscriptions.intents(running.clock(), 300):
                running.subscriptions.confirm(intent, running.clock())
            await running.subscribe(other)
            slow.delay = 3.0
            running.hub.install(running.site.publish(all_atom=b"<feed>two</feed>"))
            await until(lambda: other.got, seconds=2.5)
            assert not slow.got

    asyncio.run(play())


def test_a_number_is_not_given_to_a_second_subscription(folder: Path) -> None:
    """A delivery to one who has left meanwhile must not count for another."""
    subscriptions = Subscriptions(SubscriptionFile(folder / "subscriptions.db"))
    numbers = []
    for mode in (Mode.SUBSCRIBE, Mode.UNSUBSCRIBE, Mode.SUBSCRIBE):
        subscriptions.ask("all.atom", wish_of("http://127.0.0.9/", mode=mode), "", START)
        (intent,) = subscriptions.intents(START, 9)
        subscriptions.confirm(intent, START)
        numbers += [one.id for one in subscriptions.due("all.atom", "new", START, 9)]
    assert numbers == [1, 2]
    subscriptions.close()


def test_what_cannot_be_written_ends_the_work_with_its_reason(folder: Path) -> None:
    async def play() -> None:
        subscriptions = Subscriptions(SubscriptionFile(folder / "subscriptions.db"))
        async with Egress(agent="feedmill-test") as egress:
            duties = Duties(hub="", url=str, path=str, media_type=str)
            hub = Hub(subscriptions, egress, duties, lambda: START)
            subscriptions.close()
            with pytest.raises(StoreError, match="cannot be used"):
                await hub.run()

    asyncio.run(play())


def test_a_file_that_was_taken_away_is_not_written_on(folder: Path) -> None:
    subscriptions = Subscriptions(SubscriptionFile(folder / "subscriptions.db"))
    subscriptions.require_same()
    (folder / "subscriptions.db").unlink()
    with pytest.raises(StoreError):
        subscriptions.require_same()
    (folder / "subscriptions.db").write_bytes(b"")
    with pytest.raises(StoreError, match="was replaced"):
        subscriptions.require_same()
    subscriptions.close()


def test_who_is_in_a_copy_is_asked_again_before_anything_is_sent(folder: Path) -> None:
    file = folder / "subscriptions.db"
    subscriptions = Subscriptions(SubscriptionFile(file))
    assert not subscriptions.settle()
    subscriptions.ask("all.atom", wish_of("http://127.0.0.9/"), "", START)
    subscriptions.confirm(subscriptions.intents(START, 9)[0], START)
    subscriptions.close()
    again = Subscriptions(SubscriptionFile(file))
    assert not again.settle()
    again.close()
    (folder / "copy.db").write_bytes(file.read_bytes())
    copy = Subscriptions(SubscriptionFile(folder / "copy.db"))
    assert copy.settle()
    assert not copy.settle(), "asked once"
    copy.doubt_all(START)
    assert not copy.due("all.atom", "new", START, 9)
    assert [intent.wish.callback for intent in copy.intents(START, 9)] == ["http://127.0.0.9/"]
    copy.close()


def test_unsubscribing_is_verified_too(folder: Path) -> None:
    async def play() -> None:
        async with hub_at(folder) as running, listening() as subscriber:
            await running.subscribe(subscriber)
            subscriber.confirm = False
            await running.subscribe(subscriber, mode=Mode.UNSUBSCRIBE)
            assert running.subscriptions.counts()["subscriptions"] == 1, "somebody else asked for that"
            subscriber.confirm = True
            await running.subscribe(subscriber, mode=Mode.UNSUBSCRIBE)
            assert "hub.lease_seconds" not in subscriber.asked[-1]
            assert running.subscriptions.counts()["subscriptions"] == 0

    asyncio.run(play())


@pytest.mark.parametrize("answer", ["another challenge", "x" * 9_000])
def test_5_3_1_anything_but_the_challenge_is_a_no(folder: Path, answer: str) -> None:
    async def play() -> None:
        async def say(request: web.Request) -> web.Response:
            asked.append(request.query.get("hub.mode"))
            return web.Response(text=answer)

        asked: list[str | None] = []
        async with hub_at(folder) as running, listening(answer=say) as subscriber:
            assert running.hub.ask(wish_of(subscriber.url)) is None
            await until(lambda: asked and not running.subscriptions.counts()["waiting"])
            assert running.subscriptions.counts()["subscriptions"] == 0

    asyncio.run(play())


def test_5_2_who_asks_for_what_is_not_published_is_told(folder: Path) -> None:
    async def play() -> None:
        async with hub_at(folder) as running, listening() as subscriber:
            await running.subscribe(subscriber, "topics/none.atom")
            assert subscriber.asked[0]["hub.mode"] == "denied"
            assert subscriber.asked[0]["hub.topic"] == BASE + "topics/none.atom"
            assert subscriber.asked[0]["hub.reason"]
            assert running.subscriptions.counts()["subscriptions"] == 0

    asyncio.run(play())


def test_5_2_a_retired_feed_ends_its_subscriptions_with_a_word(folder: Path) -> None:
    async def play() -> None:
        async with hub_at(folder) as running, listening() as subscriber:
            await running.subscribe(subscriber)
            del running.site.bodies["all.atom"]
            running.site.gone.add("all.atom")
            running.hub.install(running.site.topics())
            await until(lambda: len(subscriber.asked) == 2)
            assert subscriber.asked[1]["hub.mode"] == "denied"
            assert running.subscriptions.counts()["subscriptions"] == 0

    asyncio.run(play())


def test_a_lease_ends_by_itself_and_a_renewed_one_lasts(folder: Path) -> None:
    async def play() -> None:
        async with hub_at(folder) as running, listening() as one, listening("127.0.0.2") as other:
            await running.subscribe(one, lease=timedelta(days=2))
            await running.subscribe(other, lease=timedelta(days=2))
            running.clock.now += timedelta(days=1)
            await running.subscribe(other, lease=timedelta(days=2))
            running.clock.now += timedelta(days=1, seconds=1)
            running.hub.install(running.site.publish(all_atom=b"<feed>two</feed>"))
            await until(lambda: other.got)
            assert not one.got
            assert running.subscriptions.counts()["subscriptions"] == 1

    asyncio.run(play())


def test_7_a_failed_delivery_is_tried_again_with_what_is_published_then(folder: Path) -> None:
    async def play() -> None:
        async with hub_at(folder) as running, listening() as subscriber:
            await running.subscribe(subscriber)
            subscriber.status = 500
            running.hub.install(running.site.publish(all_atom=b"<feed>withdrawn text</feed>"))
            await until(lambda: running.subscriptions.counts()["failing"])
            running.hub.install(running.site.publish(all_atom=b"<feed>three</feed>"))
            subscriber.status = 204
            assert len(subscriber.got) == 1
            running.clock.now += timedelta(minutes=1)
            running.hub.install(running.site.topics())
            await until(lambda: len(subscriber.got) == 2)
            assert subscriber.got[1][1] == b"<feed>three</feed>"

    asyncio.run(play())


def test_a_subscriber_that_never_answers_well_is_left_alone_until_the_next_change(folder: Path) -> None:
    async def play() -> None:
        async with hub_at(folder) as running, listening() as subscriber:
            await running.subscribe(subscriber)
            subscriber.status = 503
            running.hub.install(running.site.publish(all_atom=b"<feed>two</feed>"))
            for tries in range(1, 12):
                await until(lambda: len(subscriber.got) == tries)  # noqa: B023
                await until(lambda: not running.hub._busy)
                running.clock.now += timedelta(hours=13)
                running.hub.install(running.site.topics())
            assert running.hub.totals.deliveries["given up"] == 1
            (seen,) = running.subscriptions.all(
                {"all.atom": running.site.topics().documents["all.atom"].digest}
            )
            assert (seen.up_to_date, seen.trouble) == (False, "given up: answered 503")
            await until(lambda: not running.subscriptions.due("all.atom", "", running.clock(), 1)[0].failures)
            running.hub.install(running.site.publish(all_atom=b"<feed>three</feed>"))
            await until(lambda: len(subscriber.got) == 12)

    asyncio.run(play())


@pytest.mark.parametrize("stays", [True, False])
def test_7_gone_is_asked_about_before_it_counts(folder: Path, stays: bool) -> None:
    async def play() -> None:
        async with hub_at(folder) as running, listening() as subscriber:
            await running.subscribe(subscriber)
            subscriber.status, subscriber.confirm = 410, stays
            running.hub.install(running.site.publish(all_atom=b"<feed>two</feed>"))
            await until(lambda: subscriber.got)
            subscriber.status = 204
            await until(lambda: len(subscriber.asked) == 2)
            await until(lambda: running.subscriptions.counts()["subscriptions"] == int(stays))
            if stays:
                running.clock.now += timedelta(minutes=1)
                running.hub.install(running.site.topics())
                await until(lambda: len(subscriber.got) == 2)

    asyncio.run(play())


def test_redirects_lead_nowhere(folder: Path) -> None:
    async def play() -> None:
        async def send_on(request: web.Request) -> web.Response:
            if request.method == "GET":
                return web.Response(text=request.query["hub.challenge"])
            seen.append(request.path)
            return web.Response(status=307, headers={"Location": "/elsewhere"})

        seen: list[str] = []
        async with hub_at(folder) as running, listening(answer=send_on) as subscriber:
            assert running.hub.ask(wish_of(subscriber.url)) is None
            await until(lambda: running.subscriptions.counts()["subscriptions"])
            running.hub.install(running.site.publish(all_atom=b"<feed>two</feed>"))
            await until(lambda: running.subscriptions.counts()["failing"])
            assert seen == ["/callback"]

    asyncio.run(play())


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "017700000001", "127.1", "localhost", "[::ffff:127.0.0.1]"]
)
def test_no_connection_into_the_own_network(folder: Path, host: str) -> None:
    async def play() -> None:
        async with hub_at(folder, allow=None) as running, listening() as subscriber:
            callback = subscriber.url.replace("127.0.0.1", host)
            assert running.hub.ask(wish_of(callback)) is None
            await until(lambda: running.hub.totals.verifications["retried"])
            assert not subscriber.asked
            await until(lambda: running.subscriptions.counts()["waiting"])
            assert running.subscriptions.counts()["subscriptions"] == 0

    asyncio.run(play())


def test_one_host_is_not_flooded_with_requests_it_never_asked_for(folder: Path) -> None:
    async def play() -> None:
        async with hub_at(folder) as running, listening() as victim:
            for number in range(60):
                assert running.hub.ask(wish_of(f"{victim.url}&n={number}")) is None
            await until(lambda: len(victim.asked) >= 10)
            await asyncio.sleep(0.3)
            assert len(victim.asked) <= 12

    asyncio.run(play())


def test_caps_refuse_what_is_too_much(folder: Path) -> None:
    async def play() -> None:
        caps = Caps(per_topic=2, per_host=3, total=4, waiting=50, waiting_per_host=3)
        async with hub_at(folder, caps=caps) as running, listening() as one, listening("127.0.0.2") as two:
            await running.subscribe(one)
            await running.subscribe(two)
            third = running.hub.ask(wish_of("http://127.0.0.3:9/x"))
            assert third == Refusal(status=503, reason="this topic has as many subscribers as it takes")
            await running.subscribe(one)  # a renewal always has its place
            for number in range(3):
                running.subscriptions.ask(
                    "topics/ai.json", wish_of(f"http://10.9.9.9/{number}"), "", running.clock()
                )
            again = running.hub.ask(wish_of("http://10.9.9.9/4", "topics/ai.json"))
            assert again is not None
            assert again.status == 503

    asyncio.run(play())


def test_another_hub_is_told_of_what_changed(folder: Path) -> None:
    async def play() -> None:
        async def note(request: web.Request) -> web.Response:
            told.append(dict(await request.post()))
            return web.Response(status=204)

        told: list[dict[str, object]] = []
        async with listening(answer=note) as other, hub_at(folder, others=(other.url,)) as running:
            await until(lambda: told)
            running.hub.install(running.site.publish(all_atom=b"<feed>two</feed>"))
            await until(lambda: len(told) >= 2)
            assert told[-1] == {"hub.mode": "publish", "hub.url": BASE + "all.atom"}

    asyncio.run(play())


def test_subscriptions_outlive_the_process_and_are_nobody_elses_business(folder: Path) -> None:
    file = folder / ".feedmill" / "subscriptions.db"

    async def first() -> None:
        async with hub_at(folder) as running, listening() as subscriber:
            await running.subscribe(subscriber)
            assert stat.S_IMODE(file.stat().st_mode) == 0o600

    async def second() -> None:
        async with hub_at(folder) as running:
            assert running.subscriptions.counts()["subscriptions"] == 1

    asyncio.run(first())
    asyncio.run(second())
    restored = Subscriptions(SubscriptionFile(file))
    restored.doubt_all(restored.all({}).__next__().ends)
    assert not restored.due("all.atom", "other", restored.all({}).__next__().ends, 9), "verified again first"
    (one,) = restored.all({})
    assert (one.trouble, one.failures) == ("to be verified again", 0)
    restored.close()
