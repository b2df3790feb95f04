"""The one door to watchdog: hints that files changed, never more than hints.

We take watchdog's inotify layer (`InotifyFD` and its callbacks), not its observers: those hold every
move out of the tree back for half a second, pass events through two more threads, keep a full watch
limit to themselves and tell nobody of an overflow (docs/adr/0012). Whatever is lost all the same is
found by the next scan; whoever is told of a loss scans at once.
"""

from __future__ import annotations

import errno
import itertools
import logging
import os
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

from feedmill.daemon.inbox import Stage
from feedmill.daemon.mounts import file_system_of, needs_polling
from feedmill.daemon.poll import Absent, Poller, identity_of
from feedmill.model.settings import ScanSettings, WatchSettings
from feedmill.seeds import matches, to_text
from feedmill.seeds.globs import compile_globs

Hint = Callable[[list[str], Stage], None]
Lost = Callable[[str], None]
Wake = Callable[[], None]

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
_ENDED = (
    InotifyConstants.IN_DELETE_SELF
    | InotifyConstants.IN_MOVE_SELF
    | InotifyConstants.IN_UNMOUNT
    | InotifyConstants.IN_IGNORED
)
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

    `hint` is called from other threads with paths relative to the folder ("x/": all below x) and how
    far the change has come; `lost` when events may be missing, so that only a scan helps; `wake` when
    `check`, which the heartbeat calls, should be called at once.
    """

    def __init__(
        self,
        scan: ScanSettings,
        settings: WatchSettings,
        *,
        hint: Hint,
        lost: Lost,
        wake: Wake = lambda: None,
    ) -> None:
        self._hint = hint
        self._lost = lost
        self._wake = wake
        self._source: _Source | None = None
        self.configure(scan, settings)

    def configure(self, scan: ScanSettings, settings: WatchSettings) -> None:
        """Stop, and watch as these settings say after the next start."""
        self.stop()
        self._scan = scan
        self._mode = settings.mode
        self._trouble: str | None = None
        self._retry: float | None = None

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
        retry = self._retry is not None and time.monotonic() >= self._retry
        if why is None and not retry:
            return
        if self._source is not None:
            self._source.stop()
        polled = isinstance(self._source, Poller)
        self._choose()
        if why is None and polled and isinstance(self._source, _Inotify):
            why = "native watching works again"
            logger.info("watching natively again", extra={"facts": {"how": self.describe()}})
        if why is not None:
            self._lost(why)

    def describe(self) -> str:
        """Return how the folder is watched: `native (inotify), 12 folders`."""
        return self._source.describe() if self._source is not None else "off"

    def troubles(self) -> tuple[str, ...]:
        """Return what keeps native watching from working."""
        return (self._trouble,) if self._trouble is not None else ()

    def _choose(self) -> None:
        self._source, self._retry, trouble = None, None, None
        if not self._started:
            return
        folder = self._scan.dir
        kind = file_system_of(folder)
        if identity_of(os.fsencode(folder)) is None:
            self._source = Absent(folder)
        elif self._mode == "poll" or (self._mode == "auto" and needs_polling(kind)):
            why = f"on a {kind} file system" if needs_polling(kind) else "as configured"
            self._source = Poller(self._scan, self._hint, why)
        else:
            try:
                self._source = _Inotify(self._scan, self._hint, self._lost, self._wake)
            except OSError as error:
                self._retry = time.monotonic() + _RETRY_SECONDS
                why = error.strerror or "inotify failed"
                trouble = f"{folder} is polled, it cannot be watched: {why}{_remedy(error)}"
                self._source = Poller(self._scan, self._hint, why)
        if trouble is not None and trouble != self._trouble:
            logger.warning("watching by polling", extra={"facts": {"why": trouble}})
        self._trouble = trouble


class _Inotify:
    """inotify(7) on the folder and all below it, links to folders and dot-folders left out.

    A failure is kept until `check` tells it; then the whole is made anew, which leaves nothing stale.
    """

    def __init__(self, scan: ScanSettings, hint: Hint, lost: Lost, wake: Wake) -> None:
        self._scan = scan
        self._hint = hint
        self._lost = lost
        self._wake = wake
        self._ids = itertools.count(1)
        self._lock = threading.RLock()
        self._folders: dict[WatchDescriptor, bytes] = {}
        self._watches: dict[bytes, tuple[WatchDescriptor, CallbackId]] = {}
        self._links: set[bytes] = set()
        self._failure: str | None = None
        self._stopped = False
        self._globs = compile_globs(scan.include, scan.exclude)
        self._given = os.fsencode(scan.dir)
        self._root = os.path.realpath(self._given)
        self._identity = identity_of(self._given)
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
        identity = identity_of(self._given)
        if identity is None:
            return "the seeds folder is gone"
        return None if identity == self._identity else "the seeds folder was replaced"

    def describe(self) -> str:
        """Return how it watches."""
        count = len(self._watches)
        return f"native (inotify), {count:,} folder{'' if count == 1 else 's'}"

    def _fail(self, why: str) -> None:
        if not self._stopped:
            self._failure = self._failure or why
            self._wake()

    # Watches

    def _add(self, folder: bytes) -> None:
        """Watch `folder` (relative, "" or ending with "/") and all below it.

        Raises:
            OSError: the kernel's limit, or no memory; an unreadable folder below is left out.
        """
        waiting = [folder]
        while waiting:
            current = waiting.pop()
            path = self._root + b"/" + current
            try:
                self._watch(current, path.rstrip(b"/") or b"/")
            except OSError:
                if current and (not os.path.isdir(path) or not os.access(path, os.R_OK)):
                    continue  # gone meanwhile, or not ours to read: the scan reports it
                raise
            with suppress(OSError), os.scandir(path) as entries:
                for entry in entries:
                    if entry.is_symlink():
                        self._links.add(current + entry.name)
                    elif not self._closed(current + entry.name) and entry.is_dir(follow_symlinks=False):
                        waiting.append(current + entry.name + b"/")

    def _closed(self, folder: bytes) -> bool:
        """Whether no scan enters this folder: our own feeds may lie there."""
        return folder.rpartition(b"/")[2].startswith(b".") or self._globs.prunes(to_text(folder))

    def _watch(self, folder: bytes, path: bytes) -> None:
        own = CallbackId(next(self._ids))
        with self._lock:
            wd = self._fd.add_callback(path, _MASK, self, own)
            if wd == -1:  # watchdog says nothing of EACCES
                self._fd.remove_callbacks([(wd, own)])
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            before = self._folders.get(wd)
            if before is None:
                self._watches[folder] = wd, own
            else:  # watched already, perhaps under a name that it no longer has
                self._fd.remove_callbacks([(wd, own)])
                self._watches[folder] = self._watches.pop(before)
            self._folders[wd] = folder

    def _drop(self, folder: bytes) -> None:
        """Watch nothing at or below `folder` any more: it was moved away."""
        with self._lock:
            below = [name for name in self._watches if name.startswith(folder)]
            watches = [self._watches.pop(name) for name in below]
            for wd, _ in watches:
                self._folders.pop(wd, None)
        self._fd.remove_callbacks(watches)

    # Events, in watchdog's thread

    def on_event(self, event: InotifyEvent) -> None:
        """Turn an event into a hint."""
        with self._lock:
            folder = self._folders.get(event.wd)
        if folder is None or self._stopped:
            return
        if not event.name:
            if not folder:
                self._on_root(event)
            return  # of a folder itself: its parent tells
        path = folder + event.name
        if event.mask & InotifyConstants.IN_ISDIR:
            self._on_folder(event, path + b"/")
        else:
            self._on_file(event, path)

    def _on_root(self, event: InotifyEvent) -> None:
        """The seeds folder itself was moved, deleted, or made (un)readable."""
        if event.mask & _ENDED:
            self._fail("the seeds folder was moved or deleted")
        else:
            self._hint([""], Stage.SETTLING)

    def _on_folder(self, event: InotifyEvent, path: bytes) -> None:
        if self._closed(path.rstrip(b"/")):
            return
        if event.is_moved_from or event.is_delete:
            self._drop(path)
        else:
            try:
                self._add(path)  # also after chmod: it may be readable now
            except OSError as error:
                self._fail(f"a new folder cannot be watched ({error.strerror})")
        self._tell(path, Stage.FINISHED if event.is_moved_to else Stage.SETTLING)

    def _on_file(self, event: InotifyEvent, path: bytes) -> None:
        arrived = event.is_create or event.is_moved_to
        if arrived and os.path.islink(self._root + b"/" + path):
            self._links.add(path)
            if not matches(self._scan, to_text(path)):
                self._lost("a link was swapped")  # as Kubernetes does: files behind it are others now
        if event.is_close_write or event.is_moved_to:
            self._tell(path, Stage.FINISHED)
        else:  # a file that goes may be one half of a save: what comes in its place ends the waiting
            self._tell(path, Stage.OPEN if event.is_modify else Stage.SETTLING)

    def _tell(self, path: bytes, stage: Stage) -> None:
        """Hint at a file or folder, and at the links that lead to it: nobody else tells of those."""
        told = [to_text(path)] if path.endswith(b"/") or matches(self._scan, to_text(path)) else []
        if self._links:
            aim = self._root + b"/" + path.rstrip(b"/")
            for link in list(self._links):
                where = self._root + b"/" + link
                if not os.path.islink(where):
                    self._links.discard(link)
                elif (
                    link != path
                    and os.path.realpath(where).startswith(aim)
                    and matches(self._scan, to_text(link))
                ):
                    told.append(to_text(link))
        if told:
            self._hint(told, stage)

    def on_watch_deleted(self, wd: WatchDescriptor) -> None:
        """Forget a folder that is gone."""
        with self._lock:
            folder = self._folders.pop(wd, None)
            if folder is not None and self._watches.get(folder, (None, None))[0] == wd:
                del self._watches[folder]
        if folder == b"":
            self._fail("the seeds folder was moved or deleted")

    def on_queue_overflow(self) -> None:
        """Have everything watched anew and looked at: nobody knows what was missed."""
        self._fail("inotify's queue overflowed")


def _remedy(error: OSError) -> str:
    names = {errno.ENOSPC: "max_user_watches", errno.EMFILE: "max_user_instances"}
    name = names.get(error.errno or 0)
    return f"; raise fs.inotify.{name} (sysctl)" if name else ""
