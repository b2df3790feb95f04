"""Comparing: which documents on disk are not those that the ledger has."""

from __future__ import annotations

from feedmill.store.local.feeds_dir import Obstacle, Tree, stamp_of
from feedmill.store.local.state import Memory


def compare(tree: Tree, memory: Memory, *, hash_all: bool) -> None:
    """Make `memory.suspects` the documents that are missing or other than `memory` has them.

    Reads those whose size, time or inode differ, or all of them. Errors of the system pass through.
    """
    for path in list(memory.history.documents):
        if not _is_good(tree, memory, path, hash_all=hash_all):
            memory.suspects.setdefault(path, False)
        elif not memory.suspects.get(path):
            memory.suspects.pop(path, None)


def _is_good(tree: Tree, memory: Memory, path: str, *, hash_all: bool) -> bool:
    history = memory.history
    try:
        status = tree.look(path)
        if status is None:
            return False
        if stamp_of(status) == history.stamps[path] and not hash_all:
            return True
        found = tree.find(path)
    except Obstacle:
        return False
    if found is None or found.digest != history.documents[path].digest:
        return False
    if found.stamp != history.stamps[path]:
        history.stamps[path] = found.stamp
        memory.changes.touched.add(path)
    return True
