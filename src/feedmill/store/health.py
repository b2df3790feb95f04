"""Health: what a shared store tells of itself to whoever looks after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class SeenNode(NamedTuple):
    """A node as the store last heard of it, `silent` seconds ago.

    `lag`: generations that it is behind; `epoch`: that of its lead, None where it does not lead; `current`:
    it prints as what is published.
    """

    name: str
    role: str
    purpose: str
    epoch: int | None
    serial: int
    lag: int
    current: bool
    silent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What keeps a database from being the store, or will.

    `version` of the tables, 0 where there are none yet, of the `newest` that this feedmill knows. `schema` is
    where they are (to be) made, None where the address leads to none. `lacking` are rights that this user
    has not. `doubt` is "earlier" where the seeds here are those of an earlier generation than the `serial`
    that is published, "other" where nothing was ever published from them, else "".
    """

    version: int
    newest: int
    read_only: bool
    schema: str | None
    lacking: tuple[str, ...] = ()
    serial: int = 0
    doubt: str = ""
    nodes: tuple[SeenNode, ...] = ()
