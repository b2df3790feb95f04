"""uvicorn's server with our protocol and a gate, for one application."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from typing import Any

import uvicorn

from feedmill.server.connections import Connections
from feedmill.server.limits import Limits
from feedmill.server.metrics import Traffic
from feedmill.server.protocol import GuardedProtocol


class GuardedServer(uvicorn.Server):
    """Serves `app` until `ending` is set.

    uvicorn's ticking loop is replaced by a wait that wakes up for the gate's sweep, and its
    shutdown by one that ends when the last answer is out, or after `grace()` seconds.
    """

    def __init__(self, app: Any, limits: Limits, ending: asyncio.Event, grace: Callable[[], float]) -> None:
        self._grace = grace
        self.gate = Connections(
            limits, getattr(app, "traffic", None) or Traffic(), getattr(app, "answer", None)
        )
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
                timeout_keep_alive=round(limits.idle_seconds),
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept."""
        await super().startup(sockets)
        self.accepting.set()

    async def main_loop(self) -> None:
        """Sweep now and then, until the end."""
        while not self._ending.is_set():
            self.gate.sweep(time.monotonic())
            try:
                async with asyncio.timeout(self.gate.limits.sweep_seconds):
                    await self._ending.wait()
            except TimeoutError:
                continue

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept no more, let answers under way finish, then cut what is left."""
        for server in self.servers:
            server.close()
        for connection in list(self.gate.connections):
            connection.shutdown()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._grace()
        while self.gate.connections and loop.time() < deadline:
            await asyncio.sleep(0.01)
        for connection in list(self.gate.connections):
            connection.transport.abort()
        for task in self.server_state.tasks:
            task.cancel()
        for server in self.servers:
            await server.wait_closed()
