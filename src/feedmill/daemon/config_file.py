"""The config of a running daemon: whether its file, or what it names (old ids, the theme), has changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from feedmill.config.extras import require
from feedmill.model.settings import Settings
from feedmill.pipeline.folders import theme_files


class ConfigFile:
    """Reads the settings with `load`, at the start and as often as they change.

    Raises (everything that reads):
        ConfigError: they are wrong, or need an extra that is not installed.
    """

    def __init__(self, load: Callable[[], Settings]) -> None:
        self._load = load
        self.settings = self._read()
        """The settings in force."""
        self._stamps = _stamps(self.settings)

    def changed(self) -> bool:
        """Whether a file is not as it was when it was last read."""
        return _stamps(self.settings) != self._stamps

    def reread(self) -> Settings:
        """Return what the file says now; it is in force once it is set so."""
        self._stamps = _stamps(self.settings)
        return self._read()

    def _read(self) -> Settings:
        settings = self._load()
        require(settings)
        return settings


def _stamps(settings: Settings) -> tuple[object, ...]:
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
