"""Which kind of place an address names, and what it needs to be installed."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote

from feedmill.mirror.folder import Folder
from feedmill.mirror.place import Place
from feedmill.model.settings import MirrorSettings

_FOLDER = "file://"


def missing_library(mirrors: Iterable[MirrorSettings]) -> str | None:
    """Say what to install for these mirrors, None where nothing is missing."""
    for mirror in mirrors:
        if not mirror.url.startswith(_FOLDER) and find_spec("obstore") is None:
            return f"the mirror {mirror.url} needs obstore: pip install 'feedmill[buckets]'"
    return None


def open_place(settings: MirrorSettings, agent: str) -> Place:
    """Return the place that a mirror is in; nothing is asked of it yet.

    Raises:
        MirrorError: what is told of it cannot be used.
    """
    if settings.url.startswith(_FOLDER):
        return Folder(Path(unquote(settings.url.removeprefix(_FOLDER))))
    from feedmill.mirror.bucket import Bucket  # on use: whoever has no bucket needs no obstore

    return Bucket(settings, agent)
