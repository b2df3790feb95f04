"""A client that sends exactly the bytes it is told, and a published site to ask: for tests of HTTP."""

from wire.client import Reply, Wire, ask, request
from wire.house import BODY, PAGE, QUICK, House, Open
from wire.site import NOON, Clock, Site

__all__ = [
    "BODY",
    "NOON",
    "PAGE",
    "QUICK",
    "Clock",
    "House",
    "Open",
    "Reply",
    "Site",
    "Wire",
    "ask",
    "request",
]
