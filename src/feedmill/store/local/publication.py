"""One publication: artifacts staged aside, then made visible in an order that never misleads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from feedmill.model.artifact import Artifact, Digest, Published, digest
from feedmill.model.instant import Instant, to_micros
from feedmill.model.seed import Problem
from feedmill.store.local.feeds_dir import TMP, Found, Obstacle, Stamp, checked
from feedmill.store.local.last_good import GoodChanges
from feedmill.store.local.translate import ONE_PATH, publish_error, reason
from feedmill.store.local.values import FeedMemory

if TYPE_CHECKING:
    from feedmill.store.local.store import Store

_MANY = 32
"""From here on one flush of the file system is cheaper than one of each file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """What a publication did. `unchanged` counts the artifacts that were as published already."""

    written: tuple[str, ...] = ()
    unchanged: int = 0
    removed: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Staged:
    name: str
    digest: Digest
    size: int
    modified: Instant
    stamp: Stamp
    index: bool
    new: bool

    def published(self, path: str) -> Published:
        return Published(path=path, digest=self.digest, size=self.size, modified=self.modified)


class Publication:
    """What one pass wants published. Only `commit` changes anything that a reader can see.

    For one path the last word counts. Bodies are not kept in memory.
    """

    def __init__(self, store: Store, now: Instant, prefix: str) -> None:
        self._store = store
        self._now = now
        self._prefix = prefix
        self._memory = store.memory
        self._tree = store.tree()
        self._staged: dict[str, _Staged] = {}
        self._adopted: dict[str, tuple[Published, Stamp]] = {}
        self._removed: dict[str, bool] = {}
        self._feeds: dict[str, FeedMemory | None] = {}
        self._good = GoodChanges(self._good_file)
        self._plans: dict[str, Instant | None] = {}
        self._problems: dict[str, Problem] = {}
        self._flushed: frozenset[str] = frozenset()
        self._unchanged = 0
        self._serial = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()

    def discard(self) -> None:
        """Drop whatever is staged and not published."""
        for staged in self._staged.values():
            self._tree.unstage(staged.name)
        self._staged.clear()
        self._good.clear()
        self._tree.close()

    def add(self, artifact: Artifact) -> bool:
        """Want `artifact` published; False when its path is held by something foreign.

        A refused document will not be there after `commit`, so whatever lists documents should leave it
        out; `commit` reports it.

        Raises:
            PublishError: the disk does not take it. Nothing of it is left.
            ValueError: the path is none of a document.
        """
        path = checked(artifact.path)
        self._forget_wish(path)
        body = digest(artifact.body)
        known = self._memory.history.documents.get(path)
        suspect = path in self._memory.suspects
        if known is not None and known.digest == body and not suspect:
            self._unchanged += 1
            return True
        if known is None or suspect:
            found = self._find(path)
            if isinstance(found, Problem):
                self._problems[path] = found
                return False
            if found is not None and found.digest == body and not self._memory.suspects.get(path, False):
                self._adopt(path, body, found.stamp)
                return True
            if found is not None and known is None:
                self._problems[path] = Problem(
                    path=path, message=f"{path} exists and was not made by feedmill; move it away"
                )
                return False
        try:
            self._stage(artifact, body)
        except (OSError, Obstacle) as error:
            raise publish_error("write", self._store.feeds_dir / path, error) from error
        return True

    def _find(self, path: str) -> Found | Problem | None:
        try:
            return self._tree.find(path)
        except Obstacle as obstacle:
            return Problem(path=path, message=f"{obstacle} and was not made by feedmill; move it away")
        except OSError as error:
            if error.errno not in ONE_PATH:
                raise publish_error("read", self._store.feeds_dir / path, error) from error
            return Problem(path=path, message=f"cannot be read: {reason(error)}")

    def _adopt(self, path: str, body: Digest, stamp: Stamp) -> None:
        """The bytes are there already: a run that was killed wrote them, or someone restored them."""
        modified = self._memory.last_modified(path, body, self._now)
        document = Published(path=path, digest=body, size=stamp[0], modified=modified)
        self._adopted[path] = (document, stamp)
        self._unchanged += 1

    def _stage(self, artifact: Artifact, body: Digest) -> None:
        self._serial += 1
        name = f"{self._prefix}-{self._serial:x}"
        modified = self._memory.last_modified(artifact.path, body, self._now)
        stamp = self._tree.stage(name, artifact.body, to_micros(modified) * 1000)
        self._staged[artifact.path] = _Staged(
            name=name,
            digest=body,
            size=len(artifact.body),
            modified=modified,
            stamp=stamp,
            index=artifact.index,
            new=artifact.path not in self._memory.history.documents,
        )

    def _forget_wish(self, path: str) -> None:
        self._removed.pop(path, None)
        self._problems.pop(path, None)
        if self._adopted.pop(path, None):
            self._unchanged -= 1
        if staged := self._staged.pop(path, None):
            self._tree.unstage(staged.name)

    def remove(self, path: str) -> None:
        """Want the document `path` removed (404). Only what the ledger lists is ever deleted."""
        self._forget_wish(checked(path))
        self._removed[path] = False

    def published(self, path: str) -> bytes | None:
        """Return the document that readers have of `path`; None where it is not there as we published it."""
        known = self._memory.history.documents.get(path)
        if known is None or path in self._memory.suspects:
            return None
        try:
            body = b"".join(self._tree.chunks(path))
        except (OSError, Obstacle):
            return None
        return body if digest(body) == known.digest else None

    def retire(self, path: str) -> None:
        """Want the document `path` removed for good (410), until it is added again."""
        self._forget_wish(checked(path))
        self._removed[path] = True

    def plan(self, path: str, change: Instant | None) -> None:
        """Say when the document `path` is going to change by itself (kept in memory only)."""
        self._plans[path] = change

    def remember_feed(self, feed: FeedMemory) -> None:
        """Remember what a feed is called and whether it lives."""
        self._feeds[checked(feed.path)] = feed

    def forget_feed(self, path: str) -> None:
        """Forget the feed `path` (without suffix)."""
        self._feeds[path] = None

    def keep_good(self, path: str, blob: bytes) -> None:
        """Keep the last good form of the seed `path`."""
        self._set_good(path, blob)

    def drop_good(self, path: str) -> None:
        """Drop the last good form of the seed `path`."""
        self._set_good(path, None)

    def _good_file(self) -> Path:
        try:
            self._tree.folder(TMP, make=True)
        except (OSError, Obstacle) as error:
            raise publish_error("write to", self._store.feeds_dir, error) from error
        return self._store.feeds_dir / TMP / f"{self._prefix}-good"

    def _set_good(self, path: str, blob: bytes | None) -> None:
        known = self._store.last_good(path)
        if known == blob:
            self._good.unset(path)
        else:
            self._good.set(path, blob)

    def commit(self) -> Committed:
        """Make everything visible: artifacts, then indexes (pages after feeds), then deletions.

        A document that cannot be placed is a problem of its own and stops nothing but the indexes
        that would name what is not there. New documents are on the disk before they are visible
        (after a power loss a file system may keep a new name and lose its bytes); replaced ones
        are flushed right after, before the ledger says so.

        Raises:
            PublishError: the disk is full or broken, or the folder was replaced. What is visible
                stays consistent, and the store can be used again.
        """
        store, memory = self._store, self._memory
        store.require_same_folder()
        written: list[str] = []
        removed: list[str] = []
        try:
            self._announce()
            if self._place(written):
                self._delete(removed)
            self._apply()
            memory.refuse(set(self._problems))
            if memory.changes or self._good:
                memory.history.serial += 1
            self._flush(written)
            store.save(self._tree, self._good)
            store.resume(but=self._problems)
        except (OSError, Obstacle) as error:
            raise publish_error("publish to", store.feeds_dir, error) from error
        finally:
            self.discard()
        return Committed(
            written=tuple(written),
            unchanged=self._unchanged,
            removed=tuple(removed),
            problems=tuple(self._problems.values()),
        )

    def _announce(self) -> None:
        """Flush the new documents and tell the ledger of them: after a crash they are ours."""
        new = {path: staged for path, staged in self._staged.items() if staged.new}
        self._flushed = frozenset(new)
        if new and not (len(new) >= _MANY and self._tree.sync_all()):
            for staged in new.values():
                self._tree.sync(f"{TMP}/{staged.name}")
        if self._staged or any(path in self._memory.history.documents for path in self._removed):
            self._store.announce(self._tree, set(new))

    def _place(self, written: list[str]) -> bool:
        """Make the staged documents visible; False when an index stays behind what it should name."""
        for document, stamp in self._adopted.values():
            self._memory.record(document, stamp)
        order = sorted(self._staged, key=_is_page)
        documents = [path for path in order if not self._staged[path].index]
        indexes = [path for path in order if self._staged[path].index]
        missing = [
            path for path in documents if not self._place_one(path, written) and self._is_missing(path)
        ]
        if missing:
            for path in indexes:
                self._stay_behind(path, missing[0])
            return False
        behind = []
        for path in indexes:
            if missing and _is_page(path):  # it names the other indexes
                self._stay_behind(path, missing[0])
                behind.append(path)
            elif not self._place_one(path, written):
                # A folder or a link where an index should be is not our index and names nothing of ours.
                (missing if self._is_missing(path) else behind).append(path)
        return not behind

    def _stay_behind(self, index: str, missing: str) -> None:
        message = f"not updated, because {missing} could not be published"
        self._problems[index] = Problem(path=index, message=message)

    def _place_one(self, path: str, written: list[str]) -> bool:
        staged = self._staged[path]
        try:
            self._tree.place(staged.name, path, new=staged.new)
        except Obstacle as obstacle:
            message = f"{obstacle} and was not made by feedmill; move it away"
        except OSError as error:
            if error.errno not in ONE_PATH:
                raise
            message = f"cannot be written: {reason(error)}"
        else:
            del self._staged[path]
            written.append(path)
            self._memory.record(staged.published(path), staged.stamp)
            return True
        self._problems[path] = Problem(path=path, message=message)
        if path in self._memory.history.documents:
            self._memory.suspects.setdefault(path, False)
        return False

    def _is_missing(self, path: str) -> bool:
        """Tell whether no document of ours has the path."""
        try:
            return self._tree.look(path) is None
        except (Obstacle, OSError):
            return True

    def _delete(self, removed: list[str]) -> None:
        folders: set[str] = set()
        for path, retired in self._removed.items():
            try:
                if path in self._memory.history.documents and self._tree.unlink(path):
                    removed.append(path)
                    folders.add(path.rpartition("/")[0])
            except OSError as error:
                if error.errno not in ONE_PATH:
                    raise
                message = f"cannot be removed: {reason(error)}"
                self._problems[path] = Problem(path=path, message=message)
                continue
            if retired:
                self._memory.retire(path, self._now)
            else:
                self._memory.forget(path)
        for folder in sorted(folders - {""}, reverse=True):
            self._tree.remove_if_empty(folder)

    def _apply(self) -> None:
        """Take what is no file into memory."""
        for path, feed in self._feeds.items():
            self._memory.remember_feed(path, feed)
        for path, change in self._plans.items():
            self._memory.plan(path, change)

    def _flush(self, written: list[str]) -> None:
        """Bring what is visible to the disk, before the ledger says that it is there."""
        pending = [path for path in (*written, *self._adopted) if path not in self._flushed]
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
