"""What one client may cost: sizes, counts and seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one listener. Sizes are bytes.

    Beyond `connections` the connection that has kept us waiting longest is closed for the new one,
    so idle or dripping clients cannot lock others out.
    """

    target: int = 8192
    """The request target; more is 414."""
    head: int = 16384
    """All header fields; more is 431, as is more than `fields` of them."""
    fields: int = 100
    body: int = 1024
    """A request body; more is 413. The origin reads none but the hub's, a little is put up with."""
    request_seconds: float = 10
    """For the first byte of a connection, and from a request's first byte to its last; more is 408."""
    idle_seconds: float = 60
    """Between two requests."""
    stalled_seconds: float = 30
    """Without a byte of our answer taken."""
    answer_seconds: float = 300
    """For one answer to be taken altogether."""
    linger_seconds: float = 2
    """For a refused client to read why, before the connection is cut."""
    sweep_seconds: float = 1
    """Between two looks at all connections: how exact the times above are."""
    connections: int = 8192


ORIGIN = Limits()
HUB = Limits(body=8192)
"""The origin with a hub."""

ADMIN = Limits(body=1 << 16, connections=64)
