"""Which front matter keys carry which field, for one configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from feedmill.model.fields import FIELDS, FLAGS, SECRET_FIELDS, canonical
from feedmill.model.settings import DecodeSettings

__all__ = ["FIELDS", "FLAGS", "Keys", "canonical", "keys_for"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys to look at: `of` a field, in the order in which they decide.

    `wanted` are all of them, `flags` those of the three flags, `takedown` these and the expiry's.
    """

    of: Mapping[str, tuple[str, ...]]
    wanted: frozenset[str]
    flags: frozenset[str]
    takedown: frozenset[str]


@lru_cache(maxsize=64)
def keys_for(settings: DecodeSettings) -> Keys:
    """Return the keys of every field, with those that `seeds.fields` maps anew.

    `related` has none unless feeds show related articles, and nobody can map a field to a
    secret key.
    """
    of = dict(FIELDS)
    for name, keys in settings.fields:
        of[canonical(name) or name] = tuple(key for key in keys if key not in SECRET_FIELDS)
    if settings.related <= 0:
        of["related"] = ()
    flags = frozenset(key for field in FLAGS for key in of[field])
    return Keys(
        of=MappingProxyType(of),
        wanted=frozenset(key for keys in of.values() for key in keys),
        flags=flags,
        takedown=flags | frozenset(of["expiryDateTime"]),
    )
