"""The roster: who is eligible and in which feeds, derived from the catalog's facts.

Two ways that must agree (tests/property holds them to it): `derive_all` makes everything anew from
all records, `derive` works out what a few changed records, or the time that passed, do to what is there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from feedmill.catalog import Catalog, MemberRow, StateRow
from feedmill.compose import Composer, FeedKey, Standing, instants, stand, updated_at
from feedmill.model.instant import Instant, to_micros
from feedmill.model.seed import Reason
from feedmill.pipeline.books import Books
from feedmill.pipeline.codec import decode_record, decode_seed, encode, entry_digest
from feedmill.seeds import to_text

ELIGIBLE = "eligible"
KEPT = "kept"
DUPLICATE = Reason.DUPLICATE.value


class LastGood(Protocol):
    """What the roster asks of the ledger, and tells it: the last good form of every eligible seed."""

    def last_good(self, path: str) -> bytes | None:
        """Return what was kept for a seed's path."""

    def last_good_paths(self) -> Iterator[str]:
        """Yield every path that something is kept for."""

    def keep_good(self, path: str, blob: bytes) -> None:
        """Keep `blob` for a path."""

    def drop_good(self, path: str) -> None:
        """Keep nothing for a path."""


class _Place(NamedTuple):
    """One seed as of now: its path in the folder, its standing, and the catalog's row of it."""

    path: bytes
    standing: Standing
    row: StateRow


@dataclass(slots=True)
class Outcome:
    """What deriving changed. `tally`: by how much the number of seeds with each state changed."""

    touched: set[FeedKey] = field(default_factory=set)
    tally: Counter[str] = field(default_factory=Counter)
    restated: set[int] = field(default_factory=set)
    replanned: set[int] = field(default_factory=set)
    """Feeds (the catalog's ids) whose planned changes may be others now."""
    appeared: int = 0
    changed: int = 0
    vanished: int = 0


class Roster:
    """Derives states, memberships, label counts and planned changes; one per pass.

    `keep` is `seeds.on_invalid: keep`. `vouching`: see `compose.last_good`.
    """

    def __init__(
        self,
        catalog: Catalog,
        composer: Composer,
        ledger: LastGood,
        now: Instant,
        *,
        keep: bool,
        vouching: frozenset[str] | None = None,
        drafts: bool = False,
        progress: Callable[[str, int, int | None], None],
    ) -> None:
        self._catalog = catalog
        self._composer = composer
        self._ledger = ledger
        self._now = now
        self._keep = keep
        self._vouching = vouching
        self._drafts = drafts
        self._progress = progress
        self._books = Books(catalog.memberships)

    # Everything anew

    def derive_all(self, total: int | None = None) -> Outcome:
        """Derive everything from all records."""
        catalog, outcome = self._catalog, Outcome()
        before = {row.entry_id: row.digest for row in catalog.states.eligible()}
        catalog.clear_derived()
        shown: set[str] = set()
        done = 0
        for page in catalog.facts.all_records():
            places = [self._place(file, path, blob) for file, path, blob in page]
            catalog.states.put([place.row for place in places])
            self._schedule(places)
            for place in places:
                self._note(outcome.tally, place.row, 1)
                if place.row.state == ELIGIBLE:
                    self._books.add(self._members(place))
                    self._remember(place)
                    shown.add(to_text(place.path))
            self._books.flush_members()
            done += len(page)
            self._progress("sort", done, total)
        for entry_id in catalog.states.contested():
            self._dismiss_losers(entry_id, outcome, shown)
        self._books.flush()
        for path in list(self._ledger.last_good_paths()):
            if path not in shown:
                self._ledger.drop_good(path)
        after = {row.entry_id: row.digest for row in catalog.states.eligible()} if before else {}
        outcome.appeared = len(after.keys() - before.keys()) if before else outcome.tally[ELIGIBLE]
        outcome.vanished = len(before.keys() - after.keys())
        outcome.changed = sum(before[key] != after[key] for key in before.keys() & after.keys())
        outcome.touched = self._books.touched
        return outcome

    def _dismiss_losers(self, entry_id: str, outcome: Outcome, shown: set[str]) -> None:
        group = self._catalog.states.group([entry_id])
        winner = _winner(group)
        losers = [(path, row) for path, row in group if row.file != winner]
        self._books.drop([row.file for _, row in losers])
        self._catalog.states.set_state([row.file for _, row in losers], DUPLICATE)
        for path, row in losers:
            self._note(outcome.tally, row, -1)
            self._note(outcome.tally, row._replace(state=DUPLICATE), 1)
            shown.discard(to_text(path))
            self._ledger.drop_good(to_text(path))  # this pass may have kept it, ahead of what is listed

    # What a change does

    def derive(self, changed: Sequence[int], gone: Sequence[int]) -> Outcome:
        """Derive what `changed` records, and files that are `gone`, do to what is there."""
        outcome = Outcome()
        touched = sorted({*changed, *gone})
        if not touched:
            return outcome
        states, facts = self._catalog.states, self._catalog.facts
        paths, records = facts.paths(touched), facts.records(changed)
        places = {file: self._place(file, paths[file], blob) for file, blob in records.items()}
        old = {file: (paths[file], row) for file, row in states.find(touched).items()}
        entries = {row.entry_id for _, row in old.values()} | {p.row.entry_id for p in places.values()}
        rivals = {row.file: (path, row) for path, row in states.group(sorted(filter(None, entries)))}
        before = {**rivals, **old}
        after = {file: pair for file, pair in rivals.items() if file not in old}
        after |= {file: (place.path, place.row) for file, place in places.items()}
        after = _settled(after)
        states.drop(touched)
        states.put([after[file][1] for file in places])
        for state in (ELIGIBLE, DUPLICATE):
            moved = [
                f
                for f, (_, row) in after.items()
                if f not in places and row.state == state != before[f][1].state
            ]
            states.set_state(moved, state)
        outcome.replanned.update(self._catalog.memberships.planned_for(touched))
        states.drop_times(touched)
        outcome.replanned.update(self._schedule(places.values()))
        self._move(before, after, places, outcome)
        facts.forget_files(gone)
        self._books.flush()
        outcome.touched = self._books.touched
        outcome.restated = {*before, *after}
        return outcome

    def _move(
        self,
        before: dict[int, tuple[bytes, StateRow]],
        after: dict[int, tuple[bytes, StateRow]],
        places: dict[int, _Place],
        outcome: Outcome,
    ) -> None:
        """Enter and take out entries, touching only feeds that could show a difference."""
        for _, row in before.values():
            self._note(outcome.tally, row, -1)
        for _, row in after.values():
            self._note(outcome.tally, row, 1)
        was = {row.entry_id: row for _, row in before.values() if row.state == ELIGIBLE}
        now = {row.entry_id: row for _, row in after.values() if row.state == ELIGIBLE}
        leaving = [row.file for entry, row in was.items() if entry not in now]
        entering = [row.file for entry, row in now.items() if entry not in was]
        outcome.vanished, outcome.appeared = len(leaving), len(entering)
        for entry in was.keys() & now.keys():
            old, new = was[entry], now[entry]
            if old.file == new.file and new.file not in places:
                continue
            if old.file == new.file and self._keeps_places(places[new.file]):
                outcome.changed += self._restated(old, places[new.file])
                continue
            outcome.changed += 1
            leaving.append(old.file)
            entering.append(new.file)
        shown = {row.file for row in now.values()}
        for file in leaving:
            if file not in shown:
                self._ledger.drop_good(to_text(before[file][0]))
        self._books.drop(sorted(leaving))
        for place in self._present(sorted(entering), places, after):
            self._books.add(self._members(place))
            self._remember(place)

    def _keeps_places(self, place: _Place) -> bool:
        """Whether a changed seed's entry is where it was in all its feeds."""
        return sorted(self._members(place)) == sorted(self._catalog.memberships.members_of([place.row.file]))

    def _restated(self, old: StateRow, place: _Place) -> bool:
        """Touch the feeds of an entry that stays in its places, if it says something else now."""
        differs = old.digest != place.row.digest
        if differs:
            self._books.touch(self._members(place))
        self._remember(place, shown=not differs)
        return differs

    def _present(
        self, files: Iterable[int], places: dict[int, _Place], after: dict[int, tuple[bytes, StateRow]]
    ) -> Iterator[_Place]:
        missing = [file for file in files if file not in places]
        records = self._catalog.facts.records(missing) if missing else {}
        for file in files:
            yield places[file] if file in places else self._place(file, after[file][0], records[file])

    # One seed

    def _place(self, file: int, path: bytes, blob: bytes) -> _Place:
        record = decode_record(blob)
        good = None
        if record.seed is None and record.reason is Reason.INVALID:
            stored = self._ledger.last_good(to_text(path))
            good = decode_seed(stored) if stored is not None else None
        standing = stand(
            record, good, self._now, keep=self._keep, drafts=self._drafts, vouching=self._vouching
        )
        seed = standing.seed
        if standing.reason is not None or seed is None:
            reason = standing.reason or Reason.INVALID
            return _Place(path, standing, StateRow(file, reason.value, False, None, None, None, None))
        assert seed.published is not None
        row = StateRow(
            file=file,
            state=ELIGIBLE,
            kept=standing.kept,
            entry_id=seed.id,
            published=to_micros(seed.published),
            updated=to_micros(updated_at(seed, self._now)),
            digest=entry_digest(self._composer.entry(seed, self._now)),
        )
        return _Place(path, standing, row)

    def _members(self, place: _Place) -> list[MemberRow]:
        seed, row = place.standing.seed, place.row
        assert seed is not None and row.published is not None and row.entry_id is not None
        return self._books.rows(self._composer.memberships(seed), row.published, row.entry_id, row.file)

    def _schedule(self, places: Iterable[_Place]) -> set[int]:
        """Note when seeds' states or entries change, for themselves and for their feeds; return those."""
        events: list[tuple[int, int]] = []
        plans: list[tuple[int, int, int]] = []
        now = to_micros(self._now)
        for place in places:
            seed, file = place.standing.seed, place.row.file
            if seed is None:
                continue
            times = [to_micros(instant) for instant in instants(seed)]
            events += [(at, file) for at in times]
            coming = [at for at in times if at > now]
            if coming:
                feeds = {self._books.feed_id(m.feed) for m in self._composer.memberships(seed)}
                plans += [(feed, at, file) for feed in sorted(feeds) for at in coming]
        self._catalog.states.put_events(events)
        self._catalog.memberships.put_plans(plans)
        return {feed for feed, _, _ in plans}

    def _remember(self, place: _Place, *, shown: bool = False) -> None:
        """Tell the ledger the seed's last good form.

        `shown`: no feed shows a difference; then only what a broken successor is compared with
        counts, so that a new `heat` alone, a site's most common change, costs no write.
        """
        seed = place.standing.seed
        assert seed is not None
        if place.standing.kept:
            return  # the ledger is where it came from
        path = to_text(place.path)
        if shown:
            stored = self._ledger.last_good(path)
            known = decode_seed(stored) if stored is not None else None
            if known is not None and replace(known, heat=seed.heat, quality=seed.quality) == seed:
                return
        self._ledger.keep_good(path, encode(seed))

    @staticmethod
    def _note(tally: Counter[str], row: StateRow, step: int) -> None:
        tally[row.state] += step
        if row.kept and row.state == ELIGIBLE:
            tally[KEPT] += step


def _winner(group: Iterable[tuple[bytes, StateRow]]) -> int:
    """Return the file that stands for an entry: the newest publication, then the smallest path."""
    return min(group, key=lambda pair: (-(pair[1].published or 0), pair[0]))[1].file


def _settled(rows: dict[int, tuple[bytes, StateRow]]) -> dict[int, tuple[bytes, StateRow]]:
    """Return the rows with the winner of each entry eligible and the other candidates duplicates."""
    groups: dict[str, list[tuple[bytes, StateRow]]] = {}
    for path, row in rows.values():
        if row.entry_id is not None:
            groups.setdefault(row.entry_id, []).append((path, row))
    winners = {_winner(group) for group in groups.values()}
    return {
        file: (path, row)
        if row.entry_id is None
        else (path, row._replace(state=ELIGIBLE if file in winners else DUPLICATE))
        for file, (path, row) in rows.items()
    }
