"""The daemon's log: readable on a terminal, one JSON object a line otherwise; one line a pass."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from feedmill.model.settings import LogSettings
from feedmill.pipeline import printable

LOGGER = "feedmill"


def set_up_logging(settings: LogSettings) -> None:
    """Send feedmill's log to stderr in the configured form, and warnings of libraries with it."""
    handler = logging.StreamHandler(sys.stderr)
    plain = settings.format == "text" or (settings.format == "auto" and sys.stderr.isatty())
    handler.setFormatter(TextFormatter() if plain else JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(LOGGER).setLevel(settings.level.upper())
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


class TextFormatter(logging.Formatter):
    """`12:00:01 info  pass: 3 documents written (change)  total=1410`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        facts = " ".join(f"{key}={_short(value)}" for key, value in _facts(record).items())
        text = f"{at} {record.levelname.lower():<7} {printable(record.getMessage())}"
        if facts:
            text += f"  {facts}"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return text


class JsonFormatter(logging.Formatter):
    """`{"at": "…Z", "level": "info", "message": …, …facts}`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        document = {
            "at": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **_facts(record),
        }
        if record.exc_info:
            document["traceback"] = self.formatException(record.exc_info)
        line = json.dumps(document, ensure_ascii=False, default=str)
        return line.encode("utf-8", "backslashreplace").decode("utf-8")


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    facts = getattr(record, "facts", None)
    return facts if isinstance(facts, dict) else {}


def _short(value: object) -> str:
    text = _listed(value)
    plain = text and text.isprintable() and not any(mark in text for mark in ' "')
    return text if plain else json.dumps(text, ensure_ascii=not text.isprintable())


def _listed(value: object) -> str:
    """Return a fact as people read it: lists and tallies without brackets."""
    if isinstance(value, dict):
        return ", ".join(f"{count} {name}" for name, count in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
