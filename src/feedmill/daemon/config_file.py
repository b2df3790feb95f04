"""The config file under a running daemon: whether it, or the file of old ids that it names, has changed."""

from __future__ import annotations

from pathlib import Path

from feedmill.model.settings import Settings


def stamps(settings: Settings) -> tuple[object, object]:
    """Return what changes with the config, or with the file of old ids that it names."""
    return _stamp(settings.file), _stamp(settings.decode.address.ids)


def _stamp(file: Path | None) -> tuple[int, int, int] | None:
    """Return what changes when a file does; None where it is not there."""
    if file is None:
        return None
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
