"""feedmill.runtime: when passes run: watcher, scheduler, signals, control socket, listeners."""

from feedmill.runtime.control import NoDaemon, call
from feedmill.runtime.frontage import token
from feedmill.runtime.service import Service

__all__ = ["NoDaemon", "Service", "call", "token"]
