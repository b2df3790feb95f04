"""The origin while everything is rebuilt: in the daemon's thread, and what processes of its own could give.

    python -m benchmarks.origin [--count 7000] [--seconds 5] [--rounds 5]

One daemon, rebuilt in full without end; 200 connections ask its own origin, or one in a process beside it, or
two that share an address. Those follow nothing: they read what the folder held when they began, which no
rebuild of the same seeds changes. So their figures are a bound for a real one. Rounds alternate; needs wrk.
ADR 0034 says what became of it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.http import FEED, FOLDER, PROGRAM, Load, feedmill, fetch, free_port, load, running
from benchmarks.measure import proportional
from feedmill.config import load as load_settings
from feedmill.server import Listener, Origin, Server, run
from feedmill.store import place_of

CONNECTIONS = 200
PAUSE = 20
"""Milliseconds before each request, on average: 200 connections then ask 10,000 times a second."""


def serve(folder: Path, port: int) -> None:
    """Be an origin over what is published in the site `folder`, until SIGTERM (in a process of its own)."""
    settings = load_settings(None, environ={}, cwd=folder)
    run.bind = _bind_with_others
    with place_of(settings).open(read_only=True) as store:
        origin = Origin(store.body, settings.server, lambda: datetime.now(UTC))
        origin.install(store.generation(settings.redirects, settings.copies))
        server = Server([Listener(app=origin, host="127.0.0.1", port=port)])
        server.start()
        server.freeze_memory()
        signal.sigwait([signal.SIGTERM])
        server.stop()


def _bind_with_others(listener: Listener) -> list[socket.socket]:
    one = socket.create_server((listener.host, listener.port), backlog=2048, reuse_port=True)
    one.setblocking(False)
    return [one]


@contextmanager
def beside(folder: Path, count: int) -> Iterator[tuple[int, list[int]]]:
    """Run `count` origins at one address; yields their port and process ids."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.origin", "--serve", str(folder), str(port)]
    with ExitStack() as stack:
        yield (
            port,
            [stack.enter_context(running(command, port, cwd=Path.cwd(), path=FEED)) for _ in range(count)],
        )


@contextmanager
def rebuilding(folder: Path) -> Iterator[None]:
    """Have the daemon build everything anew, over and over, until the block ends."""
    loop = f"while :; do {PROGRAM} rebuild --full --json >/dev/null; done"
    rebuilds = subprocess.Popen(["sh", "-c", loop], cwd=folder, start_new_session=True)
    try:
        time.sleep(1)
        yield
    finally:
        os.killpg(rebuilds.pid, signal.SIGTERM)
        rebuilds.wait()


def compare(count: int, rounds: int, seconds: float) -> Iterator[str]:
    """Yield the lines of the table."""
    with ExitStack() as stack:
        port, _, pid, folder = stack.enter_context(feedmill("origin", count, core=None))
        ports, processes = {"thread": port}, {"the daemon with its thread": [pid]}
        for name, number in (("one process", 1), ("two processes", 2)):
            ports[name], processes[name] = stack.enter_context(beside(folder, number))
        etag = fetch(port, Accept_Encoding="gzip").headers["etag"]
        kinds = {"gzip 200": ("", 0), "304": (etag, 0), "gzip 200, 10,000/s": ("", PAUSE)}
        found: dict[tuple[str, str], list[Load]] = {(kind, name): [] for kind in kinds for name in ports}
        with rebuilding(folder):
            for number in range(rounds):
                for kind, (tag, pause) in kinds.items():
                    for name in _turned(list(ports), number):
                        found[kind, name].append(_crowded(ports[name], seconds, tag, pause))
        memory = {name: sum(map(proportional, pids)) for name, pids in processes.items()}
    yield f"{CONNECTIONS} connections, {count:,} seeds, full rebuilds; medians of {rounds} x {seconds:g} s"
    yield f"{'':34}{'rate':>10}{'median':>11}{'p99':>11}{'slowest':>11}{'p99/thread':>12}"
    for (kind, name), loads in found.items():
        rate, middle, p99, slowest = (_middle(loads, what) for what in ("rate", "median", "p99", "slowest"))
        ratio = p99 / _middle(found[kind, "thread"], "p99")
        yield (
            f"{kind + ', ' + name:34}{rate:10,.0f}{middle:8.1f} ms{p99:8.1f} ms{slowest:8.1f} ms{ratio:12.2f}"
        )
    for name, size in memory.items():
        yield f"memory (PSS), {name}: {size / 2**20:.1f} MiB"


def _crowded(port: int, seconds: float, etag: str, pause: int) -> Load:
    return load(port, FEED, seconds, etag=etag, connections=CONNECTIONS, core=None, pause=pause)


def _turned(names: Sequence[str], number: int) -> list[str]:
    """Return the names, another one first in each round."""
    at = number % len(names)
    return [*names[at:], *names[:at]]


def _middle(loads: Sequence[Load], what: str) -> float:
    middle: float = statistics.median(getattr(one, what) for one in loads)
    return middle


def main() -> int:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=7000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    if chosen.serve:
        serve(Path(chosen.serve[0]), int(chosen.serve[1]))
        return 0
    if not shutil.which("wrk"):
        print("not measured: wrk is missing (apt-get install wrk)")
        return 0
    for line in compare(chosen.count, chosen.rounds, chosen.seconds):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
