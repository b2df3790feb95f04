"""Placing: documents become visible in an order that misleads nobody (docs/promises.md, Whole documents)."""

from __future__ import annotations

from dataclasses import dataclass, field

from feedmill.model.artifact import Digest, Published
from feedmill.model.instant import Instant
from feedmill.model.seed import Problem
from feedmill.store.local.feeds_dir import TMP, Obstacle, Stamp, Tree
from feedmill.store.local.folder import PublishedFolder
from feedmill.store.local.state import Memory
from feedmill.store.local.translate import ONE_PATH, reason

_MANY = 32
"""From here on one flush of the file system is cheaper than one of each file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A document in a temporary file. `new`: its path had none."""

    name: str
    digest: Digest
    size: int
    modified: Instant
    stamp: Stamp
    index: bool
    names: tuple[str, ...]
    new: bool

    def published(self, path: str) -> Published:
        """Return its record, as it will be at `path`."""
        return Published(path=path, digest=self.digest, size=self.size, modified=self.modified)


@dataclass(slots=True)
class Wishes:
    """What is wanted of each path: staged, adopted as it is, removed (True: for good), or in trouble."""

    staged: dict[str, Staged] = field(default_factory=dict)
    adopted: dict[str, tuple[Published, Stamp]] = field(default_factory=dict)
    removed: dict[str, bool] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)


class Placing:
    """Carries out `wishes`, step by step: artifacts, then indexes (pages after feeds), then deletions.

    New documents are on the disk before they are visible (after a power loss a file system may keep a new
    name and lose its bytes); replaced ones are flushed right after, before the ledger says so.
    """

    def __init__(self, tree: Tree, memory: Memory, wishes: Wishes, now: Instant) -> None:
        self._tree = tree
        self._memory = memory
        self._wishes = wishes
        self._now = now
        self._flushed: frozenset[str] = frozenset()
        self.written: list[str] = []
        self.removed: list[str] = []

    def announce(self, folder: PublishedFolder) -> None:
        """Flush the new documents and tell the ledger of them: after a crash they are ours."""
        new = {path: staged for path, staged in self._wishes.staged.items() if staged.new}
        self._flushed = frozenset(new)
        if new and not (len(new) >= _MANY and self._tree.sync_all()):
            for staged in new.values():
                self._tree.sync(f"{TMP}/{staged.name}")
        if self._wishes.staged or any(
            path in self._memory.history.documents for path in self._wishes.removed
        ):
            folder.announce(self._tree, set(new))

    def place(self) -> bool:
        """Make the staged documents visible; False when an index stays behind what it should name."""
        for document, stamp in self._wishes.adopted.values():
            self._memory.record(document, stamp)
        order = sorted(self._wishes.staged, key=_is_page)
        documents = [path for path in order if not self._wishes.staged[path].index]
        indexes = [path for path in order if self._wishes.staged[path].index]
        missing = [path for path in documents if not self._place_named(path) and self._is_missing(path)]
        if missing:
            for path in indexes:
                self._stay_behind(path, missing[0])
            return False
        behind = []
        for path in indexes:
            if missing and _is_page(path):  # it names the other indexes
                self._stay_behind(path, missing[0])
                behind.append(path)
            elif not self._place_one(path):
                # A folder or a link where an index should be is not our index and names nothing of ours.
                (missing if self._is_missing(path) else behind).append(path)
        return not behind

    def _place_named(self, path: str) -> bool:
        """Place a document, unless one that it names is missing and none that still comes.

        Documents that name each other come in the order in which they were added.
        """
        for name in self._wishes.staged[path].names:
            comes = name in self._wishes.staged and name not in self._wishes.problems
            if not comes and name not in self._memory.history.documents:
                self._stay_behind(path, name)
                return False
        return self._place_one(path)

    def _stay_behind(self, index: str, missing: str) -> None:
        message = f"not updated, because {missing} could not be published"
        self._wishes.problems[index] = Problem(path=index, message=message)

    def _place_one(self, path: str) -> bool:
        staged = self._wishes.staged[path]
        try:
            self._tree.place(staged.name, path, new=staged.new)
        except Obstacle as obstacle:
            message = f"{obstacle} and was not made by feedmill; move it away"
        except OSError as error:
            if error.errno not in ONE_PATH:
                raise
            message = f"cannot be written: {reason(error)}"
        else:
            del self._wishes.staged[path]
            self.written.append(path)
            self._memory.record(staged.published(path), staged.stamp)
            return True
        self._wishes.problems[path] = Problem(path=path, message=message)
        if path in self._memory.history.documents:
            self._memory.suspects.setdefault(path, False)
        return False

    def _is_missing(self, path: str) -> bool:
        """Tell whether no document of ours has the path."""
        try:
            return self._tree.look(path) is None
        except (Obstacle, OSError):
            return True

    def delete(self) -> None:
        folders: set[str] = set()
        for path, retired in self._wishes.removed.items():
            try:
                if path in self._memory.history.documents and self._tree.unlink(path):
                    self.removed.append(path)
                    folders.add(path.rpartition("/")[0])
            except OSError as error:
                if error.errno not in ONE_PATH:
                    raise
                message = f"cannot be removed: {reason(error)}"
                self._wishes.problems[path] = Problem(path=path, message=message)
                continue
            if retired:
                self._memory.retire(path, self._now)
            else:
                self._memory.forget(path)
        for folder in sorted(folders - {""}, reverse=True):
            self._tree.remove_if_empty(folder)

    def flush(self) -> None:
        """Bring what is visible to the disk, before the ledger says that it is there."""
        pending = [path for path in (*self.written, *self._wishes.adopted) if path not in self._flushed]
        try:
            if not (len(pending) >= _MANY and self._tree.sync_all()):
                for path in pending:
                    self._tree.sync(path)
            for folder in sorted(self._tree.changed):
                self._tree.sync_folder(folder)
        except OSError:
            # Read back, the pages look clean although the disk never took them.
            self._memory.suspects.update(dict.fromkeys(pending, True))
            raise


def _is_page(path: str) -> bool:
    """Tell whether the document links to others of its kind: a page names its feeds, never the reverse."""
    return path.endswith(".html")
