"""A running `feedmill run` and the folder that it works in."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from feedmill.daemon.control import call
from feedmill.errors import StoreError

PATIENCE = 60.0
"""Seconds that a busy machine may take for what is done at once."""


def eventually(condition: Callable[[], Any], what: str = "", within: float = PATIENCE) -> Any:
    """Return the first true value of `condition`; fail after `within` seconds."""
    end = time.monotonic() + within
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < end, f"not within {within} s: {what or condition}"
        time.sleep(0.005)


def fair(seconds: float) -> float:
    """Return in how many seconds to demand what takes `seconds` on a machine with nothing else to do.

    Twice that at least: these waits find what hangs or was forgotten; how fast it is, `benchmarks/` tells.
    """
    return seconds * 2 * (1 + max(0.0, os.getloadavg()[0] / (os.cpu_count() or 1) - 0.5))


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def seed_text(title: str, *, topic: str = "Tests", date: str = "2026-01-02T03:04:05Z", more: str = "") -> str:
    """Return a seed with a link made from `topic` and `title`'s first word."""
    link = f"https://example.org/{topic}/{title.split(' ')[0]}"
    return (
        f"---\ntitle: {title}\nwebUrl: {link}\npublishedDateTime: {date}\ntopics: [{topic}]\n{more}---\n"
        f"The body of {title}.\n"
    )


class Folder:
    """A site: config.yaml, seeds/, feeds/ and .feedmill/."""

    def __init__(self, path: Path, config: str = "") -> None:
        self.path = path
        self.seeds = path / "seeds"
        self.feeds = path / "feeds"
        self.state = path / ".feedmill"
        self.log = path / "log"
        self.seeds.mkdir(parents=True)
        self.configure(config)

    def configure(self, more: str = "", title: str = "Operated") -> None:
        """Write the config: listeners off, everything logged, unless `more` says otherwise."""
        sections = {
            "server": "server: {enabled: false}",
            "admin": "admin: {enabled: false}",
            "log": "log: {level: debug}",
            "feeds": "feeds: {formats: [atom], html: false}",
        }
        kept = [line for name, line in sections.items() if f"{name}:" not in more]
        text = "\n".join([f"site: {{url: 'https://feeds.test/', title: {title}}}", *kept, more, ""])
        aside = self.path / "config.new"
        aside.write_text(text)
        aside.replace(self.path / "config.yaml")

    def write(self, name: str, text: str | None = None) -> Path:
        """Write a seed the way a program does: open, write, close."""
        path = self.seeds / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(seed_text(Path(name).stem) if text is None else text)
        return path

    def titles(self, feed: str = "all") -> set[str]:
        """Return the titles that a feed shows."""
        try:
            text = (self.feeds / f"{feed}.atom").read_text()
        except FileNotFoundError:
            return set()
        return {part.partition("</title>")[0] for part in text.partition("<entry>")[2].split("<title>")[1:]}

    def documents(self) -> dict[str, bytes]:
        """Return what is published."""
        return {
            str(path.relative_to(self.feeds)): path.read_bytes()
            for path in sorted(self.feeds.rglob("*"))
            if path.is_file() and ".feedmill" not in path.parts
        }


class Daemon:
    """The process, seen from outside."""

    def __init__(self, folder: Folder, process: subprocess.Popen[bytes]) -> None:
        self.folder = folder
        self.process = process
        self.pid = process.pid

    def lines(self, message: str | None = None) -> list[dict[str, Any]]:
        """Return what was logged, one kind of line or all."""
        found = []
        for line in self.folder.log.read_text(errors="replace").splitlines():
            if line.startswith("{"):
                try:
                    entry = json.loads(line)
                except ValueError:
                    continue  # half a line
                if message is None or entry["message"] == message:
                    found.append(entry)
        return found

    def passes(self) -> list[dict[str, Any]]:
        """Return the lines of the passes so far."""
        return self.lines("pass")

    def ask(self, command: str, **options: Any) -> dict[str, Any]:
        """Send a request to the control socket and return the last message."""
        *_, last = call(self.folder.state, {"command": command, **options}, timeout=PATIENCE)
        return last

    def status(self) -> dict[str, Any]:
        """Return the status document."""
        result: dict[str, Any] = self.ask("status")["result"]
        return result

    def rebuild(self, **options: Any) -> dict[str, Any]:
        """Ask for a pass and return its report."""
        answer = self.ask("rebuild", **options)
        assert "result" in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def settled(self, quiet: float = 0.4) -> None:
        """Wait until no pass has ended for a while."""
        seen, since = len(self.passes()), time.monotonic()
        end = since + PATIENCE
        while time.monotonic() - since < quiet:
            assert time.monotonic() < end, "passes never end"
            time.sleep(0.02)
            if len(self.passes()) != seen:
                seen, since = len(self.passes()), time.monotonic()

    def shows(self, *titles: str, feed: str = "all", within: float = PATIENCE) -> None:
        """Wait until a feed shows exactly these titles."""
        wanted = set(titles)
        eventually(lambda: self.folder.titles(feed) == wanted, f"{feed} shows {wanted}", within)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def ended(self, within: float = PATIENCE) -> int:
        """Wait for the end and return the exit code."""
        return self.process.wait(timeout=within)

    def alive(self) -> bool:
        """Whether it runs."""
        return self.process.poll() is None


class Operator:
    """Starts daemons and sees to it that they end."""

    def __init__(self, program: str) -> None:
        self.program = program
        self.started: list[subprocess.Popen[bytes]] = []

    def spawn(
        self, folder: Folder, *arguments: str, env: Mapping[str, str] | None = None, **how: Any
    ) -> subprocess.Popen[bytes]:
        """Start the command in a folder, its output into the log."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FEEDMILL_")}
        with folder.log.open("ab") as log:
            process = subprocess.Popen(
                [self.program, *arguments],
                cwd=folder.path,
                env={**kept, "NO_COLOR": "1", **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **how,
            )
        self.started.append(process)
        return process

    def run(
        self,
        folder: Folder,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        ready: bool = True,
        **how: Any,
    ) -> Daemon:
        """Start a daemon and wait until it is ready."""
        before = len(folder.log.read_bytes()) if folder.log.exists() else 0
        daemon = Daemon(folder, self.spawn(folder, "run", *arguments, env=env, **how))
        if ready:
            eventually(
                lambda: not daemon.alive() or b'"ready"' in folder.log.read_bytes()[before:],
                "the daemon is ready",
            )
            assert daemon.alive(), folder.log.read_text()
        return daemon

    def end(self) -> None:
        """End what still runs."""
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self.started:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def gone(folder: Folder) -> bool:
    """Whether no daemon answers in the folder."""
    try:
        list(call(folder.state, {"command": "status"}, timeout=1))
    except StoreError:
        return True
    return False


@contextmanager
def held(daemon: Daemon) -> Iterator[None]:
    """Stop a daemon in its tracks for a while, as a suspended machine does."""
    daemon.signal(signal.SIGSTOP)
    eventually(lambda: Path(f"/proc/{daemon.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T")
    try:
        yield
    finally:
        daemon.signal(signal.SIGCONT)
