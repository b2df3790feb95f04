"""The fields of a seed: our name for each, and the front matter keys that carry it unless mapped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

_NAMES = {
    "id": "id guid",
    "title": "title name",
    "excerpt": "excerpt summary description",
    "link": "webUrl originalUrl permalink url link canonical_url external_url externalLink",
    "publishedDateTime": "publishedDateTime publishDate date published_at pubDate created",
    "updatedDateTime": "updatedDateTime lastModifiedDateTime updated lastmod last_modified_at modified",
    "expiryDateTime": "expiryDateTime expiryDate expires unpublishDate",
    "published": "published",
    "removed": "removed",
    "deleted": "deleted",
    "draft": "draft drafts hidden private unlisted unpublished",
    "status": "status post_status",
    "provider": "provider",
    "authors": "authors author by",
    "language": "language lang locale",
    "topics": "topics tags categories keywords",
    "category": "category",
    "type": "type",
    "quality": "quality",
    "heat": "heat",
    "length": "length",
    "price": "price",
    "levels": "levels",
    "images": "images image cover featured_image thumbnail",
    "related": "related",
    "enclosure": "enclosure audio video podcast_file",
    "enclosure_length": "enclosure_length podcast_bytes",
    "duration": "duration podcast_duration",
    "episode": "episode",
    "season": "season",
    "episode_type": "episode_type",
    "explicit": "explicit",
    "chapters": "chapters podcast_chapters",
    "transcript": "transcript",
    "people": "people",
}
FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {field: tuple(keys.split()) for field, keys in _NAMES.items()}
)
"""Canonical field name -> front matter keys, the first non-empty one decides (docs/seeds.md, Fields)."""

SECRET_FIELDS = frozenset({"secured"})
"""Keys that are never read, whatever the config maps."""

FLAGS = frozenset({"published", "removed", "deleted", "draft"})
"""Fields that hold one of YAML 1.1's boolean words and can withhold a seed."""

TAKEDOWN = FLAGS | {"status", "expiryDateTime"}
"""Fields that can take an entry down. Of a flag, and of `status`, the usual names always count."""

DRAFTS_FOLDER = "_drafts"
"""A folder of this name, in any case, withholds what lies in it."""

INVISIBLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    r"\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0]"
)
"""Characters that nobody sees: controls that end no line, Unicode's category Cf, and its other
Default_Ignorable_Code_Points; not blanks."""

_ODD_BLANKS = re.compile(r"[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")

_QUOTES = frozenset(
    "\"'`\u00b4\uff02\uff07\u300c\u300d\u300e\u300f\u301d\u301e\u301f\ufe41\ufe42\ufe43\ufe44\uff62\uff63\u2032\u2033\u201a\u201e"
)
"""What is used as a quote beside Unicode's own categories Pi and Pf."""


@lru_cache(maxsize=4096)
def fold(key: str) -> str:
    """Return what of a key tells it from others (docs/seeds.md, Fields).

    That is not case, `-` and `_`, invisible characters, quotes and blanks around it, or blanks that are not a
    plain one.
    """
    key = _ODD_BLANKS.sub("", INVISIBLE.sub("", key)).strip()
    while key and _is_quote(key[0]):
        key = key[1:].lstrip()
    while key and _is_quote(key[-1]):
        key = key[:-1].rstrip()
    return key.casefold().replace("-", "").replace("_", "")


def _is_quote(char: str) -> bool:
    return char in _QUOTES or unicodedata.category(char) in {"Pi", "Pf"}


_CANONICAL = {key: field for field, keys in FIELDS.items() for key in (field, *keys)}
_FOLDED = {fold(key): field for key, field in _CANONICAL.items()}


def canonical(name: str) -> str | None:
    """Return our name for a field called by any of its names, as `fold` has it; None where unknown.

    `link`, `webUrl` and `weburl` are all `link`; `date` is `publishedDateTime`.
    """
    return _CANONICAL.get(name) or _FOLDED.get(fold(name))


def in_drafts(path: str) -> bool:
    """Whether a seed's path, relative to the seeds folder, leads through a folder of drafts."""
    return DRAFTS_FOLDER in path.casefold().split("/")[:-1]
