"""Targets to documents: what a path names in one generation. It never touches a file system."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from posixpath import dirname, relpath
from urllib.parse import quote, unquote_to_bytes

from feedmill.model.artifact import Generation, Published
from feedmill.model.slug import url_path

PAGE_SUFFIXES = (".html", ".atom", ".rss", ".json")
"""Where a path without suffix leads: to the page, else to the first feed there is."""

_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_REFUSED = re.compile(rb"[\x00-\x1f\x7f\\]")
_ABSOLUTE = re.compile(r"https?://", re.IGNORECASE)


class BadTarget(Exception):
    """The target cannot be understood, or tries a trick (400)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A published document."""

    record: Published


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """It is elsewhere: `location` is relative to the request, so that a proxy may strip a prefix."""

    location: str
    permanent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """It was retired (410)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """There is no such thing (404)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspended:
    """It still holds what was taken down, and will be replaced as soon as the disk takes it (503)."""


Resolution = Found | Moved | Gone | Missing | Suspended


def parse_path(target: bytes) -> str:
    """Return the path of an origin-form target, decoded once, without its first slash.

    Raises:
        BadTarget: a broken escape, an encoded slash, a backslash, a control character, a
            dot segment, or bytes that are no UTF-8.
    """
    raw = target.partition(b"?")[0]
    if not raw.startswith(b"/") or b"#" in raw:
        raise BadTarget
    decoded = raw
    if b"%" in raw:
        if _BAD_ESCAPE.search(raw):
            raise BadTarget
        decoded = unquote_to_bytes(raw)
        if decoded.count(b"/") != raw.count(b"/"):
            raise BadTarget
    if _REFUSED.search(decoded):
        raise BadTarget
    try:
        path = decoded.decode()
    except UnicodeDecodeError as error:
        raise BadTarget from error
    if any(segment in (".", "..") for segment in path.split("/")):
        raise BadTarget
    return path[1:]


def resolve(path: str, generation: Generation) -> Resolution:
    """Say what `path` (decoded, without its first slash) names.

    A redirect wins over a document: the feed of a renamed term stays published, valid and empty,
    and its readers are to be led on. A path in another normalisation than ours (NFC) leads to ours.
    """
    found = _find(path, generation)
    if isinstance(found, Missing) and not path.isascii():
        composed = unicodedata.normalize("NFC", path)
        if composed != path and not isinstance(_find(composed, generation), Missing):
            return Moved(location=_location(path, composed), permanent=True)
    return found


def _find(path: str, generation: Generation) -> Resolution:
    moved = generation.redirects.get(path) or (path and generation.redirects.get(f"{path}/"))
    if moved and moved != path:
        return Moved(location=_location(path, moved), permanent=True)
    if path and any(not segment or segment.startswith(".") for segment in path.split("/")):
        return Missing()
    documents = generation.documents
    record = documents.get(path or "index.html")
    if record is not None:
        return Suspended() if record.path in generation.suspended else Found(record=record)
    if path in generation.gone:
        return Gone()
    if path:
        for suffix in PAGE_SUFFIXES:
            if path + suffix in documents:
                return Moved(location=_location(path, path + suffix), permanent=False)
        if any(path + suffix in generation.gone for suffix in PAGE_SUFFIXES):
            return Gone()
    return Missing()


def _location(path: str, new: str) -> str:
    if _ABSOLUTE.match(new):
        return quote(new, safe="/:?#[]@!$&'()*+,;=%~")
    relative = relpath("/" + new.lstrip("/"), "/" + dirname(path))
    return url_path(relative)
