"""Atom 1.0: RFC 4287's RELAX NG and the rules that only its prose and its Schematron know."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from conformance.common import is_url, parse_xml

_NS = {"a": "http://www.w3.org/2005/Atom"}
_MEDIA = "{http://search.yahoo.com/mrss/}"


@cache
def _grammar() -> Any:
    return etree.RelaxNG(etree.parse(Path(__file__).with_name("atom.rng")))


def faults(document: bytes) -> list[str]:
    """Return every rule that `document` breaks, with its section."""
    root = parse_xml(document)
    grammar = _grammar()
    if not grammar.validate(root):
        return [f"RELAX NG, line {error.line}: {error.message}" for error in grammar.error_log]
    return [*_feed(root), *(fault for entry in root.iterfind("a:entry", _NS) for fault in _entry(entry))]


def _feed(feed: Any) -> Iterator[str]:
    entries = feed.findall("a:entry", _NS)
    if feed.find("a:author", _NS) is None and not all(e.find("a:author", _NS) is not None for e in entries):
        yield "4.1.1: an author in the feed, or in every entry"
    links = [(link.get("rel", "alternate"), link.get("type"), link.get("href")) for link in _links(feed)]
    if [rel for rel, _, _ in links].count("self") != 1:
        yield "4.1.1: a feed should name itself with rel=self"
    if not all(is_url(href) for _, _, href in links):
        yield "4.2.7.1: href is an IRI reference, here always an absolute address"
    alternates = [type_ for rel, type_, _ in links if rel == "alternate"]
    if len(set(alternates)) != len(alternates):
        yield "4.1.1: one alternate link of each type and language"
    ids = [entry.findtext("a:id", namespaces=_NS) for entry in entries]
    if len(set(ids)) != len(ids):
        yield "4.1.1: entries of one id differ in updated; here an id occurs once"
    for date in feed.iterfind(".//a:updated", _NS):
        if not (date.text[10] == "T" and (date.text.endswith("Z") or date.text[-6] in "+-")):
            yield f"3.3: an upper-case T, and Z where there is no offset: {date.text}"
    for identity in feed.iterfind(".//a:id", _NS):
        if ":" not in (identity.text or "") or identity.text != identity.text.strip():
            yield f"4.2.6: an id is an absolute IRI: {identity.text!r}"
    for name in feed.iterfind(".//a:author/a:name", _NS):
        if not (name.text or "").strip():
            yield "3.2.1: a person has a name"


def _entry(entry: Any) -> Iterator[str]:
    name = entry.findtext("a:id", namespaces=_NS)
    alternates = [link for link in _links(entry) if link.get("rel", "alternate") == "alternate"]
    if not alternates and entry.find("a:content", _NS) is None:
        yield f"4.1.2: {name}: an entry without content has an alternate link"
    if len({(link.get("type"), link.get("hreflang")) for link in alternates}) != len(alternates):
        yield f"4.1.2: {name}: one alternate link of each type and language"
    if not all(is_url(link.get("href")) for link in _links(entry)):
        yield f"4.2.7.1: {name}: href is an IRI reference, here always an absolute address"
    if not (entry.findtext("a:title", namespaces=_NS) or "").strip():
        yield f"4.2.14: {name}: the title should say something"
    if len(entry.findall("a:summary", _NS)) > 1:
        yield f"4.1.2: {name}: one summary at most"
    if entry.find(f"{_MEDIA}group") is not None:
        yield f"Media RSS, media:group: {name}: a group holds versions of one object"


def _links(parent: Any) -> list[Any]:
    return list(parent.findall("a:link", _NS))
