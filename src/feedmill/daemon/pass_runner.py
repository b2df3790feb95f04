"""The pass runner: locks and mill of the daemon, made again when the ground under them changed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from feedmill.config.names import hide_userinfo
from feedmill.errors import StoreError
from feedmill.model.artifact import Digest, Generation
from feedmill.model.instant import Instant
from feedmill.model.settings import Settings
from feedmill.pipeline import Mill, PassReport, PassRequest
from feedmill.pipeline.fingerprints import compose_print, decode_print
from feedmill.pipeline.folders import load_theme
from feedmill.store import Lead, Store, place_of
from feedmill.store.local.lock import FolderLock

Progress = Callable[[str, int, int | None], None]


class PassRunner:
    """Runs passes; belongs to one thread. `next_change` is the next instant that matters, after a pass.

    `decided` is called when the first pass of an opened mill knows who is out, before it prints.
    """

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
        self._settings = settings
        self._clock = clock
        self._progress = progress
        self._decided = decided
        self._place = place_of(settings)
        self.node = self._place.node(lambda store: told(self._generation_of(store)), turned)
        self._led = True
        self._locks: list[Lead] = []
        self._mill: Mill | None = None
        self._store: Store | None = None
        self._looked = False
        self._open = ExitStack()
        self.next_change: Instant | None = None

    def lock(self) -> None:
        """Take the state folder, and the lead of the store; a node leads when nobody else does.

        Raises:
            LockHeld: another feedmill works there.
        """
        purpose = "run the daemon"
        leads: list[Lead] = [FolderLock(self._settings.state_dir / "lock", purpose)]
        if self.node is None:
            leads.append(self._place.lead(purpose))
        for lead in leads:
            self._locks.append(lead.acquire())

    def start(self) -> None:
        """Begin to be a node, where several share the store."""
        if self.node is not None:
            self.node.prints = _prints(self._settings)
            self.node.start()

    @property
    def leads(self) -> bool:
        """Whether this process publishes."""
        return self.node is None or self.node.leads()

    def store_status(self) -> dict[str, Any]:
        """Return where what is published is kept, and what the nodes that share it do."""
        url = self._settings.store.url
        shared = self.node.status() if self.node is not None else {}
        return {"url": hide_userinfo(url) if url else None, **shared}

    def troubles(self) -> list[str]:
        """Return why the store cannot be reached just now."""
        return [self.node.trouble] if self.node is not None and self.node.trouble else []

    def close(self) -> None:
        """Let go of everything."""
        self.reset()
        if self.node is not None:
            self.node.stop()
        self._drop()

    def _drop(self) -> None:
        """Give up the locks."""
        while self._locks:
            self._locks.pop().release()

    def reset(self) -> None:
        """Close the mill; the next pass opens it again, from what is on disk then."""
        self._mill, self._looked = None, False
        self._open.close()

    def change(self, settings: Settings) -> None:
        """Use other settings from the next pass on."""
        self._settings = settings
        if self.node is not None:
            self.node.prints = _prints(settings)
        self.reset()

    @property
    def disturbed(self) -> bool:
        """Whether a folder was deleted or replaced under us."""
        return not (self._locks and all(lock.is_valid() for lock in self._locks))

    @property
    def mill(self) -> Mill:
        """The open mill, after a pass."""
        assert self._mill is not None
        return self._mill

    def run(self, request: PassRequest) -> PassReport:
        """Run a pass, over everything where the mill had to be opened.

        Raises:
            StoreError: storage failed, or somebody else took the folders.
        """
        self._relock()
        if self.leads != self._led:  # a store of the other kind, and all that belongs to it
            self._led = self.leads
            self.reset()
            self._store = None
        if not self._looked:
            request = replace(request, paths=None, hints=request.hints | (request.paths or frozenset()))
        mill = self.open()
        report = mill.run(request)
        self._looked = report.held is None  # while held, only a look at everything shows what is gone
        self.next_change = report.next_change
        return report

    def open(self) -> Mill:
        """Return the mill, opened if need be; over the same store, which knows the folder it published to.

        Raises:
            StoreError: the catalog or the ledger cannot be opened.
        """
        if self._mill is None:
            if self._store is None:
                self._store = self.node.open() if self.node is not None else self._place.open()
            else:
                self._store.reopen()
            self._mill = self._open.enter_context(
                Mill(
                    self._settings,
                    clock=self._clock,
                    progress=self._progress,
                    store=self._store,
                    decided=self._decided,
                )
            )
        return self._mill

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

    def _relock(self) -> None:
        """Notice that a folder was deleted or replaced under us, and take the new one."""
        if not self.disturbed:
            return
        self.reset()
        self._drop()
        try:
            self.lock()
        except StoreError:
            self._drop()
            raise


def _prints(settings: Settings) -> str:
    """Return what names everything that decides how seeds become documents here."""
    return f"{decode_print(settings)} {compose_print(settings, load_theme(settings.theme_dir))}"


def stamp(file: Path | None) -> tuple[int, int, int] | None:
    """Return what changes when the config file does; None where it is not there."""
    if file is None:
        return None
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
