"""The figures as people read them: tables between the marks of docs/performance.md, plots beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import plots
from benchmarks.workshop import Row, load


def write(source: Path, target: Path) -> None:
    """Write `source` to `target`, each marked part made anew from the last figures; plots go to `img/`."""
    text = source.read_text(encoding="utf-8")
    folder = target.parent / "img"
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in SECTIONS.items():
        body = make(folder)
        if body:
            text = replace(text, name, body)
    target.write_text(text, encoding="utf-8")


def replace(text: str, name: str, body: str) -> str:
    """Return a document with another body between the marks of `name`. Raises LookupError: no such marks."""
    pattern = re.compile(rf"(<!-- measured: {name} -->\n).*?(<!-- /measured -->)", re.DOTALL)
    if not pattern.search(text):
        raise LookupError(f"no part {name!r} to be measured")
    return pattern.sub(lambda found: f"{found[1]}{body.rstrip()}\n{found[2]}", text)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; columns of figures stand to the right."""
    rule = ["---"] + ["--:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, rule, *rows)) + "\n"


def seconds(value: float) -> str:
    """Return a duration with three figures, in a fitting unit."""
    if value < 0.1:
        return f"{value * 1000:.3g} ms"
    return f"{value:.3g} s" if value < 100 else f"{value:.0f} s"


def mebibytes(value: float) -> str:
    """Return a size in MiB."""
    return f"{value / 2**20:,.0f} MiB"


def _find(rows: Sequence[Row], **wanted: object) -> Row | None:
    for row in rows:
        if all(row.get(key) == value for key, value in wanted.items()):
            return row
    return None


def _machine(folder: Path) -> str:
    rows = load("machine")
    if not rows:
        return ""
    row = rows[0]
    return (
        f"Measured on {row['processor']}, {row['cores']} cores, {row['memory_gib']:.0f} GiB of memory, "
        f"{row['system']}, Python {row['python']}."
    )


def _cold(folder: Path) -> str:
    rows = load("cold")
    if not rows:
        return ""
    plots.cold(rows, folder / "cold.svg")
    parts = ["![Cold builds: seconds and memory of each tool](img/cold.svg)\n"]
    for shape, title in (("real", "as in real life, 27 KB"), ("lean", "lean, eight keys")):
        chosen = [row for row in rows if row["shape"] == shape]
        ours = _find(chosen, tool="feedmill")
        if not chosen:
            continue
        lines = []
        for row in chosen:
            times = f"{row['wall'] / ours['wall']:.1f}" if ours else ""
            lines.append(
                [f"{row['tool']} {row['version']}", seconds(row["wall"]), times, seconds(row["cpu"]),
                 mebibytes(row["peak"]), str(row["files"]), str(row["runs"]), _verdict(row)]
            )  # fmt: skip
        head = ["", "wall", "times feedmill's", "processor", "peak memory", "files", "runs", "entries"]
        parts.append(f"{chosen[0]['seeds']:,} seeds {title}:\n\n" + table(head, lines))
    return "\n".join(parts)


def _verdict(row: Row) -> str:
    wrong = row["disagreements"]
    return "right" if not wrong else f"{len(wrong)} feeds differ"


def _noop(folder: Path) -> str:
    rows = load("noop")
    lines = [
        [f"{row['tool']} {row['version']}", f"{row['seeds']:,} {row['shape']}", seconds(row["wall"]),
         seconds(row["cpu"]), f"{row['written']} of {row['files']}", str(row["runs"])]
        for row in rows
    ]  # fmt: skip
    return table(["", "seeds", "wall", "processor", "files written", "runs"], lines) if rows else ""


def _latency(folder: Path) -> str:
    rows = load("latency")
    if not rows:
        return ""
    plots.latency(rows, folder / "latency.svg")
    lines = [
        [f"{row['tool']} {row['version']}", f"{row['seeds']:,} {row['shape']}", seconds(row["median"]),
         seconds(row["p95"]), seconds(row["cpu"]), f"{row['rewritten']} of {row['files']}", str(row["edits"]),
         f"{row['idle']:.2%}", *(seconds(row[key]) if key in row else "" for key in ("first", "ready"))]
        for row in rows
    ]  # fmt: skip
    head = [
        "",
        "seeds",
        "median",
        "95th percentile",
        "processor",
        "files rewritten",
        "edits",
        "idle, of a core",
        "first edit after a start",
        "ready",
    ]
    text = "![One edit: save to visible](img/latency.svg)\n\n" + table(head, lines)
    for row in rows:
        if "unmoved_cpu" in row:
            text += (
                f"\nA change that moves no feed (`heat`, {row['seeds']:,} {row['shape']} seeds): "
                f"{seconds(row['unmoved_cpu'])} of processor, {row['unmoved_written']} files written.\n"
            )
    return text


def _scale(folder: Path) -> str:
    rows = load("scale")
    if not rows:
        return ""
    plots.scale(rows, folder / "scale.svg")
    lines = []
    for row in rows:
        more = [
            seconds(row[key]) if row.get(key) else ""
            for key in ("noop_wall", "ready", "edit_first", "edit_median", "edit_p95", "edit_cpu")
        ]
        lines.append(
            [row["tool"], f"{row['seeds']:,} {row['shape']}", seconds(row["wall"]), seconds(row["cpu"]),
             mebibytes(row["peak"]), mebibytes(row["largest"]), f"{row['files']:,}", *more]
        )  # fmt: skip
    head = ["", "seeds", "cold, wall", "processor", "peak, all processes", "largest process", "files",
            "nothing to do", "ready", "first edit", "edit, median", "95th perc.", "processor"]  # fmt: skip
    note = "\n`real`: 27 KB a seed, 22 topics, 60 providers; `small`: 2 KB, 2,000 topics, 5,000 providers.\n"
    return "![Time and memory over the number of seeds](img/scale.svg)\n\n" + table(head, lines) + note


def _http(folder: Path) -> str:
    rows = load("http")
    return "```text\n" + rows[0]["text"] + "\n```" if rows and "text" in rows[0] else ""


def _desk(folder: Path) -> str:
    rows = load("desk")
    lines = [[row["what"], *(seconds(row[key]) for key in ("first", "median", "slowest"))] for row in rows]
    return table(["", "the first", "median", "slowest"], lines) if rows else ""


def _nodes(folder: Path) -> str:
    rows = load("nodes")
    lines = [
        [f"{row['nodes']} nodes, {row['seeds']:,} seeds"]
        + [seconds(row[key]) for key in ("median", "p95", "cpu")]
        for row in rows
    ]
    head = ["", "on all nodes, median", "95th percentile", "processor, all nodes"]
    return table(head, lines) if rows else ""


def _mirror(folder: Path) -> str:
    rows = load("mirror")
    lines = [
        [f"{row['seeds']:,} seeds, {seconds(row['delay'])} a PUT, {row['puts']:.0f} PUTs an edit",
         seconds(row["median"]), seconds(row["p95"])]
        for row in rows
    ]  # fmt: skip
    return table(["", "all of an edit in the bucket, median", "95th percentile"], lines) if rows else ""


def _pages(folder: Path) -> str:
    rows = load("pages")
    lines = [
        [row["what"], f"{row['bytes'] / 1000:.0f} KB", seconds(row["paint"]), seconds(row["slowest"])]
        for row in rows
    ]
    return table(["", "size", "largest paint, median", "slowest"], lines) if rows else ""


def _instructions(folder: Path) -> str:
    rows = load("instructions")
    lines = [
        [row["what"], f"{row['instructions'] / 1e6:,.1f}", f"{row['more']:+.1%}" if "more" in row else ""]
        for row in rows
    ]
    return table(["", "millions of instructions", "since the last"], lines) if rows else ""


@dataclass(frozen=True, slots=True)
class Target:
    """A number that was to be reached: at most `limit`, or at least where `least`; `key` of the row found."""

    what: str
    part: str
    row: Mapping[str, object]
    key: str
    limit: float
    show: Callable[[float], str]
    least: bool = False

    def cells(self) -> list[str] | None:
        """Return its line; None where it was not measured."""
        found = _find(_measured(self.part), **self.row)
        if found is None or self.key not in found:
            return None
        value = found[self.key]
        reached = value >= self.limit if self.least else value <= self.limit
        return [self.what, self.show(self.limit), self.show(value), "yes" if reached else "**no**"]


def _measured(part: str) -> list[Row]:
    """Return the rows of a part, with what follows from them: Hugo's time over ours, and the origin's p99."""
    rows = load(part)
    if part == "http" and rows:
        found = re.search(r"^gzip 200, full rebuilds.* ([\d.]+) ms$", rows[0].get("text", ""), re.MULTILINE)
        return [{"rebuild_p99": float(found[1]) / 1000}] if found else []
    for row in rows if part == "cold" else ():
        hugo = _find(rows, tool="Hugo", shape=row["shape"])
        if hugo is not None:
            row["ratio"] = hugo["wall"] / row["wall"]
    return rows


def _times(value: float) -> str:
    return f"{value:.2f}"


def _whole(value: float) -> str:
    return f"{value:.0f}"


_OURS_REAL = {"tool": "feedmill", "shape": "real", "seeds": 7_000}
_OURS_MANY = {"tool": "feedmill", "shape": "real", "seeds": 70_000}
_OURS_LEAN = {"tool": "feedmill", "shape": "lean", "seeds": 7_000}
_OURS_MOST = {"tool": "feedmill", "shape": "small", "seeds": 1_000_000}

TARGETS = (
    Target("cold, real seeds: Hugo's time over ours", "cold", _OURS_REAL, "ratio", 10, _times, least=True),
    Target("cold, lean seeds: Hugo's time over ours", "cold", _OURS_LEAN, "ratio", 1, _times, least=True),
    Target("cold, real seeds: peak memory", "cold", _OURS_REAL, "peak", 250 << 20, mebibytes),
    Target("nothing to do, 7,000", "noop", _OURS_REAL, "wall", 0.2, seconds),
    Target("nothing to do, 7,000: files written", "noop", _OURS_REAL, "written", 0, _whole),
    Target("nothing to do, 70,000", "noop", _OURS_MANY, "wall", 0.7, seconds),
    Target("nothing to do, 1,000,000", "scale", _OURS_MOST, "noop_wall", 5, seconds),
    Target("one edit, 7,000: median", "latency", _OURS_REAL, "median", 0.012, seconds),
    Target("one edit, 7,000: 95th percentile", "latency", _OURS_REAL, "p95", 0.060, seconds),
    Target("one edit, 7,000: processor", "latency", _OURS_REAL, "cpu", 0.009, seconds),
    Target("one edit, 70,000: median", "latency", _OURS_MANY, "median", 0.020, seconds),
    Target("one edit, 1,000,000: median", "scale", _OURS_MOST, "edit_median", 0.020, seconds),
    Target("one edit, 1,000,000: 95th percentile", "scale", _OURS_MOST, "edit_p95", 0.015, seconds),
    Target("first edit after a start, 7,000", "latency", _OURS_REAL, "first", 0.040, seconds),
    Target("a change that moves no feed: processor", "latency", _OURS_REAL, "unmoved_cpu", 0.005, seconds),
    Target("idle, of a core", "latency", _OURS_REAL, "idle", 0.005, "{:.2%}".format),
    Target("ready after a start, 1,000,000", "scale", _OURS_MOST, "ready", 7, seconds),
    Target("a million seeds of 2 KB, cold", "scale", _OURS_MOST, "wall", 180, seconds),
    Target("a million seeds: largest process", "scale", _OURS_MOST, "largest", 250 << 20, mebibytes),
    Target("p99 during full rebuilds, gzip 200", "http", {}, "rebuild_p99", 0.010, seconds),
    Target(
        "a page of 100 feeds: largest paint", "pages", {"what": "index of 100 feeds"}, "paint", 0.5, seconds
    ),
    Target(
        "a page of 50 entries: largest paint",
        "pages",
        {"what": "feed page of 50 entries"},
        "paint",
        0.5,
        seconds,
    ),
    Target("the desk's list, 7,000", "desk", {"what": "list"}, "slowest", 0.2, seconds),
    Target("the desk's first flag, 7,000", "desk", {"what": "unpublish one"}, "first", 0.2, seconds),
    Target("an edit on three nodes, 200 seeds", "nodes", {"seeds": 200}, "median", 0.05, seconds),
    Target("an edit on three nodes, 7,000 seeds", "nodes", {"seeds": 7_000}, "median", 0.05, seconds),
    Target("an edit in a bucket, 20 ms a PUT", "mirror", {}, "median", 0.15, seconds),
)


def _targets(folder: Path) -> str:
    lines = [cells for target in TARGETS if (cells := target.cells()) is not None]
    return table(["", "to reach", "measured", "reached"], lines) if lines else ""


SECTIONS: dict[str, Callable[[Path], str]] = {
    "machine": _machine,
    "targets": _targets,
    "cold": _cold,
    "noop": _noop,
    "latency": _latency,
    "scale": _scale,
    "http": _http,
    "desk": _desk,
    "nodes": _nodes,
    "mirror": _mirror,
    "pages": _pages,
    "instructions": _instructions,
}
