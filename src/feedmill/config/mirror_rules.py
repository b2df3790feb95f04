"""What holds between mirrors: each has a place of its own, and what its kind of place needs."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from feedmill.config.check import shown
from feedmill.config.checked import CheckedConfig
from feedmill.config.faults import KeyPath, dotted

_OF_BUCKETS = ("endpoint", "region", "access_key", "secret_key")
_FOLDER = "file://"


def check_mirrors(config: CheckedConfig) -> None:
    """Note mirrors within one another (each deletes in its place), and keys that do not belong together."""
    earlier: list[tuple[str, str]] = []
    for index, mirror in enumerate(config.values["mirrors"]):
        place, url = ("mirrors", str(index)), mirror["url"]
        if url.startswith(_FOLDER):
            for name in _OF_BUCKETS:
                if mirror[name] is not None:
                    message = f"'{dotted((*place, name))}' is for buckets, and {shown(url)} is a folder"
                    config.add((*place, name), f"{message}; leave it out")
            continue
        service = (mirror["endpoint"] or "").rstrip("/")
        for where, other in earlier:
            if where != service:
                continue  # buckets of the same name, each its own
            if f"{url}/".startswith(f"{other}/") or f"{other}/".startswith(f"{url}/"):
                message = f"{shown(url)} and {shown(other)} are one place, or one inside the other"
                config.add((*place, "url"), f"{message}; use places beside each other")
        earlier.append((service, url))
        if url.startswith("gs://"):
            if mirror["access_key"] is not None:
                message = (
                    f"'{dotted((*place, 'access_key'))}' is for s3 and az; Google's service account has its"
                )
                config.add((*place, "access_key"), f"{message} whole key (JSON) in secret_key")
        elif (mirror["access_key"] is None) != (mirror["secret_key"] is None):
            config.add(
                place, f"'{dotted(place)}' has one of access_key and secret_key; give both, or neither"
            )


def mirror_folders(config: CheckedConfig) -> list[tuple[KeyPath, Path]]:
    """Return the folders that mirrors are in, with their key paths."""
    return [
        (("mirrors", str(index), "url"), Path(unquote(mirror["url"].removeprefix(_FOLDER))))
        for index, mirror in enumerate(config.values["mirrors"] if config.clean(("mirrors",)) else ())
        if mirror["url"].startswith(_FOLDER)
    ]
