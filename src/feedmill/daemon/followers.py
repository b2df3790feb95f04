"""The daemon's followers: origin, hub and mirrors are told of each generation, and of none older."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from feedmill.daemon.listeners import Listeners
from feedmill.daemon.mirrors import Mirrors
from feedmill.daemon.push import Push
from feedmill.model.artifact import Generation
from feedmill.model.settings import Settings
from feedmill.server.metrics import Value
from feedmill.store import Follower


class Followers:
    """Has the followers give out what is published.

    `alone`: no other node publishes, so what this process has is the newest, whatever its number.
    """

    def __init__(self, listeners: Listeners, push: Push, mirrors: Mirrors, *, alone: bool) -> None:
        self._listeners = listeners
        self._push = push
        self._mirrors = mirrors
        self._alone = alone
        self._newest = 0
        self._lock = threading.Lock()

    def configure(self, settings: Settings) -> None:
        """Have hub and mirrors do from now on what the settings ask for."""
        self._push.configure(settings)
        self._mirrors.configure(settings)

    def is_newer(self, generation: Generation) -> bool:
        """Tell whether to give out a generation: no reader of this node sees an older one again."""
        if self._alone:
            return True
        with self._lock:
            newer = generation.serial >= self._newest
            self._newest = max(self._newest, generation.serial)
        return newer

    def tell(self, generation: Generation) -> None:
        """Have all followers give out `generation`, the origin first.

        One from before the first pass is the origin's alone: it may hold what was withdrawn meanwhile.
        """
        followers: tuple[Follower, ...] = (self._listeners, self._push, self._mirrors)
        if self.is_newer(generation):
            for follower in followers:
                follower.install(generation)

    def stand_by(self, generation: Generation) -> None:
        """Have the hub take requests and the mirrors end: another node leads, and has told the origin."""
        self._push.install(generation)
        self._mirrors.install(generation)

    def status(self) -> dict[str, Any]:
        """Return what `status --json` says of followers."""
        return {**self._push.followers(), "mirrors": self._mirrors.followers()}

    def troubles(self) -> list[str]:
        """Return what hub and mirrors cannot do just now."""
        return [*self._push.troubles(), *self._mirrors.troubles()]

    def metrics(self) -> Mapping[str, Value]:
        """Return what hub and mirrors counted."""
        return {**self._push.metrics(), **self._mirrors.metrics()}
