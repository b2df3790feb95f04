"""The pass runner: locks and mill of the daemon, made again when the ground under them changed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from feedmill.errors import StoreError
from feedmill.model.artifact import Digest, Generation
from feedmill.model.instant import Instant
from feedmill.model.settings import Settings
from feedmill.pipeline import Mill, PassReport, PassRequest
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
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._progress = progress
        self._decided = decided
        self._place = place_of(settings)
        self._locks: list[Lead] = []
        self._mill: Mill | None = None
        self._store: Store | None = None
        self._looked = False
        self._open = ExitStack()
        self.next_change: Instant | None = None

    def lock(self) -> None:
        """Take the state folder, and the lead of the store.

        Raises:
            LockHeld: another feedmill works there.
        """
        purpose = "run the daemon"
        for lead in (FolderLock(self._settings.state_dir / "lock", purpose), self._place.lead(purpose)):
            self._locks.append(lead.acquire())

    def close(self) -> None:
        """Let go of everything."""
        self.reset()
        while self._locks:
            self._locks.pop().release()

    def reset(self) -> None:
        """Close the mill; the next pass opens it again, from what is on disk then."""
        self._mill, self._looked = None, False
        self._open.close()

    def change(self, settings: Settings) -> None:
        """Use other settings from the next pass on."""
        self._settings = settings
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
                self._store = self._place.open()
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
        if self._store is None:
            return None
        return self._store.generation(self._settings.redirects, self._settings.copies)

    def body(self, path: str, digest: Digest) -> bytes | None:
        """Return a published document, from any thread (`Bodies`)."""
        store = self._store
        return store.body(path, digest) if store is not None else None

    def _relock(self) -> None:
        """Notice that a folder was deleted or replaced under us, and take the new one."""
        if not self.disturbed:
            return
        self.close()
        try:
            self.lock()
        except StoreError:
            self.close()
            raise


def stamp(file: Path | None) -> tuple[int, int, int] | None:
    """Return what changes when the config file does; None where it is not there."""
    if file is None:
        return None
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
