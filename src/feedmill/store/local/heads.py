"""What a feed's documents say of the feed itself: all that is left of it when its ledger is lost.

Without a word of it in the ledger, a feed that nothing is in just now would be no feed at all, and its
subscribers would get 404 (docs/promises.md, Feeds stay). Its documents tell kind, title and description,
so it stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress

from feedmill.model.taxonomy import Kind
from feedmill.store.local.feeds_dir import Obstacle, Tree
from feedmill.store.port import FeedMemory

_CHUNK = 16384
_KINDS = {kind.folder: kind for kind in Kind if kind.folder}
_READ = ("atom", "rss", "json")
"""Formats that are asked, in this order; a page's words are its theme's."""
_FEEDS = ("feed", "channel")
_SUBTITLES = ("subtitle", "description")


def found_feeds(tree: Tree, paths: Iterable[str]) -> Iterator[FeedMemory]:
    """Yield the feeds of which `paths` are documents, as emptied until a pass says better.

    A feed whose documents cannot be read is called by its slug. `all` is every config's: it needs no memory.
    """
    suffixes: dict[str, set[str]] = {}
    for path in paths:
        stem, _, suffix = path.rpartition(".")
        suffixes.setdefault(stem, set()).add(suffix)
    for stem, there in sorted(suffixes.items()):
        folder, slash, slug = stem.rpartition("/")
        if kind := _KINDS.get(folder + slash):
            asked = (_words(tree, f"{stem}.{suffix}") for suffix in _READ if suffix in there)
            title, description = next((words for words in asked if words), (slug, ""))
            yield FeedMemory(
                path=stem, kind=kind.value, title=title, description=description, state="emptied"
            )


def _words(tree: Tree, path: str) -> tuple[str, str] | None:
    """Return the title and the description that a document gives its feed; None where it gives no title."""
    read = _of_json if path.endswith(".json") else _of_xml
    with suppress(OSError, Obstacle, ValueError, SyntaxError):  # what is not ours to read tells nothing
        found = read(tree.chunks(path, _CHUNK))
        title, description = (found.get(key, "").strip() for key in ("title", "description"))
        # RSS requires a description and gets the title where there is none.
        return (title, "" if description == title else description) if title else None
    return None


def _of_xml(chunks: Iterator[bytes]) -> dict[str, str]:
    """Return the words before the first entry; nothing behind it is read."""
    import lxml.etree  # imported on use: a ledger is seldom lost

    parser = lxml.etree.XMLPullParser(("start", "end"), resolve_entities=False, no_network=True)
    found: dict[str, str] = {}
    for chunk in chunks:
        parser.feed(chunk)
        for event, element in parser.read_events():
            name = lxml.etree.QName(element).localname
            if name in ("entry", "item"):
                return found
            above = element.getparent()
            if event == "end" and above is not None and lxml.etree.QName(above).localname in _FEEDS:
                key = "description" if name in _SUBTITLES else name
                found.setdefault(key, element.text or "")
    return found


def _of_json(chunks: Iterator[bytes]) -> dict[str, str]:
    found = json.loads(b"".join(chunks))
    words = found if isinstance(found, dict) else {}
    return {key: value for key, value in words.items() if isinstance(value, str)}
