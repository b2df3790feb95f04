"""Selections: what feeds show now, read out of a catalog: index ranges, never all seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from feedmill.catalog import FeedRecord, RankedRow
from feedmill.compose import Composer, FeedSpec, most_used
from feedmill.model.feed import Entry, Feed, History
from feedmill.model.instant import from_micros
from feedmill.model.settings import Content
from feedmill.model.taxonomy import FeedKey
from feedmill.pipeline.archives import NewestArchives
from feedmill.pipeline.cache import BoundedCache
from feedmill.pipeline.codec import decode_seed
from feedmill.pipeline.one_pass import Pass
from feedmill.seeds import to_text
from feedmill.store import FeedMemory

_PAGE = 500

Forms = Callable[[Sequence[RankedRow]], Iterable[bytes]]
"""Finds the packed seeds of rows, in their order."""

EntryCache = BoundedCache[tuple[bytes, Content], Entry]
"""Composed entries, by digest and by how much of the text they carry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """One feed: its specification, what it is called now, and its record where it has, or had, entries."""

    spec: FeedSpec
    title: str
    record: FeedRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection(Head):
    """A feed, and the entries it shows now, in order.

    `history` is what it says of its archives, `owed` how many of its entries are in none. `archive` is the
    path of the one that this is, "" of the feed itself.
    """

    rows: tuple[RankedRow, ...] = ()
    history: History | None = None
    owed: int = 0
    archive: str = ""

    @property
    def path(self) -> str:
        """The path of its documents, without suffix."""
        return self.archive or self.spec.path

    @property
    def total(self) -> int:
        """Every eligible entry of the feed, beyond its limit too."""
        return self.record.total if self.record is not None else 0

    @property
    def updated(self) -> int:
        """When the newest change of its entries was, in whole seconds, as microseconds since 1970."""
        updated = max((row.updated for row in self.rows), default=0)
        return updated - updated % 1_000_000

    @property
    def memory(self) -> FeedMemory:
        """What is remembered of it once it is out."""
        spec = self.spec
        return FeedMemory(
            path=self.path, kind=spec.key.kind.value, title=self.title, description=spec.description
        )


def heads(run: Pass, keys: Sequence[FeedKey]) -> Iterator[Head]:
    """Yield how each of the feeds is made and called now, in their order."""
    memberships = run.catalog.memberships
    for start in range(0, len(keys), _PAGE):
        specs = [run.composer.spec(key) for key in keys[start : start + _PAGE]]
        records = memberships.find(spec.key for spec in specs)
        labels = memberships.labels(
            [records[spec.key].id for spec in specs if spec.key in records and not spec.title]
        )
        for spec in specs:
            record = records.get(spec.key)
            if record is None or record.total == 0:
                yield Head(spec=spec, title=spec.title, record=record)
            else:
                title = run.composer.title(spec, most_used(labels.get(record.id, ())))
                yield Head(spec=spec, title=title, record=record)


def select(run: Pass, keys: Sequence[FeedKey]) -> Iterator[Selection]:
    """Yield what each of the feeds shows, in their order."""
    newest = NewestArchives(run, run.store.refused)
    for head in heads(run, keys):
        yield select_one(run, head, newest)


def select_one(run: Pass, head: Head, newest: NewestArchives) -> Selection:
    """Return what a feed shows.

    All that is newer than the newest archive is in it, beyond its limit too, so that nothing is in neither
    (RFC 5005, section 4).
    """
    spec, record = head.spec, head.record
    limit, owed, history = spec.limit, 0, None
    total = record.total if record is not None else 0
    if spec.archive != "off":
        previous, archived = newest.of(run, spec, record)
        owed = total - archived
        limit = max(limit, owed)
        history = History(previous=previous, complete=total <= limit)
    rows = run.catalog.memberships.ranked(record.id, limit) if record is not None and total else ()
    return Selection(spec=spec, title=head.title, record=record, rows=tuple(rows), history=history, owed=owed)


def feed_of(composer: Composer, selection: Selection, entries: Iterable[Entry]) -> Feed:
    """Return the feed, or the archive, that a selection makes of its `entries`."""
    history, owed, total = selection.history, selection.owed, selection.total
    feed = composer.feed(selection.spec, selection.title, entries, history, owed=owed, total=total)
    if history is None or not selection.archive:
        return feed
    return composer.archive(feed, selection.archive, history)


def entries_of(composer: Composer, selection: Selection, forms: Forms, known: EntryCache) -> Iterator[Entry]:
    """Yield the selection's entries; the `forms` of those composed before are not asked for."""
    content = selection.spec.content
    found = {row.digest: known.get((row.digest, content)) for row in selection.rows}
    missing = [row for row in selection.rows if found[row.digest] is None]
    for row, form in zip(missing, forms(missing), strict=True):
        seed = decode_seed(form)
        assert seed is not None, "an eligible seed has a form to show"
        entry = composer.entry(seed, from_micros(row.updated), content)
        known.put((row.digest, content), entry)
        found[row.digest] = entry
    for row in selection.rows:
        entry_or_none = found[row.digest]
        assert entry_or_none is not None
        yield entry_or_none


def forms_of(run: Pass, rows: Sequence[RankedRow]) -> list[bytes]:
    """Return the packed seeds that rows show: as they are, or as they were when they last could be shown."""
    seeds = run.catalog.files.seeds([row.file for row in rows])
    return [_form(run, *seeds[row.file]) for row in rows]


def _form(run: Pass, path: bytes, blob: bytes | None) -> bytes:
    form = blob if blob is not None else run.store.last_good(to_text(path))
    assert form is not None, "an eligible seed has a form to show"
    return form
