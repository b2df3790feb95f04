"""The runner: locks, store and mill around passes, for a build once, for the daemon over and over."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from feedmill.errors import StoreError
from feedmill.model.instant import Instant
from feedmill.model.problem_groups import fault_of
from feedmill.model.settings import Settings
from feedmill.pipeline.last_hold import note_hold
from feedmill.pipeline.report import PassReport, PassRequest
from feedmill.pipeline.up_to_date import sealed_report
from feedmill.store import Lead, Store, place_of
from feedmill.store.local.lock import FolderLock

if TYPE_CHECKING:
    from feedmill.pipeline.mill import Mill
    from feedmill.pipeline.one_pass import Progress


class Runner:
    """Runs passes; belongs to one thread. `next_change` is the next instant that matters, after a pass.

    `purpose` says what the locks are for, in messages. `decided` is called when the first pass of an opened
    mill knows who is out, before it prints. With `aside`, what passes know is forgotten afterwards: the state
    folder is left alone.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        purpose: str,
        clock: Callable[[], Instant],
        progress: Progress,
        decided: Callable[[], None] | None = None,
        aside: bool = False,
    ) -> None:
        self._settings = settings
        self._purpose = purpose
        self._clock = clock
        self._progress = progress
        self._decided = decided
        self._aside = aside
        self._place = place_of(settings)
        self._locks: list[Lead] = []
        self._mill: Mill | None = None
        self._store: Store | None = None
        self._looked = False
        self._open = ExitStack()
        self.next_change: Instant | None = None

    def __enter__(self) -> Self:
        self.lock()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def lock(self) -> None:
        """Take the state folder, and the lead of the store: both, or neither.

        Raises:
            LockHeld: another feedmill works there.
        """
        try:
            if not self._aside:
                folder = FolderLock(self._settings.state_dir / "lock", self._purpose)
                self._locks.append(folder.acquire())
            if self._publishes_alone:
                self._locks.append(self._place.lead(self._purpose).acquire())
        except StoreError:
            self._unlock()
            raise

    @property
    def _publishes_alone(self) -> bool:
        """Whether the lead is to be had before anything else: nobody shares this store."""
        return True

    def _unlock(self) -> None:
        while self._locks:
            self._locks.pop().release()

    def close(self) -> None:
        """Let go of everything."""
        self.reset()
        self._unlock()

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

    def published(self) -> Store:
        """Return the store; where no pass had to open it, it is opened to read.

        Raises:
            StoreError: it cannot be opened.
        """
        if self._store is not None:
            return self._store
        return self._open.enter_context(self._place.open(read_only=True))

    def build(self, request: PassRequest) -> PassReport:
        """Run one pass over everything, where there is anything to do, and leave word for the next build.

        Raises:
            StoreError: storage failed.
        """
        if not (self._aside or request.full or request.prune):
            idle = sealed_report(self._settings, self._clock())
            if idle is not None:
                note_hold(self._settings.state_dir, None)
                return replace(idle, known=frozenset(map(fault_of, idle.problems)))
        known = self._opened().known_faults()
        report = self.run(request)
        if not self._aside:
            self.mill.seal(report)
        return replace(report, known=known)

    def run(self, request: PassRequest) -> PassReport:
        """Run a pass, over everything where the mill had to be opened.

        Raises:
            StoreError: storage failed, or somebody else took the folders.
        """
        if self.disturbed:
            self.reset()
            self._unlock()
            self.lock()
        if not self._looked:
            request = replace(request, paths=None, hints=request.hints | (request.paths or frozenset()))
        report = self._opened().run(request)
        self._looked = report.held is None  # while held, only a look at everything shows what is gone
        if not self._aside:
            note_hold(self._settings.state_dir, report.held)
        self.next_change = report.next_change
        return report

    def warm(self) -> None:
        """Have the open mill, if there is one, get ready for the first change.

        Raises:
            RenderError: a template of ours failed.
        """
        if self._mill is not None:
            self._mill.warm()

    def _opened(self) -> Mill:
        """Return the mill, opened if need be; over the same store, which knows the folder it published to.

        Raises:
            StoreError: the store cannot be opened.
        """
        if self._mill is None:
            from feedmill.catalog import Catalog
            from feedmill.pipeline.mill import Mill

            if self._store is None:
                self._store = self._open_store()
            else:
                self._store.reopen()
            self._mill = self._open.enter_context(
                Mill(
                    self._settings,
                    clock=self._clock,
                    progress=self._progress,
                    catalog=Catalog() if self._aside else None,
                    store=self._store,
                    decided=self._decided,
                )
            )
        return self._mill

    def _open_store(self) -> Store:
        return self._place.open()
