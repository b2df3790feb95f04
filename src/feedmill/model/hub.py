"""Which hubs a feed names, and whether one of them is our own: by the config alone."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from feedmill.model.host import is_example
from feedmill.model.settings import Settings

PATH = "hub"
"""Where our own hub answers, below `site.url`."""

DELIVERY_BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 600.0)
"""Seconds from publication to delivery that are told apart."""

_RESERVED = frozenset(
    {"localhost", "local", "test", "example", "invalid", "internal", "alt", "onion", "arpa", "lan", "home"}
)
"""Last labels that lead to no public server: RFC 6761, 6762, 7686, 8375, 9476, ICANN's `internal`, habit."""


def own_hub(settings: Settings) -> str:
    """Return the address of our own hub, "" where there is none."""
    push, url = settings.push, settings.site.url
    runs = push.hub == "on" or (push.hub == "auto" and is_public(urlsplit(url).hostname or ""))
    return url + PATH if runs and settings.server.enabled else ""


def header_hubs(settings: Settings) -> tuple[str, ...]:
    """Return the hubs that the origin's Link fields name."""
    own = own_hub(settings)
    return (*((own,) if own else ()), *settings.push.hubs)


def document_hubs(settings: Settings) -> tuple[str, ...]:
    """Return the hubs that the documents name.

    Ours only with `push.hub: on`: a new version alone must not change every document there is.
    """
    return header_hubs(settings) if settings.push.hub == "on" else settings.push.hubs


def is_public(host: str) -> bool:
    """Tell whether a host may be meant for everybody: no name or address of a home, a house or a book."""
    try:
        return ip_address(host.partition("%")[0]).is_global
    except ValueError:
        name = host.lower().rstrip(".")
    if is_example(name):
        return False
    return "." in name and name.rpartition(".")[2] not in _RESERVED
