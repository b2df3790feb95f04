"""Elsewhere: what files that are new, or say something new, withhold by their own word: seeds that moved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field

from feedmill.catalog import KnownRow
from feedmill.compose import reason_at
from feedmill.model.seed import Reason, Seed
from feedmill.pipeline.codec import decode_facts, decode_record
from feedmill.pipeline.find import contents
from feedmill.pipeline.one_pass import Pass
from feedmill.seeds import LARGE, address_parts, to_text
from feedmill.seeds.decode import identify

_PAGE = 1_000


@dataclass(slots=True)
class Elsewhere:
    """What files that are new, or say something new, withhold by their own word.

    Nobody reads more of such a seed than that word, unless a held pass asks whose it is: it may be one that
    went elsewhere (`_drafts/`, another folder), where its address may be another, or none. A file is known
    again by its `entries` (their identity), by its name without the date and its title (`titled`), or by its
    name alone (`names`; `placed`: with its folder's).
    """

    entries: set[str] = field(default_factory=set)
    titled: set[tuple[str, str]] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    placed: set[tuple[str, str]] = field(default_factory=set)

    def withholds(self, path: str, good: Seed) -> bool:
        """Whether the entry last published from `path` as `good` is among them."""
        return good.id in self.entries or (name_of(path), good.title) in self.titled

    def may_withhold(self, path: str, good: Seed, common: Set[str]) -> bool:
        """Whether it may be among them, by its name; by its folder's, too, where that name is `common`."""
        name = name_of(path)
        alike = _placed(path) in self.placed if name in common else name in self.names
        return alike or self.withholds(path, good)


def look_elsewhere(run: Pass, news: Sequence[int] | None) -> Elsewhere:
    """Return what the seeds among `news` withhold, and say so themselves; None: among all files."""
    found = Elsewhere()
    for known in _pages(run, news):
        silent = {to_text(row.path) for row in known if row.facts is None and _takes_down(run, row)}
        for path, data in contents(run.settings, sorted(silent)):
            if len(data) <= LARGE:
                entry, title = identify(path, data, run.settings.decode)
                found.entries.add(entry)
                found.titled.add((name_of(path), title))
        for row in known:
            path = to_text(row.path)
            facts = decode_facts(row.facts) if row.facts is not None else None
            if path in silent or (facts is not None and reason_at(facts, run.at) is not None):
                found.names.add(name_of(path))
                found.placed.add(_placed(path))
                found.entries.update([facts.entry_id] if facts is not None else ())
    return found


def name_of(path: str) -> str:
    """Return a file's name without its date; that of the folder for `index.md`."""
    return address_parts.name(path).casefold()


def _placed(path: str) -> tuple[str, str]:
    return address_parts.folder(path).casefold(), name_of(path)


def _pages(run: Pass, news: Sequence[int] | None) -> Iterable[list[KnownRow]]:
    if news is None:
        return run.catalog.files.all_known()
    return (run.catalog.files.known(news[at : at + _PAGE]) for at in range(0, len(news), _PAGE))


def _takes_down(run: Pass, row: KnownRow) -> bool:
    """Whether a file that has nothing to show says itself that it is not to be out, or may say so."""
    if row.reason != Reason.INVALID.value:
        return True
    fault = run.catalog.files.records([row.file])[row.file].fault
    return fault is not None and decode_record(fault).takedown
