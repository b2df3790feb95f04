"""The guard: with too many files gone a pass publishes takedowns alone (docs/promises.md, Held passes).

A folder that was not mounted, a sync that failed half-way, a wrong `seeds.dir`: whatever takes many
files away at once is more likely an accident than a decision. Entries withheld by their own word never count.
"""

from __future__ import annotations

from collections.abc import Iterable

from feedmill.model.state import ELIGIBLE
from feedmill.pipeline.codec import decode_seed
from feedmill.pipeline.ingest import Ingested
from feedmill.pipeline.one_pass import Pass
from feedmill.seeds import to_bytes


def guarded(run: Pass, ingested: Ingested, *, fresh: bool) -> str | None:
    """Return why a pass is held back, None where it is not. The catalog is as it would be after the pass.

    `fresh`: the catalog knew nothing before, so what was out is told by the ledger alone.
    """
    if ingested.folder_lost is not None:
        return ingested.folder_lost
    before = run.store.last_good_count()
    if not before:
        return None
    settings = run.settings.guard
    paths: Iterable[str] = ingested.vanished
    if fresh:
        paths = (p for p in run.store.last_good_paths() if run.catalog.files.find(to_bytes(p)) is None)
    lost = sum(_is_lost(run, path) for path in paths)
    if lost < settings.min_entries or lost <= settings.max_vanished * before:
        return None
    return (
        f"{lost:,} of {before:,} entries would vanish because their files are gone or unreadable; "
        "nothing but takedowns is published. Bring the files back, or say --force if this is meant"
    )


def _is_lost(run: Pass, path: str) -> bool:
    """Whether an entry that was out has no seed any more."""
    seed = decode_seed(run.store.last_good(path))
    if seed is None:
        return False
    return not any(state.state == ELIGIBLE for state in run.catalog.states.candidates(seed.id))
