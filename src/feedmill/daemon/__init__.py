"""feedmill.daemon: when passes run: watcher, scheduler, signals, control socket, listeners.

`Service` is imported on use: `feedmill status` talks to a daemon without being one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feedmill.daemon.admin_token import token
from feedmill.daemon.control import NoDaemon, call

if TYPE_CHECKING:
    from feedmill.daemon.service import Service

__all__ = ["NoDaemon", "Service", "call", "token"]


def __getattr__(name: str) -> Any:
    if name == "Service":
        from feedmill.daemon.service import Service

        return Service
    raise AttributeError(name)
