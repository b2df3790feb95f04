"""The daemon's runner: over a store that several nodes may share, and followers who are told of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from feedmill.daemon.status import store_json
from feedmill.model.artifact import Digest, Generation
from feedmill.model.instant import Instant
from feedmill.model.settings import Settings
from feedmill.pipeline import PassReport, PassRequest
from feedmill.pipeline.fingerprints import compose_print, decode_print, made_print
from feedmill.pipeline.folders import load_theme
from feedmill.pipeline.one_pass import Progress
from feedmill.pipeline.runner import Runner
from feedmill.store import Store

_ALONE = 1
"""The number of the lead where nobody else can have it."""


class PassRunner(Runner):
    """Runs the daemon's passes. A node among several leads, and publishes, when nobody else does."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], Instant],
        progress: Progress,
        decided: Callable[[], None],
        told: Callable[[Generation], None],
        turned: Callable[[], None],
    ) -> None:
        super().__init__(settings, purpose="run the daemon", clock=clock, progress=progress, decided=decided)
        self.node = self._place.node(lambda store: told(self._generation_of(store)), turned)
        self.led = True
        """Whether the last pass was run to publish, whoever leads by now."""
        self._epoch = _ALONE
        """The number of the lead under which the last pass began, 0 for none."""

    @property
    def _publishes_alone(self) -> bool:
        return self.node is None

    def start(self) -> None:
        """Begin to be a node, where several share the store."""
        if self.node is not None:
            self.node.prints = _prints(self._settings)
            self.node.start()

    @property
    def leads(self) -> bool:
        """Whether this process publishes."""
        return self.node is None or self.node.leads()

    def lead(self) -> Callable[[], bool]:
        """Return what tells, from any thread, whether the lead that the last pass began under is still ours.

        What was published is known under that lead alone: one that was lost and taken again is another one.
        """
        node, epoch = self.node, self._epoch
        return lambda: node is None or (epoch != 0 and node.epoch() == epoch)

    def store_status(self) -> dict[str, Any]:
        """Return where what is published is kept, and what the nodes that share it do."""
        return {**store_json(self._settings), **(self.node.status() if self.node is not None else {})}

    def troubles(self) -> list[str]:
        """Return why the store cannot be reached just now."""
        return [self.node.trouble] if self.node is not None and self.node.trouble else []

    def close(self) -> None:
        """Let go of everything."""
        self.reset()
        if self.node is not None:
            self.node.stop()
        super().close()

    def change(self, settings: Settings) -> None:
        """Use other settings from the next pass on."""
        super().change(settings)
        if self.node is not None:
            self.node.prints = _prints(settings)

    def run(self, request: PassRequest) -> PassReport:
        """Run a pass, over everything where the mill had to be opened.

        Raises:
            StoreError: storage failed, or somebody else took the folders.
        """
        epoch = self.node.epoch() if self.node is not None else _ALONE
        if epoch != self._epoch:  # another store, maybe of the other kind, and all that belongs to it
            self.led, self._epoch = epoch != 0, epoch
            self.reset()
            self._store = None
        if self.node is not None and self._store is not None and not self.led and request.paths:
            self.node.give_way(self._store.serial)
        return super().run(request)

    def _open_store(self) -> Store:
        return self.node.open(leading=self.led) if self.node is not None else super()._open_store()

    def generation(self) -> Generation | None:
        """Return what is published and may be served; None before the store could be opened."""
        return self._generation_of(self._store) if self._store is not None else None

    def _generation_of(self, store: Store) -> Generation:
        return store.generation(self._settings.redirects, self._settings.copies)

    def body(self, path: str, digest: Digest) -> bytes | None:
        """Return a published document, from any thread (`Bodies`)."""
        for store in (self._store, self.node):  # a node may follow what its passes have not seen yet
            body = store.body(path, digest) if store is not None else None
            if body is not None:
                return body
        return None


def _prints(settings: Settings) -> str:
    """Return what names all that decides how seeds become documents here, and the mirrors."""
    compose = compose_print(settings, load_theme(settings.theme_dir))
    return made_print(decode_print(settings), compose, settings)
