"""The guard: with too many files gone a pass publishes takedowns alone (docs/promises.md, Held passes).

A folder that was not mounted, a sync that failed half-way, a wrong `seeds.dir`: whatever takes many
files away at once is more likely an accident than a decision. Entries withheld by their own word never count.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial

from feedmill.model.seed import Seed
from feedmill.model.state import ELIGIBLE
from feedmill.pipeline.codec import decode_seed
from feedmill.pipeline.derive import as_bound
from feedmill.pipeline.elsewhere import Elsewhere, look_elsewhere
from feedmill.pipeline.ingest import Ingested
from feedmill.pipeline.one_pass import Pass
from feedmill.seeds import to_bytes
from feedmill.store import Store


def judge(
    run: Pass, facts: Mapping[str, str], ingested: Ingested
) -> tuple[str | None, Callable[[], Elsewhere]]:
    """Return why a pass is held back, None where it is not, and what a held one asks for what moved.

    `facts` are the catalog's of before it. Where that cannot tell which files are new, all of them may be.
    """
    current, seen = facts.get("ledger") == run.store.mark, last_seen(run.store, facts)
    follows = seen is not None and seen <= run.store.serial
    elsewhere = cache(partial(look_elsewhere, run, ingested.news if follows else None))
    if run.request.force:
        return None, elsewhere
    fresh = "compose" not in facts or not current
    held = _guarded(run, ingested, elsewhere if follows else None, fresh=fresh)
    if held is None and not current:
        held = run.store.doubt(run.catalog.files.fingerprint, run.catalog.states.eligible_files)
    return held, elsewhere


def last_seen(store: Store, facts: Mapping[str, str]) -> int | None:
    """Return the last serial of this history that a catalog with these facts saw; None: none of it."""
    ledger, _, serial = facts.get("ledger", "").rpartition(" ")
    return int(serial) if ledger == store.ledger_id else None


def _guarded(
    run: Pass, ingested: Ingested, elsewhere: Callable[[], Elsewhere] | None, *, fresh: bool
) -> str | None:
    """Return why a pass is held back, None where it is not. The catalog is as it would be after the pass.

    `elsewhere` finds what went elsewhere and is withheld there, None where nobody can tell what is new there.
    `fresh`: the catalog did not know before what is out, so the ledger alone tells that.
    """
    if ingested.folder_lost is not None:
        return ingested.folder_lost
    before = run.store.last_good_count()
    if not before:
        return None
    settings = run.settings.guard
    paths: Iterable[str] = ingested.vanished
    if fresh:
        missing = (p for p in run.store.last_good_paths() if run.catalog.files.find(to_bytes(p)) is None)
        paths = {*paths, *missing}
    lost = [path for path in paths if _is_lost(run, path)]
    least = max(settings.min_entries, math.floor(settings.max_vanished * before) + 1)
    if len(lost) >= least and elsewhere is not None:
        lost = [path for path in lost if not elsewhere().withholds(path, _last_form(run, path))]
    if len(lost) < least:
        return None
    return (
        f"{len(lost):,} of {before:,} entries would vanish because their files are gone or unreadable; "
        "nothing but takedowns is published. Bring the files back, or say --force if this is meant"
    )


def _last_form(run: Pass, path: str) -> Seed:
    seed = decode_seed(run.store.last_good(path))
    assert seed is not None, "what is lost was out"
    return seed


def _is_lost(run: Pass, path: str) -> bool:
    """Whether an entry that was out has no seed any more, and neither config nor expiry leave it out."""
    seed = as_bound(run, path, decode_seed(run.store.last_good(path)))
    if seed is None or (seed.expires is not None and seed.expires <= run.now):
        return False
    return not any(state.state == ELIGIBLE for state in run.catalog.states.candidates(seed.id))
