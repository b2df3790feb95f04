"""The store in a folder: the feeds folder and its ledger, changed only through publications."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping

from feedmill.errors import PublishError
from feedmill.model.instant import Instant
from feedmill.store.local.adopt import adopt, claim, is_marked
from feedmill.store.local.feeds_dir import Obstacle, Tree, stamp_of
from feedmill.store.local.folder import PublishedFolder
from feedmill.store.local.publication import LocalPublication
from feedmill.store.local.state import Memory
from feedmill.store.local.translate import publish_error


class LocalStore(PublishedFolder):
    """A `Store` in a folder.

    Opening writes nothing, nor does a publication without changes. One process at a time may write
    (`FolderLock`), one thread at a time may use a store, but for `body`.
    """

    @property
    def refused(self) -> frozenset[str]:
        return frozenset(self.memory.history.refused)

    def last_good_paths(self) -> Iterator[str]:
        yield from self._ledger.last_good_paths()

    def doubt(self, seeds: Callable[[], str], eligible: Callable[[], Mapping[str, bytes]]) -> None:
        """One process alone has the newest seeds."""

    def claim(self, paths: Iterable[str], *, older: bool) -> None:
        """Take copies of documents, which may be at any path, where the ledger is new and they bear our mark.

        With an `older` one the other documents as well, as of a publication that did not end: with a new one
        `reopen` did.

        Raises:
            PublishError: the folder cannot be read.
        """
        if self.memory.history.serial and not older:
            return
        history = self.memory.history
        known = set(history.documents)
        with self.tree() as tree:
            try:
                if older:
                    adopt(tree, self.memory)
                claim(tree, self.memory, [path for path in paths if is_marked(tree, path)])
            except OSError as error:
                raise publish_error("read", self.feeds_dir, error) from error
        if older:
            history.intents |= history.documents.keys() - known

    def tidy(self) -> None:
        self.require_same_folder()
        if self.read_only:
            return
        with self.tree() as tree:
            try:
                self._ledger.settle()
                for name in list(tree.staged()):
                    tree.unstage(name)
            except OSError as error:
                raise publish_error("read", error.filename or self.feeds_dir, error) from error

    def verify(self, *, hash_all: bool = False) -> frozenset[str]:
        """Return the documents that are missing on disk or not as the ledger has them, or were refused.

        Compares size, time and inode; reads the whole document where they differ, and every
        document after an unclean end. Those of a publication that did not end are returned, too: nobody
        knows what they hold.
        """
        self.require_same_folder()
        hash_all = hash_all or self._hash_all
        with self.tree() as tree:
            try:
                compare(tree, self.memory, hash_all=hash_all)
            except OSError as error:
                raise publish_error("read", error.filename or self.feeds_dir, error) from error
        self._hash_all = False
        self.memory.retried = set(self.memory.history.refused)
        return frozenset(self.memory.suspects) | self.memory.retried | self.memory.history.unfinished

    def begin(self, now: Instant) -> LocalPublication:
        if self.read_only:
            raise PublishError(f"{self.feeds_dir} was opened to read only")
        self.require_same_folder()
        self._publication += 1
        return LocalPublication(self, now, f"{os.getpid():x}-{self._publication:x}")


def compare(tree: Tree, memory: Memory, *, hash_all: bool) -> None:
    """Make `memory.suspects` the documents that are missing or other than `memory` has them.

    Reads those whose size, time or inode differ, or all of them. Errors of the system pass through.
    """
    for path in list(memory.history.documents):
        if not _is_good(tree, memory, path, hash_all=hash_all):
            memory.suspects.setdefault(path, False)
        elif not memory.suspects.get(path):
            memory.suspects.pop(path, None)


def _is_good(tree: Tree, memory: Memory, path: str, *, hash_all: bool) -> bool:
    history = memory.history
    try:
        status = tree.look(path)
        if status is None:
            return False
        if stamp_of(status) == history.stamps[path] and not hash_all:
            return True
        found = tree.find(path)
    except Obstacle:
        return False
    if found is None or found.digest != history.documents[path].digest:
        return False
    if found.stamp != history.stamps[path]:
        history.stamps[path] = found.stamp
        memory.changes.touched.add(path)
    return True
