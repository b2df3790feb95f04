"""The guard: with too many files gone a pass publishes takedowns alone (docs/promises.md, Held passes).

A folder that was not mounted, a sync that failed half-way, a wrong `seeds.dir`: whatever takes many
files away at once is more likely an accident than a decision. Entries withheld by their own word never count.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from feedmill.catalog import KnownRow
from feedmill.compose import reason_at
from feedmill.model.seed import Reason, Seed
from feedmill.model.state import ELIGIBLE
from feedmill.pipeline.codec import decode_facts, decode_record, decode_seed
from feedmill.pipeline.derive import as_bound
from feedmill.pipeline.find import contents
from feedmill.pipeline.ingest import Ingested
from feedmill.pipeline.one_pass import Pass
from feedmill.seeds import LARGE, address_parts, to_bytes, to_text
from feedmill.seeds.decode import identify

_PAGE = 1_000


def guarded(run: Pass, ingested: Ingested, *, fresh: bool) -> str | None:
    """Return why a pass is held back, None where it is not. The catalog is as it would be after the pass.

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
    if len(lost) >= least:
        told = told_anew(run, ingested.changed)
        # to a catalog that was lost every draft is new, a namesake too
        forms = ((path, _last_form(run, path)) for path in lost)
        lost = [path for path, good in forms if not told.speaks_of(path, good, by_name=not fresh)]
    if len(lost) < least:
        return None
    return (
        f"{len(lost):,} of {before:,} entries would vanish because their files are gone or unreadable; "
        "nothing but takedowns is published. Bring the files back, or say --force if this is meant"
    )


@dataclass(frozen=True, slots=True)
class Told:
    """What files that are new, or say something new, withhold by their own word: entries, names with titles.

    Nobody reads more of such a seed than that word, unless the guard asks whose it is: it may be one that
    went elsewhere (`_drafts/`, another folder), where its address may be another, or none.
    """

    entries: frozenset[str]
    names: frozenset[tuple[str, str]]

    def speaks_of(self, path: str, good: Seed, *, by_name: bool = True) -> bool:
        """Whether the entry last published from `path` as `good` is among them."""
        return good.id in self.entries or (by_name and (_name(path), good.title) in self.names)


def told_anew(run: Pass, changed: Sequence[int]) -> Told:
    """Return what the seeds that a pass found to be `changed` withhold, and say so themselves."""
    entries: set[str] = set()
    names: set[tuple[str, str]] = set()
    for start in range(0, len(changed), _PAGE):
        known = run.catalog.files.known(changed[start : start + _PAGE])
        silent = [row for row in known if row.facts is None and _takes_down(run, row)]
        for path, data in contents(run.settings, [to_text(row.path) for row in silent]):
            if len(data) <= LARGE:
                entry, title = identify(path, data, run.settings.decode)
                entries.add(entry)
                names.add((_name(path), title))
        found = (decode_facts(row.facts) for row in known if row.facts is not None)
        entries.update(facts.entry_id for facts in found if reason_at(facts, run.at) is not None)
    return Told(frozenset(entries), frozenset(names))


def _name(path: str) -> str:
    return address_parts.name(path).casefold()


def _takes_down(run: Pass, row: KnownRow) -> bool:
    """Whether a file that has nothing to show says itself that it is not to be out, or may say so."""
    if row.reason != Reason.INVALID.value:
        return True
    fault = run.catalog.files.records([row.file])[row.file].fault
    return fault is not None and decode_record(fault).takedown


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
