"""What the desk may see and do: seeds as of the last pass, their flags, and the pass that follows."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from feedmill.daemon.past_passes import PastPasses
from feedmill.errors import FeedmillError, SeedError, StoreError
from feedmill.model.desk import Change, SeedList, SeedView
from feedmill.model.instant import Instant
from feedmill.model.settings import Settings
from feedmill.pipeline import PassReport, printable

if TYPE_CHECKING:
    from feedmill.pipeline.desk import Desk
    from feedmill.pipeline.flag import Edit

PATIENCE = 30.0
"""Seconds that a change waits for its pass."""

_AT_HAND = 20_000
"""Seeds that are read for the desk as soon as the daemon is ready; more are when somebody looks."""

_WRITTEN_AT_ONCE = 8
"""Files of one change: a disk flushes eight in hardly more time than one."""

_CHANGES = 20
_REMARKS = 20
"""Of how many seeds it is told what the flag alone does not do."""


class DeskOffice(Protocol):
    """What is asked of the service, from other threads."""

    @property
    def settings(self) -> Settings:
        """The settings in force."""

    @property
    def past(self) -> PastPasses:
        """What the passes came to."""

    def look(self, paths: Iterable[str]) -> Future[PassReport]:
        """Ask for a pass over these files."""

    def burst(self) -> AbstractContextManager[None]:
        """Announce that several files are being written."""


@dataclass(frozen=True, slots=True)
class _Done:
    change: Change
    edits: tuple[Edit, ...]


class DeskView:
    """Implements the server's DeskPort, for any thread that may wait; changes come from one at a time."""

    def __init__(self, office: DeskOffice, clock: Callable[[], Instant]) -> None:
        self._office = office
        self._clock = clock
        self._desk: Desk | None = None
        self._settings: Settings | None = None
        self._done: deque[_Done] = deque(maxlen=_CHANGES)
        self._numbers = 0
        self._reading = threading.Lock()

    def seeds(self) -> SeedList:
        """Return every seed as of the last pass."""
        with self._reading:
            return self._seeds()

    def warm(self) -> SeedList:
        """Return the same before anybody looks, of a site that is not too large to be kept at hand."""
        report = self._office.past.last
        if report is None or report.total > _AT_HAND:
            return SeedList()
        with self._reading:
            return self._seeds(drafts=False)

    def feeds_of(self, paths: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """Return the feeds that each of these seeds is in."""
        with self._reading:
            return self._reader().feeds_of(paths)

    def view(self, path: str) -> SeedView | None:
        """Return one seed in full."""
        with self._reading:
            self._seeds()
            return self._reader().view(path)

    def document(self, path: str, form: str) -> bytes | None:
        """Return a document with this entry alone."""
        with self._reading:
            self._seeds()
            return self._reader().document(path, form)

    def changes(self) -> Sequence[Change]:
        """Return the last changes, the newest first."""
        return [done.change for done in reversed(self._done)]

    def close(self) -> None:
        """Let go of catalog and ledger."""
        with self._reading:
            self._close()

    def _close(self) -> None:
        if self._desk is not None:
            self._desk.close()
            self._desk = None

    def _seeds(self, *, drafts: bool = True) -> SeedList:
        version, report = self._office.past.ended, self._office.past.last
        if report is None:
            return SeedList(trouble="the first pass is still running")
        return self._reader().seeds(version, report.problems, drafts=drafts)

    def _reader(self) -> Desk:
        settings = self._office.settings
        if self._desk is None or settings is not self._settings:
            from feedmill.pipeline.desk import Desk  # on use: few ever look

            self._close()
            self._desk, self._settings = Desk(settings, self._clock), settings
        return self._desk

    # What is changed

    def flip(self, paths: Sequence[str], *, published: bool) -> Change:
        """Set or clear the flags of seeds, wait for the pass, and return what came of it."""
        from feedmill.pipeline.flag import flip

        settings = self._office.settings

        def work(path: str) -> Callable[[], Edit]:
            name = self._name(path)

            def edit() -> Edit:
                if name is None:
                    raise SeedError(path, "is no seed that is known here")
                return flip(settings, name, self._clock, published=published)

            return edit

        before = self._office.past.ended
        with self._office.burst():
            change, edits = self._edit([(path, work(path)) for path in dict.fromkeys(paths)])
            change = self._pass(replace(change, published=published), edits, before)
        return self._remember(self._remarked(change), edits)

    def undo(self, number: int) -> Change | None:
        """Put the files of a change back as they were; None where there is no such change any more."""
        from feedmill.pipeline.flag import put_back

        settings = self._office.settings
        done = next((one for one in self._done if one.change.number == number), None)
        if done is None or done.change.undone:
            return None

        def work(edit: Edit) -> Callable[[], Edit]:
            def back() -> Edit:
                put_back(settings, edit)
                return edit

            return back

        before = self._office.past.ended
        with self._office.burst():
            change, edits = self._edit([(printable(edit.path), work(edit)) for edit in done.edits])
            change = replace(change, published=not done.change.published, undo_of=number)
            change = self._pass(change, edits, before)
        at = self._done.index(done)
        self._done[at] = replace(done, change=replace(done.change, undone=not change.refused))
        return self._remember(change, ())

    def _edit(self, work: Sequence[tuple[str, Callable[[], Edit]]]) -> tuple[Change, tuple[Edit, ...]]:
        with ThreadPoolExecutor(_WRITTEN_AT_ONCE, "feedmill-flag") as threads:
            found = list(threads.map(_attempt, (write for _, write in work)))
        outcomes = list(zip((path for path, _ in work), found, strict=True))
        done = [(path, edit) for path, edit in outcomes if not isinstance(edit, str)]
        edits = tuple(edit for _, edit in done if edit.changed)
        change = Change(
            number=0,
            at=self._clock(),
            published=True,
            changed=tuple(printable(edit.path) for edit in edits),
            already=tuple(path for path, edit in done if not edit.changed),
            refused=tuple((path, why) for path, why in outcomes if isinstance(why, str)),
            remarks=tuple((path, edit.warning) for path, edit in done if edit.warning),
        )
        return change, edits

    def _name(self, path: str) -> str | None:
        """Return the file of a seed; None of what is none: nothing else is ever written."""
        with self._reading:
            self._seeds()
            return self._reader().name(path)

    def _pass(self, change: Change, edits: Sequence[Edit], before: int) -> Change:
        """Wait for a pass that sees it all; the watcher may have had some of the files in an earlier one."""
        if not edits:
            return change
        try:
            last = self._office.look(edit.path for edit in edits).result(timeout=PATIENCE)
        except FutureTimeout:
            return replace(change, trouble="the pass is still running")
        except CancelledError:
            return replace(change, trouble="the daemon is stopping; its next start publishes the change")
        except FeedmillError as error:
            return replace(change, trouble=f"the pass failed: {error}")
        reports = self._office.past.since(before)
        return replace(
            change,
            seconds=sum(one.seconds for one in reports),
            appeared=sum(one.appeared for one in reports),
            altered=sum(one.changed for one in reports),
            vanished=sum(one.vanished for one in reports),
            written=sum(one.written for one in reports),
            trouble=f"held back: {last.held}" if last.held is not None else "",
        )

    def _remarked(self, change: Change) -> Change:
        asked = list(islice((*change.changed, *change.already), _REMARKS))
        if change.trouble or not asked:
            return change
        with self._reading:
            self._seeds()
            found = self._reader().remarks(asked, published=change.published)
        return replace(change, remarks=(*change.remarks, *found))

    def _remember(self, change: Change, edits: tuple[Edit, ...]) -> Change:
        self._numbers += 1
        change = replace(change, number=self._numbers)
        self._done.append(_Done(change, edits))
        return change


def _attempt(write: Callable[[], Edit]) -> Edit | str:
    """Return what was written into a file, or why nothing was."""
    try:
        return write()
    except SeedError as error:
        return error.message
    except StoreError as error:
        return str(error)
