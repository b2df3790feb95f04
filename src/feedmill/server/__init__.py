"""feedmill.server: the published store over HTTP, and the operator's listener."""

from feedmill.server.admin import Admin, AdminView
from feedmill.server.app import Origin
from feedmill.server.limits import ADMIN, ORIGIN, Limits
from feedmill.server.run import Listener, Server

__all__ = ["ADMIN", "ORIGIN", "Admin", "AdminView", "Limits", "Listener", "Origin", "Server"]
