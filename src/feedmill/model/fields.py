"""The fields of a seed: our name for each, and the front matter keys that carry it unless mapped."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "id": ("id",),
        "title": ("title", "name"),
        "excerpt": ("excerpt", "summary", "description"),
        "link": ("webUrl", "originalUrl"),
        "publishedDateTime": ("publishedDateTime", "date", "published_at"),
        "updatedDateTime": ("updatedDateTime", "lastModifiedDateTime", "updated"),
        "expiryDateTime": ("expiryDateTime",),
        "published": ("published",),
        "removed": ("removed",),
        "deleted": ("deleted",),
        "provider": ("provider",),
        "topics": ("topics",),
        "category": ("category",),
        "type": ("type",),
        "quality": ("quality",),
        "heat": ("heat",),
        "length": ("length",),
        "price": ("price",),
        "levels": ("levels",),
        "images": ("images",),
        "related": ("related",),
    }
)
"""Canonical field name -> front matter keys, the first non-empty one decides (DESIGN 2)."""

SECRET_FIELDS = frozenset({"secured"})
"""Keys that are never read, whatever the config maps."""

FLAGS = frozenset({"published", "removed", "deleted"})
"""Fields that hold one of YAML 1.1's boolean words and can withhold a seed."""

_CANONICAL = {key: field for field, keys in FIELDS.items() for key in (field, *keys)}
_FOLDED = {key.casefold(): field for key, field in _CANONICAL.items()}


def canonical(name: str) -> str | None:
    """Return our name for a field called by any of its names, in any case; None where unknown.

    `link`, `webUrl` and `weburl` are all `link`; `date` is `publishedDateTime`.
    """
    return _CANONICAL.get(name) or _FOLDED.get(name.casefold())
