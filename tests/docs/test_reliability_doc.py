"""docs/reliability.md is written by a program: whoever edits it by hand sees this fail, or the edit go."""

from __future__ import annotations

from pathlib import Path

from reliability.results import page, rows

TEXT = Path(__file__).parents[2].joinpath("docs/reliability.md").read_text("utf-8")


def test_the_page_is_as_it_was_written() -> None:
    assert page(TEXT, []) == TEXT
    assert len(rows(TEXT)) > 40


def test_a_result_replaces_the_row_of_its_attack_alone() -> None:
    promise, attack = rows(TEXT)[0][:2]
    result: dict[str, str | int] = {
        "promise": promise,
        "attack": attack,
        "count": 1234,
        "result": "a | b",
        "failed": 2,
        "on": "2030-01-01",
    }
    after = page(TEXT, [result])
    assert rows(after)[0] == (promise, attack, "1,234", r"**2 failed**; a \| b", "2030-01-01")
    assert rows(after)[1:] == rows(TEXT)[1:]
    assert page(after, []) == after
