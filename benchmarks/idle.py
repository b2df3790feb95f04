"""What a daemon costs that has nothing to do: processor time and memory.

    python -m benchmarks.idle [--count 7000] [--shape real] [--seconds 20]

The daemon builds, settles and is then left alone, with its origin and admin listener up: no edit, no
request. Processor time is that of the process tree as a share of one core.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import processor, proportional, wait_until
from benchmarks.workshop import SHAPES, seeds

START = 900.0
CONFIG = """\
site: {{url: "https://feeds.example.org/", title: Idle}}
seeds: {{dir: {seeds}}}
server: {{port: 18480}}
admin: {{port: 18481}}
"""


def resident(pid: int) -> int:
    """Return the resident memory in bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096


def measure(shape: str, count: int, seconds: float) -> dict[str, float]:
    """Start a daemon over these seeds and watch it do nothing."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.yaml").write_text(CONFIG.format(seeds=seeds(shape, count)))
        log = folder / "log"
        with log.open("wb") as out:
            command = [str(Path(sys.executable).with_name("feedmill")), "run"]
            process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            wait_until(
                "ready", lambda: b'"ready"' in log.read_bytes() or process.poll() is not None, START, 0.1
            )
            if process.poll() is not None:
                raise RuntimeError(log.read_text())
            time.sleep(3)
            before = processor(process.pid)
            time.sleep(seconds)
            share = (processor(process.pid) - before) / seconds
            return {
                "count": count,
                "share_of_a_core": share,
                "rss_mb": resident(process.pid) / 2**20,
                "pss_mb": proportional(process.pid) / 2**20,
            }
        finally:
            process.terminate()
            process.wait(timeout=20)


def main() -> None:
    """Print the figures as one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=7000)
    parser.add_argument("--shape", choices=sorted(SHAPES), default="real")
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    print(json.dumps(measure(given.shape, given.count, given.seconds)))


if __name__ == "__main__":
    main()
