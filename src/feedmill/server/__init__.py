"""feedmill.server: the published store over HTTP, and the operator's listener."""

from feedmill.server.admin import Admin, AdminView
from feedmill.server.app import Door, Origin
from feedmill.server.limits import ADMIN, HUB, ORIGIN, Limits
from feedmill.server.run import Listener, Server

__all__ = ["ADMIN", "HUB", "ORIGIN", "Admin", "AdminView", "Door", "Limits", "Listener", "Origin", "Server"]
