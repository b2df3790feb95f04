"""Chains: the archives of feeds as a catalog has them now. Each step is one look into an index."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator

from feedmill.catalog import FeedRecord, RankedRow
from feedmill.compose import FeedSpec, is_closed, period_of, turned
from feedmill.model.archive import Period, archive_path
from feedmill.model.feed import History
from feedmill.model.instant import Instant, from_micros
from feedmill.model.taxonomy import ALL, FeedKey
from feedmill.pipeline.cache import BoundedCache
from feedmill.pipeline.one_pass import Pass

_FEEDS = 4_000


class Chain:
    """The periods of one feed that are over and have entries.

    One whose document something foreign keeps out (`refused`) is passed over: nothing names what is not
    there.
    """

    def __init__(self, run: Pass, spec: FeedSpec, record: FeedRecord | None, refused: Container[str]) -> None:
        assert spec.archive != "off"
        self._members = run.catalog.memberships
        self._at = run.at
        self._by = spec.archive
        self._path = spec.path
        self._feed, self._total = (record.id, record.total) if record is not None else (0, 0)
        self._refused = refused

    def path(self, period: Period | None) -> str:
        """Return the path of a period's documents, without suffix; "" for none."""
        return archive_path(self._path, period) if period is not None else ""

    def is_refused(self, period: Period) -> bool:
        """Whether something foreign stands where the document would."""
        return f"{self.path(period)}.atom" in self._refused

    def has(self, period: Period) -> bool:
        """Whether the period is in the chain."""
        if not is_closed(period, self._at) or self.is_refused(period):
            return False
        at = self._members.newest_before(self._feed, period.end)
        return at is not None and at >= period.start

    def newest(self) -> Period | None:
        """Return the newest archive."""
        return self._before(self._open)

    def before(self, period: Period) -> Period | None:
        """Return the archive before a period."""
        return self._before(period.start)

    def after(self, period: Period) -> Period | None:
        """Return the archive after a period."""
        at = self._members.oldest_from(self._feed, period.end)
        while at is not None and at < self._open:
            found = period_of(at, self._by)
            if not self.is_refused(found):
                return found
            at = self._members.oldest_from(self._feed, found.end)
        return None

    def __iter__(self) -> Iterator[Period]:
        """Yield all archives, the newest first."""
        period = self.newest()
        while period is not None:
            yield period
            period = self.before(period)

    def between(self, start: int, end: int) -> Iterator[Period]:
        """Yield the periods with entries that lie between two instants, open ones too, the newest first."""
        at = self._members.newest_before(self._feed, end)
        while at is not None and at >= start:
            period = period_of(at, self._by)
            yield period
            at = self._members.newest_before(self._feed, period.start)

    def rows(self, period: Period) -> list[RankedRow]:
        """Return the entries of a period, in the feed's order; none while it is open."""
        if not is_closed(period, self._at):
            return []
        return self._members.between(self._feed, period.start, period.end)

    def size(self, period: Period) -> int:
        """Return how many entries a period has."""
        count = self._members.count_from
        return count(self._feed, period.start) - count(self._feed, period.end)

    def count_until(self, period: Period) -> int:
        """Return how many entries a period and those before it have."""
        return self._total - self._members.count_from(self._feed, period.end)

    def history(self, period: Period) -> History:
        """Return what the archive of a period says of the others."""
        return History(
            current=self._path,
            previous=self.path(self.before(period)),
            next=self.path(self.after(period)),
        )

    def closes(self) -> int | None:
        """Return when the next period with entries will be over, None where all are."""
        at = self._members.oldest_from(self._feed, self._open)
        return None if at is None else period_of(at, self._by).end

    def changes(self) -> dict[Period, int]:
        """Return the archives that are planned to change by themselves, and when: with an entry of theirs."""
        found: dict[Period, int] = {}
        for published, at in self._members.changing(self._feed, self._at):
            period = period_of(published, self._by)
            if is_closed(period, self._at):
                found[period] = min(at, found.get(period, at))
        return found

    def _before(self, at: int) -> Period | None:
        newest = self._members.newest_before(self._feed, at)
        while newest is not None:
            found = period_of(newest, self._by)
            if not self.is_refused(found):
                return found
            newest = self._members.newest_before(self._feed, found.start)
        return None

    @property
    def _open(self) -> int:
        return period_of(self._at, self._by).start


class NewestArchives:
    """What feeds say of their archives: the newest one, and how many entries are in archives.

    Remembered from pass to pass (of so many feeds): what is published later than the newest archive changes
    neither, so an edit of today asks about no archive.
    """

    def __init__(self, run: Pass, refused: Collection[str]) -> None:
        self._open = _open_period(run)
        self._refused = frozenset(refused)
        self._known: BoundedCache[FeedKey, tuple[str, int]] = BoundedCache(_FEEDS)

    def holds(self, run: Pass, touched: Iterable[tuple[FeedKey, Period]], refused: Collection[str]) -> bool:
        """Whether all of it is so after a pass that touched these periods: none that is over, by now."""
        same = self._open == _open_period(run) and self._refused == refused
        return same and not any(is_closed(period, run.at) for _, period in touched)

    def of(self, run: Pass, spec: FeedSpec, record: FeedRecord | None) -> tuple[str, int]:
        """Return the path of a feed's newest archive, "" of none, and how many entries are in archives."""
        found = self._known.get(spec.key)
        if found is None:
            chain = Chain(run, spec, record, self._refused)
            newest = chain.newest()
            found = chain.path(newest), chain.count_until(newest) if newest is not None else 0
            self._known.put(spec.key, found)
        return found


def _open_period(run: Pass) -> frozenset[tuple[FeedKey, Period]]:
    """Return the period that is open now; none where there are no archives."""
    return run.composer.periods([(ALL, run.at)])


def turned_periods(run: Pass, last: int) -> frozenset[tuple[FeedKey, Period]]:
    """Return the periods, by feed, that closed or opened again since the instant `last`."""
    by = run.composer.spec(ALL).archive
    if by == "off":
        return frozenset()
    start, end = turned(last, run.at, by)
    if start == end:
        return frozenset()
    memberships = run.catalog.memberships
    specs = [run.composer.spec(key) for key in memberships.published_between(start, end)]
    records = memberships.find(spec.key for spec in specs)
    return frozenset(
        (spec.key, period)
        for spec in specs
        if spec.archive != "off"
        for period in Chain(run, spec, records[spec.key], ()).between(start, end)
    )


def next_turn(run: Pass) -> Instant | None:
    """Return when the next period with entries will be over, None where there are no archives."""
    spec = run.composer.spec(ALL)
    record = run.catalog.memberships.find([ALL]).get(ALL)
    if spec.archive == "off" or record is None:
        return None
    at = Chain(run, spec, record, ()).closes()
    return None if at is None else from_micros(at)
