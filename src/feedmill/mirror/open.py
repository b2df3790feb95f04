"""Which kind of place an address names."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import unquote, urlsplit

from feedmill.mirror.folder import Folder
from feedmill.mirror.place import Place
from feedmill.model.settings import MirrorSettings

_FOLDER = "file://"


def open_place(settings: MirrorSettings, agent: str, site_id: str) -> Place:
    """Return the place that a mirror is in; nothing is asked of it yet.

    What is put there tells whose it is: the site's, and in a bucket below that prefix, since a site may have
    several places there, one inside the other.

    Raises:
        MirrorError: what is told of it cannot be used.
    """
    if settings.url.startswith(_FOLDER):
        return Folder(Path(unquote(settings.url.removeprefix(_FOLDER))), _name(site_id))
    from feedmill.mirror.bucket import Bucket  # on use: whoever has no bucket needs no obstore

    return Bucket(settings, agent, _name(site_id, urlsplit(settings.url).path.strip("/")))


def _name(*parts: str) -> str:
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()
