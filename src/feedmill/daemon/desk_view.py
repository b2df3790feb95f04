"""What the desk may see and do: seeds as of the last pass, their flags, and the pass that follows."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Protocol

from feedmill.daemon.desk_turns import Turn, Turns
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
_NUMBERS = 999_999_999
"""Changes are numbered at random up to here: none of another run of the daemon is taken for one of this."""

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
class _Task:
    """A file to write: as the desk shows it, and as it is called in the seeds folder."""

    path: str
    name: str
    write: Callable[[], Edit]


@dataclass(frozen=True, slots=True)
class _Done:
    change: Change
    edits: tuple[Edit, ...]
    turn: int


class DeskView:
    """Implements the server's DeskPort, for any thread that may wait."""

    def __init__(self, office: DeskOffice, clock: Callable[[], Instant]) -> None:
        self._office = office
        self._clock = clock
        self._desk: Desk | None = None
        self._settings: Settings | None = None
        self._done: tuple[_Done, ...] = ()
        self._turns = Turns()
        self._writing = threading.Lock()
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
        return self._reader().seeds(version, report.problems, held=report.held or "", drafts=drafts)

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

        def task(path: str) -> _Task:
            name = self._name(path)

            def write() -> Edit:
                if name is None:
                    raise SeedError(path, "is no seed that is known here")
                return flip(settings, name, self._clock, published=published)

            return _Task(path, name or "", write)

        change = self._change([task(path) for path in dict.fromkeys(paths)], published=published)
        return self._amend(self._remarked(change))

    def undo(self, number: int) -> Change | None:
        """Put the files of a change back as they were; None where there is no such change any more."""
        from feedmill.pipeline.flag import put_back

        settings = self._office.settings
        done = next((one for one in self._done if one.change.number == number), None)
        if done is None or done.change.undone:
            return None

        def task(edit: Edit) -> _Task:
            def write() -> Edit:
                put_back(settings, edit)
                return edit

            return _Task(printable(edit.path), edit.path, write)

        tasks = [task(edit) for edit in done.edits]
        return self._amend(self._change(tasks, published=not done.change.published, undone=done))

    def _change(self, tasks: Sequence[_Task], *, published: bool, undone: _Done | None = None) -> Change:
        """Write files, remember that, and wait for the pass. Only the writing takes a turn."""
        before = self._office.past.ended
        with self._office.burst():
            with self._turns.take(task.name for task in tasks) as turn:
                later = self._touched_since(undone, turn) if undone is not None else frozenset()
                change, edits = self._edit(tasks, turn, later)
                change = replace(change, published=published)
                if undone is not None:
                    change = replace(change, undo_of=undone.change.number)
                    self._amend(replace(undone.change, undone=not change.refused))
                self._remember(_Done(change, edits if undone is None else (), turn.number))
            return self._pass(change, edits, before)

    def _touched_since(self, done: _Done, turn: Turn) -> frozenset[str]:
        """Return the seeds of which something was decided after a change, even if they read as it left them.

        What was decided and undone since is as if it had not been. Who took down what was down already meant
        it as well; who published what was out has lost nothing by an undo that takes it down.
        """
        changes = [
            one.change
            for one in self._done
            if one.turn > done.turn and not one.change.undone and not one.change.undo_of
        ]
        named = [printable(name) for name, number in turn.before.items() if number > done.turn]
        meant = ((*one.changed, *(() if one.published else one.already)) for one in changes)
        return frozenset(chain(named, *meant))

    def _edit(
        self, tasks: Sequence[_Task], turn: Turn, later: frozenset[str]
    ) -> tuple[Change, tuple[Edit, ...]]:
        def attempt(task: _Task) -> Edit | str:
            """Return what was written into a file, or why nothing was."""
            try:
                if task.path in later:
                    raise SeedError(task.path, "was changed since; set the flag by hand")
                with self._turns.writing(task.name, turn):
                    return task.write()
            except SeedError as error:
                return error.message
            except StoreError as error:
                return str(error)

        with ThreadPoolExecutor(_WRITTEN_AT_ONCE, "feedmill-flag") as threads:
            found = list(threads.map(attempt, tasks))
        outcomes = list(zip((task.path for task in tasks), found, strict=True))
        done = [(path, edit) for path, edit in outcomes if not isinstance(edit, str)]
        edits = tuple(edit for _, edit in done if edit.changed)
        change = Change(
            number=1 + secrets.randbelow(_NUMBERS),
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

    def _remember(self, done: _Done) -> None:
        with self._writing:
            self._done = (*self._done, done)[-_CHANGES:]

    def _amend(self, change: Change) -> Change:
        """Remember what has become known of a change since."""
        with self._writing:
            self._done = tuple(
                replace(one, change=replace(change, undone=change.undone or one.change.undone))
                if one.change.number == change.number
                else one
                for one in self._done
            )
        return change
