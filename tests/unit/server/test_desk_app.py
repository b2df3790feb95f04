"""The desk over HTTP, with what it works with stood in for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

from feedmill.model.desk import Change, SeedList, SeedRow
from feedmill.server.admin_http import Form, Request
from feedmill.server.desk import DeskPages, DeskPort
from feedmill.server.desk.pages import Here, Pages
from feedmill.server.desk.query import Query

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


class Port:
    """Changes of many seeds wait for their pass until one of a single seed is through."""

    def __init__(self) -> None:
        self.through = threading.Event()
        self.held = ""

    def flip(self, paths: Sequence[str], *, published: bool) -> Change:
        if len(paths) == 1:
            self.through.set()
        assert self.through.wait(10)
        return Change(number=len(paths), at=NOW, published=published)

    def seeds(self) -> SeedList:
        first = SeedRow(path="first.md", state="unpublished", published=datetime(1, 1, 1, tzinfo=UTC))
        return SeedList(rows=(first,), zone="America/New_York", held=self.held)

    def changes(self) -> Sequence[Change]:
        return ()

    def close(self) -> None:
        """Nothing is open."""


async def _nothing() -> dict[str, Any]:
    return {}


def test_a_takedown_does_not_wait_for_another_s_many() -> None:
    pages = DeskPages(cast(DeskPort, Port()))
    asked = Request({"method": "POST", "path": "/-/desk/flag", "headers": [], "query_string": b""}, _nothing)

    async def act() -> list[int]:
        forms = [Form(b"do=publish&path=a.md&path=b.md"), Form(b"do=unpublish&path=c.md")]
        answers = await asyncio.gather(*(pages.act(asked, form, "", "ready") for form in forms))
        return [answer.status for answer in answers]

    assert asyncio.run(act()) == [303, 303]
    pages.close()


def test_the_list_shows_a_day_that_its_zone_does_not_have() -> None:
    pages = Pages(cast(DeskPort, Port()))
    here = Here(base="", form_token="", state="ready")
    assert b'<time datetime="0001-01-01T00:00:00+00:00">' in pages.seeds(Query(), here, "")


def test_a_held_mill_is_told_on_list_and_calendar() -> None:
    port = Port()
    pages = Pages(cast(DeskPort, port))
    here = Here(base="", form_token="", state="held")
    for held in ("", "2 of 3 entries would vanish"):
        port.held = held
        for shown in (pages.seeds(Query(), here, ""), pages.calendar("", here)):
            assert (b'role="status">The mill is held back' in shown) is bool(held)
