"""The one door to watchdog: hints that files changed, never more than hints.

We take watchdog's inotify layer (`InotifyFD` and its callbacks), not its observers: those hold every
move out of the tree back for half a second, pass events through two more threads, keep a full watch
limit to themselves and tell nobody of an overflow (docs/adr/0012). Whatever is lost all the same is
found by the next scan; whoever is told of a loss scans at once.
"""

from __future__ import annotations

import logging
import os
import stat
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from watchdog.observers.inotify_c import (
    CallbackId,
    InotifyConstants,
    InotifyEvent,
    InotifyFD,
    Mask,
    WatchDescriptor,
)

from feedmill.model.settings import ScanSettings, WatchSettings
from feedmill.runtime.mounts import file_system_of, needs_polling
from feedmill.seeds import matches, to_text

Hint = Callable[[list[str], bool], None]
Lost = Callable[[str], None]

_MASK = Mask(
    InotifyConstants.IN_CLOSE_WRITE
    | InotifyConstants.IN_CREATE
    | InotifyConstants.IN_DELETE
    | InotifyConstants.IN_MOVE
    | InotifyConstants.IN_MODIFY
    | InotifyConstants.IN_ATTRIB
    | InotifyConstants.IN_DELETE_SELF
    | InotifyConstants.IN_MOVE_SELF
    | InotifyConstants.IN_ONLYDIR
    | InotifyConstants.IN_DONT_FOLLOW
)
_POLL_SECONDS = 2.0
_RETRY_SECONDS = 30.0

logger = logging.getLogger("feedmill")


class _Source(Protocol):
    """One way of noticing changes."""

    def stop(self) -> None:
        """End it."""

    def check(self) -> str | None:
        """Return why it does not work any more, None while it does."""

    def describe(self) -> str:
        """Return how it watches, for people."""


class Watcher:
    """Watches the seeds folder in the best way that works, and says how.

    `hint` is called from other threads with paths relative to the folder ("x/": all below x) and
    whether the writing is over; `lost` when events may be missing, so that only a scan helps.
    `check` is called by the heartbeat.
    """

    def __init__(self, scan: ScanSettings, settings: WatchSettings, hint: Hint, lost: Lost) -> None:
        self._scan = scan
        self._mode = settings.mode
        self._hint = hint
        self._lost = lost
        self._source: _Source | None = None
        self._trouble: str | None = None
        self._retry = 0.0
        self._started = False

    def start(self) -> None:
        """Start watching."""
        self._started = self._mode != "off"
        self._choose()

    def stop(self) -> None:
        """Stop watching."""
        self._started = False
        if self._source is not None:
            self._source.stop()
            self._source = None

    def check(self) -> None:
        """Notice what no event tells: a replaced folder, a dead thread; try native watching again."""
        if not self._started:
            return
        why = self._source.check() if self._source is not None else "not watching"
        now = time.monotonic()
        retry = self._trouble is not None and self._mode != "poll" and now >= self._retry
        if why is None and not retry:
            return
        polled = isinstance(self._source, _Poller)
        if self._source is not None:
            self._source.stop()
        self._choose()
        if why is not None or (polled and not isinstance(self._source, _Poller)):
            self._lost(why or "native watching works again")

    def describe(self) -> str:
        """Return how the folder is watched: `native (inotify), 12 folders`."""
        return self._source.describe() if self._source is not None else "off"

    def troubles(self) -> tuple[str, ...]:
        """Return what keeps native watching from working."""
        return (self._trouble,) if self._trouble is not None else ()

    def _choose(self) -> None:
        self._source, trouble = None, None
        if not self._started:
            return
        folder = self._scan.dir
        kind = file_system_of(folder)
        if self._mode == "poll" or (self._mode == "auto" and needs_polling(kind)):
            self._source = _Poller(self._scan, self._hint, f"{kind} file system" if kind else "as configured")
        else:
            try:
                self._source = _Inotify(self._scan, self._hint, self._lost)
            except OSError as error:
                self._retry = time.monotonic() + _RETRY_SECONDS
                if not isinstance(error, FileNotFoundError | NotADirectoryError):
                    trouble = (
                        f"{folder} cannot be watched ({error.strerror}): polling; see fs.inotify in sysctl"
                    )
                self._source = _Poller(self._scan, self._hint, error.strerror or "inotify failed")
        if trouble is not None and trouble != self._trouble:
            logger.warning("watching by polling", extra={"facts": {"why": trouble}})
        self._trouble = trouble


class _Inotify:
    """inotify(7) on the folder and all below it, links to folders and dot-folders left out."""

    def __init__(self, scan: ScanSettings, hint: Hint, lost: Lost) -> None:
        self._scan = scan
        self._hint = hint
        self._lost = lost
        self._id = CallbackId(id(self))
        self._lock = threading.RLock()
        self._folders: dict[WatchDescriptor, bytes] = {}
        self._watches: dict[bytes, WatchDescriptor] = {}
        self._failure: str | None = None
        self._stopped = False
        self._given = os.fsencode(scan.dir)
        self._root = os.path.realpath(self._given)
        self._identity = _identity(self._given)
        self._fd = InotifyFD()
        self._fd.daemon = True
        self._fd.start()
        try:
            self._add(b"")
        except OSError:
            self.stop()
            raise

    def stop(self) -> None:
        """End the thread and its watches."""
        self._stopped = True
        self._fd.stop()
        self._fd.join(timeout=2)

    def check(self) -> str | None:
        """Return why this does not work any more."""
        if self._failure is not None:
            return self._failure
        if not self._fd.is_alive():
            return "the watcher's thread died"
        identity = _identity(self._given)
        if identity is None:
            return "the seeds folder is gone"
        return None if identity == self._identity else "the seeds folder was replaced"

    def describe(self) -> str:
        """Return how it watches."""
        return f"native (inotify), {len(self._watches):,} folders"

    # Watches

    def _add(self, folder: bytes) -> None:
        """Watch `folder` (relative, "" or ending with "/") and all below it."""
        waiting = [folder]
        while waiting:
            current = waiting.pop()
            path = self._root + b"/" + current
            try:
                wd = self._fd.add_callback(path.rstrip(b"/") or b"/", _MASK, self, self._id)
            except OSError:
                if current and not os.path.isdir(path):
                    continue  # gone meanwhile
                raise
            with self._lock:
                self._watches[current] = wd
                self._folders[wd] = current
            with suppress(OSError), os.scandir(path) as entries:
                waiting += [
                    current + entry.name + b"/"
                    for entry in entries
                    if not entry.name.startswith(b".") and entry.is_dir(follow_symlinks=False)
                ]

    def _drop(self, folder: bytes) -> None:
        """Watch nothing at or below `folder` any more: it was moved away."""
        with self._lock:
            below = [name for name in self._watches if name.startswith(folder)]
            wds = [self._watches.pop(name) for name in below]
            for wd in wds:
                self._folders.pop(wd, None)
        self._fd.remove_callbacks([(wd, self._id) for wd in wds])

    # Events, in watchdog's thread

    def on_event(self, event: InotifyEvent) -> None:
        """Turn an event into a hint."""
        with self._lock:
            folder = self._folders.get(event.wd)
        if folder is None or self._stopped:
            return
        if not event.name:
            return  # of the folder itself: its parent tells, the root is checked
        path = folder + event.name
        if event.mask & InotifyConstants.IN_ISDIR:
            self._on_folder(event, path + b"/")
        else:
            self._on_file(event, path)

    def _on_folder(self, event: InotifyEvent, path: bytes) -> None:
        if event.name.startswith(b"."):
            return
        if event.is_moved_from or event.is_delete:
            self._drop(path)
        elif event.is_create or event.is_moved_to:
            try:
                self._add(path)
            except OSError as error:
                self._failure = f"a new folder cannot be watched ({error.strerror})"
        self._hint([to_text(path)], True)

    def _on_file(self, event: InotifyEvent, path: bytes) -> None:
        text = to_text(path)
        if matches(self._scan, text):
            # A file that goes may be one half of a save: what comes in its place ends the waiting.
            self._hint([text], bool(event.is_close_write or event.is_moved_to))
        elif (event.is_create or event.is_moved_to) and _is_link(self._root + b"/" + path):
            self._lost("a link was swapped")  # as Kubernetes and git-sync do: files behind it are others now

    def on_watch_deleted(self, wd: WatchDescriptor) -> None:
        """Forget a folder that is gone."""
        with self._lock:
            folder = self._folders.pop(wd, None)
            if folder is not None and self._watches.get(folder) == wd:
                del self._watches[folder]

    def on_queue_overflow(self) -> None:
        """Watch what appeared unseen, and have everything looked at."""
        try:
            self._add(b"")
        except OSError as error:
            self._failure = f"the folders cannot be watched again ({error.strerror})"
        self._lost("inotify's queue overflowed")


class _Poller:
    """Has the whole folder looked at every few seconds; a look costs a `stat` a seed."""

    def __init__(self, scan: ScanSettings, hint: Hint, why: str) -> None:
        self._why = why
        self._hint = hint
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="poll", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ending.wait(_POLL_SECONDS):
            self._hint([""], True)

    def stop(self) -> None:
        """End the thread."""
        self._ending.set()
        self._thread.join(timeout=2)

    def check(self) -> str | None:
        """Return why this does not work any more."""
        return None if self._thread.is_alive() else "the polling thread died"

    def describe(self) -> str:
        """Return how it watches."""
        return f"polling every {_POLL_SECONDS:g} s ({self._why})"


def _identity(folder: bytes) -> tuple[bytes, int, int] | None:
    """Return what changes when the folder, or a link on the way to it, is replaced."""
    try:
        real = os.path.realpath(folder, strict=True)
        found = os.stat(real)
    except OSError:
        return None
    return (real, found.st_dev, found.st_ino) if stat.S_ISDIR(found.st_mode) else None


def _is_link(path: bytes) -> bool:
    return os.path.islink(path)
