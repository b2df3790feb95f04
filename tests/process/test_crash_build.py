"""`feedmill build` and `run` killed, cut off from power and denied the disk at its writing system calls.

CI tries a sample of about 50 points; `FEEDMILL_TORTURE=10000` tries that many.
"""

from __future__ import annotations

import errno
import os
import random
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from conftest import Start
from faultline.forkserver import ForkServer
from faultline.harness import Call, Faultline, Run, points, read_log
from faultline.powerloss import lose_power
from faultline.tally import Tally
from feedmill.model.archive import split_archive
from feedmill.store.local.store import LocalStore
from operated.daemon import eventually

TORTURE = int(os.environ.get("FEEDMILL_TORTURE", "0"))
pytestmark = [pytest.mark.process, pytest.mark.timeout(0 if TORTURE else 600)]

CONFIG = """
site: {title: Site, url: "https://feeds.example.net/", id: "https://feeds.example.net/"}
feeds: {archive: month, limit: 1}
server: {enabled: false}
admin: {enabled: false}
"""
SEED = """---
title: Seed {name}, version {version}
webUrl: https://example.com/{name}
publishedDateTime: 2024-{month:02}-01T00:00:00Z
topics: [{topics}]
provider: {provider}
---
{body}
"""
KEPT = {"tmp", "lock", "token", "control.sock", "seal.json"}
"""What may be in feedmill's own folders between two runs, besides the two databases."""
ERRORS = (errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EMFILE, errno.EROFS, errno.EACCES)


def seeds(version: int) -> dict[str, str]:
    """Seeds of two months: from version 1 to 2 one changes, two go (a month is empty then), one comes."""
    found = {
        name: SEED.format(
            name=name,
            version=version if name == "changes" else 1,
            month=1 + number % 2,
            topics=f"Topic {name}, Everything",
            provider="Somebody" if number % 2 else f"Provider {name}",
            body=f"Text of {name}. " * 400,
        )
        for number, name in enumerate(("changes", "goes", "stays", "withdrawn"))
        if version == 1 or name != "goes"
    }
    if version == 2:
        found["comes"] = found["stays"].replace("stays", "comes").replace("2024-01", "2023-05")
        found["withdrawn"] = found["withdrawn"].replace("---\n", "---\npublished: false\n", 1)
    return {f"{name}.md": text for name, text in found.items()}


class Site:
    """A site at `before` (0: never built) whose seeds are already those of the version after."""

    def __init__(self, library: Path, forks: ForkServer | None, folder: Path, before: int) -> None:
        self.what = "after edits" if before else "the first"
        self.folder = folder
        self.feeds = folder / "feeds"
        self.faultline = Faultline(library, folder, ["feeds", ".feedmill"], forks)
        (folder / "config.yaml").write_text(CONFIG)
        if before:
            self.put(seeds(before))
            assert self.build().returncode == 0
        self.old = self.visible()
        self.put(seeds(before + 1))
        for name in ("feeds", ".feedmill"):
            if (folder / name).exists():
                shutil.copytree(folder / name, folder / "before" / name)
        undisturbed = self.build()
        assert undisturbed.returncode == 0, undisturbed.output
        self.calls = undisturbed.calls
        self.new = self.visible()

    def put(self, files: Mapping[str, str]) -> None:
        shutil.rmtree(self.folder / "seeds", ignore_errors=True)
        (self.folder / "seeds").mkdir()
        for name, text in files.items():
            (self.folder / "seeds" / name).write_text(text)

    def renew(self) -> None:
        for name in ("feeds", ".feedmill"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
            if (self.folder / "before" / name).exists():
                shutil.copytree(self.folder / "before" / name, self.folder / name)

    def feedmill(self, command: str, **how: object) -> Run:
        program = str(Path(sys.executable).with_name("feedmill"))
        return self.faultline.run([program, command], **how)  # type: ignore[arg-type]

    def build(self, **how: object) -> Run:
        return self.feedmill("build", **how)

    def visible(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.feeds)): path.read_bytes()
            for path in self.feeds.rglob("*")
            if path.is_file() and ".feedmill" not in path.parts
        }

    def check_visible(self, context: str) -> None:
        """No document is half, no index names what is not there (docs/promises.md, Whole documents)."""
        there = self.visible()
        for path, body in there.items():
            assert body in (self.old.get(path), self.new.get(path)), f"{context}: {path} is not whole"
        for index in ("index.html", "feeds.opml", "feeds.json"):
            named = re.findall(rb"https://feeds.example.net/([a-z0-9./-]+)", there.get(index, b""))
            missing = {name.decode() for name in named} - set(there)
            assert not missing, f"{context}: {index} names {missing}"
        self.check_chains(there, context)

    def check_chains(self, there: Mapping[str, bytes], context: str) -> None:
        """Whoever starts at a feed comes to no archive that is not there (RFC 5005)."""
        ways = [
            path for path in there if path.endswith((".atom", ".rss")) and split_archive(path[:-5]) is None
        ]
        seen: set[str] = set()
        while ways:
            path = ways.pop()
            assert path in there, f"{context}: {path} is named, and not there"
            if path not in seen:
                seen.add(path)
                links = re.findall(rb'<[^>]*link[^>]* rel="(?:prev|next)-archive"[^>]*>', there[path])
                found = (re.search(rb'href="https://feeds.example.net/([^"]*)"', link) for link in links)
                ways += [name[1].decode() for name in found if name is not None]

    def check_recovery(self, context: str) -> None:
        """The next build ends as an undisturbed one, and leaves nothing (docs/promises.md, After a crash)."""
        again = self.build()
        context += f"\n{again.output}"
        assert again.returncode == 0, context
        assert self.visible() == self.new, context
        tmp = self.feeds / ".feedmill/tmp"
        assert not tmp.exists() or os.listdir(tmp) == [], context
        own = set(os.listdir(self.feeds / ".feedmill")) | set(os.listdir(self.folder / ".feedmill"))
        assert own - KEPT == {"ledger.db", "catalog.db"}, context
        with LocalStore(self.feeds, read_only=True) as store:
            assert store.problems == (), context
            assert not store.memory.history.unclean, context
            assert set(store.documents) == set(self.new), context


@pytest.fixture(scope="session", params=[0, 1], ids=["cold", "edited"])
def site(
    request: pytest.FixtureRequest,
    library: Path,
    forks: ForkServer | None,
    fast_root: Path,
) -> Site:
    # Made anew where xdist hands a process tests of one form, then of the other, then of the first again.
    folder = Path(tempfile.mkdtemp(prefix=f"crash-{request.param}-", dir=fast_root))
    return Site(library, forks, folder, request.param)


def some(calls: tuple[Call, ...], wanted: int, shift: int = 0) -> list[int]:
    """Numbers of calls: all of them when tortured."""
    return list(range(1, len(calls) + 1)) if TORTURE else points(calls, wanted, shift)


def model(strict: bool) -> str:
    return "least that POSIX allows" if strict else "journalling file system"


def test_a_build_writes_in_its_own_folders_alone(site: Site) -> None:
    outside = Faultline(site.faultline.library, site.folder, ["."])
    outside.roots = (site.folder,)
    site.renew()
    site.faultline, inside = outside, site.faultline
    try:
        run = site.build()
    finally:
        site.faultline = inside
    own = (str(site.feeds), str(site.folder / ".feedmill"))
    assert len(run.calls) > 50
    assert [call for call in run.calls if not (call.other or call.path).startswith(own)] == []


def test_killed(site: Site, tally: Tally) -> None:
    for at in some(site.calls, 15):
        with tally.attempt(f"feedmill build, {site.what}: SIGKILL at a system call"):
            site.renew()
            run = site.build(at=at)
            context = f"killed at {at}: {site.calls[at - 1]}"
            assert run.killed, context
            site.check_visible(context)
            site.check_recovery(context)


def test_a_daemon_killed(site: Site, tally: Tally, start_feedmill: Start) -> None:
    site.renew()
    log, said = site.folder / "daemon.calls", site.folder / "daemon.log"
    daemon = start_feedmill("run", cwd=site.folder, env=site.faultline.environment(log=log), log=said)
    eventually(lambda: '"ready"' in said.read_text())
    daemon.kill()
    for at in some(tuple(read_log(log)), 6):
        with tally.attempt(f"feedmill run, {site.what}: SIGKILL at a system call"):
            site.renew()
            run = site.feedmill("run", at=at)
            assert run.killed, f"daemon to be killed at {at}: {run.output}"
            site.check_visible(f"daemon killed at {at}")
            site.check_recovery(f"daemon killed at {at}")


@pytest.mark.parametrize("strict", [False, True], ids=["journal", "strict"])
def test_power_lost(site: Site, tally: Tally, strict: bool) -> None:
    rounds = max(2, TORTURE // (8 * len(site.calls)))
    for at in (*some(site.calls, 4), len(site.calls) + 1):
        for round_ in range(rounds) if TORTURE else (at % 2,):
            with tally.attempt(f"feedmill build, {site.what}: power lost, {model(strict)}"):
                site.renew()
                run = site.build(at=at, keep=True)
                chance = random.Random(f"{at} {round_}") if round_ > 1 else None
                zeros = bool(round_ % 2)
                lost = lose_power(run.calls, site.faultline.undo, strict=strict, zeros=zeros, chance=chance)
                site.check_recovery(f"power lost at {at}, {lost} calls undone, {zeros=}")


@pytest.mark.parametrize("error", ERRORS, ids=errno.errorcode.get)
def test_denied(site: Site, tally: Tally, error: int) -> None:
    for at in some(site.calls, 2, 7 * ERRORS.index(error)):
        for span in (1, 0) if TORTURE else (at % 2,):
            with tally.attempt(f"feedmill build, {site.what}: {errno.errorcode[error]} from a system call"):
                site.renew()
                run = site.build(at=at, do=str(error), span=span)
                context = f"{errno.errorcode[error]} from call {at} on, span {span}: {run.output}"
                assert run.returncode in (0, 1, 3), context
                assert "Traceback" not in run.output, context
                site.check_visible(context)
                site.check_recovery(context)
