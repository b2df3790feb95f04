"""uvicorn's server with our protocol and a gate, for one application."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import Any

import uvicorn

from feedmill.server.gate import Gate
from feedmill.server.limits import Limits
from feedmill.server.metrics import Traffic
from feedmill.server.protocol import GuardedProtocol


class GuardedServer(uvicorn.Server):
    """Serves `app` until `ending` is set.

    uvicorn's ticking loop is replaced by a wait that wakes up once a second for the gate's sweep.
    """

    def __init__(self, app: Any, limits: Limits, ending: asyncio.Event) -> None:
        self.gate = Gate(limits, getattr(app, "traffic", None) or Traffic(), getattr(app, "answer", None))
        self.accepting = asyncio.Event()
        self._ending = ending
        protocol = type("ListenerProtocol", (GuardedProtocol,), {"gate": self.gate})
        super().__init__(
            uvicorn.Config(
                app,
                http=protocol,
                ws="none",
                loop="none",
                lifespan="off",
                interface="asgi3",
                proxy_headers=False,
                server_header=False,
                date_header=False,
                access_log=False,
                log_config=None,
                log_level="warning",
                timeout_keep_alive=limits.idle_seconds,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept."""
        await super().startup(sockets)
        self.accepting.set()

    async def main_loop(self) -> None:
        """Sweep once a second, until the end."""
        while not self._ending.is_set():
            self.gate.sweep(int(time.monotonic()))
            try:
                async with asyncio.timeout(1):
                    await self._ending.wait()
            except TimeoutError:
                continue
