"""What the log says of passes: each fault once, and how it ended."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest

from feedmill.daemon.pass_log import PassLog
from feedmill.model.seed import Problem
from feedmill.pipeline import PassReport

NOW = datetime(2026, 3, 1, tzinfo=UTC)
FAULT = Problem(path="a.md", message="no title")


def report(*problems: Problem, gone: frozenset[str] = frozenset()) -> PassReport:
    return PassReport(trigger="change", as_of=NOW, seconds=0.0, problems=problems, gone=gone)


@pytest.mark.parametrize(("gone", "word"), [(frozenset(), "mended"), (frozenset({"a.md"}), "deleted")])
def test_a_fault_ends_mended_or_with_its_file(
    caplog: pytest.LogCaptureFixture, gone: frozenset[str], word: str
) -> None:
    caplog.set_level(logging.INFO)
    journal = PassLog()
    journal.add(report(FAULT), frozenset({"a.md"}))
    journal.add(report(gone=gone), frozenset({"a.md"}))
    assert [record.message for record in caplog.records] == ["fault", word]
