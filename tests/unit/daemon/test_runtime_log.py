"""The log: one line an event, for people or for machines, and nothing in it can forge a line."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

from feedmill.daemon.log import JsonFormatter, TextFormatter


def record(message: str, **facts: Any) -> logging.LogRecord:
    made = logging.makeLogRecord(
        {"msg": message, "levelno": logging.INFO, "levelname": "INFO", "facts": facts}
    )
    made.created = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC).timestamp()
    return made


def test_json_is_one_object_a_line() -> None:
    line = JsonFormatter().format(record("pass", trigger="change", written=3, why="a\nb"))
    assert "\n" not in line
    assert json.loads(line) == {
        "at": "2026-01-02T03:04:05.678Z",
        "level": "info",
        "message": "pass",
        "trigger": "change",
        "written": 3,
        "why": "a\nb",
    }


def test_text_is_for_people() -> None:
    line = TextFormatter().format(record("pass", trigger="change, time", written=3))
    assert line.endswith(' info    pass  trigger="change, time" written=3')


def test_no_fact_breaks_the_line() -> None:
    line = TextFormatter().format(record("fault", seed="a\n12:00:00 info forged\x1b[31m", empty=""))
    assert "\n" not in line
    assert "\x1b" not in line
    assert 'empty=""' in line
    assert "\x1b" not in TextFormatter().format(record("fault", seed="nospace\x1b[31m"))


def test_a_traceback_follows() -> None:
    try:
        raise ValueError("x")
    except ValueError as error:
        made = record("failed")
        made.exc_info = (type(error), error, error.__traceback__)
    assert "ValueError: x" in TextFormatter().format(made)
    assert "ValueError: x" in json.loads(JsonFormatter().format(made))["traceback"]


def test_bytes_that_are_no_text_are_told_all_the_same() -> None:
    line = JsonFormatter().format(record("fault", seed="caf\udce9.md"))
    assert json.loads(line)["seed"] == "caf\udce9.md"
    line.encode("utf-8")
