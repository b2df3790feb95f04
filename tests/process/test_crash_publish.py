"""The published store killed, cut off from power and denied the disk, at each of its system calls.

CI tries a sample; `FEEDMILL_TORTURE=10000` tries that many points.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from faultline import publisher
from faultline.forkserver import ForkServer
from faultline.harness import Call, Faultline, Run, points
from faultline.powerloss import lose_power
from faultline.tally import Tally
from feedmill.model.artifact import digest
from feedmill.store import Place
from feedmill.store.local.place import LocalPlace
from feedmill.store.local.store import LocalStore
from store_contract.crashes import (
    KILLED_IN_WRITE,
    TORTURE,
    VERSIONS,
    Crashes,
    Fault,
    check_recovery,
    check_visible,
    restarts,
)

pytestmark = [
    pytest.mark.process,
    pytest.mark.xdist_group("store"),
    pytest.mark.timeout(0 if TORTURE else 240),
]

ERRORS = (errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EMFILE, errno.EROFS, errno.EACCES)


class FolderSite:
    """A feeds folder at some version, made anew for every point."""

    def __init__(self, library: Path, forks: ForkServer | None, folder: Path, before: int) -> None:
        self.before = before
        self.folder = folder
        self.feeds = folder / "feeds"
        self.original = folder / "original"
        self.place: Place = LocalPlace(self.feeds)
        self.faultline = Faultline(library, folder, ["feeds"], forks)
        if before:
            original = LocalPlace(self.original)
            with original.lead("prepare"), original.open() as store:
                for version in range(1, before + 1):
                    publisher.publish(store, version)

    def renew(self) -> None:
        shutil.rmtree(self.feeds, ignore_errors=True)
        if self.before:
            shutil.copytree(self.original, self.feeds)

    def publish(self, version: int, *, tries: int = 1, **how: object) -> Run:
        command = [sys.executable, publisher.__file__, str(self.feeds), str(version), str(tries)]
        env = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        return self.faultline.run(command, env=env, **how)  # type: ignore[arg-type]

    def calls(self, version: int) -> tuple[Call, ...]:
        self.renew()
        run = self.publish(version)
        assert run.returncode == 0, run.output
        assert self.visible() == publisher.documents(version)
        return run.calls

    def faults(self, version: int) -> list[Fault]:
        """Kills at calls, and in the middle of writes."""
        calls = self.calls(version)
        writes = [call.number for call in calls if call.name == "write"]
        return [
            *(("SIGKILL at a system call", at) for at in some(calls, 10)),
            *((KILLED_IN_WRITE, at) for at in (writes if TORTURE else writes[:: len(writes) // 2])),
        ]

    def suffer(self, version: int, fault: Fault) -> str:
        """Be killed."""
        what, at = fault
        run = self.publish(version, at=at, do="tear" if what == KILLED_IN_WRITE else "kill")
        assert run.killed, (what, at)
        return run.output

    def check_tidy(self, context: str) -> None:
        """No temporary file, no journal, a ledger that says that all is well."""
        assert not (tmp := self.feeds / ".feedmill/tmp").exists() or os.listdir(tmp) == [], context
        assert set(os.listdir(self.feeds / ".feedmill")) - {"tmp", "lock"} == {"ledger.db"}, context
        with LocalStore(self.feeds, read_only=True) as store:
            assert not store.memory.history.unclean, context

    def visible(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.feeds)): path.read_bytes()
            for path in self.feeds.rglob("*")
            if path.is_file() and ".feedmill" not in path.parts
        }


NewSite = Callable[[int], FolderSite]


@pytest.fixture
def new_site(library: Path, forks: ForkServer | None, fast_root: Path) -> NewSite:
    """`new_site(1)`: a site at version 1 (0: never published)."""
    return lambda before: FolderSite(library, forks, Path(tempfile.mkdtemp(dir=fast_root)), before)


def some(calls: tuple[Call, ...], wanted: int, shift: int = 0) -> list[int]:
    """Numbers of calls: all of them when tortured."""
    return list(range(1, len(calls) + 1)) if TORTURE else points(calls, wanted, shift)


class TestFolder(Crashes):
    """The store in a folder."""


def model(strict: bool) -> str:
    return "least that POSIX allows" if strict else "journalling file system"


@pytest.mark.parametrize(("before", "after"), VERSIONS)
@pytest.mark.parametrize("strict", [False, True], ids=["journal", "strict"])
def test_power_lost_at_every_call(
    new_site: NewSite, tally: Tally, before: int, after: int, strict: bool
) -> None:
    site = new_site(before)
    calls = site.calls(after)
    old = publisher.documents(before) if before else {}
    new = publisher.documents(after)
    rounds = max(2, TORTURE // (12 * len(calls)))
    end = len(calls) + 1  # power may also go after a good end
    for at in (*some(calls, 4), *range(end, end + 4)):
        for then in restarts(before, after, at):
            for round_ in range(rounds) if TORTURE else (0,):
                with tally.attempt(f"store: power lost, {model(strict)}"):
                    site.renew()
                    run = site.publish(after, at=at, keep=True)
                    chance = random.Random(f"{at} {then} {round_}") if round_ > 1 else None
                    zeros = bool((at // 2 + round_) % 2)
                    lost = lose_power(
                        run.calls, site.faultline.undo, strict=strict, zeros=zeros, chance=chance
                    )
                    context = f"power lost at {at}, round {round_}, {lost} calls undone, {zeros=}, {then=}"
                    for path, body in site.visible().items():
                        if path not in old:  # new documents are flushed before they can be seen
                            assert body == new[path], f"{context}: {path} is not whole"
                    check_recovery(site, then, context)


@pytest.mark.parametrize(("before", "after"), VERSIONS)
@pytest.mark.parametrize("error", ERRORS, ids=errno.errorcode.get)
def test_denied_at_every_call(new_site: NewSite, tally: Tally, before: int, after: int, error: int) -> None:
    site = new_site(before)
    for at in some(site.calls(after), 2, 7 * ERRORS.index(error)):  # each error meets other calls
        for span in (1, 0) if TORTURE else (at % 2,):
            with tally.attempt(f"store: {errno.errorcode[error]} from a system call"):
                site.renew()
                run = site.publish(after, at=at, do=str(error), span=span)
                context = f"{errno.errorcode[error]} from call {at} on, span {span}: {run.output}"
                assert run.returncode in (0, 1, 3), context
                assert "Traceback" not in run.output, context
                check_visible(site, after, context)
                check_recovery(site, after, context)


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EACCES], ids=errno.errorcode.get)
def test_a_store_works_again_when_the_disk_does(new_site: NewSite, tally: Tally, error: int) -> None:
    site = new_site(1)
    for at in some(site.calls(2), 6, error):
        with tally.attempt(f"store: {errno.errorcode[error]} for two calls, then asked again"):
            site.renew()
            run = site.publish(2, at=at, do=str(error), span=2, tries=6)
            context = f"{errno.errorcode[error]} at call {at}: {run.output}"
            assert run.returncode == 0, context
            assert site.visible() == publisher.documents(2), context
            with LocalStore(site.feeds, read_only=True) as store:
                told = {path: document.digest for path, document in store.documents.items()}
            assert told == {path: digest(body) for path, body in publisher.documents(2).items()}, context
            check_recovery(site, 2, context)


def test_nothing_to_do_makes_no_writing_call(new_site: NewSite) -> None:
    site = new_site(1)
    shutil.copytree(site.original, site.feeds)
    run = site.publish(1)
    assert run.returncode == 0, run.output
    assert run.calls == ()
