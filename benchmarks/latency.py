"""A seed is saved while the program watches: how long until every feed that has it shows the new title?

    python -m benchmarks.latency [--count 7000] [--shape real] [--tools feedmill] [--edits 50]

The clock starts just before the rename that puts the saved file in place and stops when the last feed
file on disk holds the new title. Processor time is that of the whole process tree over all edits,
what it uses when idle subtracted.
"""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import processor, quantile, tree, wait_until
from benchmarks.peers import Tool
from benchmarks.peers.base import retitle
from benchmarks.truth import LIMIT, Facts, read
from benchmarks.workshop import Row, arguments, chosen, rewritten, save, seeds, show, site, stamps, standing

START = 900.0
"""Seconds in which the first build has to be done."""
STARTS = 3
"""Starts over what is built, and seconds in which each is left alone before the first edit."""
REST = 3.0
PLAIN = re.compile(r"[A-Za-z0-9 ]+")


@dataclass(frozen=True, slots=True)
class Target:
    """A seed to be edited and the feed files that show it."""

    path: Path
    title: str
    files: tuple[Path, ...]


@contextmanager
def watching(tool: Tool, folder: Path) -> Iterator[int]:
    """Run a tool in its watching form; yields the process id once its output is quiet."""
    with (folder / ".log").open("wb") as log:
        process = subprocess.Popen(
            tool.watch(folder),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until(f"{tool.name}'s first feed", lambda: _has_feeds(tool, folder, process), START, 0.1)
        quiet(tool, folder)
        yield process.pid
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Stop a process and all its children, gently at first."""
    family = tree(process.pid)
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=10)
    for pid in family:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def _has_feeds(tool: Tool, folder: Path, process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"{tool.name} ended: {(folder / '.log').read_text(errors='replace')[-2000:]}")
    return any(path.suffix in (".atom", ".xml") for path in tool.output(folder).rglob("*.*"))


def quiet(tool: Tool, folder: Path) -> None:
    """Wait until nothing was written for two seconds."""
    seen = stamps(tool.output(folder))
    since = time.monotonic()
    while time.monotonic() - since < 2:
        time.sleep(0.25)
        now = stamps(tool.output(folder))
        if now != seen:
            seen, since = now, time.monotonic()


def newest(folder: Path) -> list[Facts]:
    """Return the published seeds that are among the newest of each of their terms, in plain words."""
    count: dict[object, int] = {}
    found = []
    published = sorted(
        (seed for seed, _ in read(folder) if seed.published), key=lambda s: s.instant, reverse=True
    )
    for seed in published:
        for term in seed.terms():
            count[term] = count.get(term, 0) + 1
        if all(count[term] <= LIMIT for term in seed.terms()) and PLAIN.fullmatch(seed.title):
            found.append(seed)
    return found


def targets(tool: Tool, folder: Path, candidates: list[Facts], edits: int) -> list[Target]:
    """Return seeds to edit, strewn over the candidates, each with all files that hold its title now."""
    picked = random.Random(edits).sample(candidates, min(edits, len(candidates)))
    titles = sorted((re.escape(seed.title.encode()) for seed in picked), key=lambda title: -len(title))
    pattern = re.compile(b"|".join(titles))
    files: dict[str, set[Path]] = {}
    output = tool.output(folder)
    for path in output.rglob("*"):
        inside = path.relative_to(output)
        if inside.parts[0].startswith(".") or not path.is_file():
            continue
        for title in set(pattern.findall(path.read_bytes())):
            files.setdefault(title.decode(), set()).add(path)
    return [
        Target(tool.seed(folder, seed.path), seed.title, tuple(sorted(files[seed.title])))
        for seed in picked
        if seed.title in files
    ]


def saved_to_visible(target: Target, title: str, limit: float) -> float:
    """Save a new title and return the seconds until all files show it."""
    token = title.encode()
    waiting = {path: path.stat().st_mtime_ns for path in target.files}
    begun = time.perf_counter()
    retitle(target.path, title)
    while waiting:
        for path, before in list(waiting.items()):
            try:
                if path.stat().st_mtime_ns != before and token in path.read_bytes():
                    del waiting[path]
            except FileNotFoundError:
                continue
        if time.perf_counter() - begun > limit:
            raise TimeoutError(
                f"{title!r} is not in {len(waiting)} of {len(target.files)} feeds after {limit:.0f} s"
            )
        if waiting:
            time.sleep(0.0003)
    return time.perf_counter() - begun


def idle(pid: int, seconds: float = 2.0) -> float:
    """Return the share of a core that a watching tool uses when nothing happens."""
    before = processor(pid)
    time.sleep(seconds)
    return (processor(pid) - before) / seconds


def measure(shape: str, count: int, names: list[str], *, edits: int = 50) -> Iterator[Row]:
    """Yield a row for each tool; the peers are edited three times."""
    candidates = newest(seeds(shape, count))
    for tool, version in chosen(names):
        own = tool.name == "feedmill"
        folder = (standing if own else site)(tool, shape, count)
        with watching(tool, folder) as pid:
            marks = targets(tool, folder, candidates, edits if own else 3)
            originals = {mark.path: mark.path.read_bytes() for mark in marks}
            try:
                row = _edits(tool, folder, pid, marks)
                if own:
                    row |= _moves_nothing(tool, folder, pid, marks[: max(edits // 2, 1)])
            finally:
                for path, data in originals.items():
                    path.write_bytes(data)
                if own:
                    quiet(tool, folder)
        if own:
            row |= _starts(tool, folder, marks[:STARTS])
        yield {"tool": tool.name, "version": version, "shape": shape, "seeds": count, **row}


def _starts(tool: Tool, folder: Path, marks: list[Target]) -> Row:
    """Start over what is built and rested, once for each seed: seconds until READY, and of the first edit."""
    ready, first = [], []
    for mark in marks:
        original, begun = mark.path.read_bytes(), time.perf_counter()
        with tempfile.TemporaryDirectory() as name, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            told.bind(f"{name}/told")
            told.settimeout(START)
            process = subprocess.Popen(
                tool.watch(folder), cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, env=os.environ | {"NOTIFY_SOCKET": f"{name}/told"},
            )  # fmt: skip
            try:
                while not told.recv(4096).startswith(b"READY=1"):
                    pass
                ready.append(time.perf_counter() - begun)
                time.sleep(REST)
                first.append(saved_to_visible(mark, "The first edit after a start", START))
                mark.path.write_bytes(original)
                quiet(tool, folder)
            finally:
                mark.path.write_bytes(original)
                end(process)
    return {"ready": statistics.median(ready), "first": statistics.median(first)}


def _edits(tool: Tool, folder: Path, pid: int, marks: list[Target]) -> Row:
    before = stamps(tool.output(folder))
    saved_to_visible(marks[0], "A first edit to warm up", START)  # and a start that took long is over
    quiet(tool, folder)
    resting = idle(pid)
    touched = rewritten(before, stamps(tool.output(folder)))
    used, begun = processor(pid), time.monotonic()
    times = []
    for number, mark in enumerate(marks):
        times.append(saved_to_visible(mark, f"An edit of no importance {number}", START))
        if tool.name == "feedmill":
            time.sleep(0.05)
        else:  # Pelican never notices what is saved while it is still busy with the edit before
            quiet(tool, folder)
    time.sleep(0.5)
    cpu = processor(pid) - used - resting * (time.monotonic() - begun)
    return {
        "median": statistics.median(times),
        "p95": quantile(times, 0.95),
        "slowest": max(times),
        "edits": len(times),
        "cpu": max(cpu, 0) / len(times),
        "idle": resting,
        "feeds": statistics.median(len(mark.files) for mark in marks),
        "rewritten": touched,
        "files": len(before),
    }


def _moves_nothing(tool: Tool, folder: Path, pid: int, marks: list[Target]) -> Row:
    """Change `heat`, at which no feed looks: the processor time of an edit, and that nothing was written."""
    texts = [(mark.path, mark.path.read_text(encoding="utf-8")) for mark in marks]
    if "\nheat:" not in texts[0][1]:
        return {}
    quiet(tool, folder)
    resting, before = idle(pid), stamps(tool.output(folder))
    used, begun = processor(pid), time.monotonic()
    for path, text in texts:
        aside = path.with_name(f".{path.name}.aside")
        aside.write_text(re.sub(r"\nheat: .*", "\nheat: 77", text, count=1), encoding="utf-8")
        aside.replace(path)
        time.sleep(0.2)
    cpu = processor(pid) - used - resting * (time.monotonic() - begun)
    return {
        "unmoved_cpu": max(cpu, 0) / len(texts),
        "unmoved_written": rewritten(before, stamps(tool.output(folder))),
    }


def main() -> None:
    """Read the command line, measure, print and save."""
    parser = arguments(__doc__, count=7000, shape="real")
    parser.add_argument("--edits", type=int, default=50)
    given = parser.parse_args()
    show(save("latency", measure(given.shape, given.count, given.tools, edits=given.edits)))


if __name__ == "__main__":
    main()
