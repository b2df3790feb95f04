"""A running daemon under an author's hands, and what readers may see of it at any moment."""

from __future__ import annotations

import http.client
import random
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from driver.author import MOST, Author
from driver.forms import TAKEDOWNS
from operated.daemon import PATIENCE, Folder, Operator, eventually, fair

TOKEN = re.compile(rb"zq\d+zq")
CONFIG = """\
server: {{port: {port}}}
guard: {{min_entries: 16, max_vanished: 30%}}
seeds: {{on_invalid: {on_invalid}}}
feeds: {{dir: '{feeds}', formats: [rss, atom, json], limit: {limit}}}
state: {{dir: '{state}'}}
log: {{level: info}}"""
LATE = 5.0
"""Seconds on a quiet machine after which nothing of a takedown may be left."""
ENOUGH = 30
"""Entries that are out when the guard is tried: two thirds of them are more than it lets go."""
HELD = tuple(form for form in TAKEDOWNS if form.name.startswith(("'published: false'", "'status: draft'")))
"""Takedowns of the file's own word."""


class World:
    """One site, its author, its daemon; every public method is an operation and returns what it did."""

    def __init__(self, folder: Folder, operator: Operator, port: int, dice: random.Random) -> None:
        self.folder = folder
        self.operator = operator
        self.port = port
        self.dice = dice
        self.author = Author(seeds=folder.seeds, dice=dice, wait=self.quiet)
        self.limit, self.on_invalid = 50, "keep"
        self.configure()
        self.daemon = operator.run(folder)

    def configure(self) -> None:
        """Write the config as it is now."""
        self.folder.configure(self.config(self.folder))

    def config(self, folder: Folder) -> str:
        """Return the config as it is now, for that folder."""
        return CONFIG.format(
            port=self.port,
            on_invalid=self.on_invalid,
            limit=self.limit,
            feeds=folder.feeds,
            state=folder.state,
        )

    # What readers see

    def on_disk(self) -> dict[str, set[str]]:
        """Return the tokens in each document on disk."""
        return {path: _tokens(body) for path, body in self.folder.documents().items()}

    def quiet(self, seconds: float = 0.3) -> None:
        """Wait until no pass has run for a while."""
        seen, since = None, time.monotonic()

        def still() -> bool:
            nonlocal seen, since
            status = self.daemon.status()
            if status["last_pass"] != seen or status["daemon"]["state"] == "building":
                seen, since = status["last_pass"], time.monotonic()
            return time.monotonic() - since > fair(seconds)

        eventually(still, "passes end", fair(PATIENCE))

    def served(self, *, starting: bool = False) -> dict[str, set[str]]:
        """Return the tokens in each answer of the origin; one that is `starting` may refuse."""
        found: dict[str, set[str]] = {}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            for path in (*self.folder.documents(), "all.atom"):
                connection.request("GET", f"/{path}")
                answer = connection.getresponse()
                found[path] = _tokens(answer.read())
        except (OSError, http.client.HTTPException):
            if not starting:
                raise
        finally:
            connection.close()
        return found

    def check(
        self, *, http: bool = True, disk: bool = True, late: float | None = None, starting: bool = False
    ) -> None:
        """Demand that nothing is left of what was taken down longer ago than `late`."""
        late = fair(LATE) if late is None else late
        since = time.monotonic()
        forbidden = {token for token, at in self.author.down.items() if since - at > late}
        places = [("disk", self.on_disk)] * disk + [("http", lambda: self.served(starting=starting))] * http
        for where, look in places:
            for path, tokens in look().items():
                left = tokens & forbidden
                assert not left, f"{where}: {path} still has {sorted(left)}"

    def cleared(self, what: str, *, http: bool = True, disk: bool = True) -> None:
        """Wait until nothing is left of anything taken down."""

        def clear() -> bool:
            with suppress(AssertionError):
                self.check(http=http, disk=disk, late=-1)
                return True
            return False

        try:
            eventually(clear, what, fair(LATE))
        except AssertionError as error:
            self.check(http=http, disk=disk, late=-1)  # says where
            raise AssertionError(what) from error

    def equals_cold(self) -> None:
        """Demand the documents that a build without catalog makes of seeds and feeds folder."""
        different: list[str] = []
        self.quiet()

        def equal() -> bool:
            before = self.folder.documents()
            cold = Folder(self.folder.path.parent / "cold" / "site")
            try:
                shutil.rmtree(cold.seeds)
                try:
                    shutil.copytree(self.folder.seeds, cold.seeds)
                    shutil.copytree(self.folder.feeds, cold.feeds)
                except shutil.Error:
                    return False  # a pass was still putting files in place under the copy
                cold.configure(self.config(cold))
                built = subprocess.run(
                    [self.operator.program, "build"], cwd=cold.path, capture_output=True, text=True
                )
                assert built.returncode in (0, 1), built.stderr
                wanted = cold.documents()
            finally:
                shutil.rmtree(cold.path)
            different[:] = sorted(
                path for path in wanted.keys() | before.keys() if wanted.get(path) != before.get(path)
            )
            return not different

        try:
            eventually(equal, "the documents of a cold build", fair(PATIENCE))
        except AssertionError as error:
            raise AssertionError(f"not as a cold build's: {different}") from error

    # Operations

    def edit_config(self) -> str:
        self.limit = self.dice.choice((3, 10, 50, 200))
        self.on_invalid = self.dice.choice(("keep", "withhold"))
        self.configure()
        return f"config: limit {self.limit}, on_invalid {self.on_invalid}"

    def hold_a_pass(self) -> str:
        """Take half of the files away, unpublish one of the others, and bring the files back."""
        while len(self.author.entries) > MOST - ENOUGH:
            self.author.delete()
            self.quiet()  # the guard counts by passes
        while len(out := [entry for entry in self.author.entries if entry.state == "out"]) < ENOUGH:
            self.author.create()
        self.cleared("before files are taken away")
        self.quiet()
        away = out[: ENOUGH * 2 // 3]
        aside = self.folder.path / "aside"
        aside.mkdir(exist_ok=True)
        moved = [(name, aside / name.name) for entry in away for name in entry.names]
        for name, there in moved:
            name.rename(there)
        eventually(self._is_held, "the guard holds the pass")
        entry, form = self.dice.choice(out[len(away) :]), self.dice.choice(HELD)
        said = self.author.take_down_as(entry, form)
        self.cleared(f"a held pass: {said}")
        for name, there in moved:
            there.rename(name)
        eventually(lambda: not self._is_held(), "the guard lets go")
        return f"hold a pass without {len(away)} files; {said}"

    def _is_held(self) -> bool:
        return any("would vanish" in problem["message"] for problem in self.daemon.status()["problems"])

    def restart(self, *, look: bool) -> str:
        """Take entries down while nothing runs; with `look`, readers must not see them from the start on."""
        self.cleared("before a stop")
        number = self.dice.choice((signal.SIGTERM, signal.SIGKILL))
        self.daemon.signal(number)
        self.daemon.ended()
        said = [self.author.take_down() for _ in range(3)]
        before = len(self.daemon.lines("ready"))
        self.daemon = self.operator.run(self.folder, ready=False)

        def ready() -> bool:
            if look:
                self.check(disk=False, late=-1, starting=True)
            return len(self.daemon.lines("ready")) > before

        try:
            eventually(ready, "the daemon is ready")
        except AssertionError as error:
            raise AssertionError(f"{number.name}, {said}, start: {error}") from error
        self.cleared("after a start")
        return f"{number.name}, start; {'; '.join(said)}"

    def fill_disk(self, disk: Path) -> str:
        """Take an entry down while the disk of feeds or state is full, and give room again."""
        self.cleared("before the disk is full")
        self.quiet()
        shown = self.on_disk()
        with full(disk):
            seen = set().union(*shown.values())
            out = [entry for entry in self.author.entries if entry.token in seen]
            said = self.author.take_down(self.dice.choice(out) if out else None)
            self.cleared(f"full {disk.name}: {said}", disk=disk.name != "feeds")
        self.cleared(f"{disk.name} has room again: {said}")
        eventually(lambda: not self._is_failing(), "nothing fails any more", fair(PATIENCE))
        return f"full {disk.name}; {said}"

    def _is_failing(self) -> bool:
        return any("failed" in problem["message"] for problem in self.daemon.status()["problems"])


def _tokens(body: bytes) -> set[str]:
    return {token.decode() for token in TOKEN.findall(body)}


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Fill a file system to the last byte for a while."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    try:
        yield
    finally:
        filler.unlink()
