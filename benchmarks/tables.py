"""The figures as people read them: tables between the marks of docs/performance.md, plots beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
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
         f"{row['idle']:.2%}"]
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
            seconds(row[key]) if key in row else ""
            for key in ("noop_wall", "edit_median", "edit_p95", "edit_cpu")
        ]
        lines.append(
            [row["tool"], f"{row['seeds']:,} {row['shape']}", seconds(row["wall"]), seconds(row["cpu"]),
             mebibytes(row["peak"]), mebibytes(row["largest"]), f"{row['files']:,}", *more]
        )  # fmt: skip
    head = ["", "seeds", "cold, wall", "processor", "peak, all processes", "largest process", "files",
            "nothing to do", "edit, median", "95th percentile", "processor"]  # fmt: skip
    note = "\n`real`: 27 KB a seed, 22 topics, 60 providers; `small`: 2 KB, 2,000 topics, 5,000 providers.\n"
    return "![Time and memory over the number of seeds](img/scale.svg)\n\n" + table(head, lines) + note


def _http(folder: Path) -> str:
    rows = load("http")
    return "```text\n" + rows[0]["text"] + "\n```" if rows and "text" in rows[0] else ""


def _targets(folder: Path) -> str:
    lines = [
        [name, wanted, shown, "yes" if reached else "**no**"]
        for name, wanted, shown, reached in _reached(
            load("cold"), load("noop"), load("latency"), load("scale")
        )
    ]
    return table(["", "to reach", "measured", "reached"], lines) if lines else ""


def _reached(
    colds: list[Row], noops: list[Row], edits: list[Row], scales: list[Row]
) -> Iterable[tuple[str, str, str, bool]]:
    for shape, name, factor in (("real", "cold, real seeds", 8.0), ("lean", "cold, lean seeds", 1.0)):
        ours, hugo = _find(colds, tool="feedmill", shape=shape), _find(colds, tool="Hugo", shape=shape)
        if ours and hugo:
            ratio = hugo["wall"] / ours["wall"]
            yield f"{name}: Hugo's time over ours", f"{factor:g}", f"{ratio:.2f}", ratio >= factor
            if shape == "real":
                ratio = hugo["peak"] / ours["peak"]
                yield f"{name}: Hugo's peak memory over ours", "6", f"{ratio:.2f}", ratio >= 6
                yield f"{name}: peak memory", "250 MiB", mebibytes(ours["peak"]), ours["peak"] <= 250 * 2**20
    for count, limit in ((7_000, 0.5), (70_000, 1.1)):
        if row := _find(noops, tool="feedmill", shape="real", seeds=count):
            good = row["wall"] <= limit and not row["written"]
            yield (
                f"nothing to do, {count:,}",
                f"{limit} s, no write",
                f"{seconds(row['wall'])}, {row['written']} writes",
                good,
            )
    base = _find(edits, tool="feedmill", shape="real", seeds=7_000)
    if base:
        yield "one edit, 7,000: median", "20 ms", seconds(base["median"]), base["median"] <= 0.020
        yield "one edit, 7,000: 95th percentile", "60 ms", seconds(base["p95"]), base["p95"] <= 0.060
        yield "one edit, 7,000: processor", "15 ms", seconds(base["cpu"]), base["cpu"] <= 0.015
        yield "idle, of a core", "0.5 %", f"{base['idle']:.2%}", base["idle"] <= 0.005
        if "unmoved_cpu" in base:
            good = base["unmoved_cpu"] <= 0.005 and not base["unmoved_written"]
            yield "a change that moves no feed: processor", "5 ms", seconds(base["unmoved_cpu"]), good
        if row := _find(edits, tool="feedmill", shape="real", seeds=70_000):
            good = row["median"] <= max(0.020, 1.3 * base["median"])
            yield "one edit, 70,000: median", "20 ms", seconds(row["median"]), good
    if row := _find(scales, tool="feedmill", shape="small", seeds=1_000_000):
        yield "a million seeds of 2 KB, cold", "600 s", seconds(row["wall"]), row["wall"] <= 600
        yield "a million seeds: largest process", "500 MB", mebibytes(row["largest"]), row["largest"] <= 500e6
        first = _find(scales, tool="feedmill", shape="small", seeds=7_000)
        if first and "edit_median" in row:
            ratio = row["edit_median"] / first["edit_median"]
            yield (
                "one edit, a million: median",
                "20 ms",
                seconds(row["edit_median"]),
                row["edit_median"] <= 0.020,
            )
            yield "one edit, a million over 7,000", "1.3", f"{ratio:.2f}", ratio <= 1.3


SECTIONS: dict[str, Callable[[Path], str]] = {
    "machine": _machine,
    "targets": _targets,
    "cold": _cold,
    "noop": _noop,
    "latency": _latency,
    "scale": _scale,
    "http": _http,
}
