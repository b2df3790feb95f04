"""The published store killed, cut off from power and denied the disk, at each of its system calls.

CI tries a sample; `FEEDMILL_TORTURE=10000` tries that many points.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from faultline import publisher
from faultline.harness import Call, Faultline, Run, build
from faultline.powerloss import lose_power
from feedmill.publish import Store

pytestmark = pytest.mark.process

TORTURE = int(os.environ.get("FEEDMILL_TORTURE", "0"))
VERSIONS = ((0, 1), (1, 2), (2, 3))
ERRORS = (errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EMFILE, errno.EROFS, errno.EACCES)


@pytest.fixture(scope="session")
def library(require: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(require("cc", "gcc", "clang"), tmp_path_factory.mktemp("faultline"))


class Site:
    """A feeds folder at some version, made anew for every point."""

    def __init__(self, library: Path, folder: Path, before: int) -> None:
        self.before = before
        self.folder = folder
        self.feeds = folder / "feeds"
        self.original = folder / "original"
        self.faultline = Faultline(library, folder, ["feeds"])
        if before:
            with Store(self.original) as store:
                for version in range(1, before + 1):
                    publisher.publish(store, version)

    def renew(self) -> None:
        shutil.rmtree(self.feeds, ignore_errors=True)
        if self.before:
            shutil.copytree(self.original, self.feeds)

    def publish(self, version: int, *, tries: int = 1, **how: object) -> Run:
        command = [sys.executable, publisher.__file__, str(self.feeds), str(version), str(tries)]
        env = {"PYTHONPATH": str(Path(publisher.__file__).parent.parent)}
        return self.faultline.run(command, env=env, **how)  # type: ignore[arg-type]

    def calls(self, version: int) -> tuple[Call, ...]:
        self.renew()
        run = self.publish(version)
        assert run.returncode == 0, run.output
        assert self.visible() == publisher.documents(version)
        return run.calls

    def visible(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.feeds)): path.read_bytes()
            for path in self.feeds.rglob("*")
            if path.is_file() and ".feedmill" not in path.parts
        }


def sample(total: int, wanted: int) -> Iterator[int]:
    """Numbers from 1 to `total`: all of them when tortured, else evenly spread ones."""
    if TORTURE or total <= wanted:
        return iter(range(1, total + 1))
    return iter(sorted({1 + n * (total - 1) // (wanted - 1) for n in range(wanted)}))


def check_visible(site: Site, after: int, context: str) -> None:
    """Each document is whole, and no index names what is not there (DESIGN 8.1)."""
    old = publisher.documents(site.before) if site.before else {}
    new = publisher.documents(after)
    there = site.visible()
    for path, body in there.items():
        assert body in (old.get(path), new.get(path)), f"{context}: {path} is not whole"
    if "index.html" in there:
        missing = publisher.named(there["index.html"]) - set(there)
        assert not missing, f"{context}: the index names {missing}"


def check_recovery(site: Site, after: int, context: str) -> None:
    """The next start ends with the bytes of an undisturbed run (DESIGN 8.2), and so does the one after."""
    with Store(site.feeds) as store:
        assert store.problems == (), context
        store.verify()
        assert not (tmp := site.feeds / ".feedmill/tmp").exists() or os.listdir(tmp) == [], context
        assert publisher.publish(store, after).problems == (), context
        assert site.visible() == publisher.documents(after), context
        assert set(store.documents) == set(publisher.documents(after)), context
    assert sorted(set(os.listdir(site.feeds / ".feedmill")) - {"tmp"}) == ["ledger.db"], context
    with Store(site.feeds) as store:
        assert not store.memory.history.unclean, context
        assert store.verify(hash_all=True) == frozenset(), context
        assert publisher.publish(store, after).written == (), context
        assert store.last_good("a.md") == b"good %d" % after, context


@pytest.mark.parametrize(("before", "after"), VERSIONS)
@pytest.mark.parametrize("do", ["kill", "tear"])
def test_killed_at_every_call(library: Path, tmp_path: Path, before: int, after: int, do: str) -> None:
    site = Site(library, tmp_path, before)
    calls = site.calls(after)
    for at in sample(len(calls), 9):
        if do == "tear" and calls[at - 1].name != "write":
            continue
        # A restart may find other seeds than those that the killed run published.
        for then in (after, before or 2) if TORTURE else (after if at % 2 else (before or 2),):
            site.renew()
            run = site.publish(after, at=at, do=do)
            context = f"{do} at {at}: {calls[at - 1]}, then version {then}"
            assert run.killed, context
            check_visible(site, after, context)
            check_recovery(site, then, context)


@pytest.mark.parametrize(("before", "after"), VERSIONS)
@pytest.mark.parametrize("strict", [False, True], ids=["journal", "strict"])
def test_power_lost_at_every_call(
    library: Path, tmp_path: Path, before: int, after: int, strict: bool
) -> None:
    site = Site(library, tmp_path, before)
    calls = site.calls(after)
    whole = set(publisher.documents(after)) - set(publisher.documents(before) if before else ())
    for round_ in range(max(1, TORTURE // (6 * len(calls)))):
        for at in sample(len(calls) + 1, 6):
            chance = random.Random(at * 1000 + round_)
            site.renew()
            run = site.publish(after, at=at, keep=True)
            zeros = bool(chance.getrandbits(1))
            lost = lose_power(run.calls, site.faultline.undo, strict=strict, zeros=zeros, chance=chance)
            context = f"power lost at {at}, round {round_}, {lost} calls undone, zeros={zeros}"
            for path, body in site.visible().items():
                if path in whole:
                    assert body == publisher.documents(after)[path], f"{context}: {path} is not whole"
            check_recovery(site, after, context)


@pytest.mark.parametrize(("before", "after"), VERSIONS)
@pytest.mark.parametrize("error", ERRORS, ids=errno.errorcode.get)
def test_denied_at_every_call(library: Path, tmp_path: Path, before: int, after: int, error: int) -> None:
    site = Site(library, tmp_path, before)
    total = len(site.calls(after))
    for at in sample(total, 3):
        for span in (1, 0) if TORTURE else (at % 2,):
            site.renew()
            run = site.publish(after, at=at, do=str(error), span=span)
            context = f"{errno.errorcode[error]} from call {at} on, span {span}: {run.output}"
            assert run.returncode in (0, 1, 3), context
            assert "Traceback" not in run.output, context
            check_visible(site, after, context)
            check_recovery(site, after, context)


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EACCES], ids=errno.errorcode.get)
def test_a_store_works_again_when_the_disk_does(library: Path, tmp_path: Path, error: int) -> None:
    site = Site(library, tmp_path, 1)
    total = len(site.calls(2))
    for at in sample(total, 7):
        site.renew()
        run = site.publish(2, at=at, do=str(error), span=2, tries=6)
        context = f"{errno.errorcode[error]} at call {at}: {run.output}"
        assert run.returncode == 0, context
        assert site.visible() == publisher.documents(2), context
        check_recovery(site, 2, context)


def test_nothing_to_do_makes_no_writing_call(library: Path, tmp_path: Path) -> None:
    site = Site(library, tmp_path, 1)
    shutil.copytree(site.original, site.feeds)
    run = site.publish(1)
    assert run.returncode == 0, run.output
    assert run.calls == ()
