"""After any history of file operations the feeds are those of a cold build, byte for byte; nothing grows.

`FEEDMILL_SOAK=600` soaks for so many seconds (`make soak`), CI for a minute.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pytest

from operated.daemon import Daemon, Folder, Operator, eventually, seed_text

pytestmark = pytest.mark.process

Site = Callable[..., Folder]
Command = Callable[..., "subprocess.CompletedProcess[str]"]

SOAK = float(os.environ.get("FEEDMILL_SOAK") or (60 if os.environ.get("CI") == "true" else 20))
OPERATIONS = 500
TOPICS = ("Alpha", "Beta gamma", "Δelta", "C++")


class Curator:
    """Somebody who does all that can be done to seeds; `last` is which entries have a good form."""

    def __init__(self, folder: Folder, seed: int) -> None:
        self.folder = folder
        self.dice = random.Random(seed)
        self.made = 0
        self.ways = [
            self.create,
            self.create,
            self.edit,
            self.edit,
            self.edit_aside,
            self.rename,
            self.delete,
            self.withhold,
            self.spoil,
            self.touch,
            self.make_folder,
            self.move_folder,
            self.delete_folder,
            self.link,
        ]

    def act(self) -> str:
        way = self.dice.choice(self.ways)
        way()
        return way.__name__

    def files(self) -> list[Path]:
        return sorted(
            path for path in self.folder.seeds.rglob("*.md") if path.is_file() and not path.is_symlink()
        )

    def folders(self) -> list[Path]:
        return [self.folder.seeds, *sorted(path for path in self.folder.seeds.rglob("*") if path.is_dir())]

    def some(self) -> Path:
        files = self.files()
        return self.dice.choice(files) if files else self.create()

    def text(self, name: str) -> str:
        day = self.dice.randrange(1, 28)
        more = self.dice.choice(["", "provider: {name: Somebody}\n", "quality: 80\n", "type: news\n"])
        return seed_text(
            f"{name} v{self.dice.randrange(1000)}",
            topic=self.dice.choice(TOPICS).replace(" ", "-"),
            date=f"2026-01-{day:02}T00:00:00Z",
            more=more,
        )

    def create(self) -> Path:
        self.made += 1
        path = self.dice.choice(self.folders()) / f"s{self.made}.md"
        path.write_text(self.text(f"s{self.made}"))
        return path

    def edit(self) -> None:
        path = self.some()
        path.write_text(self.text(path.stem))

    def edit_aside(self) -> None:
        path = self.some()
        aside = path.with_name(f".{path.name}.tmp")
        aside.write_text(self.text(path.stem))
        aside.replace(path)

    def rename(self) -> None:
        path = self.some()
        self.made += 1
        path.rename(self.dice.choice(self.folders()) / f"r{self.made}.md")

    def delete(self) -> None:
        self.some().unlink()

    def withhold(self) -> None:
        path = self.some()
        text = path.read_text()
        flagged = "published: false\n" in text
        path.write_text(
            text.replace("published: false\n", "")
            if flagged
            else text.replace("---\n", "---\npublished: false\n", 1)
        )

    def spoil(self) -> None:
        path = self.some()
        path.write_text(
            path.read_text().replace("publishedDateTime: 2026", "publishedDateTime: soon 2026", 1)
        )

    def touch(self) -> None:
        self.some().touch()

    def make_folder(self) -> None:
        self.made += 1
        (self.dice.choice(self.folders()) / f"d{self.made}").mkdir()

    def move_folder(self) -> None:
        folders = self.folders()[1:]
        if folders:
            path = self.dice.choice(folders)
            self.made += 1
            path.rename(path.parent / f"m{self.made}")

    def delete_folder(self) -> None:
        folders = self.folders()[1:]
        if folders:
            shutil.rmtree(self.dice.choice(folders))

    def link(self) -> None:
        path = self.some()
        self.made += 1
        (self.folder.seeds / f"l{self.made}.md").symlink_to(path.relative_to(self.folder.seeds))


FREE = "guard: {min_entries: 100000}\nseeds: {on_invalid: withhold}\nfeeds: {formats: [rss, atom, json]}"


def test_the_feeds_equal_a_cold_builds_after_any_history(
    site: Site, operator: Operator, feedmill: Command
) -> None:
    folder = site(FREE)
    curator = Curator(folder, seed=20260102)
    daemon = operator.run(folder)
    history = []
    for number in range(OPERATIONS):
        history.append(curator.act())
        if number % 50 == 49:
            daemon.settled(quiet=0.1)
    cold = site(FREE)
    feedmill("build", "--seeds", str(folder.seeds), cwd=cold.path, code=None)
    wanted = cold.documents()
    alive = {path for path, data in wanted.items()}

    def equal() -> bool:
        found = folder.documents()
        emptied = found.keys() - alive  # feeds that once had an entry stay, empty (the ledger remembers)
        return all(found.get(path) == wanted[path] for path in alive) and all(
            b"<entry>" not in found[path] and b"<item>" not in found[path] for path in emptied
        )

    try:
        eventually(equal, "the feeds equal a cold build's")
    except AssertionError:
        found = folder.documents()
        different = [path for path in alive if found.get(path) != wanted[path]]
        pytest.fail(f"not as a cold build's: {different}; the last steps: {history[-30:]}")
    assert {"edit", "rename", "delete_folder", "spoil"} <= set(history)
    assert not daemon.lines("the pass failed")


def no_more(daemon: Daemon, than: Mapping[str, int], kind: str) -> bool:
    """Whether a daemon has no more of something than it had."""
    return resources(daemon)[kind] <= than[kind]


def resources(daemon: Daemon) -> dict[str, int]:
    """Return the daemon's memory in KB, threads and descriptors at rest.

    A pass holds up to five files and folders for a moment, the answer to a client a socket and a thread: what
    is counted in the middle of one says nothing about what stays.
    """
    daemon.settled(quiet=0.1)
    status = Path(f"/proc/{daemon.pid}/status").read_text()
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return {
        "memory": int(fields["VmRSS"].split()[0]),
        "threads": int(fields["Threads"]),
        "descriptors": len(list(Path(f"/proc/{daemon.pid}/fd").iterdir())),
    }


@pytest.mark.timeout(int(SOAK) + 120)
def test_an_edit_every_fifty_milliseconds_leaves_no_trace(site: Site, operator: Operator) -> None:
    folder = site()
    for number in range(50):
        folder.write(f"s{number}.md")
    daemon = operator.run(folder)
    samples: list[dict[str, int]] = []
    begun = time.monotonic()
    edits, rested = 0, 0.0
    while (elapsed := time.monotonic() - begun) < SOAK:
        number = edits % 50
        folder.write(f"s{number}.md", seed_text(f"s{number} {edits}"))
        edits += 1
        time.sleep(max(0.0, begun + rested + edits * 0.05 - time.monotonic()))
        if elapsed > SOAK * (len(samples) + 1) / 10:
            resting = time.monotonic()
            daemon.status()
            samples.append(resources(daemon))
            rested += time.monotonic() - resting
    daemon.settled()
    eventually(lambda: f"s{(edits - 1) % 50} {edits - 1}" in folder.titles(), "the last edit")
    warm = samples[len(samples) // 3]
    assert samples[-1]["memory"] <= warm["memory"] * 1.03 + 1024, samples
    for kind in ("threads", "descriptors"):  # what has grown stays so; what was in hand goes
        eventually(partial(no_more, daemon, warm, kind), f"{kind} as in {samples}")
    assert len(daemon.passes()) > edits / 10
