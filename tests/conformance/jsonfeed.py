"""JSON Feed 1.1: its schema, and what a schema cannot say."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema


@cache
def _validator() -> Any:
    schema = json.loads(Path(__file__).with_name("jsonfeed.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


def faults(document: bytes) -> list[str]:
    """Return every rule that `document` breaks."""
    feed = json.loads(document)
    found = [f"{error.json_path}: {error.message}" for error in _validator().iter_errors(feed)]
    ids = [item.get("id") for item in feed.get("items", [])]
    if len(set(ids)) != len(ids):
        found.append("Items, id: unique for that item in that feed")
    return found
