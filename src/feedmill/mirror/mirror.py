"""A mirror: one place, made to hold what is published round by round; it may die at any moment."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeGuard, TypeVar

from feedmill.mirror.edition import Edition
from feedmill.mirror.memory import Memory
from feedmill.mirror.place import Holding, MirrorError, Overtaken, Place, Put
from feedmill.mirror.plan import Plan, decide
from feedmill.model.artifact import Published
from feedmill.model.taxonomy import Kind

_AT_ONCE = 16
"""Requests under way at the same time."""

_IN_VAIN = 8
"""Failures without one success, after which the rest is not tried: the place is out of reach."""

_LONG = 1.0
"""Seconds after which a round ends early where there is a newer edition: it may have taken a text down."""

_FOLDERS = ("all/", *(kind.folder for kind in Kind if kind.folder))

_A = TypeVar("_A")
_B = TypeVar("_B")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a round did. `behind` counts the documents that are not there as they are published, or still
    there.

    `refused` are paths that something foreign holds, `failures` by path say what did not work. `overtaken`:
    somebody else was seen to write.
    """

    put: int = 0
    deleted: int = 0
    unchanged: int = 0
    behind: int = 0
    refused: tuple[str, ...] = ()
    failures: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    overtaken: bool = False

    @property
    def trouble(self) -> str:
        """What went wrong, "" where nothing did: what is still behind then is of a newer edition."""
        if not self.failures:
            return ""
        more = f" (and {len(self.failures) - 1} more)" if len(self.failures) > 1 else ""
        return next(iter(self.failures.values())) + more


class Mirror:
    """One place; its calls come from one thread at a time."""

    def __init__(self, place: Place, memory: Memory) -> None:
        self.place = place
        self.counts = Counter(put=0, deleted=0, failed=0, listed=0)
        """What was done since the start; others only read it."""
        self._memory = memory
        self._there: dict[str, str] | None = None
        self._pool: ThreadPoolExecutor | None = None

    def sync(
        self,
        edition: Edition,
        *,
        newer: Callable[[], bool] = lambda: False,
        leads: Callable[[], bool] = lambda: True,
    ) -> Outcome:
        """Make the place hold the edition: what is named before what names it, deletions last, only what
        differs.

        What is there is known from a listing: on the first call, after `doubt`, and after somebody else was
        seen to write. A round that takes long ends early where there is something `newer`. `leads` is asked
        before each put and deletion: where it says no, another process has the place by now.

        Raises:
            MirrorError: the place cannot be listed.
        """
        round_ = _Round(self, edition, self._known(), self._memory, newer, leads)
        try:
            outcome = round_.act(round_.look())
        finally:
            self._memory.save()
        self.counts.update(put=outcome.put, deleted=outcome.deleted, failed=len(outcome.failures))
        if outcome.overtaken:
            self.doubt()
        return outcome

    def compare(self, edition: Edition) -> Plan:
        """Return what differs from the edition, by a listing; nothing is changed.

        Raises:
            MirrorError: the place cannot be listed, or something there not looked at.
        """
        self.doubt()
        round_ = _Round(self, edition, self._known(tidy=False), self._memory)
        plan = round_.look()
        if round_.failures:
            raise MirrorError(next(iter(round_.failures.values())))
        return plan

    def doubt(self) -> None:
        """Have the next round look at what is there."""
        self._there = None

    def _known(self, *, tidy: bool = True) -> dict[str, str]:
        if self._there is None:
            listing = self.place.list()
            if tidy:
                self.place.tidy()
            self.counts["listed"] += 1
            for path in self._memory.holdings.keys() - listing.keys():
                self._memory.note(path, None)
            self._there = listing
        return self._there

    def each(self, work: Callable[[_A], _B], items: Sequence[_A]) -> list[_B]:
        """Do something with each of the items, several at a time."""
        if len(items) < 2:
            return [work(item) for item in items]
        if self._pool is None:
            self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="feedmill-mirror")
        return list(self._pool.map(work, items))

    def close(self) -> None:
        """Let go of the place; requests under way end by themselves."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


class _Round:
    """One edition, once: look, then act."""

    def __init__(
        self,
        mirror: Mirror,
        edition: Edition,
        there: dict[str, str],
        memory: Memory,
        newer: Callable[[], bool] = lambda: False,
        leads: Callable[[], bool] = lambda: False,
    ) -> None:
        self._mirror, self._place = mirror, mirror.place
        self._edition, self._there, self._memory = edition, there, memory
        self._newer, self._leads = newer, leads
        self._until = time.monotonic() + _LONG
        self.failures: dict[str, str] = {}
        self._undone: set[str] = set()
        self._worked = False
        self._overtaken = False

    def look(self) -> Plan:
        """Return what is to be done, after finding out whose everything is."""
        plan = self._plan()
        if plan.strangers:
            self._mirror.each(self._meet, plan.strangers)
            plan = self._plan()
        return plan

    def act(self, plan: Plan) -> Outcome:
        """Do it."""
        deleted = sum(self._mirror.each(self._delete, plan.withdrawn))
        put = self._put_all(plan)
        if not any(one.description.listing and one.document.path in self._undone for one in plan.puts):
            deleted += self._delete_all(plan)  # nothing there names them any longer
        return Outcome(
            put=put,
            deleted=deleted,
            unchanged=len(self._edition.documents) - len(plan.puts) - len(plan.refused),
            behind=len(plan.puts) - put + len(plan.deletions) + len(plan.withdrawn) - deleted,
            refused=plan.refused,
            failures=MappingProxyType(self.failures),
            overtaken=self._overtaken,
        )

    def _plan(self) -> Plan:
        return decide(self._edition, self._there, self._memory.holdings)

    # Strangers

    def _meet(self, path: str) -> None:
        """Find out what an object is of which nothing is remembered."""
        if self._hopeless:
            return
        document = self._edition.documents.get(path)
        known = self._memory.holdings.get(path)
        expected = document is not None or path in self._edition.withdrawn
        likely = expected or is_document_path(path) or (known is not None and not known.foreign)
        with self._trying(path):
            holding = self._place.look(path, likely=likely)
            if holding is not None and holding.foreign and self._is_made_of(document, holding.tag):
                holding = holding._replace(digest=document.digest)
            self._note(path, holding)

    def _is_made_of(self, document: Published | None, tag: str) -> TypeGuard[Published]:
        """Tell by the tag that it is the document itself, whoever put it there."""
        if document is None or (body := self._edition.body(document.path, document.digest)) is None:
            return False
        return self._place.is_made_of(tag, body)

    # Documents

    def _put_all(self, plan: Plan) -> int:
        done = 0
        for turn in plan.turns():
            puts = [put for put in turn if self._may_go(put)]
            done += sum(self._mirror.each(self._put, puts))
        return done

    def _may_go(self, put: Put) -> bool:
        """Whether all is there, if in an older form, that an index names; else it stays behind."""
        turn = put.description.turn
        if not put.description.listing or all(self._is_there(path, turn) for path in self._undone):
            return True
        self._undone.add(put.document.path)
        return False

    def _is_there(self, path: str, turn: int) -> bool:
        return path in self._there or self._edition.describe(self._edition.documents[path]).turn >= turn

    def _put(self, put: Put) -> bool:
        document, path = put.document, put.document.path
        self._undone.add(path)
        body = self._edition.body(path, document.digest)
        if body is None or self._is_over():
            return False
        with self._trying(path):
            self._note(path, self._place.put(put, body))
            self._undone.discard(path)
        return path not in self._undone

    # Deletions

    def _delete_all(self, plan: Plan) -> int:
        """Delete first what only others tell to be ours: a next run may have nobody else to ask."""
        done = 0
        for last in (False, True):
            paths = [path for path in plan.deletions if self._place.says_whose_it_is(path) is last]
            done += sum(self._mirror.each(self._delete, paths))
        return done

    def _delete(self, path: str) -> bool:
        if self._is_over():
            return False
        with self._trying(path):
            self._place.delete(path)
            self._note(path, None)
        return path not in self._there

    # What is known

    def _note(self, path: str, holding: Holding | None) -> None:
        self._worked = True
        self._memory.note(path, holding)
        if holding is None:
            self._there.pop(path, None)
        else:
            self._there[path] = holding.tag

    def _is_over(self) -> bool:
        """Whether nothing more is to be changed."""
        late = time.monotonic() > self._until and self._newer()
        return self._hopeless or late or not self._leads()

    @property
    def _hopeless(self) -> bool:
        return len(self.failures) >= _IN_VAIN and not self._worked

    @contextmanager
    def _trying(self, path: str) -> Iterator[None]:
        try:
            yield
        except MirrorError as error:
            self._overtaken = self._overtaken or isinstance(error, Overtaken)
            self.failures[path] = str(error)


def is_document_path(path: str) -> bool:
    """Whether it is one of the paths of documents (docs/promises.md, Feeds stay), where no other site is."""
    return "/" not in path or path.startswith(_FOLDERS)
