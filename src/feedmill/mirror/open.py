"""Which kind of place an address names."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from feedmill.mirror.folder import Folder
from feedmill.mirror.place import Place
from feedmill.model.settings import MirrorSettings

_FOLDER = "file://"


def open_place(settings: MirrorSettings, agent: str) -> Place:
    """Return the place that a mirror is in; nothing is asked of it yet.

    Raises:
        MirrorError: what is told of it cannot be used.
    """
    if settings.url.startswith(_FOLDER):
        return Folder(Path(unquote(settings.url.removeprefix(_FOLDER))))
    from feedmill.mirror.bucket import Bucket  # on use: whoever has no bucket needs no obstore

    return Bucket(settings, agent)
