"""Takedowns of a held pass: the last generation, less what its own word withholds since (DESIGN 8.4).

Worked out from the ledger's last good forms (one for every entry that is out), so that a lost catalog
changes nothing; composed over a catalog in memory, so that the real one stays as it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from feedmill.catalog import Catalog, FileRow, RecordRow
from feedmill.compose import Composer, FeedKey, instants
from feedmill.compose.held import stays, withholds_itself
from feedmill.model.instant import Instant
from feedmill.model.seed import Record, Seed
from feedmill.pipeline.codec import decode_record, decode_seed, encode
from feedmill.seeds import to_bytes
from feedmill.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Takedowns:
    """The seeds (by path) whose entries leave, their feeds, and when time changes the rest."""

    paths: frozenset[str]
    feeds: frozenset[FeedKey]
    left: int
    next_change: Instant | None


def find_takedowns(catalog: Catalog, store: Store, composer: Composer, now: Instant) -> Takedowns:
    """Compare every entry that is out with what its file says now; `catalog` knows the files as they are."""
    withheld_ids = {
        record.seed.id
        for page in catalog.facts.all_records()
        for record in (decode_record(blob) for _, _, blob in page)
        if record.seed is not None and withholds_itself(record, now)
    }
    paths: set[str] = set()
    feeds: set[FeedKey] = set()
    coming: list[Instant] = []
    left = 0
    for path, seed in _forms(store):
        if stays(seed, _record(catalog, path), now, withheld_ids):
            left += 1
            coming += [instant for instant in instants(seed) if instant > now]
        else:
            paths.add(path)
            feeds.update(membership.feed for membership in composer.memberships(seed))
    return Takedowns(
        paths=frozenset(paths), feeds=frozenset(feeds), left=left, next_change=min(coming, default=None)
    )


def last_generation(store: Store, without: frozenset[str]) -> Catalog:
    """Return a catalog in memory of the entries that are out, less those of the paths in `without`."""
    catalog = Catalog()
    catalog.begin()
    kept = (item for item in _forms(store) if item[0] not in without)
    for number, (path, seed) in enumerate(kept, 1):
        blob = encode(Record(path=path, seed=seed))
        digest = hashlib.blake2b(blob, digest_size=16).digest()
        catalog.facts.put_files([FileRow(number, to_bytes(path), 0, 0, 0, 0, digest, True)], [])
        catalog.facts.put_records([RecordRow(number, blob, False)], fresh=True)
    return catalog


def _forms(store: Store) -> Iterator[tuple[str, Seed]]:
    for path in store.last_good_paths():
        stored = store.last_good(path)
        seed = decode_seed(stored) if stored is not None else None
        if seed is not None:
            yield path, seed


def _record(catalog: Catalog, path: str) -> Record | None:
    row = catalog.facts.find_file(to_bytes(path))
    blob = catalog.facts.records([row.id]).get(row.id) if row is not None else None
    return decode_record(blob) if blob is not None else None
