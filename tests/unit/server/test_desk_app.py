"""The desk over HTTP, with what it works with stood in for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

from feedmill.model.desk import Change
from feedmill.server.admin_http import Form, Request
from feedmill.server.desk import DeskPages, DeskPort

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


class Port:
    """Changes of many seeds wait for their pass until one of a single seed is through."""

    def __init__(self) -> None:
        self.through = threading.Event()

    def flip(self, paths: Sequence[str], *, published: bool) -> Change:
        if len(paths) == 1:
            self.through.set()
        assert self.through.wait(10)
        return Change(number=len(paths), at=NOW, published=published)

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
