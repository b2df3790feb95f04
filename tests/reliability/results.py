"""Results of the runs, one JSON file for each attack; `make reliability` makes docs/reliability.md of them.

A run keeps its results where `FEEDMILL_RESULTS` says; without it nothing is kept. The heavier of two
results for one attack stays.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

HEAD = """# Reliability

What is promised, how it was attacked, how often, and what came of it. `make reliability` writes this page
from what the runs left behind; nothing in it was typed. `make check` runs a small form of each attack,
`make torture`, `make fuzz` and `make soak` the large ones.

| promise | attack | times | result |
| --- | --- | ---: | --- |
"""


def keep(promise: str, attack: str, count: int, result: str, *, failed: int = 0, key: str = "") -> None:
    """Keep the result of an attack; `key` names it where its text changes from run to run."""
    folder = os.environ.get("FEEDMILL_RESULTS")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    name = hashlib.blake2b((key or f"{promise} {attack}").encode(), digest_size=8).hexdigest()
    path = Path(folder) / f"{name}.json"
    entry = {"promise": promise, "attack": attack, "count": count, "result": result, "failed": failed}
    if path.exists() and json.loads(path.read_text())["count"] > count and not failed:
        return
    path.write_text(json.dumps(entry, indent=1, ensure_ascii=False) + "\n")


def table(folder: Path) -> str:
    """Return the page."""
    entries: list[dict[str, Any]] = [json.loads(path.read_text()) for path in folder.glob("*.json")]
    lines = []
    for entry in sorted(entries, key=lambda each: (each["promise"], each["attack"])):
        verdict = f"**{entry['failed']:,} failed**; " if entry["failed"] else "held; "
        result = (verdict + entry["result"]).rstrip("; ")
        cells = [str(entry[name]).replace("|", "\\|") for name in ("promise", "attack")]
        lines.append(f"| {cells[0]} | {cells[1]} | {entry['count']:,} | {result} |")
    return HEAD + "\n".join(lines) + "\n"


def main() -> None:
    """`results.py FOLDER PAGE` writes the page."""
    Path(sys.argv[2]).write_text(table(Path(sys.argv[1])), encoding="utf-8")


if __name__ == "__main__":
    main()
