"""More and more seeds: cold build, memory, a build with nothing to do, one edit.

python -m benchmarks.scale [--most 1000000] [--edits 30]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks import cold, latency, noop
from benchmarks.workshop import Row, arguments, save, show

REAL = (700, 7_000, 70_000)
SMALL = (7_000, 70_000, 1_000_000)
HUGO_REAL = (700, 7_000, 35_000)
HUGO_SMALL = (7_000, 70_000)


def measure(steps: Sequence[tuple[str, str, int]], *, edits: int = 30) -> Iterator[Row]:
    """Yield a row for each tool, shape and count; feedmill's rows carry no-op and edit too."""
    for tool, shape, count in steps:
        for built in cold.measure(shape, count, [tool], runs=1, check=False):
            row = {
                key: built[key]
                for key in ("tool", "shape", "seeds", "wall", "cpu", "peak", "largest", "files")
            }
            if tool == "feedmill":
                for nothing in noop.measure(shape, count, [tool], runs=5):
                    row |= {
                        "noop_wall": nothing["wall"],
                        "noop_cpu": nothing["cpu"],
                        "noop_written": nothing["written"],
                    }
                for edit in latency.measure(shape, count, [tool], edits=edits):
                    row |= {f"edit_{key}": edit[key] for key in ("median", "p95", "cpu", "first")}
                    row["ready"] = edit["ready"]
            yield row


def steps(most: int) -> list[tuple[str, str, int]]:
    """Return what is measured, up to `most` seeds."""
    wanted = [
        *(("feedmill", "real", count) for count in REAL),
        *(("feedmill", "small", count) for count in SMALL),
        *(("hugo", "real", count) for count in HUGO_REAL),
        *(("hugo", "small", count) for count in HUGO_SMALL),
    ]
    return [step for step in wanted if step[2] <= most]


def main() -> None:
    """Read the command line, measure, print and save."""
    parser = arguments(__doc__, count=0, shape="real")
    parser.add_argument("--most", type=int, default=1_000_000)
    parser.add_argument("--edits", type=int, default=30)
    given = parser.parse_args()
    show(save("scale", measure(steps(given.most), edits=given.edits)))


if __name__ == "__main__":
    main()
