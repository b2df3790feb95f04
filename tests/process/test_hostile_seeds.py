"""One hostile seed, whatever it is made of: bounded time and memory, a clear report, the others go on.

Each is milled on the daemon's single-seed path by a process that the kernel ends when it takes more
than `attack.CPU_SECONDS` or `attack.MEMORY`; nothing here measures time. CI mills a quarter of a megabyte
of each; `FEEDMILL_TORTURE=1` the largest that `seeds.max_bytes` lets in.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from feedmill.config import loads
from feedmill.pipeline import Mill, PassRequest
from hostile import attack
from operated.daemon import Folder, Operator, eventually, fair, seed_text
from reliability.results import keep

TORTURE = bool(os.environ.get("FEEDMILL_TORTURE"))
SIZE = 4 << 20 if TORTURE else 1 << 18
pytestmark = [
    pytest.mark.process,
    pytest.mark.xdist_group("hostile"),
    pytest.mark.timeout(0 if TORTURE else 300),
]


@pytest.fixture(scope="session")
def outcomes(
    tmp_path_factory: pytest.TempPathFactory,
) -> Mapping[str, dict[str, Any]]:
    """What became of every attack."""
    folder = tmp_path_factory.mktemp("hostile")
    tests = str(Path(attack.__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, attack.__file__, str(folder), *attack.names()],
        env={
            **os.environ,
            "PYTHONPATH": tests,
            "FEEDMILL_HOSTILE_BYTES": str(SIZE),
            "FEEDMILL_HOSTILE_CPU": "20" if TORTURE else "4",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    found = {line["name"]: line for line in map(json.loads, done.stdout.splitlines())}
    alive = [line for line in found.values() if "signal" not in line]
    keep(
        "One seed cannot stop the others",
        f"hostile seeds of {SIZE >> 10} KiB, one at a time, bounded by RLIMIT_CPU and RLIMIT_AS",
        len(found),
        f"dearest {max(line['cpu'] for line in alive):.1f} s CPU, "
        f"{max(line['memory'] for line in alive) >> 20} MiB more, load {os.getloadavg()[0]:.1f}",
        failed=len(found) - len(alive),
    )
    return found


@pytest.mark.parametrize("name", attack.names())
def test_a_hostile_seed_is_bounded(outcomes: Mapping[str, dict[str, Any]], name: str) -> None:
    outcome = outcomes.get(name)
    assert outcome is not None, "the process ended without a word: out of memory"
    assert "signal" not in outcome, f"ended by signal {outcome['signal']}: too much CPU time, or a crash"
    assert outcome["good"], "the other seed is not in the feeds any more"
    assert outcome["eligible"] == 2 or outcome["problem"]
    assert outcome["largest"] <= 1 << 20, "a document is larger than feeds.max_bytes"
    assert len(outcome["problem"]) <= 200
    assert not Path("/tmp/feedmill-was-here").exists()


SMALL = """
import signal
from feedmill.model.settings import DecodeSettings
from feedmill.seeds import LARGE
from feedmill.seeds.decode import decode
from hostile import attack

for name in attack.names():
    path, data = attack.made(name)
    if len(data) <= LARGE:
        print(name, flush=True)
        signal.setitimer(signal.ITIMER_PROF, 1)
        decode(path, data, DecodeSettings())
        signal.setitimer(signal.ITIMER_PROF, 0)
"""


@pytest.mark.parametrize("size", [1 << 16, 1 << 17])
def test_what_is_decoded_beside_readers_is_cheap(size: int) -> None:
    """A file up to `LARGE` has no process to itself: the kernel ends this one if it takes a second of CPU."""
    done = subprocess.run(
        [sys.executable, "-c", SMALL],
        env={
            **os.environ,
            "PYTHONPATH": str(Path(attack.__file__).parent.parent),
            "FEEDMILL_HOSTILE_BYTES": str(size),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout.splitlines()[-1], done.stderr)


def decoding(daemon: int) -> bool:
    """Whether a daemon has started processes just now."""
    return any(task.joinpath("children").read_text() for task in Path(f"/proc/{daemon}/task").iterdir())


def test_nobody_waits_for_hostile_seeds(site: Callable[..., Folder], operator: Operator) -> None:
    """Ten saved at once, of many seconds each, beside an embargo that ends, a takedown and an edit."""
    folder = site()
    folder.write("withdrawn.md")
    daemon = operator.run(folder)
    due = datetime.now(UTC) + timedelta(seconds=2)
    folder.write("embargoed.md", seed_text("embargoed", date=due.isoformat(timespec="milliseconds")))
    daemon.settled()
    hostile = attack.made("images of dashes")[1]
    for number in range(10):
        (folder.seeds / f"hostile{number}.md").write_bytes(hostile)
    eventually(lambda: decoding(daemon.pid), "a process that decodes")
    saved = datetime.now(UTC)
    folder.write("withdrawn.md", seed_text("withdrawn", more="published: false\n"))
    folder.write("edited.md")
    waited: dict[str, float] = {}
    wanted: dict[str, tuple[datetime, Callable[[], bool]]] = {
        "withdrawn": (saved, lambda: "withdrawn" not in folder.titles()),
        "edited": (saved, lambda: "edited" in folder.titles()),
        "embargoed": (due, lambda: "embargoed" in folder.titles()),
    }
    while wanted:
        for name, (since, condition) in list(wanted.items()):
            if condition():
                waited[name] = (datetime.now(UTC) - since).total_seconds()
                del wanted[name]
            assert datetime.now(UTC) < since + timedelta(seconds=fair(2)), f"{name} is late: {waited}"
        time.sleep(0.005)
    told = "all are told of"
    eventually(lambda: daemon.status()["counts"]["withheld"]["invalid"] == 10, told, within=fair(90))
    keep(
        "One seed cannot stop the others",
        "ten hostile seeds of 4096 KiB saved at once, beside an embargo that ends, a takedown and an edit",
        10,
        f"the longest wait {max(waited.values()):.1f} s, load {os.getloadavg()[0]:.1f}",
    )


def test_files_that_are_none_stop_nothing(tmp_path: Path) -> None:
    """Pipes, devices, sockets, folders and links where seeds should be."""
    seeds = tmp_path / "seeds"
    (seeds / "folder.md").mkdir(parents=True)
    (tmp_path / "outside.md").write_bytes(attack.made("title of 3 MB")[1][:200] + b"\n---\n")
    (seeds / "good.md").write_text(
        "---\ntitle: Good\nwebUrl: https://example.org/good\ndate: 2020-01-01\n---\n"
    )
    os.mkfifo(seeds / "pipe.md")
    (seeds / "null.md").symlink_to("/dev/null")
    (seeds / "zero.md").symlink_to("/dev/zero")
    (seeds / "tty.md").symlink_to("/dev/tty")
    (seeds / "out.md").symlink_to(tmp_path / "outside.md")
    (seeds / "passwd.md").symlink_to("/etc/passwd")
    (seeds / "loop.md").symlink_to("loop.md")
    (seeds / "up").symlink_to("..")
    (seeds / "in.md").symlink_to("good.md")
    (seeds / "proc.md").symlink_to("/proc/self/environ")
    for odd in (b"\xff\xfe.md", b"..md", b"-rf.md", b"a\nb.md", b"\xe2\x80\xae.md", b"x" * 250 + b".md"):
        Path(os.fsdecode(os.fsencode(seeds) + b"/" + odd)).write_bytes(
            attack.made("exponent")[1].replace(b"quality: 1e999999999", b"")
        )
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(seeds / "socket.md"))
        settings = loads(attack.CONFIG, base=tmp_path)
        with Mill(settings, clock=lambda: datetime(2026, 1, 1, tzinfo=UTC)) as mill:
            report = mill.run(PassRequest())
            names = {path.name for path in seeds.iterdir()}
            hinted = mill.run(PassRequest(paths=frozenset(names)))
    assert report.eligible == hinted.eligible == 2
    text = b"".join(path.read_bytes() for path in (tmp_path / "feeds").rglob("*") if path.is_file())
    assert b"root:" not in text
    assert {path.name for path in tmp_path.iterdir()} == {"seeds", "feeds", ".feedmill", "outside.md"}
    for name in ("pipe.md", "null.md", "out.md", "passwd.md", "loop.md", "socket.md"):
        assert any(problem.path == name for problem in report.problems), name


PATHS = [
    "../x",
    "/etc/passwd",
    "..",
    ".",
    "a/b",
    "a\\b",
    "con",
    "%2e%2e%2f",
    "\u2024\u2024/",
    "x.rss",
    "index",
    "~",
]


def test_no_name_leads_out_of_the_feeds_folder(tmp_path: Path) -> None:
    """Topics and providers are named by strangers; their slugs are file names."""
    (tmp_path / "seeds").mkdir()
    labels = json.dumps([*PATHS, "\u0430pple", "apple", "e\u0301", "\u00e9", "\ufe0f", "\u200b", "ﷺ"])
    for number, name in enumerate(PATHS):
        (tmp_path / f"seeds/{number}.md").write_text(
            f"---\ntitle: T\nwebUrl: https://example.org/{number}\ndate: 2020-01-01\n"
            f"topics: {labels}\nprovider: {json.dumps(name)}\n---\n"
        )
    with Mill(loads(attack.CONFIG, base=tmp_path), clock=lambda: datetime(2026, 1, 1, tzinfo=UTC)) as mill:
        report = mill.run(PassRequest())
        documents = set(mill.store.documents)
    assert report.eligible == len(PATHS)
    assert {path.name for path in tmp_path.iterdir()} == {"seeds", "feeds", ".feedmill"}
    on_disk = {
        path.relative_to(tmp_path / "feeds").as_posix()
        for path in (tmp_path / "feeds").rglob("*")
        if path.is_file() and ".feedmill" not in path.parts
    }
    assert on_disk == documents
    assert all(".." not in path and path.count("/") <= 1 for path in on_disk)
    assert all(unicodedata.is_normalized("NFC", path) and path.isprintable() for path in on_disk)
    assert not any(set(path) & set('\\:*?"<>|%# ') for path in on_disk)
    assert len([path for path in on_disk if path.startswith("topics/") and path.endswith(".rss")]) >= 14
