"""The schema of config.yaml as JSON Schema (draft 2020-12), for editors."""

from __future__ import annotations

from typing import Any

from feedmill.config.keys import CONFIG
from feedmill.config.kinds import Key, Kind, ListOf, MapOf, Scalar, written

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def config_schema() -> dict[str, Any]:
    """Return the JSON Schema of config.yaml.

    It takes what `load` takes, as an editor reads YAML; what needs more than one key (a slug that two
    terms share) or a table (time zones) only `load` can tell.
    """
    return {
        "$schema": DIALECT,
        "title": "feedmill: config.yaml",
        "description": "Every key has a default; an unknown key is an error.",
        **_schema(CONFIG),
    }


def _schema(kind: Kind) -> dict[str, Any]:
    if isinstance(kind, Scalar):
        return dict(kind.schema)
    if isinstance(kind, ListOf):
        return _list(kind)
    if isinstance(kind, MapOf):
        return {
            "type": "object",
            "propertyNames": {name: rule for name, rule in kind.key.schema.items() if name != "type"},
            "additionalProperties": _schema(kind.value),
        }
    section: dict[str, Any] = {
        "type": ["object", "null"],
        "properties": {name: _key(key) for name, key in kind.keys.items()},
        "additionalProperties": False,
    }
    if required := [name for name, key in kind.keys.items() if key.required]:
        section["required"] = required
    if kind.shorthand:
        return {"anyOf": [section, _schema(kind.keys[kind.shorthand].kind)]}
    return section


def _list(kind: ListOf) -> dict[str, Any]:
    item = _schema(kind.item)
    items: dict[str, Any] = {"type": "array", "items": item}
    if kind.least:
        items["minItems"] = kind.least
    if kind.unique:
        items["uniqueItems"] = True
    return {"anyOf": [items, item]} if isinstance(kind.item, Scalar) else items


def _key(key: Key) -> dict[str, Any]:
    """Return the schema of a key's value; null is always allowed and means: as if it were not there."""
    schema = _nullable(_schema(key.kind))
    schema["description"] = key.doc + (f" Default: {key.instead}." if key.instead else "")
    if key.default is not None:
        schema["default"] = written(key.kind, key.default)
    if key.examples:
        schema["examples"] = list(key.examples)
    return schema


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in schema:
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}
    if "enum" in schema:
        return {**schema, "type": [schema["type"], "null"], "enum": [*schema["enum"], None]}
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return schema if "null" in types else {**schema, "type": [*types, "null"]}
