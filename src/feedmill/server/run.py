"""Listeners: sockets bound first, then one thread with one event loop for all of them."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import logging
import os
import resource
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from feedmill.errors import PortInUse, StoreError
from feedmill.server.limits import ORIGIN, Limits

logger = logging.getLogger(__name__)

_BACKLOG = 2048
_SWITCH_SECONDS = 0.0001
"""How long a pass may keep the interpreter from us at each turn. With Python's 5 ms every request that
arrives during a rebuild waits that long, one after the other."""

_PRIORITY = -10
"""The nice value of the thread that answers readers, where it may have one: they come before passes."""

_GARBAGE = 5_000
"""Objects after which the collector looks for cycles: nobody is answered meanwhile, for about 2 ms then.
A look at everything there is takes 20 times as long, so what stays is set aside (`freeze_memory`)."""

_SPARE_DESCRIPTORS = 256
"""What the process itself needs: databases, seeds, workers' pipes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """One ASGI application at one address.

    `key` names the setting of the port for an error. An application with a method `answer` (the
    origin) is asked that first; one with a `traffic` gets the protocol's counts too.
    """

    app: Any
    host: str
    port: int
    key: str = "server.port"
    limits: Limits = ORIGIN


class Server:
    """Runs all listeners in one thread. `start` binds and returns when they accept; `stop` ends them."""

    def __init__(self, listeners: Sequence[Listener]) -> None:
        self._listeners = tuple(listeners)
        self._sockets: list[list[socket.socket]] = []
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending: asyncio.Event | None = None
        self._grace = 5.0
        self._ready = threading.Event()
        self.failure: BaseException | None = None
        self.addresses: tuple[tuple[str, int], ...] = ()
        """Host and real port of each listener, in order; known after `start`."""

    @property
    def alive(self) -> bool:
        """Are the listeners being served?"""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Bind every socket, then serve them from a thread of their own.

        Shortens the interpreter's switch interval and the collector's turns, for the whole process.

        Raises:
            PortInUse: an address cannot be had; nothing is left open.
            StoreError: the loop cannot run.
        """
        try:
            for listener in self._listeners:
                self._sockets.append(bind(listener))
        except PortInUse:
            self._close_sockets()
            raise
        self.addresses = tuple(
            (listener.host, sockets[0].getsockname()[1])
            for listener, sockets in zip(self._listeners, self._sockets, strict=True)
        )
        sys.setswitchinterval(_SWITCH_SECONDS)
        gc.set_threshold(_GARBAGE, 20, 50)
        self._thread = threading.Thread(target=self._run, name="feedmill-http", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self.failure is not None:
            raise StoreError("the HTTP server cannot run") from self.failure

    def freeze_memory(self) -> None:
        """Have the collector never look again at what is in memory now; once, when all that stays is there.

        Nobody is answered meanwhile. What of it is given up later and hangs together in a circle stays, too.
        """
        gc.collect()
        gc.freeze()

    def stop(self, timeout: float = 5.0) -> bool:
        """Take no more connections, finish the answers under way, end after `timeout` seconds at most.

        Returns whether the thread has ended.
        """
        thread = self._thread
        if thread is None:
            self._close_sockets()
            return True
        self._grace = timeout
        if self._loop is not None and self._ending is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed already
                self._loop.call_soon_threadsafe(self._ending.set)
        thread.join(timeout + 2)
        return not thread.is_alive()

    def _close_sockets(self) -> None:
        for group in self._sockets:
            for one in group:
                one.close()
        self._sockets = []

    def _run(self) -> None:
        _hurry()
        try:
            with asyncio.Runner(loop_factory=_loop_factory()) as runner:
                runner.run(self._main())
        except Exception as error:
            self.failure = error
            logger.critical("the HTTP server ended unexpectedly", exc_info=error)
            raise
        finally:
            self._close_sockets()
            self._ready.set()

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ending = ending = asyncio.Event()
        from feedmill.server.uvicorn_server import GuardedServer  # uvicorn is imported on use

        limits = _within_descriptors([listener.limits for listener in self._listeners])
        servers = [
            GuardedServer(listener.app, bounds, ending, lambda: self._grace)
            for listener, bounds in zip(self._listeners, limits, strict=True)
        ]
        async with asyncio.TaskGroup() as group:
            for server, sockets in zip(servers, self._sockets, strict=True):
                group.create_task(server.serve(sockets=sockets))
            await asyncio.gather(*(server.accepting.wait() for server in servers))
            self._ready.set()
        for listener in self._listeners:
            if hasattr(listener.app, "close"):
                listener.app.close()


def bind(listener: Listener) -> list[socket.socket]:
    """Return a listening socket for each address of the listener's host (`localhost` has two).

    Raises:
        PortInUse: none can be had, or one of several cannot.
    """
    host, port = listener.host, listener.port
    opened: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE | socket.AI_ADDRCONFIG
        )
        for family, kind, proto, _, address in dict.fromkeys(found):
            one = socket.socket(family, kind, proto)
            opened.append(one)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6 and len(found) > 1:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind((address[0], port, *address[2:]))
            port = one.getsockname()[1]  # a port of the system's choice is the same for all
            one.listen(_BACKLOG)
            one.setblocking(False)
    except OSError as error:
        for one in opened:
            one.close()
        why = error.strerror or str(error)
        of_host = isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL
        key = f"{listener.key.removesuffix('.port')}.host" if of_host else listener.key
        raise PortInUse(key, host, listener.port, why) from error
    return opened


def _within_descriptors(wanted: Sequence[Limits]) -> list[Limits]:
    """Lower the numbers of connections to what the process may have open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    room = max(soft - _SPARE_DESCRIPTORS, 32 * len(wanted)) if soft >= 0 else 1 << 20
    total = sum(limits.connections for limits in wanted)
    if total <= room:
        return list(wanted)
    return [replace(limits, connections=max(16, limits.connections * room // total)) for limits in wanted]


def _hurry() -> None:
    """Have this thread go first: on Linux each has a nice value of its own.

    Without root or systemd's `LimitNICE` it may not, and nothing changes.
    """
    if sys.platform == "linux":
        with contextlib.suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _PRIORITY)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        import uvloop
    except ImportError:  # not made for this system: slower, the same answers
        return asyncio.new_event_loop
    return uvloop.new_event_loop
