"""Run all benchmarks and write docs/performance.md and its plots from what they measured (`make bench`).

    python -m benchmarks.report [--quick] [--only cold noop …] [--tools feedmill hugo …] [--write-only]

`--quick` uses 300 seeds everywhere and writes below bench-out/ only; `--tools` leaves the other peers out.
`--write-only` measures nothing
and writes the document anew from the figures of the last run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks import cold, instructions, latency, noop, scale, tables
from benchmarks.peers.base import OUT, ROOT
from benchmarks.workshop import RESULTS, Row, load, machine, save, show

ALL = ("feedmill", "hugo", "eleventy", "jekyll", "pelican")
WITH_YAML = ("feedmill", "hugo", "eleventy", "jekyll")
"""Pelican takes minutes for 7,000 seeds with real front matter: it is timed cold, and else on lean seeds."""
LEAN_EDITED = ("feedmill", "hugo", "pelican")


def cold_rows(count: int, tools: Sequence[str]) -> Iterator[Row]:
    """Real and lean seeds, every tool."""
    for shape in ("real", "lean"):
        yield from cold.measure(shape, count, _among(ALL, tools))


def noop_rows(count: int, tools: Sequence[str]) -> Iterator[Row]:
    """feedmill also with ten times the seeds."""
    yield from noop.measure("real", count, _among(WITH_YAML, tools))
    if pelican := _among(("pelican",), tools):
        yield from noop.measure("lean", count, pelican)
    yield from noop.measure("real", count * 10, ["feedmill"])


def latency_rows(count: int, tools: Sequence[str]) -> Iterator[Row]:
    """feedmill also with ten times the seeds; the million is in `scale`."""
    yield from latency.measure("real", count, _among(WITH_YAML, tools))
    yield from latency.measure("lean", count, _among(LEAN_EDITED, tools))
    yield from latency.measure("real", count * 10, ["feedmill"])


def scale_rows(count: int, tools: Sequence[str]) -> Iterator[Row]:
    """Up to a million seeds, or up to `count` in the quick form."""
    small = [(tool, "small", size) for tool in ("feedmill", "hugo") for size in (100, count)]
    steps = scale.steps(1_000_000) if count >= 7000 else small
    yield from scale.measure([step for step in steps if step[0] in _among(ALL, tools)])


def _among(names: Sequence[str], tools: Sequence[str]) -> list[str]:
    """Return those of `names` that were asked for: all, where no tools were named."""
    return [name for name in names if not tools or name in tools]


def http_rows(count: int, _: Sequence[str]) -> Iterator[Row]:
    """The origin's benchmark prints its own table."""
    yield {"text": apart("http", *(["--quick"] if count < 7000 else [])).strip()}


def desk_rows(count: int, _: Sequence[str]) -> Iterator[Row]:
    """A curator at the desk."""
    apart("desk", "--count", str(count))
    yield from load("desk")


def nodes_rows(count: int, _: Sequence[str]) -> Iterator[Row]:
    """Three nodes over PostgreSQL, few seeds and many."""
    apart("nodes", "--counts", "200", str(count))
    yield from load("nodes")


def mirror_rows(count: int, _: Sequence[str]) -> Iterator[Row]:
    """A bucket that follows."""
    apart("mirror")
    yield from load("mirror")


def pages_rows(count: int, _: Sequence[str]) -> Iterator[Row]:
    """What a reader with a browser waits for."""
    apart("pages")
    yield from load("pages")


def instructions_rows(count: int, _: Sequence[str]) -> Iterator[Row]:
    """Counted, and compared with the last that was kept."""
    rows = instructions.compared(list(instructions.measure()))
    if count >= 7000:
        instructions.keep(rows)
    yield from rows


def apart(name: str, *arguments: str) -> str:
    """Run a benchmark that is a program of its own, beside the tests' parts; return what it printed.

    Raises:
        RuntimeError: it failed.
    """
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT / "tests")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"benchmarks.{name}: {done.stderr[-1000:]}")
    return done.stdout


PARTS: dict[str, Callable[[int, Sequence[str]], Iterator[Row]]] = {
    "cold": cold_rows,
    "noop": noop_rows,
    "latency": latency_rows,
    "scale": scale_rows,
    "http": http_rows,
    "desk": desk_rows,
    "nodes": nodes_rows,
    "mirror": mirror_rows,
    "pages": pages_rows,
    "instructions": instructions_rows,
}


def run(parts: list[str], count: int, tools: Sequence[str]) -> list[str]:
    """Measure each part and keep its figures; return what failed, which does not stop the others."""
    failures = []
    for part in parts:
        print(f"{part}:", flush=True)
        rows: list[Row] = []
        try:
            for row in PARTS[part](count, tools):
                rows.append(row)
                show(save(part, rows)[-1:])
        except Exception as error:  # noqa: BLE001 - hours of other figures would be lost
            failures.append(f"{part}: {type(error).__name__}: {error}")
            print(f"  FAILED {failures[-1]}", flush=True)
    (RESULTS / "machine.json").write_text(json.dumps({"rows": [machine()]}), encoding="utf-8")
    return failures


def main() -> None:
    """Read the command line, measure, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="*", choices=sorted(PARTS), default=list(PARTS))
    parser.add_argument("--tools", nargs="*", choices=ALL, default=[], metavar="NAME", help="default: all")
    parser.add_argument("--write-only", action="store_true")
    given = parser.parse_args()
    source = ROOT / "docs" / "performance.md"
    target = OUT / "performance.md" if given.quick else source
    failures = [] if given.write_only else run(given.only, 300 if given.quick else 7000, given.tools)
    tables.write(source, target)
    print(f"wrote {Path(target).relative_to(ROOT)}")
    if failures:
        sys.exit("\n".join(failures))


if __name__ == "__main__":
    main()
