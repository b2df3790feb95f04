"""feedmill.runtime: when passes run: watcher, scheduler, signals, control socket, listeners.

`Service` is imported on use: `feedmill status` talks to a daemon without being one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feedmill.runtime.control import NoDaemon, call
from feedmill.runtime.secret import token

if TYPE_CHECKING:
    from feedmill.runtime.service import Service

__all__ = ["NoDaemon", "Service", "call", "token"]


def __getattr__(name: str) -> Any:
    if name == "Service":
        from feedmill.runtime.service import Service

        return Service
    raise AttributeError(name)
