"""Whose a document is when the ledger does not list it.

A path that a foreign file holds is reported, never overwritten (docs/promises.md, Files of others). But a
ledger can be lost (deleted, corrupt, left out of a checkout of the feeds folder), and then feedmill's own
documents would look foreign and block publication for good, with entries in them that may have been taken
down since. So with a *new* ledger, or an older one that was put back, documents that bear feedmill's mark
are its own again: they are kept, rewritten or removed like any other. The mark is one that readers'
programs and people's own files do not carry by chance: the generator that feedmill's XML feeds and pages
name near their beginning (what has no field for it, in a comment; icons in PNG's `Software`), on one of the
paths of documents (docs/promises.md, Feeds stay). JSON Feed and OPML have no generator: there a sibling's
mark counts. What bears no mark stays foreign, whatever its name.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress

from feedmill.model import mark
from feedmill.model.archive import ARCHIVED, split_archive
from feedmill.model.filename import from_locale
from feedmill.model.taxonomy import Kind
from feedmill.store.local.feeds_dir import Obstacle, Tree
from feedmill.store.local.heads import found_feeds
from feedmill.store.local.state import Memory

_MARKED = (".html", ".atom", ".rss")
_UNMARKED = (".json",)
_FRONT = ("index.html", "all.html", "all.atom", "all.rss")
_SITE = (
    *("404.html", "410.html", "feed.css", "sitemap.xml", "robots.txt"),
    *("favicon.ico", "apple-touch-icon.png"),
)
_LISTINGS = ("feeds.opml", "feeds.json")


def own_documents(tree: Tree) -> Iterator[str]:
    """Yield the paths of documents in the feeds folder that feedmill made, by their marks."""
    front = {name for name in _FRONT if is_marked(tree, name)}
    yield from front
    yield from (name for name in _SITE if is_marked(tree, name))
    if front:
        yield from (name for name in _LISTINGS if _is_file(tree, name))
    if any(name.startswith("all.") for name in front) and _is_file(tree, "all.json"):
        yield "all.json"
    yield from _archives(tree, "all/")
    for folder in sorted(kind.folder for kind in Kind if kind.folder):
        names = _names(tree, folder.rstrip("/"))
        marked = [name for name in names if name.endswith(_MARKED) and is_marked(tree, folder + name)]
        stems = {name.rpartition(".")[0] for name in marked}
        yield from (folder + name for name in marked)
        for name in names:
            stem, _, _ = name.rpartition(".")
            if name.endswith(_UNMARKED) and stem in stems and _is_file(tree, folder + name):
                yield folder + name
        for name in (name for name in names if not name.endswith((*_MARKED, *_UNMARKED))):
            yield from _archives(tree, f"{folder}{name}/")


def _archives(tree: Tree, folder: str) -> Iterator[str]:
    """Yield the paths of a feed's archives, which all are in its `folder`."""
    for name in _names(tree, folder.rstrip("/")):
        stem, _, suffix = (folder + name).rpartition(".")
        if suffix in ARCHIVED and split_archive(stem) is not None and is_marked(tree, folder + name):
            yield folder + name


def _names(tree: Tree, folder: str) -> list[str]:
    with suppress(OSError, Obstacle):
        names = (from_locale(name) for name in os.listdir(tree.folder(folder)))
        return sorted(name for name in names if not name.startswith("."))
    return []


def _is_file(tree: Tree, path: str) -> bool:
    with suppress(OSError, Obstacle):
        return tree.look(path) is not None
    return False


def is_marked(tree: Tree, path: str) -> bool:
    """Whether a document in the feeds folder bears feedmill's mark."""
    if not _is_file(tree, path):
        return False
    with suppress(OSError, Obstacle):
        chunks = tree.chunks(path, mark.HEAD)
        try:
            return mark.is_marked(next(chunks, b""))
        finally:
            chunks.close()  # type: ignore[attr-defined]
    return False


def claim(tree: Tree, memory: Memory, paths: Iterable[str]) -> None:
    """Take documents that a killed run, or a run with a lost ledger, made."""
    for path in paths:
        with suppress(Obstacle):
            found = tree.find(path)
            if found is not None and path not in memory.history.documents:
                memory.record_found(path, found)


def adopt(tree: Tree, memory: Memory) -> bool:
    """Take the documents that bear our mark, and remember what they tell of their feeds; tell if any do."""
    known = set(memory.history.documents)
    own = list(own_documents(tree))
    claim(tree, memory, own)
    # what a killed run made is no memory of a feed: its seeds may be withheld by now
    for feed in found_feeds(tree, sorted(memory.history.documents.keys() - known)):
        memory.remember_feed(feed)
    return bool(own)
