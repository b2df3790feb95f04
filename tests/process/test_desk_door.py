"""The desk's door and the events of open pages: who may see, who may write, who keeps a daemon up."""

from __future__ import annotations

import http.client
import re
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from operated.daemon import Daemon, Folder, Operator, eventually, fair

pytestmark = pytest.mark.process

Site = Callable[..., Folder]

PAGES = (
    "desk",
    "desk/seed?path=first.md",
    "desk/frame?path=first.md&as=html",
    "desk/calendar",
    "desk/problems",
)


class Door:
    """A client that knows the token, and uses it or not."""

    def __init__(self, daemon: Daemon) -> None:
        self.daemon = daemon
        self.host = urlsplit(daemon.status()["daemon"]["listening"]["admin"]).netloc
        self.token = (daemon.folder.state / "token").read_text().strip()
        self.cookie = ""

    def ask(self, path: str, form: dict[str, str] | None = None, **fields: str) -> tuple[int, str, str]:
        """Return status, Location and body."""
        connection = http.client.HTTPConnection(self.host, timeout=30)
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode(form) if form is not None else None
        connection.request("POST" if form is not None else "GET", f"/-/{path}", body, headers)
        answer = connection.getresponse()
        found = answer.status, answer.getheader("location", ""), answer.read().decode()
        if cookie := answer.getheader("set-cookie"):
            self.cookie = cookie.partition(";")[0]
        connection.close()
        return found

    def enter(self) -> str:
        """Sign in; return the form token."""
        assert self.ask(f"?token={self.token}")[0] == 303
        found = re.search(r'name="form_token" value="([0-9a-f]+)"', self.ask("desk")[2])
        assert found
        return found[1]


@pytest.fixture
def door(site: Site, operator: Operator) -> Iterator[Door]:
    folder = site("server: {port: 0}\nadmin: {port: 0}\nfeeds: {html: true}")
    folder.write("first.md")
    yield Door(operator.run(folder))


def _flag(door: Door) -> str:
    return (door.daemon.folder.seeds / "first.md").read_text()


def test_without_the_token_nothing_is_told(door: Door) -> None:
    for path in PAGES:
        status, _, body = door.ask(path)
        assert status == 401, path
        assert "first.md" not in body
    assert door.ask("events")[0] == 401
    status, location, _ = door.ask("login", {"token": door.token, "next": "desk"})
    assert (status, location) == (303, "desk")
    assert door.ask("desk")[0] == 200


def test_a_form_must_be_ours(door: Door) -> None:
    form = {"unpublish": "first.md"}
    assert door.ask("desk/flag", form)[0] == 401
    token = door.enter()
    assert door.ask("desk/flag", form)[0] == 403
    assert door.ask("desk/flag", {**form, "form_token": "0" * 64})[0] == 403
    own = {**form, "form_token": token}
    assert door.ask("desk/flag", own, Origin="https://evil.example")[0] == 403
    assert door.ask("desk/flag", own, Sec_Fetch_Site="cross-site")[0] == 403
    assert door.ask("desk/undo", {"change": "1"})[0] == 403
    assert "published:" not in _flag(door)
    status, location, _ = door.ask("desk/flag", own)
    assert status == 303
    number = re.fullmatch(r"\.\./desk\?done=([0-9]+)", location)
    assert number
    assert "published: false" in _flag(door)
    assert door.daemon.folder.titles() == set()
    assert door.ask("desk/undo", {"change": number[1], "form_token": token})[0] == 303
    assert "published:" not in _flag(door)


def test_a_program_comes_with_the_token_alone(door: Door) -> None:
    bearer: dict[str, Any] = {"Authorization": f"Bearer {door.token}"}
    form = {"do": "unpublish", "path": "first.md"}
    assert door.ask("desk", **bearer)[0] == 200
    assert door.ask("desk/flag", form, **bearer)[0] == 303
    assert "published: false" in _flag(door)


def test_only_seeds_are_written(door: Door) -> None:
    token = door.enter()
    outside = door.daemon.folder.path / "outside.md"
    outside.write_text("---\ntitle: Outside\n---\n")
    for path in ("../outside.md", str(outside), "nowhere.md", "first.md/..", ""):
        form = {"do": "unpublish", "path": path, "form_token": token}
        assert door.ask("desk/flag", form)[0] == 303
    assert outside.read_text() == "---\ntitle: Outside\n---\n"
    assert "published:" not in _flag(door)
    assert door.ask("desk/flag", {"form_token": token, "path": "first.md"})[0] == 400
    assert door.ask("desk/elsewhere", {"form_token": token})[0] == 404


def test_a_yes_is_to_these_seeds_alone(door: Door) -> None:
    form = {"q": "first", "scope": "found", "form_token": door.enter()}

    def sure_of(page: str) -> str:
        found = re.search(r'name="sure" value="([^"]+)"', page)
        assert found
        return found[1]

    sure = sure_of(door.ask("desk/flag", {**form, "do": "unpublish"})[2])
    first = door.daemon.folder.seeds / "first.md"
    first.rename(first.with_name("first-of-all.md"))  # as many as before
    eventually(lambda: "first-of-all.md" in door.ask("desk?q=first")[2], "the pass after it")
    status, _, page = door.ask("desk/flag", {**form, "do": "unpublish", "sure": sure})
    assert status == 200
    assert "Unpublish 1 seed?" in page
    sure = sure_of(page)
    assert door.ask("desk/flag", {**form, "do": "publish", "sure": sure})[0] == 200  # to that, not to this
    assert "published:" not in first.with_name("first-of-all.md").read_text()
    assert door.ask("desk/flag", {**form, "do": "unpublish", "sure": sure})[0] == 303
    assert "published: false" in first.with_name("first-of-all.md").read_text()


def test_what_cannot_be_edited_is_told(door: Door) -> None:
    token = door.enter()
    name = door.daemon.folder.seeds / "first.md"
    text = name.read_text()
    name.write_text(text.replace("title: first", "title: first\npublished: [1]"))
    _, location, _ = door.ask("desk/flag", {"publish": "first.md", "form_token": token})
    page = door.ask(location.removeprefix("../"))[2]
    assert "Nothing was changed" in page
    assert "set it by hand" in page


def test_open_pages_hear_of_each_pass_and_let_the_daemon_go(door: Door) -> None:
    connection = http.client.HTTPConnection(door.host, timeout=30)
    connection.request("GET", "/-/events", headers={"Authorization": f"Bearer {door.token}"})
    answer = connection.getresponse()
    assert answer.getheader("content-type") == "text/event-stream; charset=utf-8"

    def number() -> int:
        while not (line := answer.readline()).startswith(b"data: "):
            assert line
        return int(line[6:])

    before = number()
    door.daemon.folder.write("second.md")
    assert number() > before
    began = time.monotonic()
    door.daemon.signal(signal.SIGTERM)
    assert door.daemon.ended() == 0
    assert time.monotonic() - began < fair(2.5)
    assert answer.read().strip() == b""
    answer.close()
    connection.close()


def test_the_first_page_needs_nobody_to_have_looked_before(door: Door) -> None:
    bearer: dict[str, Any] = {"Authorization": f"Bearer {door.token}"}
    assert "first" in door.ask("desk/seed?path=first.md", **bearer)[2]
