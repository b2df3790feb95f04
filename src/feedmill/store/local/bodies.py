"""Published documents read from the feeds folder: the one place that opens them for others."""

from __future__ import annotations

from pathlib import Path

from feedmill.model.artifact import Digest, digest
from feedmill.store.local.feeds_dir import Obstacle, Tree


def read_body(feeds_dir: Path, path: str, wanted: Digest, size: int) -> bytes | None:
    """Return the document's bytes if they are those of `wanted` and `size`, else None.

    Reads one byte more than promised: enough to see that the file has grown, however big it is.
    """
    with Tree(feeds_dir) as tree:
        try:
            body = tree.read(path, size + 1)
        except (OSError, Obstacle):
            return None
    return body if len(body) == size and digest(body) == wanted else None
