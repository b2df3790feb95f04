"""The last generation, worked out from the ledger: it keeps the last good form of every seed that is out."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import replace

from feedmill.catalog import Catalog, FileRow, RecordRow
from feedmill.model.seed import Seed
from feedmill.pipeline.codec import decode_seed, encode, facts_of
from feedmill.pipeline.derive import derive_all
from feedmill.pipeline.one_pass import Pass
from feedmill.seeds import to_bytes
from feedmill.store import Store


def last_forms(store: Store) -> Iterator[tuple[str, Seed]]:
    """Yield the seeds that are out, by path, as they were published last."""
    for path in store.last_good_paths():
        seed = decode_seed(store.last_good(path))
        if seed is not None:
            yield path, seed


def last_generation(run: Pass, without: Set[str] = frozenset()) -> Pass:
    """Return a pass over a catalog in memory of the entries that are out, less those of paths in `without`.

    It is derived as of the pass's `now`. Whoever asks closes the catalog.
    """
    catalog = Catalog()
    catalog.begin()  # never committed: it lives as long as whoever asks
    past = replace(run, catalog=catalog, publication=None)
    kept = (form for form in last_forms(run.store) if form[0] not in without)
    for number, (path, seed) in enumerate(kept, 1):
        facts = encode(facts_of(seed, run.composer))
        catalog.files.put([FileRow(number, to_bytes(path), 0, 0, 0, 0, b"", True)])
        catalog.files.put_records([RecordRow(number, None, facts, encode(seed), None, False)])
    derive_all(past)
    return past
