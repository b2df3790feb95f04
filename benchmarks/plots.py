"""Plots for docs/performance.md: plain SVG, the same bytes for the same figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.workshop import Row

COLOURS = {
    "feedmill": "#b45309", "Hugo": "#db2777", "Eleventy": "#525252", "Jekyll": "#b91c1c", "Pelican": "#0e7490"
}  # fmt: skip


def _axes(columns: int) -> tuple[Any, Any]:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update(
        {
            "svg.hashsalt": "feedmill",
            "svg.fonttype": "none",
            "font.family": "sans-serif",
            "font.size": 10,
            "axes.spines.top": False,
            "axes.spines.right": False,
        }
    )
    from matplotlib import pyplot as plt

    made: tuple[Any, Any] = plt.subplots(1, columns, figsize=(4.6 * columns, 3.2), layout="constrained")
    return made


def _save(figure: Any, path: Path) -> None:
    from matplotlib import pyplot as plt

    figure.savefig(path, metadata={"Date": None, "Creator": None}, facecolor="white")
    plt.close(figure)
    path.write_text("\n".join(line.rstrip() for line in path.read_text().splitlines()) + "\n")


def _bars(axis: Any, rows: Sequence[Row], key: str, scale: float, title: str) -> None:
    rows = list(reversed(rows))
    values = [row[key] / scale for row in rows]
    bars = axis.barh([row["label"] for row in rows], values, color=[COLOURS[row["tool"]] for row in rows])
    axis.bar_label(
        bars, labels=[f"{value:,.3g}" if value < 1000 else f"{value:,.0f}" for value in values], padding=3
    )
    if max(values) > 20 * min(values):
        axis.set_xscale("log")
        axis.set_xlim(left=min(values) / 3)
        axis.xaxis.set_major_formatter("{x:g}")
    axis.margins(x=0.2)
    axis.set_title(title, fontsize=10)


def cold(rows: Sequence[Row], path: Path) -> None:
    """Seconds and memory of each tool, real seeds and lean ones."""
    figure, axes = _axes(2)
    marked = [{**row, "label": f"{row['tool']}, {row['shape']}"} for row in rows]
    _bars(axes[0], marked, "wall", 1, "cold build, seconds")
    _bars(axes[1], marked, "peak", 2**20, "peak memory, MiB")
    _save(figure, path)


def latency(rows: Sequence[Row], path: Path) -> None:
    """Save to visible, one bar a tool and number of seeds."""
    figure, axis = _axes(1)
    marked = [{**row, "label": f"{row['tool']}, {row['seeds']:,} {row['shape']}"} for row in rows]
    _bars(axis, marked, "median", 0.001, "one edit: save to visible, ms (median)")
    _save(figure, path)


def scale(rows: Sequence[Row], path: Path) -> None:
    """Time and memory over the number of seeds; straight lines of slope one are linear growth."""
    figure, axes = _axes(3)
    for tool, shape in sorted({(row["tool"], row["shape"]) for row in rows}):
        line = sorted(
            (row for row in rows if (row["tool"], row["shape"]) == (tool, shape)),
            key=lambda row: row["seeds"],
        )
        style = {"color": COLOURS[tool], "marker": "o", "linestyle": "-" if shape == "real" else "--"}
        counts = [row["seeds"] for row in line]
        axes[0].plot(counts, [row["wall"] for row in line], label=f"{tool}, {shape}", **style)
        axes[1].plot(counts, [row["peak"] / 2**20 for row in line], **style)
        if all("edit_median" in row for row in line):
            axes[2].plot(counts, [row["edit_median"] * 1000 for row in line], **style)
    for axis, title in zip(
        axes, ("cold build, seconds", "peak memory, MiB", "one edit, ms (median)"), strict=True
    ):
        axis.set_xscale("log")
        axis.set_xlabel("seeds")
        axis.xaxis.set_major_formatter("{x:,.0f}")
        axis.xaxis.set_minor_formatter("")
        axis.set_title(title, fontsize=10)
        axis.grid(alpha=0.3)
    axes[0].set_yscale("log")
    axes[1].set_yscale("log")
    axes[2].set_ylim(bottom=0)
    axes[0].legend(frameon=False, fontsize=8)
    _save(figure, path)
