"""The JSON Schema of a seed's front matter, for editors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from feedmill.config.jsonschema import DIALECT
from feedmill.config.units import FALSE_WORDS, TRUE_WORDS
from feedmill.model.fields import FIELDS, FLAGS

_TEXT: dict[str, Any] = {"type": ["string", "number", "boolean", "null"]}
_NUMBER: dict[str, Any] = {"type": ["number", "string", "null"]}
_FLAG: dict[str, Any] = {"anyOf": [{"type": "boolean"}, {"enum": [*TRUE_WORDS, *FALSE_WORDS]}]}
_DATE: dict[str, Any] = {
    "type": ["string", "null"],
    "examples": ["2026-11-21T08:00:00Z", "2026-11-21 09:00 +01:00", "2026-11-21"],
}
_URL: dict[str, Any] = {"type": ["string", "null"], "pattern": r"^\s*(?:[Hh][Tt][Tt][Pp][Ss]?://.*)?$"}
_LABELS: dict[str, Any] = {"anyOf": [{"type": "array", "items": _TEXT, "maxItems": 100}, _TEXT]}
_IMAGE: dict[str, Any] = {
    "type": "object",
    "properties": {"url": _TEXT, "width": _NUMBER, "height": _NUMBER, "title": _TEXT},
}
_PROVIDER: dict[str, Any] = {
    "anyOf": [
        _TEXT,
        {
            "type": "object",
            "properties": {
                "name": _TEXT,
                "domain": _TEXT,
                "authors": {
                    "type": ["array", "null"],
                    "items": {"anyOf": [_TEXT, {"type": "object", "properties": {"name": _TEXT}}]},
                },
                "images": {"type": ["array", "null"]},
            },
        },
    ]
}
_AUTHOR: dict[str, Any] = {
    "anyOf": [_TEXT, {"type": "object", "properties": {"name": _TEXT, "url": _TEXT, "email": _TEXT}}]
}
_MAPPING: dict[str, Any] = {"anyOf": [_TEXT, {"type": "object"}]}
_ONE_OR_MORE: dict[str, Any] = {"anyOf": [*_MAPPING["anyOf"], {"type": "array", "items": _MAPPING}]}
_FIELDS: dict[str, tuple[str, dict[str, Any]]] = {
    "id": ("The entry's identity by hand: an old GUID or any other name. It must never change.", _TEXT),
    "title": ("The title; plain text.", _TEXT),
    "excerpt": ("The summary; plain text.", _TEXT),
    "link": ("Where the article is: absolute, http or https.", _URL),
    "publishedDateTime": ("When it was first published; in the future, it goes out then.", _DATE),
    "updatedDateTime": ("The last change that matters to readers.", _DATE),
    "expiryDateTime": ("When it leaves the feeds.", _DATE),
    "published": ("false keeps it out of every feed.", _FLAG),
    "removed": ("true takes it out of every feed.", _FLAG),
    "deleted": ("true takes it out of every feed.", _FLAG),
    "draft": ("true keeps it out of every feed.", _FLAG),
    "status": ("Such as draft, pending or archived, which keep it out; or published.", _TEXT),
    "provider": ("Who published the article first: a name, or name, domain and authors.", _PROVIDER),
    "authors": (
        "Who wrote it: names, keys of the config's authors, or mappings with name, url and email.",
        {"anyOf": [{"type": "array", "items": _AUTHOR}, *_AUTHOR["anyOf"]]},
    ),
    "language": ("The language it is in (RFC 5646), such as en or pt-BR.", _TEXT),
    "topics": ("The topics whose feeds have it.", _LABELS),
    "category": ("Such as news; custom feeds can choose by it.", _TEXT),
    "type": ("Such as article or video; custom feeds can choose by it.", _TEXT),
    "quality": ("A number that custom feeds can choose and sort by.", _NUMBER),
    "heat": ("A number that custom feeds can choose and sort by.", _NUMBER),
    "length": ("How long it takes, in words.", _TEXT),
    "price": ("What it costs, in words.", _TEXT),
    "levels": ("For whom it is; custom feeds can choose by it.", _LABELS),
    "images": ("Pictures; the first is the entry's own.", {"type": ["array", "null"], "items": _IMAGE}),
    "related": (
        "Short articles on the same matter.",
        {"type": ["array", "null"], "items": {"type": "object"}},
    ),
    "enclosure": ("The audio or video: its address, or url, length, type, duration and title.", _ONE_OR_MORE),
    "enclosure_length": (
        "The enclosure's size in bytes; without it no podcast feed has the episode.",
        _NUMBER,
    ),
    "duration": ("How long the enclosure plays: seconds, or 1:02:03.", _TEXT),
    "episode": ("The episode's number.", _NUMBER),
    "season": ("The number of its season.", _NUMBER),
    "episode_type": ("full, trailer or bonus.", _TEXT),
    "explicit": ("Whether the episode is for adults alone.", _TEXT),
    "chapters": ("The address of a file of chapters, or a list of start and title.", _ONE_OR_MORE),
    "transcript": ("The address of what is said, or url and type; one or a list.", _ONE_OR_MORE),
    "people": ("Who is in the episode: names, or name, role, url and image; one or a list.", _ONE_OR_MORE),
}


def seed_schema(fields: Iterable[tuple[str, tuple[str, ...]]] = ()) -> dict[str, Any]:
    """Return the JSON Schema of front matter; `fields` are the names that `seeds.fields` maps, if any.

    Other keys are allowed, as seeds allow them.
    """
    keys = {**FIELDS, **dict(fields)}
    keys |= {flag: tuple(dict.fromkeys((*FIELDS[flag], *keys[flag]))) for flag in (*FLAGS, "status")}
    properties: dict[str, Any] = {}
    for field, names in keys.items():
        doc, schema = _FIELDS[field]
        for name in names:
            also = "" if name == names[0] else f" (Another name for {names[0]}.)"
            properties.setdefault(name, {"description": doc + also, **schema})
    return {
        "$schema": DIALECT,
        "title": "feedmill: the front matter of a seed",
        "type": "object",
        "properties": properties,
        "allOf": [
            {"anyOf": [{"required": [name]} for name in keys[field]]}
            for field in ("title", "link")
            if keys[field]
        ],
        "additionalProperties": True,
    }
