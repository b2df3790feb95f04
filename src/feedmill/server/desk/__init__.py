"""feedmill.server.desk: where a curator works. HTTP and pages; what it knows comes through its port."""

from feedmill.server.desk.app import DeskPages
from feedmill.server.desk.port import DeskPort

__all__ = ["DeskPages", "DeskPort"]
