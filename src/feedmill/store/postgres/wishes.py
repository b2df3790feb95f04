"""What a publication wants, as values: which documents come and go, and what is known afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from feedmill.model.artifact import Published
from feedmill.model.instant import Instant
from feedmill.store.history import History
from feedmill.store.port import FeedMemory


@dataclass(slots=True)
class Wishes:
    """For one path the last word counts. `added` have their number in the staging."""

    added: dict[str, tuple[Published, int]] = field(default_factory=dict)
    removed: dict[str, bool] = field(default_factory=dict)
    feeds: dict[str, FeedMemory] = field(default_factory=dict)
    plans: dict[str, Instant | None] = field(default_factory=dict)
    unchanged: set[str] = field(default_factory=set)

    def forget(self, path: str) -> None:
        """Forget what was wanted of a path."""
        self.added.pop(path, None)
        self.removed.pop(path, None)
        self.unchanged.discard(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What wishes change of what is known: documents that go, retired paths, revived ones, feeds."""

    removed: tuple[str, ...]
    gone: dict[str, Instant]
    revived: tuple[str, ...]
    feeds: tuple[FeedMemory, ...]


def difference(history: History, wishes: Wishes, now: Instant) -> Difference:
    """Return what `wishes` change, besides the documents that they add."""
    retired = {path: history.last_changed(path, now) for path, for_good in wishes.removed.items() if for_good}
    return Difference(
        removed=tuple(path for path in wishes.removed if path in history.documents),
        gone={path: at for path, at in retired.items() if history.gone.get(path) != at},
        revived=tuple(path for path in wishes.added if path in history.gone),
        feeds=tuple(feed for path, feed in wishes.feeds.items() if history.feeds.get(path) != feed),
    )


def after(history: History, wishes: Wishes, change: Difference) -> History:
    """Return what is known when the wishes are fulfilled; serial and number of good forms are as before."""
    documents = {path: one for path, one in history.documents.items() if path not in wishes.removed}
    documents.update((path, document) for path, (document, _) in wishes.added.items())
    gone = {path: at for path, at in history.gone.items() if path not in wishes.added} | change.gone
    found = replace(
        history,
        documents=documents,
        gone=gone,
        feeds={**history.feeds, **{feed.path: feed for feed in change.feeds}},
    )
    for path, at in wishes.plans.items():
        found.plan(path, at)
    return found
