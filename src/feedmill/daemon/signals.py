"""Signals: each becomes a call in a thread of its own, however busy the main thread is."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import FrameType
from typing import Self

Action = Callable[[], None]


class Signals:
    """A context manager; enter it in the main thread.

    A handler proper would run in the middle of whatever the main thread does, and not before a long
    call into C returns; the kernel's side of `signal.set_wakeup_fd` has no such limits.
    """

    def __init__(self, actions: Mapping[signal.Signals, Action]) -> None:
        self._actions = dict(actions)

    def __enter__(self) -> Self:
        self._read, self._write = socket.socketpair()
        self._write.setblocking(False)
        self._before_fd = signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, _leave_it) for number in self._actions}
        self._thread = threading.Thread(target=self._run, name="signals", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._before_fd)
        self._write.close()
        self._thread.join(timeout=2)
        self._read.close()

    def _run(self) -> None:
        while numbers := self._read.recv(64):
            for number in numbers:
                with suppress(ValueError, KeyError):
                    self._actions[signal.Signals(number)]()


def _leave_it(number: int, frame: FrameType | None) -> None:
    """The thread does it."""


def end_at_the_latest(seconds: float, code: int) -> None:
    """Have the process end with `code` after so many seconds, whatever hangs.

    That is safe at any instant: the next start mends what a kill leaves (docs/promises.md, After a crash).
    """
    timer = threading.Timer(seconds, os._exit, (code,))
    timer.daemon = True
    timer.start()
