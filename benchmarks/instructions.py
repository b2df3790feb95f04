"""Processor work in instructions, which a noisy machine counts as a quiet one does.

    python -m benchmarks.instructions [--keep]

Each row is a run under `valgrind --tool=callgrind`, hashes fixed: a cold build of 200 seeds in one process,
a build with nothing to do, and one edit in a mill that goes on. Two runs differ by less than a thousandth:
a change that costs 3 % is seen on a noisy machine. `--keep` adds the figures to `benchmarks/history.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.peers.base import ROOT
from benchmarks.workshop import Row, save, seeds, show

HISTORY = ROOT / "benchmarks" / "history.json"
SEEDS, EDITS = 200, 20
CONFIG = """\
site: {title: Bench, url: "https://feeds.example.org/", id: "https://feeds.example.org/"}
seeds: {workers: 1}
server: {enabled: false}
admin: {enabled: false}
"""
BUILD = "from feedmill.cli import main; raise SystemExit(main(['build']))"
EDIT = """
import re, sys
from datetime import UTC, datetime
from pathlib import Path
from feedmill.config import loads
from feedmill.pipeline import Mill, PassRequest

settings = loads(Path("config.yaml").read_text(), base=Path.cwd())
texts = {seed: seed.read_text() for seed in sorted(settings.scan.dir.rglob("*.md"))}
shown = [seed for seed, text in texts.items() if "published: false" not in text]
with Mill(settings, clock=lambda: datetime(2030, 1, 1, tzinfo=UTC)) as mill:
    mill.run(PassRequest())
    mill.warm()
    for number in range(int(sys.argv[1])):
        seed = shown[number]
        seed.write_text(re.sub("(?m)^title:.*$", f"title: Edit {number}", texts[seed], count=1))
        report = mill.run(PassRequest(paths=frozenset([seed.relative_to(settings.scan.dir).as_posix()])))
        assert report.changed == 1
"""


def instructions(folder: Path, program: str, *arguments: str) -> int:
    """Run a Python program in `folder` and return how many instructions it and its children took.

    Raises:
        RuntimeError: it failed, or there is no valgrind.
    """
    with tempfile.TemporaryDirectory() as counted:
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--trace-children=yes", f"--callgrind-out-file={counted}/%p",
             sys.executable, "-c", program, *arguments],
            cwd=folder, env=os.environ | {"PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        return sum(_total(path) for path in Path(counted).iterdir())


def _total(path: Path) -> int:
    """Return the total of a callgrind file: its last line but a few says `totals: N`."""
    return next(int(line.split()[1]) for line in path.read_text().splitlines() if line.startswith("totals:"))


def measure() -> Iterator[Row]:
    """Yield what a cold build, nothing to do and an edit take."""
    if shutil.which("valgrind") is None:
        raise RuntimeError("valgrind is missing (apt install valgrind)")
    for shape in ("real", "lean"):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "config.yaml").write_text(CONFIG)
            (folder / "seeds").mkdir()
            for path in sorted(seeds(shape, 7000).rglob("*.md"))[:SEEDS]:
                shutil.copy2(path, folder / "seeds")
            yield {
                "what": f"cold build of {SEEDS} seeds, {shape}",
                "instructions": instructions(folder, BUILD),
            }
            if shape == "real":
                instructions(folder, BUILD)  # the first look after a build leaves its seal
                yield {"what": "build with nothing to do", "instructions": instructions(folder, BUILD)}
                ready = instructions(folder, EDIT, "0")
                edits = instructions(folder, EDIT, str(EDITS))
                yield {"what": "one edit", "instructions": (edits - ready) // EDITS}


def history() -> list[Row]:
    """Return what was kept, oldest first."""
    kept: list[Row] = json.loads(HISTORY.read_text(encoding="utf-8")) if HISTORY.exists() else []
    return kept


def compared(rows: list[Row]) -> list[Row]:
    """Return `rows`, each with what it was when last kept, and how much more it is now (a share)."""
    last = history()[-1]["instructions"] if history() else {}
    return [
        row | ({"more": row["instructions"] / last[row["what"]] - 1} if row["what"] in last else {})
        for row in rows
    ]


def keep(rows: list[Row]) -> None:
    """Add `rows` to the history, under this commit."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    figures = {row["what"]: row["instructions"] for row in rows}
    entry = {
        "commit": commit,
        "at": datetime.now(UTC).date().isoformat(),
        "python": sys.version.split()[0],
        "instructions": figures,
    }
    HISTORY.write_text(json.dumps([*history(), entry], indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Measure, compare with the last that was kept, and keep."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--keep", action="store_true", help="add the figures to benchmarks/history.json")
    given = parser.parse_args()
    rows = compared(list(measure()))
    show(save("instructions", rows))
    if given.keep:
        keep(rows)


if __name__ == "__main__":
    main()
