"""Problems in groups: one message once, the worst and the most frequent first."""

from __future__ import annotations

from typing import Any

from feedmill.server.problem_groups import grouped


def _problem(path: str, message: str, severity: str = "error", line: int = 0) -> dict[str, Any]:
    return {"path": path, "line": line, "column": 2, "severity": severity, "message": message, "kept": False}


def test_equal_problems_are_one() -> None:
    found = grouped(
        [
            _problem("n.md", "odd", "notice"),
            _problem("a.md", "no title", line=1),
            _problem("b.md", "no link"),
            _problem("c.md", "no link", line=3),
            _problem("d.md", "no link", "warning"),
            _problem("", "the disk is full"),
        ]
    )
    assert [(one.severity, one.message, [str(place) for place in one.places]) for one in found] == [
        ("error", "no link", ["b.md", "c.md:3:2"]),
        ("error", "no title", ["a.md:1:2"]),
        ("error", "the disk is full", ["feedmill"]),
        ("warning", "no link", ["d.md"]),
        ("notice", "odd", ["n.md"]),
    ]
