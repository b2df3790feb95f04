"""A cold build: no catalog, no output, no cache. Wall clock, processor, peak memory, and the same entries.

python -m benchmarks.cold [--count 7000] [--shape real] [--tools feedmill hugo]
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

from benchmarks.agree import disagreements
from benchmarks.measure import Cost, median, run
from benchmarks.peers import Site, Tool
from benchmarks.workshop import Row, arguments, chosen, save, seeds, show, site, stamps, truth

ENOUGH = 60.0
"""Seconds of timed builds after which one tool is not asked again."""


def builds(tool: Tool, shape: str, count: int, runs: int) -> tuple[Cost, int]:
    """Return the medians of up to `runs` cold builds, and how many; memory is watched in one more."""
    folder = site(tool, shape, count)
    os.sync()
    watched = run(tool.build(folder), folder, memory=True)
    costs: list[Cost] = []
    while len(costs) < runs and watched.wall + sum(cost.wall for cost in costs) < ENOUGH:
        tool.clean(folder)
        costs.append(run(tool.build(folder), folder))
    middle = median(costs or [watched])
    return replace(middle, largest=watched.largest, peak=watched.peak), max(len(costs), 1)


def measure(shape: str, count: int, names: list[str], *, runs: int = 3, check: bool = True) -> Iterator[Row]:
    """Yield a row for each tool."""
    expected = truth(seeds(shape, count)) if check else {}
    for tool, version in chosen(names):
        cost, times = builds(tool, shape, count, runs)
        folder = seeds(shape, count).parents[1] / "sites" / f"{tool.name.lower()}-{shape}-{count}"
        yield {
            "tool": tool.name,
            "version": version,
            "shape": shape,
            "seeds": count,
            "wall": cost.wall,
            "cpu": cost.cpu,
            "peak": cost.peak,
            "largest": cost.largest,
            "runs": times,
            "files": len(stamps(tool.output(folder))),
            "formats": list(tool.formats),
            "disagreements": disagreements(Site(tool, folder), expected),
        }


def main() -> None:
    """Read the command line, measure, print and save."""
    parser = arguments(__doc__, count=7000, shape="real")
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    show(save("cold", measure(given.shape, given.count, given.tools, runs=given.runs)))


if __name__ == "__main__":
    main()
