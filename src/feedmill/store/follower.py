"""A follower: told of a new generation, it makes up the difference to what it gave out before.

It has no queue, loses nothing by dying, and never holds a text that was taken down meanwhile: it is told
a whole generation, and what it reads it reads from the store, by path and digest. The origin is the first
(`server/app.py`), the hub the second (`push/hub.py`); mirrors are others.
"""

from __future__ import annotations

from typing import Protocol

from feedmill.model.artifact import Generation


class Follower(Protocol):
    """Spreads what is published."""

    def install(self, generation: Generation) -> None:
        """Give out `generation` from now on, instead of the one before; returns at once."""
