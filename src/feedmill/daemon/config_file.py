"""The config under a running daemon: whether its file, or what it names (old ids, the theme), has changed."""

from __future__ import annotations

from pathlib import Path

from feedmill.model.settings import Settings
from feedmill.pipeline.folders import theme_files


def stamps(settings: Settings) -> tuple[object, ...]:
    """Return what changes with the config, with the file of old ids, or with a file of the theme."""
    theme = tuple((file, _stamp(file)) for file in theme_files(settings.theme_dir))
    return _stamp(settings.file), _stamp(settings.decode.address.ids), theme


def _stamp(file: Path | None) -> tuple[int, int, int] | None:
    """Return what changes when a file does; None where it is not there."""
    if file is None:
        return None
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
