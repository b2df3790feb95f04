"""What every store knows of what is published, and the rules by which that changes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from datetime import timedelta

from feedmill.model.artifact import Digest, Published
from feedmill.model.instant import Instant, floor_second
from feedmill.store.port import FeedMemory

_SECOND = timedelta(seconds=1)


@dataclass(slots=True, kw_only=True)
class History:
    """The ledger's content in memory; of the last good forms of seeds only their number.

    `gone` has when a retired document last changed, `intents` are documents that were about to be published.
    """

    ledger_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    serial: int = 0
    documents: dict[str, Published] = field(default_factory=dict)
    feeds: dict[str, FeedMemory] = field(default_factory=dict)
    gone: dict[str, Instant] = field(default_factory=dict)
    good: int = 0
    intents: set[str] = field(default_factory=set)

    @property
    def unfinished(self) -> frozenset[str]:
        """The documents that a publication which did not end placed where there was none.

        Nobody remembers the seeds that they were made of: those may be withheld by now.
        """
        return frozenset(self.intents & self.documents.keys())

    def last_modified(self, path: str, body: Digest, now: Instant) -> Instant:
        """Return the Last-Modified of a document that has the bytes of `body` from now on.

        A whole second, and later than any the path ever had: a reader's validator from before
        must not match (RFC 9110, 8.8.2), even when the clock was set back.
        """
        before = self.gone.get(path)
        if document := self.documents.get(path):
            if document.digest == body:
                return document.modified
            before = document.modified
        moment = floor_second(now)
        return moment if before is None else max(moment, before + _SECOND)

    def last_changed(self, path: str, now: Instant) -> Instant:
        """Return when a document that is retired now last changed."""
        document = self.documents.get(path)
        return document.modified if document else self.gone.get(path, floor_second(now))

    def plan(self, path: str, change: Instant | None) -> None:
        """Remember when a document is going to change by itself; no ledger needs to know."""
        document = self.documents.get(path)
        if document is not None and document.next_change != change:
            self.documents[path] = replace(document, next_change=change)
