"""A reader of archived feeds, by RFC 5005, section 4.2: from the subscription document back to the first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import lxml.etree

ATOM = "{http://www.w3.org/2005/Atom}"
HISTORY = "{http://purl.org/syndication/history/1.0}"


@dataclass(frozen=True)
class Document:
    """What a feed document says, of RSS or Atom: ids of entries, links by relation, marks of its history."""

    entries: tuple[str, ...]
    links: dict[str, str]
    marks: frozenset[str]


def parse(body: bytes) -> Document:
    """Return what a document says."""
    root = lxml.etree.fromstring(body)
    head = root if root.tag == f"{ATOM}feed" else root.find("channel")
    assert head is not None
    ids = [*head.iterfind(f"{ATOM}entry/{ATOM}id"), *head.iterfind("item/guid")]
    return Document(
        entries=tuple(str(each.text) for each in ids),
        links={str(link.get("rel")): str(link.get("href")) for link in head.iterfind(f"{ATOM}link")},
        marks=frozenset(lxml.etree.QName(mark).localname for mark in head.iterfind(f"{HISTORY}*")),
    )


def walk(start: str, get: Callable[[str], bytes]) -> list[str]:
    """Return the ids of all entries of the feed at `start`, following its archives, and hold them together.

    Each archive says that it is one, names itself, the subscription document, and the archive that led here.
    """
    first = parse(get(start))
    found = dict.fromkeys(first.entries)
    assert "archive" not in first.marks
    after, at = "", first.links.get("prev-archive", "")
    while at:
        archive = parse(get(at))
        assert archive.marks == {"archive"}
        assert archive.links["self"] == at
        assert archive.links["current"] == start.rpartition(".")[0] + ".atom"
        assert archive.links.get("next-archive", "") == after
        assert archive.entries, "an empty archive is outside the chain"
        found |= dict.fromkeys(archive.entries)
        after, at = at, archive.links.get("prev-archive", "")
    return list(found)
