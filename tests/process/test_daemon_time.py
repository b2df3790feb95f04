"""The daemon keeps time: never early, at most a second late, whatever the clock or the machine does."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from operated.daemon import Daemon, Folder, Operator, eventually, fair, held, seed_text

pytestmark = pytest.mark.process

Site = Callable[..., Folder]
Require = Callable[..., str]


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_an_embargo_ends_on_its_second(site: Site, operator: Operator) -> None:
    folder = site()
    operator.run(folder)
    start = datetime.now(UTC)
    instants = [start + timedelta(seconds=1.5 + 0.7 * n) for n in range(3)]
    for n, at in enumerate(instants):
        folder.write(f"n{n}.md", seed_text(f"n{n}", date=stamp(at)))
    expiry = start + timedelta(seconds=3.6)
    folder.write("gone.md", seed_text("gone", more=f"expiryDateTime: {stamp(expiry)}\n"))
    eventually(lambda: "gone" in folder.titles())
    for n, at in enumerate(instants):
        while f"n{n}" not in folder.titles():
            assert datetime.now(UTC) < at + timedelta(seconds=fair(1)), f"n{n} is late"
            time.sleep(0.002)
        assert datetime.now(UTC) >= at - timedelta(milliseconds=1), f"n{n} is early"
    while "gone" in folder.titles():
        assert datetime.now(UTC) < expiry + timedelta(seconds=fair(1)), "an expired entry stays"
        time.sleep(0.002)
    assert datetime.now(UTC) >= expiry - timedelta(milliseconds=1)


def test_after_a_sleep_what_is_due_is_there_within_two_seconds(daemon: Daemon) -> None:
    due = datetime.now(UTC) + timedelta(seconds=1)
    daemon.folder.write("due.md", seed_text("due", date=stamp(due)))
    eventually(lambda: daemon.status()["counts"]["withheld"]["scheduled"] == 1)
    with held(daemon):
        eventually(lambda: datetime.now(UTC) > due + timedelta(seconds=0.3))
        assert daemon.folder.titles() == {"first"}
    daemon.shows("first", "due", within=fair(2))


class Faketime:
    """The clock of a daemon under libfaketime: its monotonic clock stays true, the wall clock is ours."""

    def __init__(self, file: Path, library: Path) -> None:
        self.file = file
        self.set(timedelta())
        self.env = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def set(self, ahead: timedelta) -> None:
        """Set the clock so much ahead of the true one (or behind it)."""
        aside = self.file.with_suffix(".new")
        aside.write_text(f"{ahead.total_seconds():+.0f}\n")
        aside.replace(self.file)


@pytest.fixture
def faketime(require: Require, tmp_path: Path) -> Faketime:
    require("faketime")
    library = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
    assert library is not None, "faketime without its library"
    return Faketime(tmp_path / "now", library)


def test_clock_jumps_both_ways(site: Site, operator: Operator, faketime: Faketime) -> None:
    folder = site()
    now = datetime.now(UTC)
    folder.write("always.md", seed_text("always"))
    folder.write("tomorrow.md", seed_text("tomorrow", date=stamp(now + timedelta(hours=20))))
    folder.write(
        "lapsing.md", seed_text("lapsing", more=f"expiryDateTime: {stamp(now + timedelta(hours=20))}\n")
    )
    daemon = operator.run(folder, env=faketime.env)
    daemon.shows("always", "lapsing", within=fair(1))
    faketime.set(timedelta(days=1))
    daemon.shows("always", "tomorrow", within=fair(3))
    faketime.set(timedelta(hours=-1))
    daemon.shows("always", "lapsing", within=fair(3))
    eventually(lambda: any("clock" in line["trigger"] for line in daemon.passes()))  # told after it is done
    assert daemon.alive()


def test_a_day_asleep(site: Site, operator: Operator, faketime: Faketime) -> None:
    folder = site()
    now = datetime.now(UTC)
    folder.write("tomorrow.md", seed_text("tomorrow", date=stamp(now + timedelta(hours=20))))
    daemon = operator.run(folder, env=faketime.env)
    with held(daemon):
        faketime.set(timedelta(days=1))
    daemon.shows("tomorrow", within=fair(3))
    planned = {run["job"]: run["at"] for run in daemon.status()["next"]}
    eventually(
        lambda: (
            {run["job"]: run["at"] for run in daemon.status()["next"]}["rebuild"]
            > stamp(now + timedelta(days=1))
        ),
        f"the next rebuild is planned by the new clock: {planned}",
    )


def test_a_day_down(site: Site, operator: Operator, faketime: Faketime) -> None:
    folder = site()
    now = datetime.now(UTC)
    folder.write("always.md", seed_text("always"))
    folder.write("tomorrow.md", seed_text("tomorrow", date=stamp(now + timedelta(hours=20))))
    daemon = operator.run(folder, env=faketime.env)
    daemon.shows("always", within=fair(1))
    daemon.process.kill()
    daemon.ended()
    faketime.set(timedelta(days=1))
    operator.run(folder, env=faketime.env).shows("always", "tomorrow", within=fair(1))


def test_rebuild_by_interval(site: Site, operator: Operator) -> None:
    folder = site("watch: {mode: 'off'}\nschedule: {rebuild: {every: 1s}}")
    daemon = operator.run(folder)
    folder.write("one.md")
    daemon.shows("one", within=fair(5))
    eventually(lambda: any(line["trigger"] == "schedule" for line in daemon.passes()))


def test_a_hostile_seed_delays_no_embargo(site: Site, operator: Operator) -> None:
    """Four megabytes that take seconds to decode are another process's, which is ended in time."""
    folder = site()
    daemon = operator.run(folder)
    due = datetime.now(UTC) + timedelta(seconds=2)
    folder.write("due.md", seed_text("due", date=stamp(due)))
    eventually(lambda: daemon.status()["counts"]["withheld"]["scheduled"] == 1)
    eventually(lambda: datetime.now(UTC) > due - timedelta(seconds=0.5))
    front = "title: x\nwebUrl: https://x.org/\ntopics:\n" + "- a\n" * 1_000_000
    folder.write("hostile.md", f"---\n{front}---\n")
    while "due" not in folder.titles():
        assert datetime.now(UTC) < due + timedelta(seconds=fair(2)), "the embargo is late"
        time.sleep(0.002)
    eventually(lambda: any("to decode" in str(line) for line in daemon.lines("fault")))


def test_a_deleted_faulty_seed_is_not_mended(daemon: Daemon) -> None:
    file = daemon.folder.write("bad.md", "---\ntitle: [\n---\n")
    eventually(lambda: any("bad.md" in str(line) for line in daemon.lines("fault")))
    file.unlink()
    eventually(lambda: any("bad.md" in str(line) for line in daemon.lines("deleted")))
    assert not daemon.lines("mended")
