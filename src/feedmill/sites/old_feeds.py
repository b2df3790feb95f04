"""Feeds that readers follow already: RSS, Atom or JSON Feed as what matters of their entries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from feedmill.errors import InputError
from feedmill.model.instant import Instant
from feedmill.seeds.dates import parse_instant

if TYPE_CHECKING:
    from lxml.etree import _Element

_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class OldEntry:
    """An entry as a feed had it. `guid` is what readers know it by; what is not given is "" or None."""

    feed: str
    guid: str
    link: str = ""
    title: str = ""
    published: Instant | None = None


def read_feed(name: str, data: bytes, address: str = "") -> tuple[OldEntry, ...]:
    """Return the entries of a feed in its own order; `address` is where it comes from, if known.

    No external entity, document type or address is followed.

    Raises:
        InputError: it is no RSS, Atom or JSON Feed, or damaged.
    """
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return tuple(_json_entries(name, data, address))
    return tuple(_xml_entries(name, data, address))


def _json_entries(name: str, data: bytes, address: str) -> Iterator[OldEntry]:
    try:
        feed = json.loads(data.decode("utf-8-sig"), parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise InputError(name, f"is no JSON: {error}") from error
    items = feed.get("items")
    if not isinstance(items, list):
        raise InputError(name, "has no items; a JSON Feed has a list of them")
    for item in items:
        if not isinstance(item, dict):
            continue
        link = _text(item, "url") or _text(item, "external_url")
        yield _entry(
            name,
            guid=_text(item, "id"),
            link=_joined(address, link) if link else "",
            title=_text(item, "title"),
            date=_text(item, "date_published") or _text(item, "date_modified"),
        )


def _text(item: dict[str, Any], key: str) -> str:
    value = item.get(key)
    return value.strip() if isinstance(value, str) else ""


def _xml_entries(name: str, data: bytes, address: str) -> Iterator[OldEntry]:
    import lxml.etree  # imported on use: no other command reads XML

    parser = lxml.etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = lxml.etree.fromstring(data, parser)
    except lxml.etree.XMLSyntaxError as error:
        line, column = error.position
        message = f"is neither JSON nor well-formed XML: {error.msg}"
        raise InputError(name, message, line=line, column=column) from error
    kind = _local(root)
    if kind not in ("rss", "RDF", "feed"):
        raise InputError(name, f"is no RSS, Atom or JSON Feed, but <{kind}>")
    if kind == "feed":
        yield from (_atom_entry(name, each, address) for each in root if _local(each) == "entry")
        return
    channel = next((each for each in root if _local(each) == "channel"), root)
    home = _joined(address, _child(channel, "link"))
    items = [*channel, *root] if kind == "RDF" else list(channel)
    yield from (_rss_entry(name, each, home) for each in items if _local(each) == "item")


def _rss_entry(name: str, item: _Element, home: str) -> OldEntry:
    guid = _child(item, "guid")
    about = next((value for key, value in item.attrib.items() if key.endswith("}about")), "")
    marks = [each.get("isPermaLink", "true") for each in item if _local(each) == "guid"]
    is_link = bool(guid) and marks[0].strip().lower() == "true"
    link = _child(item, "link") or (guid if is_link else "") or about
    return _entry(
        name,
        guid=guid or about,
        link=_joined(home, link) if link else "",
        title=_child(item, "title"),
        date=_child(item, "pubDate") or _child(item, "date"),
    )


def _atom_entry(name: str, entry: _Element, address: str) -> OldEntry:
    links = [
        (each.get("rel", "alternate"), _joined(_joined(address, each.base or ""), each.get("href", "")))
        for each in entry
        if _local(each) == "link"
    ]
    return _entry(
        name,
        guid=_child(entry, "id"),
        link=next((href for rel, href in links if rel == "alternate"), ""),
        title=_child(entry, "title"),
        date=_child(entry, "published") or _child(entry, "issued") or _child(entry, "updated"),
    )


def _entry(feed: str, *, guid: str, link: str, title: str, date: str) -> OldEntry:
    """Return the entry; one without an id of its own is known to readers by its link."""
    plain = " ".join(_TAG.sub("", unescape(title)).split())
    return OldEntry(feed=feed, guid=guid or link, link=link, title=plain, published=_instant(date))


def _joined(base: str, link: str) -> str:
    """Return an absolute address; "" where it cannot be one."""
    with suppress(ValueError):
        return urljoin(base, link) if link else base
    return ""


def _child(element: _Element, name: str) -> str:
    """Return the text of the first child of this name, in any namespace that is not a module's own link."""
    for each in element:
        if _local(each) == name and (name != "link" or each.text):
            return "".join(each.itertext()).strip()
    return ""


def _local(element: _Element) -> str:
    """Return the name without its namespace; "" of comments and instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _instant(text: str) -> Instant | None:
    with suppress(ValueError):
        return parse_instant(text, UTC)
    with suppress(ValueError, TypeError, OverflowError):
        moment: datetime = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    return None
