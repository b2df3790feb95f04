"""Followers that run where the settings ask for them."""

from __future__ import annotations

from feedmill.model.artifact import Generation
from feedmill.model.settings import Settings


class OnDemand:
    """Begins with the first generation, and anew when the settings say something else of it."""

    def __init__(self) -> None:
        self._settings: Settings | None = None
        self._generation: Generation | None = None

    def configure(self, settings: Settings) -> None:
        """Have from now on what the settings ask for."""
        if self._settings is not None and self._facts(settings) == self._facts(self._settings):
            return
        self.close()
        self._settings = settings
        if self._generation is not None:
            self.install(self._generation)

    def install(self, generation: Generation) -> None:
        """Give out `generation` from now on (`Follower`)."""
        raise NotImplementedError

    def close(self) -> None:
        """End; the next start goes on."""
        raise NotImplementedError

    def _facts(self, settings: Settings) -> tuple[object, ...]:
        """Return what it is made from."""
        raise NotImplementedError
