"""One publication in a folder: artifacts are staged aside, and `placing` makes them visible."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Self

from feedmill.model.artifact import Artifact, Digest, Published, checked, digest
from feedmill.model.instant import Instant, to_micros
from feedmill.model.seed import Problem
from feedmill.store.local.feeds_dir import TMP, Found, Obstacle, Stamp
from feedmill.store.local.folder import PublishedFolder
from feedmill.store.local.last_good import GoodChanges
from feedmill.store.local.placing import Placing, Staged, Wishes
from feedmill.store.local.translate import ONE_PATH, publish_error, reason
from feedmill.store.port import Committed, FeedMemory


class LocalPublication:
    """A `Publication` in a folder, as the port promises. Bodies are not kept in memory."""

    def __init__(self, folder: PublishedFolder, now: Instant, prefix: str) -> None:
        self._folder = folder
        self._now = now
        self._prefix = prefix
        self._memory = folder.memory
        self._tree = folder.tree()
        self._wishes = Wishes()
        self._feeds: dict[str, FeedMemory] = {}
        self._good = GoodChanges(self._good_file)
        self._plans: dict[str, Instant | None] = {}
        self._unchanged = 0
        self._serial = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.discard()

    def discard(self) -> None:
        for staged in self._wishes.staged.values():
            self._tree.unstage(staged.name)
        self._wishes.staged.clear()
        self._good.clear()
        self._tree.close()

    def add(self, artifact: Artifact) -> bool:
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
                if not artifact.spare:
                    self._wishes.problems[path] = found
                return False
            if found is not None and found.digest == body and not self._memory.suspects.get(path, False):
                self._adopt(path, body, found.stamp)
                return True
            if found is not None and known is None:
                if not artifact.spare:
                    self._wishes.problems[path] = Problem(
                        path=path, message=f"{path} exists and was not made by feedmill; move it away"
                    )
                return False
        try:
            self._stage(artifact, body)
        except (OSError, Obstacle) as error:
            raise publish_error("write", self._folder.feeds_dir / path, error) from error
        return True

    def _find(self, path: str) -> Found | Problem | None:
        try:
            return self._tree.find(path)
        except Obstacle as obstacle:
            return Problem(path=path, message=f"{obstacle} and was not made by feedmill; move it away")
        except OSError as error:
            if error.errno not in ONE_PATH:
                raise publish_error("read", self._folder.feeds_dir / path, error) from error
            return Problem(path=path, message=f"cannot be read: {reason(error)}")

    def _adopt(self, path: str, body: Digest, stamp: Stamp) -> None:
        """The bytes are there already: a run that was killed wrote them, or someone restored them."""
        modified = self._memory.history.last_modified(path, body, self._now)
        document = Published(path=path, digest=body, size=stamp[0], modified=modified)
        self._wishes.adopted[path] = (document, stamp)
        self._unchanged += 1

    def _stage(self, artifact: Artifact, body: Digest) -> None:
        self._serial += 1
        name = f"{self._prefix}-{self._serial:x}"
        modified = self._memory.history.last_modified(artifact.path, body, self._now)
        stamp = self._tree.stage(name, artifact.body, to_micros(modified) * 1000)
        self._wishes.staged[artifact.path] = Staged(
            name=name,
            digest=body,
            size=len(artifact.body),
            modified=modified,
            stamp=stamp,
            index=artifact.index,
            names=artifact.names,
            new=artifact.path not in self._memory.history.documents,
        )

    def _forget_wish(self, path: str) -> None:
        self._wishes.removed.pop(path, None)
        self._wishes.problems.pop(path, None)
        if self._wishes.adopted.pop(path, None):
            self._unchanged -= 1
        if staged := self._wishes.staged.pop(path, None):
            self._tree.unstage(staged.name)

    def remove(self, path: str) -> None:
        """Want the document `path` removed (404). Only what the ledger lists is ever deleted."""
        self._forget_wish(checked(path))
        self._wishes.removed[path] = False

    def published(self, path: str) -> bytes | None:
        known = self._memory.history.documents.get(path)
        if known is None or path in self._memory.suspects:
            return None
        return self._folder.body(path, known.digest)

    def retire(self, path: str) -> None:
        self._forget_wish(checked(path))
        self._wishes.removed[path] = True

    def plan(self, path: str, change: Instant | None) -> None:
        """Say when the document `path` is going to change by itself (kept in memory only)."""
        self._plans[path] = change

    def remember_feed(self, feed: FeedMemory) -> None:
        self._feeds[checked(feed.path)] = feed

    def keep_good(self, path: str, blob: bytes) -> None:
        self._set_good(path, blob)

    def drop_good(self, path: str) -> None:
        self._set_good(path, None)

    def _good_file(self) -> Path:
        try:
            self._tree.folder(TMP, make=True)
        except (OSError, Obstacle) as error:
            raise publish_error("write to", self._folder.feeds_dir, error) from error
        return self._folder.feeds_dir / TMP / f"{self._prefix}-good"

    def _set_good(self, path: str, blob: bytes | None) -> None:
        known = self._folder.last_good(path)
        if known == blob:
            self._good.unset(path)
        else:
            self._good.set(path, blob)

    def made_from(self, prints: str, seeds: Callable[[], str]) -> None:
        """One process alone has nobody to tell."""

    def commit(self) -> Committed:
        """Make everything visible, bring it to the disk, and have the ledger say so."""
        folder, memory, wishes = self._folder, self._memory, self._wishes
        folder.require_same_folder()
        placing = Placing(self._tree, memory, wishes, self._now)
        serial = memory.history.serial
        try:
            placing.announce(folder)
            if placing.place():
                placing.delete()
            self._remember()
            memory.refuse(set(wishes.problems))
            if memory.changes or self._good:
                memory.history.serial += 1
            placing.flush()
            folder.save(self._tree, self._good)
            folder.resume(but=wishes.problems)
        except (OSError, Obstacle) as error:
            memory.history.serial = serial + 1  # no catalog tells of what is visible now
            raise publish_error("publish to", folder.feeds_dir, error) from error
        finally:
            self.discard()
        return Committed(
            written=tuple(placing.written),
            unchanged=self._unchanged,
            removed=tuple(placing.removed),
            problems=tuple(wishes.problems.values()),
        )

    def _remember(self) -> None:
        """Take what is no file into memory."""
        for feed in self._feeds.values():
            self._memory.remember_feed(feed)
        for path, change in self._plans.items():
            self._memory.history.plan(path, change)
