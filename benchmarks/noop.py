"""A build with nothing to do, process start included, and how many files it writes all the same.

python -m benchmarks.noop [--count 7000] [--shape real] [--tools feedmill]
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.measure import Cost, median, run
from benchmarks.workshop import Row, arguments, chosen, rewritten, save, show, stamps, standing

ENOUGH = 60.0


def measure(shape: str, count: int, names: list[str], *, runs: int = 7) -> Iterator[Row]:
    """Yield a row for each tool."""
    for tool, version in chosen(names):
        folder = standing(tool, shape, count)
        run(tool.build(folder), folder)
        before = stamps(tool.output(folder))
        costs: list[Cost] = []
        while len(costs) < runs and sum(cost.wall for cost in costs) < ENOUGH:
            costs.append(run(tool.build(folder), folder))
        middle = median(costs)
        yield {
            "tool": tool.name,
            "version": version,
            "shape": shape,
            "seeds": count,
            "wall": middle.wall,
            "cpu": middle.cpu,
            "runs": len(costs),
            "written": rewritten(before, stamps(tool.output(folder))),
            "files": len(before),
        }


def main() -> None:
    """Read the command line, measure, print and save."""
    parser = arguments(__doc__, count=7000, shape="real")
    given = parser.parse_args()
    show(save("noop", measure(given.shape, given.count, given.tools)))


if __name__ == "__main__":
    main()
