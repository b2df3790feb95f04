"""Changes: pages that are open hear that there is something new (server-sent events)."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from feedmill.server.admin_http import head_lines
from feedmill.server.app import Receive, Send

HEARTBEAT = 10.0
"""Seconds after which the number is sent all the same: a client whose connection died sees that it did."""


class Changes:
    """A number that grows. Told from any thread, followed in the loop's."""

    def __init__(self) -> None:
        self.number = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._next: asyncio.Event | None = None
        self._closed = False

    def tell(self) -> None:
        """Something has changed."""
        self.number += 1
        self._wake()

    def close(self) -> None:
        """Let everybody go: no answer may outlast the listener."""
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(self._set)

    def _set(self) -> None:
        if self._next is not None:
            self._next.set()
            self._next = None

    async def follow(self, receive: Receive, send: Send) -> None:
        """Send each new number as an event, until the client goes or `close` is called."""
        self._loop = asyncio.get_running_loop()
        lines = head_lines("text/event-stream; charset=utf-8")
        headers = [(name.encode(), value.encode("latin-1")) for name, value in lines.items()]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        gone = asyncio.create_task(_departure(receive))
        try:
            while not (self._closed or gone.done()):
                event = f"retry: 1000\ndata: {self.number}\n\n".encode()
                await send({"type": "http.response.body", "body": event, "more_body": True})
                if self._next is None:
                    self._next = asyncio.Event()
                news = asyncio.create_task(self._next.wait())
                await asyncio.wait({gone, news}, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
                news.cancel()
        finally:
            gone.cancel()
        await send({"type": "http.response.body", "body": b""})


async def _departure(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
