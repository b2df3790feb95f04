"""The check that makes the comparison fair: do all tools put the same entries out, in the same order?"""

from __future__ import annotations

import html
from pathlib import Path

from lxml import etree

from benchmarks.peers.base import Site
from benchmarks.truth import Term

ATOM = "{http://www.w3.org/2005/Atom}"


def titles(path: Path) -> list[str]:
    """Return the titles of a feed's entries in its order, with quotation marks made plain.

    Jekyll's feed plugin turns straight quotes into curly ones; that is no difference worth a word.
    """
    root = etree.parse(path).getroot()
    atom = root.tag == f"{ATOM}feed"
    found = []
    for title in root.iterfind(f"{ATOM}entry/{ATOM}title" if atom else "channel/item/title"):
        text = " ".join("".join(title.itertext()).split())
        found.append(plain(html.unescape(text) if title.get("type") == "html" else text))
    return found


def plain(title: str) -> str:
    """Return a title as it is compared."""
    return title.replace("’", "'").replace("‘", "'")


def disagreements(site: Site, expected: dict[Term, list[str]]) -> list[str]:
    """Return what a tool's feeds have otherwise than the truth; empty is what we want."""
    wrong = []
    for (kind, slug), entries in sorted(expected.items()):
        for form in site.tool.formats:
            path = site.feed(kind, slug, form)
            if not path.is_file():
                wrong.append(f"{site.tool.name}: no {form} feed for {kind}/{slug}")
            elif titles(path) != [plain(title) for title in entries]:
                wrong.append(f"{site.tool.name}: other entries in {path.name} of {kind}/{slug}")
    return wrong
