"""Selections: what feeds show now, read out of a catalog: index ranges, never all seeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from feedmill.catalog import FeedRecord, RankedRow
from feedmill.compose import FeedSpec, most_used
from feedmill.model.feed import Entry
from feedmill.model.instant import from_micros
from feedmill.model.settings import Content
from feedmill.model.taxonomy import FeedKey
from feedmill.pipeline.cache import BoundedCache
from feedmill.pipeline.codec import decode_seed
from feedmill.pipeline.one_pass import Pass
from feedmill.seeds import to_text

_PAGE = 500

EntryCache = BoundedCache[tuple[bytes, Content], Entry]
"""Composed entries, by digest and by how much of the text they carry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """One feed: its specification, and the entries it shows now, in order."""

    spec: FeedSpec
    title: str
    rows: tuple[RankedRow, ...] = ()
    record: FeedRecord | None = None

    @property
    def total(self) -> int:
        """Every eligible entry of the feed, beyond its limit too."""
        return self.record.total if self.record is not None else 0

    @property
    def updated(self) -> int:
        """When the newest change of its entries was, in whole seconds, as microseconds since 1970."""
        updated = max((row.updated for row in self.rows), default=0)
        return updated - updated % 1_000_000


def select(run: Pass, keys: Sequence[FeedKey]) -> Iterator[Selection]:
    """Yield what each of the feeds shows, in their order."""
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
                yield Selection(spec=spec, title=spec.title, record=record)
                continue
            title = run.composer.title(spec, most_used(labels.get(record.id, ())))
            rows = tuple(memberships.ranked(record.id, spec.limit))
            yield Selection(spec=spec, title=title, rows=rows, record=record)


def entries_of(run: Pass, selection: Selection, known: EntryCache) -> Iterator[Entry]:
    """Yield the selection's entries; those composed before are not read again."""
    content = selection.spec.content
    found = {row.digest: known.get((row.digest, content)) for row in selection.rows}
    missing = [row for row in selection.rows if found[row.digest] is None]
    seeds = run.catalog.files.seeds([row.file for row in missing])
    for row in missing:
        path, blob = seeds[row.file]
        seed = decode_seed(blob if blob is not None else run.store.last_good(to_text(path)))
        assert seed is not None, "an eligible seed has a form to show"
        entry = run.composer.entry(seed, from_micros(row.updated), content)
        known.put((row.digest, content), entry)
        found[row.digest] = entry
    for row in selection.rows:
        entry_or_none = found[row.digest]
        assert entry_or_none is not None
        yield entry_or_none
