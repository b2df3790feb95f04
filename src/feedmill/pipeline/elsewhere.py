"""Elsewhere: what a file that is new, or says something new, withholds by its own word: a seed that moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from feedmill.catalog import KnownRow
from feedmill.compose import reason_at
from feedmill.model.seed import Reason, Seed
from feedmill.pipeline.codec import decode_facts, decode_record
from feedmill.pipeline.find import contents
from feedmill.pipeline.one_pass import Pass
from feedmill.seeds import LARGE, address_parts, to_text
from feedmill.seeds.decode import identify

_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What files that are new, or say something new, withhold by their own word: entries, names with titles.

    Nobody reads more of such a seed than that word, unless the guard asks whose it is: it may be one that
    went elsewhere (`_drafts/`, another folder), where its address may be another, or none.
    """

    entries: frozenset[str]
    names: frozenset[tuple[str, str]]

    def withholds(self, path: str, good: Seed, *, by_name: bool = True) -> bool:
        """Whether the entry last published from `path` as `good` is among them."""
        return good.id in self.entries or (by_name and (_name(path), good.title) in self.names)


def look_elsewhere(run: Pass, changed: Sequence[int]) -> Elsewhere:
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
    return Elsewhere(frozenset(entries), frozenset(names))


def _name(path: str) -> str:
    return address_parts.name(path).casefold()


def _takes_down(run: Pass, row: KnownRow) -> bool:
    """Whether a file that has nothing to show says itself that it is not to be out, or may say so."""
    if row.reason != Reason.INVALID.value:
        return True
    fault = run.catalog.files.records([row.file])[row.file].fault
    return fault is not None and decode_record(fault).takedown
