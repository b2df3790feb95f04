"""The archive builder: the periods that a pass touched become documents, before anything names them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from feedmill.compose import Composer, Touched, is_closed, rewritten
from feedmill.model.archive import Period, archive_path, split_archive
from feedmill.model.artifact import Artifact
from feedmill.model.feed import History
from feedmill.model.taxonomy import FeedKey, Kind
from feedmill.pipeline.archives import Chain
from feedmill.pipeline.one_pass import Pass
from feedmill.pipeline.printer import Printer
from feedmill.pipeline.selection import Head, Selection
from feedmill.store import FeedMemory


class _Work(NamedTuple):
    """An archive to print: the feed that it belongs to, and its period."""

    head: Head
    chain: Chain
    period: Period


@dataclass(slots=True)
class _Found:
    """What there is to print, and which archives (by path) lose their entries."""

    filled: dict[str, _Work] = field(default_factory=dict)
    emptied: set[str] = field(default_factory=set)


class ArchiveBuilder:
    """Prints archives. An archive is remembered as a feed of its own: live, emptied or retired."""

    def __init__(self, composer: Composer, printer: Printer) -> None:
        self._composer = composer
        self._printer = printer
        self._planned: dict[str, Set[str]] = {}

    def publish(
        self,
        run: Pass,
        touched: Iterable[Head],
        periods: Iterable[tuple[FeedKey, Period]],
        refused: set[str],
    ) -> set[str]:
        """Print what is another now in the archives of `touched` feeds, of which `periods` were touched.

        Returns the paths of those. `refused` are the documents that something foreign keeps out; what is
        found to be so is added.
        """
        of_feed: dict[FeedKey, set[Period]] = {}
        for key, period in periods:
            of_feed.setdefault(key, set()).add(period)
        found = _Found()
        for head in touched:
            if head.spec.archive != "off":
                self._look(run, head, of_feed.get(head.spec.key, set()), refused, found)
        self._print(run, found.filled, refused)
        for path in sorted(found.emptied):
            self._empty(run, run.store.feeds[path])
        return found.filled.keys() | found.emptied

    def publish_all(self, run: Pass, touched: Iterable[Head], refused: set[str]) -> set[str]:
        """Print the archives of all feeds anew; return the paths of those that have documents."""
        filled: dict[str, _Work] = {}
        for head in touched:
            if head.spec.archive != "off":
                chain = Chain(run, head.spec, head.record, refused)
                filled |= {chain.path(period): _Work(head, chain, period) for period in chain}
        self._print(run, filled, refused)
        documents = set(filled)
        for path, memory in sorted(run.store.feeds.items()):
            archive = split_archive(path)
            if archive is None or path in filled or memory.state == "retired":
                continue
            if self._composer.is_archive(*archive):
                self._empty(run, memory)
                documents.add(path)
            else:
                run.publishing.remember_feed(replace(memory, state="retired"))
        return documents

    def _look(self, run: Pass, head: Head, periods: set[Period], refused: set[str], found: _Found) -> None:
        """Find what is to be printed of one feed: its touched periods, and all where its title is another."""
        known, path = run.store.feeds, head.spec.path

        def is_live(period: Period) -> bool:
            archive = known.get(archive_path(path, period))
            return archive is not None and archive.state == "live"

        over = {period for period in periods if is_closed(period, run.at) or is_live(period)}
        retitled = head.title and (path not in known or known[path].title != head.title)
        if not over and not retitled:
            return
        chain = Chain(run, head.spec, head.record, refused)
        if retitled:
            over.update(chain)
        result = rewritten(
            Touched(
                period=period,
                chained=chain.has(period),
                known=is_live(period),
                previous=chain.before(period),
                next=chain.after(period),
            )
            for period in over
        )
        found.filled |= {chain.path(period): _Work(head, chain, period) for period in result.filled}
        found.emptied |= {chain.path(period) for period in result.emptied}

    def _print(self, run: Pass, filled: Mapping[str, _Work], refused: set[str]) -> None:
        """Print archives: new ones before those that are out, which name them; one period after the other.

        What of them cannot be put is taken out of the chain, and its neighbours are printed once more.
        """
        known = run.store.documents
        order = sorted(filled, key=lambda path: (f"{path}.atom" in known, filled[path].period, path))
        parted: dict[str, _Work] = {}
        archives = (archive_selection(*filled[path]) for path in order)
        for done, (archive, documents) in enumerate(self._printer.print_all(run, archives, len(order)), 1):
            path = archive.path
            head, chain, period = filled[path]
            if not self._publish(run, archive, documents) and f"{path}.atom" not in refused:
                parted |= {
                    chain.path(near): _Work(head, chain, near)
                    for near in (chain.before(period), chain.after(period))
                    if near is not None
                }
                refused.add(f"{path}.atom")
            run.progress("print", done, len(order))
        for path, work in parted.items():
            if f"{path}.atom" not in refused:
                archive = archive_selection(*work)
                self._publish(run, archive, self._printer.documents(run, archive))

    def _publish(self, run: Pass, archive: Selection, documents: Iterable[Artifact]) -> bool:
        """Publish one archive; False where its place in the chain, the Atom document, is taken."""
        taken = self._printer.publish(run.publishing, documents)[0]
        if taken:
            run.publishing.remember_feed(archive.memory)
        return taken

    def _empty(self, run: Pass, memory: FeedMemory) -> None:
        """Publish an archive without entries: its URL never turns into a 404 by itself."""
        archive = split_archive(memory.path)
        assert archive is not None
        feed = self._composer.empty_feed(Kind(memory.kind), archive[0], memory.title, memory.description)
        feed = self._composer.archive(feed, memory.path, History(current=archive[0]))
        self._printer.print(run.publishing, feed)
        run.publishing.remember_feed(replace(memory, state="emptied"))
        self._printer.plan(run.publishing, memory.path, None)

    def plan(self, run: Pass, chain: Chain, path: str, newest: str, closes: int | None) -> None:
        """Tell when the archives of the feed at `path` change by themselves.

        With an entry of theirs, and the `newest` (its path) when the next period `closes` and follows it.
        """
        changes = {chain.path(period): at for period, at in chain.changes().items()}
        if newest and closes is not None:
            changes[newest] = min(closes, changes.get(newest, closes))
        for archive in self._planned.get(path, frozenset()) - changes.keys():
            self._printer.plan(run.publishing, archive, None)
        for archive, at in changes.items():
            self._printer.plan(run.publishing, archive, at)
        self._planned[path] = changes.keys()


def archive_selection(head: Head, chain: Chain, period: Period) -> Selection:
    """Return the archive of a period, as a selection."""
    return Selection(
        spec=head.spec,
        title=head.title,
        rows=tuple(chain.rows(period)),
        record=head.record,
        archive=chain.path(period),
        history=chain.history(period),
    )
