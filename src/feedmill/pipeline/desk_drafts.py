"""Drafts, for the desk: a pass reads nothing but their flag, whoever looks at them wants their titles."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from feedmill.model.seed import Seed
from feedmill.model.settings import Settings
from feedmill.pipeline.desk_rows import File, Lean, lean_of
from feedmill.pipeline.find import decode_drafts
from feedmill.pipeline.report import printable
from feedmill.seeds import to_text

_BATCH = 256
_FEW, _MOMENT = 100, 0.1
"""Drafts that are waited for, and for how many seconds."""


class Drafts:
    """The titles of drafts, read in a thread of their own: thousands of files take seconds."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: dict[bytes, Lean | None] = {}
        self._wanted: dict[bytes, str] = {}
        self._news: set[bytes] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._stopping = False
        self.told = 0
        """How often more became known."""

    @property
    def unread(self) -> int:
        """How many are still to be read."""
        return len(self._wanted)

    def find(self, digest: bytes) -> Lean | None:
        """Return what a row shows of the draft with these bytes, None where it is not known."""
        return self._known.get(digest)

    def take_news(self) -> set[bytes]:
        """Return the digests of what became known since the last time."""
        with self._changed:
            news, self._news = self._news, set()
        return news

    def want(self, drafts: Iterable[File]) -> None:
        """Have these read, and forget all others."""
        wanted = {one.digest: one.path for one in drafts}
        with self._changed:
            if len(self._known) > len(wanted):
                self._known = {digest: lean for digest, lean in self._known.items() if digest in wanted}
            self._wanted = {
                digest: to_text(path) for digest, path in wanted.items() if digest not in self._known
            }
            if self._wanted and self._thread is None and not self._stopping:
                self._thread = threading.Thread(target=self._work, name="feedmill-drafts", daemon=True)
                self._thread.start()

    def wait(self) -> None:
        """Give a few a moment; many take their time."""
        with self._changed:
            if len(self._wanted) <= _FEW:
                self._changed.wait_for(lambda: not self._wanted, _MOMENT)

    def stop(self) -> None:
        """Read no more."""
        with self._changed:
            self._stopping = True
            self._wanted = {}

    def _work(self) -> None:
        while True:
            with self._changed:
                if not self._wanted:
                    self._thread = None
                    return
                batch = {printable(path): digest for digest, path in self._wanted.items()}
                paths = list(self._wanted.values())
            for number, record in enumerate(decode_drafts(self._settings, paths), 1):
                self._learn(batch.pop(record.path), record.seed, tell=number % _BATCH == 0)
                if self._stopping:
                    break
            for digest in batch.values():  # they have gone, or cannot be read
                self._learn(digest, None, tell=False)

    def _learn(self, digest: bytes, seed: Seed | None, *, tell: bool) -> None:
        with self._changed:
            self._known[digest] = lean_of(seed) if seed is not None else None
            self._news.add(digest)
            self._wanted.pop(digest, None)
            self.told += tell or not self._wanted
            self._changed.notify_all()
