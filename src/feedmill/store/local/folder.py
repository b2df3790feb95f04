"""The feeds folder and its ledger, and what memory knows of both."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from feedmill.errors import PublishError
from feedmill.model.artifact import Digest
from feedmill.model.seed import Problem, Severity
from feedmill.store.history import History
from feedmill.store.local.adopt import adopt, claim
from feedmill.store.local.feeds_dir import OWN, Tree, read_body
from feedmill.store.local.last_good import GoodChanges
from feedmill.store.local.ledger import Ledger
from feedmill.store.local.state import Memory
from feedmill.store.local.translate import publish_error, reason
from feedmill.store.local.values import Changes, Damage, LocalHistory
from feedmill.store.published import PublishedState

LEDGER = f"{OWN}/ledger.db"


class PublishedFolder(PublishedState):
    """What is published in a folder: what its publications change, and what they are checked against.

    What is in memory is the truth about the disk. If the ledger cannot be written (a full disk), the
    difference stays in memory and goes with the next transaction, so that a store works again as
    soon as the disk does.
    """

    def __init__(self, feeds_dir: Path, *, read_only: bool = False) -> None:
        """Open the store in `feeds_dir`, which need not exist yet.

        A damaged ledger is set aside (`ledger.db.corrupt-1`) and reported in `problems`, as is an empty one
        beside documents of ours.

        Raises:
            PublishError: unreadable, locked, or made by a newer feedmill.
        """
        super().__init__()
        self.feeds_dir = feeds_dir
        self.read_only = read_only
        self.memory = Memory()
        self.problems: tuple[Problem, ...] = ()
        self._ledger = Ledger(feeds_dir / LEDGER, read_only=read_only)
        self._announced = False
        self._hash_all = False
        self._device: int | None = None
        self._folder: tuple[int, int] | None = None
        self._file: tuple[int, int] | None = None
        self._publication = 0
        self.reopen()

    def _known(self) -> tuple[History, Iterable[str]]:
        return self.memory.history, self.memory.suspects

    def body(self, path: str, digest: Digest) -> bytes | None:
        """Return a published document, from any thread; None where the disk has another, or none."""
        known = self.memory.history.documents.get(path)
        if known is None or known.digest != digest:
            return None
        return read_body(self.feeds_dir, path, digest, known.size)

    def last_good(self, path: str) -> bytes | None:
        return self._ledger.last_good(path)

    def reopen(self) -> None:
        """Read the ledger anew: after the feeds folder was replaced, or to see another process's work.

        Raises:
            PublishError: as on opening; or the folder is on another file system than before and
                has no ledger: most likely it is not mounted, and must not be filled.
        """
        self._ledger.close()
        device, file = self._status(), self._ledger.identity()
        if self._file and file is None and device and self._device and device[0] != self._device:
            raise PublishError(
                f"{self.feeds_dir} is on another file system than before and has no ledger:"
                " mount the feeds folder again, or restart feedmill to publish here"
            )
        problems: list[Problem] = []
        loaded = LocalHistory() if file is None else self._ledger.load()
        fresh = file is None
        if isinstance(loaded, Damage):
            problems.append(set_aside(self._ledger.path, loaded, read_only=self.read_only))
            loaded, fresh = LocalHistory(), True
        loaded.intents -= loaded.documents.keys()
        self.memory = Memory(history=loaded)
        self._hash_all = bool(loaded.unclean)
        self._announced = bool(loaded.unclean)
        with self.tree() as tree:
            try:
                claim(tree, self.memory, sorted(loaded.intents))
                if fresh or not loaded.serial:
                    found = adopt(tree, self.memory)
                    if found and file is not None and not problems and self._ledger.is_empty():
                        problems.append(_forgotten(self._ledger.path.name, "is empty"))
            except OSError as error:
                raise publish_error("read", self.feeds_dir, error) from error
        self.problems = tuple(problems)
        self._remember_folder()

    def require_same_folder(self) -> None:
        """Raise PublishError unless the feeds folder and its ledger are those that were opened.

        Someone may have unmounted it, or put another in its place; what memory knows would be
        about files that are not there. `reopen` starts over.
        """
        folder, file = self._status(), self._ledger.identity()
        if (folder, file) == (self._folder, self._file):
            return
        if self._folder is not None or file is not None:
            raise PublishError(f"{self.feeds_dir} was replaced, emptied or unmounted since it was opened")
        self._remember_folder()  # it was made, empty, since

    def tree(self) -> Tree:
        """Return a look at the feeds folder."""
        return Tree(self.feeds_dir)

    def announce(self, tree: Tree, paths: set[str]) -> None:
        """Make the ledger say that `paths` are ours, and that the folder is being changed."""
        if self._announced and paths <= self.memory.history.intents:
            return
        self._make_folder(tree)
        self._ledger.announce(self.memory.history, paths)
        self._announced = True
        self.memory.history.intents |= paths
        self._remember_folder()

    def save(self, tree: Tree, good: GoodChanges | None = None) -> None:
        """Write down what memory knows and the ledger does not, and `good`."""
        if not self.memory.changes and not good:
            return
        self._make_folder(tree)
        self._ledger.save(self.memory.history, self.memory.changes, good.items() if good else ())
        self.memory.history.intents.clear()
        self.memory.changes = Changes()
        self._announced = True
        self._remember_folder()

    def close(self) -> None:
        """Say that all is as it should be, and let go of the ledger.

        If that cannot be said now, the next start has more to check; nothing else is lost.
        """
        if (
            not self.read_only
            and self._announced
            and not self._hash_all
            and not self.memory.history.unfinished
            and not any(self.memory.suspects.values())
        ):
            with suppress(PublishError):
                self.require_same_folder()
                with self.tree() as tree:
                    self.save(tree)
                self._ledger.finish(self.memory.history)
        self._ledger.close()
        self._announced = False

    def _make_folder(self, tree: Tree) -> None:
        if self._file is None:
            tree.folder(OWN, make=True)
            tree.sync_folder("")

    def _status(self) -> tuple[int, int] | None:
        try:
            status = self.feeds_dir.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise PublishError(f"cannot reach {self.feeds_dir}: {reason(error)}") from error
        return status.st_dev, status.st_ino

    def _remember_folder(self) -> None:
        self._folder, self._file = self._status(), self._ledger.identity()
        self._device = self._folder[0] if self._folder else self._device


_KEPT = 9


def set_aside(ledger: Path, damage: Damage, *, read_only: bool) -> Problem:
    """Rename the ledger (but where nothing may be written) and return what to tell of it.

    Raises:
        PublishError: it cannot be renamed.
    """
    where = ledger.name
    if not read_only:
        taken = (f"{ledger}.corrupt-{n}" for n in range(1, _KEPT + 1))
        target = next((name for name in taken if not os.path.lexists(name)), f"{ledger}.corrupt-{_KEPT}")
        try:
            ledger.replace(target)
            for suffix in ("-journal", "-wal", "-shm"):
                ledger.with_name(ledger.name + suffix).unlink(missing_ok=True)
        except OSError as error:
            raise publish_error("set aside", ledger, error) from error
        where = Path(target).name
    return _forgotten(where, f"was damaged ({damage.why})")


def _forgotten(where: str, what: str) -> Problem:
    return Problem(
        path=f"{OWN}/{where}",
        message=f"the ledger {what}; which feeds are retired, and the last good entries, are forgotten",
        severity=Severity.ERROR,
    )
