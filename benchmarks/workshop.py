"""Where benchmarks work and leave their figures: `bench-out/`, seeds made once for each shape and count."""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.make_seeds import Shape, write
from benchmarks.peers import TOOLS, MissingError, Tool
from benchmarks.peers.base import OUT, empty
from benchmarks.truth import Term, expected, read

RESULTS = OUT / "results"
Row = dict[str, Any]
"""One line of a table: what was measured of what."""

SHAPES = {
    "real": Shape(),
    "lean": Shape(lean=True),
    "small": Shape(size=2000, topics=2000, providers=5000),
}
"""`real`: 27 KB, nearly all of it `related:`. `lean`: eight keys. `small`: 2 KB, with thousands of terms."""


def seeds(shape: str, count: int) -> Path:
    """Return a folder with that many seeds of that shape, made on first use."""
    folder = OUT / "seeds" / f"{shape}-{count}"
    done = folder.with_name(folder.name + ".done")
    if not done.exists():
        empty(folder)
        folder.mkdir(parents=True)
        print(f"  making {count:,} {shape} seeds", flush=True)
        write(folder, SHAPES[shape], count)
        done.touch()
    return folder


def truth(folder: Path) -> dict[Term, list[str]]:
    """Return what the feeds of these seeds have to hold."""
    return expected(facts for facts, _ in read(folder))


def site(tool: Tool, shape: str, count: int) -> Path:
    """Return a fresh site for a tool, ready for a cold build."""
    folder = OUT / "sites" / f"{tool.name.lower()}-{shape}-{count}"
    empty(folder)
    tool.prepare(folder, seeds(shape, count), lean=shape != "real")
    tool.clean(folder)
    return folder


def standing(tool: Tool, shape: str, count: int) -> Path:
    """Return the site that the last cold build of this tool left; a fresh one where there is none."""
    folder = OUT / "sites" / f"{tool.name.lower()}-{shape}-{count}"
    return folder if tool.output(folder).is_dir() else site(tool, shape, count)


def chosen(names: Sequence[str]) -> list[tuple[Tool, str]]:
    """Return the tools of these names (none: all) with their versions; tells which are not to be had."""
    found = []
    for tool in TOOLS:
        if names and tool.name.lower() not in names:
            continue
        try:
            found.append((tool, tool.install()))
        except MissingError as why:
            print(f"  without {tool.name}: {why}", flush=True)
    return found


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Return inode and mtime of each file below `folder` that can be served: writing changes them."""
    found = {}
    for path in folder.rglob("*"):
        inside = path.relative_to(folder)
        if not inside.parts[0].startswith(".") and path.is_file():
            status = path.stat()
            found[str(inside)] = (status.st_ino, status.st_mtime_ns)
    return found


def rewritten(before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]) -> int:
    """Return how many files were written, made or removed between two looks."""
    return sum(before.get(name) != after.get(name) for name in before.keys() | after.keys())


def machine() -> Row:
    """Return what the figures were measured on."""
    model = "unknown processor"
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "memory_gib": round(memory, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def save(name: str, rows: Iterable[Row]) -> list[Row]:
    """Write the figures of one benchmark for the report."""
    listed = list(rows)
    RESULTS.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": machine(), "rows": listed}, indent=1, ensure_ascii=False)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    return listed


def load(name: str) -> list[Row]:
    """Return the figures that a benchmark left, or none."""
    path = RESULTS / f"{name}.json"
    rows: list[Row] = json.loads(path.read_text(encoding="utf-8"))["rows"] if path.exists() else []
    return rows


def arguments(description: str | None, *, count: int, shape: str) -> argparse.ArgumentParser:
    """Return a parser with what all benchmarks take."""
    parser = argparse.ArgumentParser(description=(description or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=count, help=f"seeds (default {count:,})")
    parser.add_argument("--shape", choices=sorted(SHAPES), default=shape)
    parser.add_argument("--tools", nargs="*", default=[], metavar="NAME", help="default: all")
    return parser


def show(rows: Iterable[Row]) -> None:
    """Print figures one below the other."""
    for row in rows:
        print("  " + "  ".join(f"{key}={_short(value)}" for key, value in row.items()), flush=True)


def _short(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return str(len(value))
    return str(value)
