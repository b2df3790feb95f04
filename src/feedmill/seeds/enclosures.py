"""Enclosures: the audio or video that a seed carries, and what it says of it as an episode."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeVar

from feedmill.model.podcast import Chapter, Enclosure, Episode, Person, Transcript
from feedmill.model.seed import Severity
from feedmill.seeds.field_keys import BOOLEANS
from feedmill.seeds.field_reader import Reader, entries, quoted
from feedmill.seeds.links import absolute
from feedmill.seeds.structured_fields import MAX_ITEMS
from feedmill.yamltext import MappingNode, Node, ScalarNode, SequenceNode

T = TypeVar("T")

MEDIA_TYPES = {
    "mp3": "audio/mpeg",
    "m4a": "audio/m4a",
    "mp4": "video/mp4",
    "m4v": "video/m4v",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "wav": "audio/wav",
    "weba": "audio/webm",
    "mov": "video/quicktime",
    "ogv": "video/ogg",
    "webm": "video/webm",
    "epub": "application/epub+zip",
    "pdf": "application/pdf",
}
"""Suffix to media type; those of audio and video that PSP-1 names are as it writes them.

A table of our own: Python's `mimetypes` reads the machine's files, and the output would differ with them.
"""

TRANSCRIPT_TYPES = {
    "json": "application/json",
    "srt": "application/x-subrip",
    "txt": "text/plain",
    "vtt": "text/vtt",
}
"""Suffix to media type, as the podcast namespace has them; anything else is a page."""

_SUFFIX = re.compile(r"\.([A-Za-z0-9]{2,5})\Z")
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+\-]*/[a-z0-9][a-z0-9!#$&^_.+\-]*")
_BYTES = re.compile(r"[0-9]{1,15}|[0-9]{1,3}(?:[,_ ][0-9]{3}){1,4}")
_NUMBER = re.compile(r"0*([0-9]{1,9})(?:\.([0-9]{1,3}))?")
_CHAPTER = re.compile(r"([0-9]+(?::[0-9]{1,2}){1,2}(?:\.[0-9]+)?)[\s\-–—]+(\S.*)", re.DOTALL)
_EXPLICIT = BOOLEANS | {"clean": False, "explicit": True}
_EPISODE_TYPES = ("full", "trailer", "bonus")


def episode(reader: Reader, base: str) -> Episode | None:
    """Return what the seed plays; addresses are made absolute against `base`, the entry's link.

    None where it has no enclosure: then what would stand beside one is not read. A fault never withholds
    the seed: what cannot be used is told, and left out.
    """
    found = reader.find("enclosure")
    if found is None or not base:
        return None
    key, node = found
    items = list(islice(reader.items(key, node), 2))
    if not items:
        return None
    if len(items) > 1:
        reader.report(f"'{key}' holds several; the first is taken", items[1], Severity.NOTICE)
    node = items[0]
    inner = entries(node) if isinstance(node, MappingNode) else {"url": node}
    file = _enclosure(reader, base, key, node, inner)
    if file is None:
        return None
    return Episode(
        enclosure=file,
        duration=_value(reader, "duration", _beside(key, inner, "duration"), parse_duration) or 0,
        number=_value(reader, "episode", None, _episode_number) or "",
        season=_value(reader, "season", None, _season) or 0,
        type=_value(reader, "episode_type", None, _episode_type) or "",
        explicit=_value(reader, "explicit", None, _explicit),
        chapters_url=_chapters_url(reader, base),
        chapters=_chapters(reader),
        transcripts=_transcripts(reader, base),
        people=_people(reader, base),
    )


def _enclosure(reader: Reader, base: str, key: str, node: Node, inner: dict[str, Node]) -> Enclosure | None:
    raw = _text(reader, f"{key}.url", inner.get("url"))
    if not raw:
        reader.report(f"'{key}' has no url; it is left out", node, Severity.NOTICE)
        return None
    url = absolute(raw, base)
    if url is None:
        why = f"'{key}' is {quoted(raw)}, which is no http or https address; it is left out"
        reader.report(why, node, Severity.NOTICE)
        return None
    kind = _value(reader, "", _beside(key, inner, "type"), _media_type) or MEDIA_TYPES.get(_suffix(url))
    if kind is None:
        why = f"'{key}' is {quoted(raw)}, whose media type is not known; write {{url: …, type: audio/mpeg}}"
        reader.report(f"{why}; it is left out", node, Severity.NOTICE)
        return None
    length = _value(reader, "enclosure_length", _beside(key, inner, "length"), _bytes) or 0
    if not length:
        why = f"'{key}' has no length; add 'enclosure_length', the file's size in bytes"
        reader.report(f"{why}: without it the episode stays out of podcast feeds", node, Severity.NOTICE)
    title = reader.plain(f"{key}.title", inner.get("title"))
    return Enclosure(url=url, type=kind, length=length, title=title)


def _beside(key: str, inner: dict[str, Node], name: str) -> tuple[str, Node] | None:
    """Return what the enclosure itself says under a name, else None."""
    node = inner.get(name)
    return None if node is None else (f"{key}.{name}", node)


def _value(
    reader: Reader, field: str, inside: tuple[str, Node] | None, parse: Callable[[str], T]
) -> T | None:
    """Return a value from inside the enclosure, else from its field; None where absent or wrong (told)."""
    found = inside if inside and not reader.is_absent(*inside) else reader.find(field) if field else None
    if found is None:
        return None
    key, node = found
    text = reader.raw(key, node).strip()
    if not text:
        return None
    try:
        return parse(text)
    except ValueError as error:
        reader.report(f"'{key}' is {quoted(text)}, which {error}; it is left out", node, Severity.WARNING)
    return None


def _bytes(text: str) -> int:
    if not _BYTES.fullmatch(text):
        raise ValueError("is no size in bytes such as 24986239")
    return int(re.sub("[,_ ]", "", text))


def _media_type(text: str) -> str:
    if not _TYPE.fullmatch(text.lower()):
        raise ValueError("is no media type such as audio/mpeg")
    return text.lower()


def _explicit(text: str) -> bool:
    if text.lower() not in _EXPLICIT:
        raise ValueError("is neither true nor false")
    return _EXPLICIT[text.lower()]


def _episode_type(text: str) -> str:
    if text.lower() not in _EPISODE_TYPES:
        raise ValueError("is none of full, trailer and bonus")
    return text.lower()


def _episode_number(text: str) -> str:
    found = _NUMBER.fullmatch(text)
    fraction = (found[2] or "").rstrip("0") if found else ""
    if found is None or not (int(found[1]) or fraction):
        raise ValueError("is no number above 0 such as 12")
    return f"{int(found[1])}.{fraction}" if fraction else str(int(found[1]))


def _season(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text[:10]) < 10**9:
        raise ValueError("is no whole number above 0 such as 2")
    return int(text)


def _chapters_url(reader: Reader, base: str) -> str:
    """Return the address of a file of chapters."""
    found = reader.find("chapters")
    if found is None or isinstance(found[1], SequenceNode):
        return ""
    key, node = found
    inner = entries(node) if isinstance(node, MappingNode) else {"url": node}
    return _address(reader, f"{key}.url", inner.get("url"), base, node)


def _chapters(reader: Reader) -> tuple[Chapter, ...]:
    """Return the chapters that the seed itself lists, in order of time."""
    found = reader.find("chapters")
    if found is None or not isinstance(found[1], SequenceNode):
        return ()
    key, node = found
    chapters = []
    for item in islice(reader.items(key, node), MAX_ITEMS):
        start, title = _chapter(reader, key, item)
        try:
            at = parse_duration(start)
        except ValueError:
            title = ""
        if title:
            chapters.append(Chapter(start=at, title=title))
        else:
            why = f"'{key}' holds what is no chapter; write {{start: 1:30, title: …}}; it is left out"
            reader.report(why, item, Severity.WARNING)
    return tuple(sorted(chapters, key=lambda chapter: chapter.start))


def _chapter(reader: Reader, key: str, item: Node) -> tuple[str, str]:
    """Return where a chapter starts, and its title, as they are written."""
    if isinstance(item, MappingNode):
        inner = entries(item)
        start = next((inner[name] for name in ("start", "startTime", "time") if name in inner), None)
        return _text(reader, f"{key}.start", start), reader.plain(f"{key}.title", inner.get("title"))
    found = _CHAPTER.fullmatch(reader.plain(key, item)) if isinstance(item, ScalarNode) else None
    return (found[1], found[2]) if found else ("", "")


def _transcripts(reader: Reader, base: str) -> tuple[Transcript, ...]:
    found: dict[str, Transcript] = {}
    for key, item, inner in _each(reader, "transcript", "url"):
        url = _address(reader, f"{key}.url", inner.get("url"), base, item)
        kind = _value(reader, "", _beside(key, inner, "type"), _media_type)
        if url:
            kind = kind or TRANSCRIPT_TYPES.get(_suffix(url), "text/html")
            found.setdefault(url, Transcript(url=url, type=kind))
    return tuple(found.values())


def _people(reader: Reader, base: str) -> tuple[Person, ...]:
    people: dict[Person, None] = {}
    for key, item, inner in _each(reader, "people", "name"):
        told = {name: reader.plain(f"{key}.{name}", inner.get(name)) for name in ("name", "role", "group")}
        links = {
            name: _address(reader, f"{key}.{name}", inner[name], base, item)
            for name in ("url", "image")
            if name in inner
        }
        if told["name"]:
            people[Person(**told, **links)] = None
    return tuple(people)


def _each(reader: Reader, field: str, only: str) -> Iterator[tuple[str, Node, dict[str, Node]]]:
    """Yield what a field holds, one or a list: key, node, and a mapping, of `only` that for a text."""
    found = reader.find(field)
    if found is None:
        return
    key, node = found
    for item in islice(reader.items(key, node), MAX_ITEMS):
        yield key, item, entries(item) if isinstance(item, MappingNode) else {only: item}


def _address(reader: Reader, key: str, node: Node | None, base: str, owner: Node) -> str:
    """Return an address made absolute, "" where there is none (told)."""
    raw = _text(reader, key, node)
    url = absolute(raw, base) if raw else None
    if url is None:
        why = f"is {quoted(raw)}, which is no http or https address" if raw else "is missing"
        reader.report(f"'{key}' {why}; it is left out", owner, Severity.WARNING)
    return url or ""


def _text(reader: Reader, key: str, node: Node | None) -> str:
    return "" if node is None or reader.is_absent(key, node) else reader.raw(key, node).strip()


def _suffix(url: str) -> str:
    found = _SUFFIX.search(url.partition("#")[0].partition("?")[0])
    return found[1].lower() if found else ""


_CLOCK = re.compile(r"(?:([0-9]{1,5}):)?([0-9]{1,5}):([0-5]?[0-9])(?:\.[0-9]+)?")
_UNITS = re.compile(
    r"(?:P?T)?\s*(?:([0-9]{1,5})\s*h[a-z]*\.?)?\s*(?:([0-9]{1,5})\s*m[a-z]*\.?)?\s*"
    r"(?:([0-9]{1,8})(?:\.[0-9]+)?\s*s[a-z]*\.?)?",
    re.IGNORECASE,
)
_SECONDS = re.compile(r"([0-9]{1,8})(?:\.[0-9]+)?")


def parse_duration(text: str) -> int:
    """Return whole seconds of `3723`, `1:02:03`, `62:03`, `1h 2m 3s` or `PT1H2M3S` (ISO 8601).

    Raises:
        ValueError: it is none of them, to be read after the field's name.
    """
    text = text.strip()
    if found := _SECONDS.fullmatch(text):
        return int(found[1])
    if (found := _CLOCK.fullmatch(text)) and not (found[1] and int(found[2]) > 59):
        return int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3])
    if (found := _UNITS.fullmatch(text)) and any(found.groups()):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return hours * 3600 + minutes * 60 + seconds
    raise ValueError("is no duration; use seconds or H:MM:SS, such as 3723 or 1:02:03")
