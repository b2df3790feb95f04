"""A cold build by a Dask cluster of 1, 2 and 4 workers on this machine, and by processes of its own.

    python -m benchmarks.cluster [--count 20000] [--shape lean] [--times 3]

What the coordinator does itself (walking, reading, hashing, storing, printing) is its processor time; the
workers' is told apart. On a machine of two cores a second worker takes from the coordinator what it gives.
"""

from __future__ import annotations

import argparse
import logging
import os
import statistics
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import processor, run
from benchmarks.peers.base import OUT, empty
from benchmarks.workshop import SHAPES, Row, save, seeds, show

WORKERS = (1, 2, 4)
PROGRAM = Path(sys.executable).with_name("feedmill")


@contextmanager
def cluster(workers: int) -> Iterator[tuple[str, Sequence[int]]]:
    """Yield the scheduler's address and the workers' process ids."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
    ) as found:
        yield found.scheduler_address, [nanny.pid for nanny in found.workers.values()]


def build(site: Path, folder: Path, env: Mapping[str, str]) -> tuple[float, float]:
    """Build cold; return seconds of wall clock, and of the coordinator's processor with its children."""
    empty(site)
    site.mkdir(parents=True)
    (site / "config.yaml").write_text("site: {url: https://feeds.test/}\nfeeds: {html: false}\n")
    cost = run([str(PROGRAM), "build", "--seeds", str(folder)], site, env=env)
    return cost.wall, cost.cpu


def measure(shape: str, count: int, times: int) -> Iterator[Row]:
    """Yield a row for each kind of worker."""
    folder, site = seeds(shape, count), OUT / "sites" / "cluster"
    for processes in (1, 2):
        env = {"FEEDMILL_SEEDS__WORKERS": str(processes)}
        costs = [build(site, folder, env) for _ in range(times)]
        yield _row(shape, count, f"{processes} of our own", costs, 0.0)
    for workers in WORKERS:
        with warnings.catch_warnings(), cluster(workers) as (address, pids):
            warnings.simplefilter("ignore")
            env = {"FEEDMILL_SEEDS__WORKERS": address.replace("tcp://", "dask://")}
            build(site, folder, env)  # the workers have imported everything now
            before = sum(map(processor, pids))
            costs = [build(site, folder, env) for _ in range(times)]
            theirs = (sum(map(processor, pids)) - before) / times
        yield _row(shape, count, f"{workers} of a cluster", costs, theirs)


def _row(shape: str, count: int, workers: str, costs: Sequence[tuple[float, float]], theirs: float) -> Row:
    wall = statistics.median(cost[0] for cost in costs)
    return {
        "shape": shape,
        "seeds": count,
        "workers": workers,
        "wall_s": round(wall, 2),
        "coordinator_cpu_s": round(statistics.median(cost[1] for cost in costs), 2),
        "workers_cpu_s": round(theirs, 2),
        "load": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    """Measure, print, and keep what was measured."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--shape", choices=sorted(SHAPES), default="lean")
    parser.add_argument("--times", type=int, default=3)
    given = parser.parse_args()
    show(save("cluster", measure(given.shape, given.count, given.times)))


if __name__ == "__main__":
    main()
