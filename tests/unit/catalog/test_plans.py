"""A pass over one saved seed asks nothing that takes longer with every feed or seed there is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from feedmill.catalog.database import Database
from feedmill.config import loads
from feedmill.pipeline import Mill, PassRequest

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SEED = (
    "---\ntitle: {}\nlink: https://x.org/{}\ndate: 2026-01-0{}\ntopics: [AI, C{}]\nprovider: P\n---\nText.\n"
)


def test_an_edit_scans_no_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loads("site: {url: 'https://f.example.org/'}\nseeds: {workers: 1}\n", base=tmp_path)
    settings.scan.dir.mkdir()
    for number in range(1, 5):
        (settings.scan.dir / f"{number}.md").write_text(SEED.format(number, number, number, number))
    asked: dict[str, str] = {}
    rows = Database.rows

    def watched(self: Database, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        plan = rows(self, f"EXPLAIN QUERY PLAN {statement}", values)
        asked[statement] = "; ".join(step[3] for step in plan)
        return rows(self, statement, values)

    with Mill(settings, clock=lambda: NOW) as mill:
        mill.run(PassRequest())
        mill.warm()
        monkeypatch.setattr(Database, "rows", watched)
        (settings.scan.dir / "2.md").write_text(SEED.format("Two", 2, 2, 2))
        assert mill.run(PassRequest(paths=frozenset(["2.md"]))).changed == 1
    assert len(asked) > 10
    scans = {s: plan for s, plan in asked.items() if re.search("SCAN (?!json_each|meta)", plan)}
    assert scans == {}
