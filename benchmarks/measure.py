"""Run a command and say what it cost: wall clock, processor and memory of the whole process tree."""

from __future__ import annotations

import os
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Seconds of wall clock, seconds of processor, and bytes at the peak (0: not measured).

    `peak` is the sum over all processes of the tree, shared pages counted once (PSS);
    `largest` is the resident peak of the largest single process, both as seen ten times a second. (What the
    kernel tells of an ended process, `ru_maxrss`, is no less than that of whoever started it.)
    """

    wall: float
    cpu: float
    largest: int = 0
    peak: int = 0


class RunError(Exception):
    """A command did not do what was asked; `log` is the end of what it said."""

    def __init__(self, command: Sequence[str], code: int, log: str) -> None:
        super().__init__(f"{' '.join(command)}: exit code {code}\n{log}")


def run(
    command: Sequence[str],
    cwd: Path,
    *,
    env: Mapping[str, str] | None = None,
    memory: bool = False,
    codes: frozenset[int] = frozenset({0}),
) -> Cost:
    """Run `command` to its end. `memory`: watch the tree ten times a second, which costs a little time.

    Raises:
        RunError: its exit code is none of `codes`.
    """
    log = cwd / ".log"
    with log.open("wb") as out:
        begun = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        watcher = TreeMemory(process.pid) if memory else None
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        peak, largest = watcher.stop() if watcher else (0, 0)
    if process.returncode not in codes:
        raise RunError(command, process.returncode, log.read_text(errors="replace")[-2000:])
    return Cost(wall=wall, cpu=usage.ru_utime + usage.ru_stime, largest=largest, peak=max(peak, largest))


class TreeMemory:
    """Watches the memory of a process and all that descend from it, until `stop()`."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._peak = self._largest = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._ended.wait(0.1):
            pids = tree(self._root)
            self._peak = max(self._peak, sum(map(proportional, pids)))
            self._largest = max(self._largest, *map(resident_peak, pids))

    def stop(self) -> tuple[int, int]:
        """Return the largest sum seen, and the peak of the largest single process, in bytes."""
        self._ended.set()
        self._thread.join()
        return self._peak, self._largest


def proportional(pid: int) -> int:
    """Return a process's memory in bytes, pages that it shares counted by its share; 0 when it is gone."""
    return _memory(f"/proc/{pid}/smaps_rollup", "Pss:")


def resident_peak(pid: int) -> int:
    """Return the most memory a process had so far, in bytes; 0 when it is gone."""
    return _memory(f"/proc/{pid}/status", "VmHWM:")


def _memory(path: str, name: str) -> int:
    try:
        for line in Path(path).read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return 0


def tree(root: int) -> list[int]:
    """Return the process ids of `root` and all its descendants."""
    found = [root]
    for pid in found:
        for task in _listed(f"/proc/{pid}/task"):
            try:
                found += map(int, Path(f"/proc/{pid}/task/{task}/children").read_text().split())
            except OSError:
                continue
    return found


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def processor(root: int) -> float:
    """Return the seconds of processor that a running tree has used so far, ended children included.

    The kernel counts in nanoseconds and tells in hundredths of a second: measure over many edits.
    """
    ticks = 0
    for pid in tree(root):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def wait_until(what: str, holds: Callable[[], bool], seconds: float, pause: float = 0.02) -> None:
    """Wait until a condition holds. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        time.sleep(pause)


def median(costs: Sequence[Cost]) -> Cost:
    """Return the medians, each figure for itself."""
    rows = [asdict(cost) for cost in costs]
    return Cost(**{name: statistics.median(row[name] for row in rows) for name in rows[0]})


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
