"""The operator's listener: no token no answer, no other site's forms, nothing in addresses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from feedmill.errors import FeedmillError, GuardHeld, StoreError
from feedmill.model.settings import AdminSettings
from feedmill.server import ADMIN, Admin, Listener, Server
from feedmill.server.admin_page import status_page
from feedmill.server.auth import ATTEMPTS, REFILL, SESSION_SECONDS
from feedmill.server.metrics import Value
from feedmill.server.subscribers import Readership
from wire import House, Reply, Wire, request

TOKEN = "kjhf-Sesame_42"
FORM = {"Content_Type": "application/x-www-form-urlencoded"}

STATUS: dict[str, Any] = {
    "daemon": {
        "state": "ready",
        "pid": 4242,
        "since": "2026-11-21T11:00:00Z",
        "watching": "inotify",
        "version": "1",
    },
    "last_pass": None,
    "next": [{"job": "rebuild", "at": "2026-11-21T12:15:00Z", "why": "the schedule (schedule.rebuild)"}],
    "counts": {
        "total": 12,
        "eligible": 9,
        "kept": 1,
        "withheld": {"invalid": 2, "scheduled": 1},
        "documents": 40,
    },
    "scheduled": [{"at": "2026-11-21T13:00:00Z", "seed": "a/<b>.md", "what": "is published"}],
    "problems": [
        {
            "path": "seeds/a.md",
            "line": 4,
            "column": 12,
            "severity": "error",
            "message": "'published' is \"<script>\"; use true or false",
            "kept": True,
        }
    ],
    "passes": [
        {
            "trigger": "start",
            "as_of": f"2026-11-21T11:{minute:02d}:00Z",
            "seconds": 0.01 * (minute + 1),
            "feeds": {"total": 40, "written": minute % 3, "unchanged": 40, "removed": 0},
            "entries": {"appeared": 0, "changed": 1, "vanished": 0},
            "held": "too many vanished" if minute == 9 else None,
        }
        for minute in range(10)
    ],
}
STATUS["last_pass"] = STATUS["passes"][-1]


class View:
    """What a runtime would tell."""

    def __init__(self) -> None:
        self.asked: list[tuple[bool, bool]] = []
        self.fault: FeedmillError | None = None

    def status(self) -> Mapping[str, Any]:
        return STATUS

    def state(self) -> str:
        return "ready"

    def metrics(self) -> Mapping[str, Value]:
        return {"feedmill_up": 1, "feedmill_withheld": {"invalid": 2}}

    async def rebuild(self, *, full: bool, force: bool) -> Mapping[str, Any]:
        self.asked.append((full, force))
        if self.fault is not None:
            raise self.fault
        return {"seconds": 0.1, "feeds": {"written": 1, "unchanged": 3}, "problems": [], "held": None}


class Clock:
    """Monotonic seconds that stand still."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """A served admin listener, and a browser's worth of memory."""

    def __init__(self, house: House, view: View, clock: Clock, address: tuple[str, int]) -> None:
        self.house = house
        self.view = view
        self.clock = clock
        self.address = address
        self.cookie = ""

    def ask(self, target: str, *, method: str = "GET", body: str = "", **fields: str) -> Reply:
        fields.setdefault("Host", f"127.0.0.1:{self.address[1]}")
        if self.cookie:
            fields.setdefault("Cookie", self.cookie)
        if body or method == "POST":
            fields["Content-Length"] = str(len(body.encode()))
        with Wire(self.address) as wire:
            return wire.send(request(method, target, fields) + body.encode()).reply(method=method)

    def enter(self) -> str:
        """Follow the link that `feedmill status` prints; return the page's form token."""
        reply = self.ask(f"/-/?token={TOKEN}")
        assert reply.status == 303
        assert reply["location"] == "./"
        self.cookie = reply["set-cookie"].partition(";")[0]
        page = self.ask("/-/").body.decode()
        found = re.search(r'name="form_token" value="([0-9a-f]{64})"', page)
        assert found
        return found[1]


@pytest.fixture
def desk(house: House) -> Iterator[Desk]:
    view, clock = View(), Clock()
    admin = Admin(view, TOKEN, AdminSettings(), origin=house.origin, clock=clock)
    server = Server([Listener(app=admin, host="127.0.0.1", port=0, key="admin.port", limits=ADMIN)])
    server.start()
    yield Desk(house, view, clock, server.addresses[0])
    assert server.stop()


# The door


@pytest.mark.parametrize("target", ["/-/", "/-/status"])
def test_without_the_token_nothing_is_told(desk: Desk, target: str) -> None:
    for fields in (
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": "Bearer"},
        {"Cookie": f"feedmill_session_{desk.address[1]}=wrong"},
        {"Cookie": f"feedmill_session_{desk.address[1]}={TOKEN}"},
        {"Cookie": ';;;=="feedmill_session'},
        {"X_Forwarded_For": "127.0.0.1"},
    ):
        reply = desk.ask(target, **fields)
        assert reply.status == 401, fields
        assert reply["www-authenticate"].startswith("Bearer")
        assert b"seeds/a.md" not in reply.body
        assert b"4242" not in reply.body


def test_with_the_token_in_a_header(desk: Desk) -> None:
    reply = desk.ask("/-/status", Authorization=f"Bearer {TOKEN}")
    assert reply.status == 200
    assert json.loads(reply.body) == STATUS
    assert desk.ask("/-/", Authorization=f"bearer {TOKEN}").status == 200


def test_a_link_with_the_token_leaves_it_behind(desk: Desk) -> None:
    reply = desk.ask(f"/-/?token={TOKEN}")
    assert (reply.status, reply["location"]) == (303, "./")
    cookie = reply["set-cookie"]
    name, _, rest = cookie.partition("=")
    assert name == f"feedmill_session_{desk.address[1]}"
    assert re.fullmatch(r"[\w-]{40,}; Max-Age=43200; Path=/-/; HttpOnly; SameSite=Strict", rest)
    assert TOKEN not in reply.head
    assert TOKEN.encode() not in reply.body
    assert reply["referrer-policy"] == "no-referrer"
    wrong = desk.ask("/-/?token=wrong")
    assert (wrong.status, wrong["location"]) == (303, "./?wrong")
    assert wrong.get("set-cookie") is None
    assert b"not the token" in desk.ask("/-/?wrong").body


def test_signing_in_by_form_and_out_again(desk: Desk) -> None:
    assert desk.ask("/-/login", method="POST", body="token=nope", **FORM)["location"] == "./?wrong"
    reply = desk.ask("/-/login", method="POST", body=f"token={TOKEN}", **FORM)
    desk.cookie = reply["set-cookie"].partition(";")[0]
    assert desk.ask("/-/status").status == 200
    form_token = desk.enter()
    out = desk.ask("/-/logout", method="POST", body=f"form_token={form_token}", **FORM)
    assert out["set-cookie"].startswith(f"feedmill_session_{desk.address[1]}=; Max-Age=0")
    assert desk.ask("/-/status").status == 401


def test_no_other_site_signs_anybody_out(desk: Desk) -> None:
    form_token = desk.enter()
    session = desk.cookie
    for cookie, fields in (
        ("", {"Sec_Fetch_Site": "cross-site", "Origin": "https://evil.example"}),  # SameSite: none is sent
        ("", {"Origin": "null"}),
        (session, {"Sec_Fetch_Site": "same-site"}),
        (session, {"Origin": f"http://127.0.0.1:{desk.address[1] + 1}"}),
        (session, {}),
    ):
        reply = desk.ask("/-/logout", method="POST", body="form_token=0", Cookie=cookie, **FORM, **fields)
        assert reply.get("set-cookie") is None, fields
    assert desk.ask("/-/status").status == 200
    assert desk.ask("/-/logout", method="POST", body=f"form_token={form_token}", **FORM)["set-cookie"]


def test_two_mills_on_one_machine_sign_nobody_out(desk: Desk) -> None:
    desk.enter()
    first, other = desk.cookie, f"127.0.0.1:{desk.address[1] + 1}"  # as through a tunnel
    reply = desk.ask(f"/-/?token={TOKEN}", Host=other)
    second = reply["set-cookie"].partition(";")[0]
    assert second.partition("=")[0] != first.partition("=")[0]
    assert desk.ask("/-/status", Cookie=f"{first}; {second}").status == 200
    assert desk.ask("/-/status", Cookie=f"{second}; {first}", Host=other).status == 200


@pytest.mark.parametrize(
    "beside",
    [
        "{}; foo",
        "{}; a=b c",
        "{}; d=Mon, 01 Jan; e=1",
        'theme={{"x":1}}; {}',
        "a=b;{};=;",
        "feedmill_session_PORT=old; {}",
    ],
)
def test_another_program_s_cookies_lock_nobody_out(desk: Desk, beside: str) -> None:
    desk.enter()
    desk.cookie = beside.replace("PORT", str(desk.address[1])).format(desk.cookie)
    assert desk.ask("/-/status").status == 200


def test_a_session_ends(desk: Desk) -> None:
    desk.enter()
    desk.clock.now += SESSION_SECONDS - 1
    assert desk.ask("/-/status").status == 200
    desk.clock.now += 2
    assert desk.ask("/-/status").status == 401


def test_guessing_is_braked_and_the_right_token_is_not(desk: Desk) -> None:
    for _ in range(ATTEMPTS):
        assert desk.ask("/-/status", Authorization="Bearer wrong").status == 401
    for _ in range(50):  # as fast as a page on the web can have a browser send them
        refused = desk.ask("/-/status", Authorization="Bearer wrong")
        assert refused.status == 429
        assert int(refused["retry-after"]) >= 1
    assert desk.ask("/-/?token=wrong").status == 429
    assert desk.ask("/-/login", method="POST", body="token=wrong", **FORM).status == 429
    assert desk.ask("/-/status", Authorization=f"Bearer {TOKEN}").status == 200
    assert desk.ask(f"/-/?token={TOKEN}").status == 303
    assert desk.ask("/-/login", method="POST", body=f"token={TOKEN}", **FORM).status == 303
    desk.clock.now += REFILL
    assert desk.ask("/-/status", Authorization="Bearer wrong").status == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:81", "127.0.0.1.evil.example", "localhost.evil"]
)
def test_a_name_that_is_not_ours_is_refused(desk: Desk, host: str) -> None:
    for target in ("/-/", "/metrics", f"/-/?token={TOKEN}"):
        reply = desk.ask(target, Host=host)
        assert reply.status == 421
        assert reply.get("set-cookie") is None


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1", "[::1]:8081", "192.168.1.7:8081"])
def test_addresses_and_localhost_are_ours(desk: Desk, host: str) -> None:
    assert desk.ask("/metrics", Host=host).status == 200


def test_beyond_loopback_metrics_are_told_by_name() -> None:
    admin = Admin(View(), TOKEN, AdminSettings(host="0.0.0.0"))
    server = Server([Listener(app=admin, host="127.0.0.1", port=0, limits=ADMIN)])
    server.start()
    try:
        with Wire(server.addresses[0]) as wire:
            assert wire.get("/metrics", Host="feedmill:8081").reply().status == 200
            assert wire.get("/-/", Host="feedmill:8081").reply().status == 421
    finally:
        server.stop()


# What is behind it


def test_the_page_tells_everything_and_escapes_it(desk: Desk) -> None:
    desk.house.ask("/all.rss", User_Agent="Feedly/1.0 (16 subscribers)")
    desk.enter()
    reply = desk.ask("/-/")
    page = reply.body.decode()
    for fact in (
        "seeds/a.md:4:12",
        "ready",
        "4242",
        "is published",
        "rebuild",
        "Feedly",
        "too many vanished",
    ):
        assert fact in page, fact
    assert "<script>&" not in page
    assert "&lt;script&gt;" in page
    assert "a/&lt;b&gt;.md" in page
    assert page.count("<rect ") == 10
    assert "style=" not in page
    policy = reply["content-security-policy"]
    assert "unsafe" not in policy
    for name in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert name in policy
    assert reply["cache-control"] == "no-store"
    assert reply["referrer-policy"] == "no-referrer"
    assert reply["x-content-type-options"] == "nosniff"
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


def test_the_page_tells_of_hub_and_mirrors_where_there_are_any() -> None:
    followers = {
        "hub": "https://feeds.acme.com/hub",
        "subscriptions": 1234,
        "failing": 1,
        "waiting": 0,
        "deliveries": {"delivered": 5, "failed": 1},
        "failures": [
            {
                "at": "2026-11-24T12:00:00Z",
                "callback": "https://r.acme.com/<x>",
                "topic": "all.atom",
                "why": "answered 500",
            }
        ],
    }

    def page(**status: object) -> str:
        told = status_page(status, readership=Readership(), form_token="")
        return told.decode()

    text = page(followers=followers)
    assert "1\u202f234 subscriptions, 1 of them failing" in text
    assert "https://r.acme.com/&lt;x&gt;" in text
    assert "answered 500" in text
    assert 'id="hub"' not in page(followers={"hub": None})
    mirror = {"url": "s3://b", "state": "failing", "trouble": "<gone>", "fenced": None, "documents": 1234}
    mirrors = page(followers={"hub": None, "mirrors": [{**mirror, "behind": 7, "lag": 2.5}]})
    assert "failing: &lt;gone&gt;" in mirrors
    assert "1\u202f234" in mirrors
    assert 'id="hub"' not in page()


def test_the_policy_allows_the_page_s_own_blocks(desk: Desk) -> None:
    from feedmill.server.csp import page_policy

    desk.enter()
    reply = desk.ask("/-/")
    style = re.search(r"style-src ('sha256-[^;]+)", page_policy(reply.body))
    assert style
    assert style[1] in reply["content-security-policy"]
    script = re.search(rb"<script>(.*?)</script>", reply.body, re.DOTALL)
    assert script
    hashed = re.search(r"script-src ('sha256-[^;]+)", page_policy(b"<head>" + script[0] + b"</head>"))
    assert hashed
    assert hashed[1] in reply["content-security-policy"]


def test_an_empty_mill_has_a_page(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.view, "status", lambda: {"daemon": {"state": "starting"}})
    assert desk.ask("/-/", Authorization=f"Bearer {TOKEN}").status == 200


def test_metrics_need_no_token_and_include_the_origin_s(desk: Desk) -> None:
    desk.house.ask("/all.rss", Accept_Encoding="gzip")
    reply = desk.ask("/metrics")
    assert reply["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    text = reply.body.decode()
    assert "\nfeedmill_up 1.0\n" in text
    assert 'feedmill_withheld{reason="invalid"} 2.0' in text
    assert 'feedmill_http_requests_total{status="200"} 1.0' in text
    assert 'feedmill_http_documents_total{coding="gzip"} 1.0' in text


def test_rebuild_by_token(desk: Desk) -> None:
    fields = {"Authorization": f"Bearer {TOKEN}"}
    reply = desk.ask("/-/rebuild", method="POST", **fields)
    assert reply.status == 200
    assert json.loads(reply.body)["feeds"] == {"written": 1, "unchanged": 3}
    desk.ask("/-/rebuild", method="POST", body="full=1&force=true", **fields, **FORM)
    assert desk.view.asked == [(False, False), (True, True)]
    for fault, status in ((StoreError("the disk is full"), 503), (GuardHeld("too many vanished"), 409)):
        desk.view.fault = fault
        failed = desk.ask("/-/rebuild", method="POST", **fields)
        assert failed.status == status
        assert json.loads(failed.body) == {"error": str(fault)}


def test_rebuild_by_the_page_s_form(desk: Desk) -> None:
    form_token = desk.enter()
    own = {"Origin": f"http://127.0.0.1:{desk.address[1]}", "Sec_Fetch_Site": "same-origin", **FORM}
    body = f"form_token={form_token}&full=1"
    reply = desk.ask("/-/rebuild", method="POST", body=body, **own)
    assert reply.status == 200
    back = desk.ask("/-/rebuild", method="POST", body=body, Accept="text/html,*/*", **own)
    assert (back.status, back["location"]) == (303, "./")
    assert desk.view.asked == [(True, False)] * 2


def test_no_other_site_s_form_rebuilds(desk: Desk) -> None:
    form_token = desk.enter()
    body = f"form_token={form_token}"
    for fields, sent in (
        ({"Origin": "https://evil.example"}, body),
        ({"Sec_Fetch_Site": "cross-site"}, body),
        ({"Sec_Fetch_Site": "same-site"}, body),
        ({"Origin": "http://127.0.0.1:1"}, body),
        ({}, ""),
        ({}, "form_token="),
        ({}, f"form_token={'0' * 64}"),
        ({"Origin": "null"}, "full=1"),
    ):
        assert desk.ask("/-/rebuild", method="POST", body=sent, **fields, **FORM).status == 403, fields
    desk.cookie = ""
    assert desk.ask("/-/rebuild", method="POST", body=body, **FORM).status == 401
    assert desk.view.asked == []


def test_methods_and_paths(desk: Desk) -> None:
    fields = {"Authorization": f"Bearer {TOKEN}"}
    assert desk.ask("/-/rebuild", **fields).status == 405
    assert desk.ask("/-/rebuild", **fields)["allow"] == "POST"
    assert desk.ask("/-/", method="POST", **fields).status == 405
    assert desk.ask("/nowhere", **fields).status == 404
    assert desk.ask("/all.rss", **fields).status == 404
    assert (desk.ask("/").status, desk.ask("/")["location"]) == (303, "-/")
    assert desk.ask("/-")["location"] == "-/"
    head = desk.ask("/metrics", method="HEAD")
    assert (head.status, head.body) == (200, b"")


def test_bodies_are_bounded(desk: Desk) -> None:
    assert desk.ask("/-/login", method="POST", body="token=" + "a" * 70_000, **FORM).status == 413
    host = f"Host: 127.0.0.1:{desk.address[1]}\r\n".encode()
    with Wire(desk.address) as wire:
        wire.send(b"POST /-/login HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(33):
            wire.send(b"800\r\n" + b"a" * 2048 + b"\r\n")
        assert wire.reply().status == 413
        assert wire.ended()  # in the time to read why, though the client says nothing more
    with Wire(desk.address) as wire:
        many = "&".join(f"a{n}=b" for n in range(500))
        head = b"POST /-/login HTTP/1.1\r\n" + host + b"Content-Length: %d\r\n\r\n" % len(many)
        assert wire.send(head + many.encode()).reply().status == 303
    assert desk.ask("/metrics").status == 200


def test_an_expectant_client_is_told_to_go_on(desk: Desk) -> None:
    host = f"Host: 127.0.0.1:{desk.address[1]}\r\n".encode()
    body = f"token={TOKEN}".encode()
    with Wire(desk.address) as wire:
        wire.send(
            b"POST /-/login HTTP/1.1\r\n"
            + host
            + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body)
        )
        assert wire.reply().status == 100
        assert wire.send(body).reply().status == 303


def test_an_empty_token_is_refused() -> None:
    with pytest.raises(ValueError, match="everybody"):
        Admin(View(), "", AdminSettings())


def test_mirrors_are_shown_with_what_keeps_them() -> None:
    mirrors = [
        {
            "url": "s3://feeds/www",
            "state": "current",
            "documents": 40,
            "behind": 0,
            "lag": 0.0,
            "trouble": None,
        },
        {
            "url": "file:///srv/www",
            "state": "failing",
            "documents": 0,
            "behind": 40,
            "lag": 61.0,
            "trouble": "full",
        },
    ]
    page = status_page(
        {**STATUS, "followers": {"hub": None, "mirrors": mirrors}},
        readership=Readership(),
        form_token="",
    ).decode()
    for told in ("s3://feeds/www", "current", "file:///srv/www", "failing: full", "40, 1 min"):
        assert page.count(told) == 1 or told == "current"


NODES = '<h2 id="nodes">Nodes</h2>'


def node(name: str, **other: object) -> dict[str, object]:
    told = {"role": "standby", "purpose": "run", "epoch": None, "serial": 12, "lag": 0, "current": True}
    return {"name": name, **told, "silent": 0.4, **other}


def nodes_page(**store: object) -> str:
    told = {"url": "postgresql://db/feeds", "name": "b/2", "serial": 12, "trouble": None, **store}
    page = status_page({**STATUS, "store": told}, readership=Readership(), form_token="").decode()
    assert NODES in page
    return page.partition(NODES)[2].partition("</section>")[0]


def test_the_nodes_of_a_shared_store_are_shown() -> None:
    lead = node("a/1", role="lead", epoch=7)
    behind = node("c/3", lag=3, serial=9, silent=61.0)
    page = nodes_page(nodes=[lead, node("b/2"), behind, node("d/4", current=False)])
    rows = [re.sub(r"<[^>]+>", "|", row) for row in re.findall("<tr.*?</tr>", page, re.DOTALL)[1:]]
    assert [re.sub(r"\|+", "|", row).strip("|") for row in rows] == [
        "a/1|lead|7|12|no|0 s ago",
        "b/2 |here|standby|12|no|0 s ago",
        "c/3|standby|9|3 generations|1 min ago",
        "d/4|standby|12|prints otherwise, or has other mirrors: another version or config|0 s ago",
    ]
    assert page.count('<tr class="bad">') == 2
    assert "away" not in page


def test_a_database_that_is_away_is_said_with_what_is_served_meanwhile() -> None:
    page = nodes_page(nodes=[node("b/2")], trouble="the database feeds at db: <refused>")
    assert (
        "away, or refuses: the database feeds at db: &lt;refused&gt;. This node, b/2, goes on serving" in page
    )


@pytest.mark.parametrize("store", [{"url": None}, {}, None])
def test_who_works_alone_has_no_nodes(store: dict[str, object] | None) -> None:
    page = status_page({**STATUS, "store": store}, readership=Readership(), form_token="")
    assert NODES not in page.decode()
