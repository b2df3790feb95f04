"""A seed is saved while a mirror follows, into a bucket that takes 20 ms a PUT: when is all of it there?

    PYTHONPATH=tests python -m benchmarks.mirror [--edits 30] [--seeds 200] [--delay 0.02]

The bucket is moto's, behind a door that holds each change back. The clock starts just before the save; it
stops when the last document of the edit has been put.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import quantile, wait_until
from benchmarks.workshop import Row, save, show
from buckets import KEYS, Bucket, bucket

PROGRAM = Path(sys.executable).with_name("feedmill")
LAST = "www/index.html"


def seed(number: int, words: str) -> str:
    """Return a seed of one topic of ten."""
    return (
        f"---\ntitle: Seed {number}\nwebUrl: https://example.org/{number}\nexcerpt: {words}\n"
        f"publishedDateTime: 2026-01-02T03:04:{number % 60:02}Z\ntopics: [Topic {number % 10}]\n---\nText.\n"
    )


def measure(edits: int, seeds: int, delay: float) -> Iterator[Row]:
    """Yield one row: seconds from save to the last PUT."""
    with tempfile.TemporaryDirectory() as name, bucket() as s3:
        folder = Path(name)
        (folder / "seeds").mkdir()
        (folder / "config.yaml").write_text(
            "site: {url: https://feeds.test/}\nserver: {enabled: false}\nadmin: {enabled: false}\n"
            f"mirrors: [{{url: 's3://bucket/www', endpoint: '{s3.url}'}}]\n"
        )
        for number in range(seeds):
            (folder / "seeds" / f"{number}.md").write_text(seed(number, "as it was"))
        with (folder / "log").open("wb") as log:
            daemon = subprocess.Popen([PROGRAM, "run"], cwd=folder, env=KEYS, stdout=log, stderr=log)
        try:
            wait_until("the mirror is there", lambda: LAST in paths(s3), 60)
            s3.delay = delay
            took, puts = [], []
            for number in range(edits):
                seconds, changed = one(s3, folder / "seeds" / f"{number}.md", seed(number, f"edit {number}"))
                took.append(seconds)
                puts.append(changed)
        finally:
            daemon.terminate()
            daemon.wait(30)
    yield {
        "edits": edits,
        "seeds": seeds,
        "delay": delay,
        "puts": statistics.median(puts),
        "median": statistics.median(took),
        "p95": quantile(took, 0.95),
    }


def paths(s3: Bucket) -> list[str]:
    """Return what was put, in order."""
    return [request.path for request in list(s3.requests) if request.kind == "PUT"]


def one(s3: Bucket, file: Path, text: str) -> tuple[float, int]:
    """Save a seed; return when the last of its documents was in the bucket, and how many there were."""
    s3.requests.clear()
    last = [0.0]
    s3.after = lambda request: last.__setitem__(0, time.perf_counter())
    begun = time.perf_counter()
    file.write_text(text)
    wait_until("something is put", lambda: last[0] > 0, 30, pause=0.002)
    while time.perf_counter() - last[0] < 0.5:
        time.sleep(0.02)
    return last[0] - begun, len(paths(s3))


def main() -> None:
    """Measure, print, and keep what was measured."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--edits", type=int, default=30)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--delay", type=float, default=0.02)
    given = parser.parse_args()
    show(save("mirror", measure(given.edits, given.seeds, given.delay)))


if __name__ == "__main__":
    main()
