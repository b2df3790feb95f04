"""The watcher on real inotify: what it hints, what it leaves alone, and what it does when it fails."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from watchdog.observers.inotify_c import InotifyFD, WatchDescriptor

from feedmill.daemon import watch as watching
from feedmill.daemon.inbox import Stage
from feedmill.daemon.watch import Watcher
from feedmill.model.settings import ScanSettings, WatchSettings


class Ear:
    """A watcher and all that it said."""

    def __init__(self, seeds: Path, mode: Any = "native", exclude: tuple[str, ...] = ()) -> None:
        self.hints: list[tuple[str, Stage]] = []
        self.losses: list[str] = []
        self.woken = 0
        self.watcher = Watcher(
            ScanSettings(dir=seeds, exclude=exclude),
            WatchSettings(mode=mode),
            hint=lambda paths, stage: self.hints.extend((path, stage) for path in paths),
            lost=self.losses.append,
            wake=self._wake,
        )
        self.watcher.start()

    def _wake(self) -> None:
        self.woken += 1

    def hears(self, path: str, stage: Stage = Stage.FINISHED) -> None:
        """Wait for a hint."""
        self.until(lambda: (path, stage) in self.hints, f"{path} {stage}")

    def until(self, condition: Callable[[], Any], what: str = "") -> None:
        end = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < end, (what, self.hints, self.losses)
            time.sleep(0.002)

    def fence(self, seeds: Path) -> list[str]:
        """Return the paths hinted up to now, once a file written now is heard of."""
        name = f"fence{len(self.hints)}.md"
        (seeds / name).write_text("x")
        self.hears(name)
        return [path for path, _ in self.hints if not path.startswith("fence")]


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    folder.mkdir()
    return folder


@pytest.fixture
def ear(seeds: Path) -> Iterator[Ear]:
    found = Ear(seeds)
    yield found
    found.watcher.stop()


def test_a_write_is_open_then_finished(ear: Ear, seeds: Path) -> None:
    with (seeds / "a.md").open("w") as file:
        file.write("x")
        file.flush()
        ear.hears("a.md", Stage.SETTLING)
        ear.hears("a.md", Stage.OPEN)
        assert ("a.md", Stage.FINISHED) not in ear.hints
    ear.hears("a.md")
    (seeds / "a.md").unlink()
    (seeds / "b.tmp").write_text("x")
    (seeds / "b.tmp").rename(seeds / "b.md")
    ear.hears("b.md")


def test_nothing_is_told_of_a_folder_that_is_excluded(seeds: Path) -> None:
    (seeds / "feeds" / "topics").mkdir(parents=True)
    ear = Ear(seeds, exclude=("feeds", "**/node_modules"))
    try:
        (seeds / "feeds" / "topics" / "ai").mkdir()
        (seeds / "node_modules" / "x").mkdir(parents=True)
        assert ear.fence(seeds) == []
        assert ear.watcher.describe() == "native (inotify), 1 folder"
    finally:
        ear.watcher.stop()


def test_new_moved_and_deleted_folders(ear: Ear, seeds: Path, tmp_path: Path) -> None:
    (seeds / "new").mkdir()
    ear.hears("new/", Stage.SETTLING)
    (seeds / "new" / "a.md").write_text("x")
    ear.hears("new/a.md")
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in").rename(seeds / "in")
    ear.hears("in/")
    (seeds / "in" / "deep" / "b.md").write_text("x")
    ear.hears("in/deep/b.md")
    (seeds / "in").rename(seeds / "renamed")
    ear.hears("renamed/")
    (seeds / "renamed" / "deep" / "c.md").write_text("x")
    ear.hears("renamed/deep/c.md")
    assert "4 folders" in ear.watcher.describe()
    (seeds / "renamed").rename(tmp_path / "out")
    ear.until(lambda: "2 folders" in ear.watcher.describe())
    (tmp_path / "out" / "deep" / "d.md").write_text("x")
    assert not any("d.md" in path for path in ear.fence(seeds))
    assert ear.losses == []


def test_what_is_no_seed_is_left_alone(ear: Ear, seeds: Path) -> None:
    (seeds / ".git").mkdir()
    (seeds / ".git" / "a.md").write_text("x")
    for name in (".a.md.swp", "a.md~", "#a.md#", "a.png"):
        (seeds / name).write_text("x")
    assert ear.fence(seeds) == []


def test_a_link_is_hinted_when_what_it_leads_to_changes(ear: Ear, seeds: Path) -> None:
    (seeds / "target.md").write_text("x")
    (seeds / "link.md").symlink_to("target.md")
    ear.hears("link.md", Stage.SETTLING)
    ear.hints.clear()
    (seeds / "target.md").write_text("y")
    ear.hears("link.md")
    again = Ear(seeds)  # one that was there before
    (seeds / "target.md").write_text("z")
    again.hears("link.md")
    again.watcher.stop()


def test_a_swapped_link_loses_what_lies_behind_it(ear: Ear, seeds: Path) -> None:
    (seeds / "..1").mkdir()
    (seeds / "..tmp").symlink_to("..1")
    (seeds / "..tmp").rename(seeds / "..data")
    ear.until(lambda: "a link was swapped" in ear.losses)


def test_the_folder_itself_moved_deleted_and_replaced(ear: Ear, seeds: Path, tmp_path: Path) -> None:
    seeds.rename(tmp_path / "away")
    ear.until(lambda: ear.woken, "told at once, not by the heartbeat")
    ear.watcher.check()
    assert "missing" in ear.watcher.describe()
    ear.watcher.check()
    assert len(ear.losses) == 1, "nothing new"
    seeds.mkdir()
    ear.watcher.check()
    assert ear.losses[1:] == ["the seeds folder is there again"]
    (seeds / "a.md").write_text("x")
    ear.hears("a.md")


def test_a_link_to_the_folder_that_is_swapped(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    link = tmp_path / "seeds"
    link.symlink_to("one")
    ear = Ear(link)
    ear.watcher.check()
    assert ear.losses == []
    (tmp_path / "new").symlink_to("two")
    (tmp_path / "new").rename(link)
    ear.watcher.check()
    assert ear.losses == ["the seeds folder was replaced"]
    (tmp_path / "two" / "a.md").write_text("x")
    ear.hears("a.md")
    ear.watcher.stop()


def test_an_overflow_begins_anew(ear: Ear, seeds: Path) -> None:
    ear.watcher._source.on_queue_overflow()  # type: ignore[union-attr]
    assert ear.woken
    ear.watcher.check()
    assert ear.losses == ["inotify's queue overflowed"]
    ear.fence(seeds)
    ear.watcher.check()
    assert len(ear.losses) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_died_is_replaced(ear: Ear, seeds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object) -> None:
        raise RuntimeError("bug")

    with monkeypatch.context() as broken:
        broken.setattr(watching._Inotify, "on_event", die)
        (seeds / "a.md").write_text("x")
        ear.until(lambda: ear.watcher._source.check())  # type: ignore[union-attr]
    ear.watcher.check()
    assert ear.losses == ["the watcher's thread died"]
    ear.fence(seeds)


def test_at_the_limit_it_polls_and_comes_back(seeds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = OSError(errno.ENOSPC, "inotify watch limit reached")
    real = InotifyFD.add_callback

    def refuse(self: Any, path: bytes, *rest: Any) -> Any:
        if path.endswith(b"deep"):
            raise full
        return real(self, path, *rest)

    monkeypatch.setattr(watching, "_RETRY_SECONDS", 0.0)
    monkeypatch.setattr("feedmill.daemon.poll._POLL_SECONDS", 0.05)
    (seeds / "deep").mkdir()
    with monkeypatch.context() as limited:
        limited.setattr(InotifyFD, "add_callback", refuse)
        ear = Ear(seeds)
        assert "polling" in ear.watcher.describe()
        assert "fs.inotify.max_user_watches" in ear.watcher.troubles()[0]
        ear.hears("")
        ear.hints.clear()
        (seeds / "deep" / "a.md").write_text("x")
        ear.hears("")
        ear.watcher.check()
        assert "polling" in ear.watcher.describe(), "tried again, in vain"
        assert ear.losses == []
    ear.watcher.check()
    assert "native" in ear.watcher.describe()
    assert ear.losses == ["native watching works again"]
    assert ear.watcher.troubles() == ()
    (seeds / "deep" / "a.md").write_text("y")
    ear.hears("deep/a.md")
    ear.watcher.stop()


def test_a_new_folder_beyond_the_limit(ear: Ear, seeds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> Any:
        raise OSError(errno.ENOSPC, "inotify watch limit reached")

    monkeypatch.setattr(InotifyFD, "add_callback", refuse)
    (seeds / "deep").mkdir()
    ear.until(lambda: ear.woken)
    ear.watcher.check()
    assert "polling" in ear.watcher.describe()
    assert "cannot be watched" in ear.losses[0]


def test_polling_hints_only_at_changes(seeds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedmill.daemon.poll._POLL_SECONDS", 0.02)
    ear = Ear(seeds, "poll")
    ear.hears("")
    (seeds / "a.md").write_text("x")
    ear.until(lambda: len(ear.hints) == 2)
    time.sleep(0.2)  # nothing happens, several looks long
    assert len(ear.hints) == 2
    (seeds / "a.md").unlink()
    ear.until(lambda: len(ear.hints) == 3)
    ear.watcher.stop()


def test_off_watches_nothing(seeds: Path) -> None:
    ear = Ear(seeds, "off")
    assert ear.watcher.describe() == "off"
    ear.watcher.check()
    assert ear.losses == []


def test_stopping_leaves_no_descriptor_and_no_thread(seeds: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        Ear(seeds).watcher.stop()
    assert len(os.listdir("/proc/self/fd")) <= before


def test_folders_that_may_not_be_read_are_left_out(seeds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, allowed = InotifyFD.add_callback, os.access

    def refuse(self: Any, path: bytes, *rest: Any) -> Any:
        if b"locked" in path:  # what watchdog makes of EACCES
            return WatchDescriptor(-1)
        return real(self, path, *rest)

    monkeypatch.setattr(InotifyFD, "add_callback", refuse)
    monkeypatch.setattr(os, "access", lambda path, mode: b"locked" not in path and allowed(path, mode))
    for name in ("locked", "locked too", "open"):
        (seeds / name).mkdir()
    ear = Ear(seeds)
    assert ear.watcher.describe() == "native (inotify), 2 folders"
    (seeds / "open" / "a.md").write_text("x")
    ear.hears("open/a.md")
    ear.watcher.stop()
