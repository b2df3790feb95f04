"""Results of the runs, one JSON file for each attack; `make reliability` makes docs/reliability.md of them.

A run keeps its results where `FEEDMILL_RESULTS` says; without it nothing is kept. The heavier of two
results for one attack stays. On the page a row stays until a result of its attack replaces it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

HEAD = """# Reliability

What is promised, how it was attacked, how often, and what came of it. `make reliability` measures the
hostile seeds and writes this page from what the runs left behind; nothing in it was typed. `make check` runs
a small form of each attack, `make torture`, `make fuzz` and `make soak` the large ones. A row stays, with its
day, until its attack is run again.

| promise | attack | times | result | on |
| --- | --- | ---: | --- | --- |
"""


def keep(promise: str, attack: str, count: int, result: str, *, failed: int = 0) -> None:
    """Keep the result of an attack, which promise and attack name: no text that changes from run to run."""
    folder = os.environ.get("FEEDMILL_RESULTS")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    name = hashlib.blake2b(f"{promise} {attack}".encode(), digest_size=8).hexdigest()
    path = Path(folder) / f"{name}.json"
    if path.exists() and json.loads(path.read_text())["count"] > count and not failed:
        return
    day = datetime.now(UTC).date().isoformat()
    entry = {
        "promise": promise,
        "attack": attack,
        "count": count,
        "result": result,
        "failed": failed,
        "on": day,
    }
    path.write_text(json.dumps(entry, indent=1, ensure_ascii=False) + "\n")


def row(result: dict[str, str | int]) -> tuple[str, ...]:
    """Return a result's cells as the page has them."""
    verdict = f"**{result['failed']:,} failed**" if result["failed"] else "held"
    told = f"{verdict}; {result['result']}".rstrip("; ")
    cells = (result["promise"], result["attack"], f"{result['count']:,}", told, result["on"])
    return tuple(str(cell).replace("|", "\\|") for cell in cells)


def rows(page: str) -> list[tuple[str, ...]]:
    """Return the cells of the page's rows."""
    lines = [line for line in page.splitlines() if line.startswith("| ")][2:]
    return [tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]) for line in lines]


def page(before: str, results: list[dict[str, str | int]]) -> str:
    """Return the page: its rows so far, each replaced by a result of the same attack on the same promise."""
    found = {cells[:2]: cells for cells in [*rows(before), *map(row, results)]}
    return HEAD + "".join(f"| {' | '.join(found[key])} |\n" for key in sorted(found))


def main() -> None:
    """`results.py FOLDER PAGE` brings the page up to date."""
    document = Path(sys.argv[2])
    results = [json.loads(path.read_text()) for path in Path(sys.argv[1]).glob("*.json")]
    document.write_text(page(document.read_text("utf-8"), results), encoding="utf-8")


if __name__ == "__main__":
    main()
