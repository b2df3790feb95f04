"""Weeks in seconds: a mill that lives through days with a clock of its own, as the daemon's does.

Every seed comes out at an instant and goes at another, written as local time in a zone with daylight
saving; a rewritten one takes its place. The clock hops to the next change that the mill announces, as
the scheduler does, and now and then to a rebuild. What has to be out is told by arithmetic alone.
"""

from __future__ import annotations

import gc
import os
import random
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from feedmill.catalog import Catalog
from feedmill.config import loads
from feedmill.model.settings import ServerSettings, Settings
from feedmill.pipeline import Mill, PassReport, PassRequest
from feedmill.server import Origin
from leak.outlets import answers, documents

ZONE = ZoneInfo("Europe/Berlin")
PERIODS = (
    (date(2027, 12, 31), "the year changes"),
    (date(2028, 2, 28), "a leap day"),
    (date(2028, 3, 25), "an hour is skipped"),
    (date(2028, 10, 28), "an hour is repeated"),
)
CONFIG = """
site: {title: Soak, url: "https://feeds.example.org/"}
seeds: {timezone: Europe/Berlin, workers: 1}
guard: {min_entries: 100000}
feeds: {limit: 20}
"""


@dataclass(frozen=True)
class Window:
    """When a seed is out: from `start` until `end`."""

    start: datetime
    end: datetime

    def holds(self, now: datetime) -> bool:
        """Whether the seed is out."""
        return self.start <= now < self.end


@dataclass(frozen=True)
class Measure:
    """What must not grow."""

    memory: int
    threads: int
    descriptors: int
    catalog: int
    ledger: int


@dataclass
class Soak:
    """A site of `size` seeds below `root`."""

    root: Path
    size: int
    seed: int = 1
    now: datetime = datetime(2027, 12, 30, tzinfo=UTC)
    windows: dict[str, Window] = field(default_factory=dict)
    passes: int = 0
    days: int = 0
    measures: list[Measure] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        (self.root / "seeds").mkdir(parents=True)

    def settings(self, name: str) -> Settings:
        """Return settings with feeds and state in the folder `name`."""
        base = self.root / name
        found = loads(CONFIG, base=self.root)
        return replace(
            found, feeds_dir=base / "feeds", configured_feeds_dir=base / "feeds", state_dir=base / "state"
        )

    def live(self, days: int) -> None:
        """Live through `days` days of each period."""
        with Mill(self.settings("main"), clock=lambda: self.now) as mill:
            origin = Origin(mill.store.body, ServerSettings(), lambda: self.now)
            for first, _ in PERIODS:
                for number in range(days):
                    self.day(mill, origin, first + timedelta(days=number))
        origin.close()

    def day(self, mill: Mill, origin: Origin, day: date) -> None:
        """Live through one day, and hold its end against a cold build."""
        self.now = max(self.now, datetime.combine(day, time(), ZONE).astimezone(UTC))
        for number in range(self.size):
            name = f"{number % 7}/{number}.md"
            if name not in self.windows or self.windows[name].end <= self.now:
                self.write(name, day)
        self.check(mill, origin, mill.run(PassRequest(trigger="rebuild")))
        end = datetime.combine(day + timedelta(days=1), time(), ZONE).astimezone(UTC)
        while (coming := mill.next_change()) is not None and coming < end:
            assert coming > self.now
            expected = min(self.instants())
            assert coming == expected, f"announced {coming}, not {expected}"
            self.now = coming - timedelta(microseconds=1)
            if self.passes % 5 == 0:
                self.check(mill, origin, mill.run(PassRequest(trigger="early", paths=frozenset())))
            self.now = coming
            self.check(mill, origin, mill.run(PassRequest(trigger="next-change", paths=frozenset())))
            if self.passes % 50 == 0:
                self.check(mill, origin, mill.run(PassRequest(trigger="rebuild")))
        self.now = end - timedelta(microseconds=1)
        self.check(mill, origin, mill.run(PassRequest(trigger="rebuild")))
        assert documents(self.root / "main/feeds") == self.cold()
        self.days += 1
        self.measures.append(self.measured())

    def check(self, mill: Mill, origin: Origin, report: PassReport) -> None:
        """Exactly those are out whose time it is."""
        self.passes += 1
        out = sum(window.holds(self.now) for window in self.windows.values())
        assert report.eligible == out, f"{report.eligible} at {self.now}, not {out}"
        assert report.held is None
        assert not report.problems
        origin.install(mill.generation())
        if self.passes % 10 == 0:
            for (target, _), (status, _, _) in answers(origin, ["/all.atom", "/", "/feeds.json"]).items():
                assert status == 200, target

    def instants(self) -> Iterator[datetime]:
        """Every instant to come at which something changes."""
        for window in self.windows.values():
            yield from (at for at in (window.start, window.end) if at > self.now)

    def write(self, name: str, day: date) -> None:
        """Give a seed its next window, in local time, often near midnight or an hour that is none."""
        chance = self.chance
        clock = [time(0, 0), time(2, 30), time(2, 59, 59), time(3, 0), time(23, 59, 59)]
        moment = (
            chance.choice(clock)
            if chance.random() < 0.3
            else time(chance.randrange(24), chance.randrange(60))
        )
        start = datetime.combine(day, moment)
        end = start + timedelta(minutes=chance.choice((1, 30, 60, 240, 1500)))
        text = (
            f"---\ntitle: Number {name} of {day}\nwebUrl: https://example.org/{name}/{day}\n"
            f"publishedDateTime: {start.isoformat()}\nexpiryDateTime: {end.isoformat()}\n"
            f"topics: [Topic {chance.randrange(10)}]\nprovider: Provider {chance.randrange(5)}\n---\nText.\n"
        )
        path = self.root / "seeds" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        self.windows[name] = Window(_utc(start), _utc(end))

    def cold(self) -> dict[str, bytes]:
        """Build anew, with a copy of the ledger and no catalog."""
        shutil.rmtree(self.root / "cold", ignore_errors=True)
        shutil.copytree(self.root / "main/feeds/.feedmill", self.root / "cold/feeds/.feedmill")
        with Mill(self.settings("cold"), clock=lambda: self.now, catalog=Catalog()) as mill:
            mill.run(PassRequest())
        return documents(self.root / "cold/feeds")

    def measured(self) -> Measure:
        """Measure what must not grow."""
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        main = self.root / "main"
        return Measure(
            memory=pages * os.sysconf("SC_PAGE_SIZE"),
            threads=threading.active_count(),
            descriptors=len(os.listdir("/proc/self/fd")),
            catalog=sum(path.stat().st_size for path in (main / "state").glob("catalog.db*")),
            ledger=sum(path.stat().st_size for path in (main / "feeds/.feedmill").glob("ledger.db*")),
        )


def _utc(local: datetime) -> datetime:
    return local.replace(tzinfo=ZONE, fold=0).astimezone(UTC)
