"""nh3's Cleaner with a filter whose exceptions are raised.

nh3 prints what its filter raises and lets the attribute be. So a fault would let through what nobody has
looked at, and a Ctrl-C that fell there would be lost.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import nh3

Filter = Callable[[str, str, str], str | None]
"""Takes element, attribute and value; returns the value to write, None for no attribute."""


class Cleaner:
    """Sanitises as `nh3.Cleaner` does, with the same arguments."""

    def __init__(self, *, attribute_filter: Filter, **allowed: Any) -> None:
        self._heard = _Heard(attribute_filter)
        self._nh3 = nh3.Cleaner(attribute_filter=self._heard, **allowed)

    def clean(self, fragment: str) -> str:
        """Return what is allowed of a fragment; raises what the filter raised."""
        self._heard.raised = None
        with _uninterrupted():
            cleaned = self._nh3.clean(fragment)
        if self._heard.raised is not None:
            raise self._heard.raised
        return cleaned


class _Heard:
    """A filter that keeps what it raised. nh3 holds it, and the collector cannot look into nh3: it must not
    know the Cleaner."""

    def __init__(self, wrapped: Filter) -> None:
        self._wrapped = wrapped
        self.raised: Exception | None = None

    def __call__(self, tag: str, name: str, value: str) -> str | None:
        try:
            return self._wrapped(tag, name, value)
        except Exception as error:  # noqa: BLE001 - raised by clean()
            self.raised = error
            return None


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back: a KeyboardInterrupt comes up anywhere in the filter, before its first line too."""
    handler = signal.getsignal(signal.SIGINT)
    if not callable(handler) or threading.current_thread() is not threading.main_thread():
        yield  # it is raised in the main thread alone
        return
    held: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: held.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
    if held:
        handler(held[0], None)
