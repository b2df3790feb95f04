"""The two folders that are neither seeds nor feeds: the theme that is read, the state that is made."""

from __future__ import annotations

from pathlib import Path

from feedmill.errors import CatalogError
from feedmill.model.theme import Unreadable

_THEME_SUFFIXES = frozenset({".html", ".css", ".js", ".svg", ".txt", ".po"})


def load_theme(folder: Path | None) -> dict[str, str]:
    """Return the operator's templates by file name, relative to the theme folder; `Unreadable` where one
    cannot be read, or is no text in UTF-8."""
    found: dict[str, str] = {}
    for file in theme_files(folder):
        assert folder is not None
        name = file.relative_to(folder).as_posix()
        try:
            found[name] = file.read_text("utf-8")
        except OSError as error:
            found[name] = Unreadable(f"cannot be read: {error.strerror}")
        except UnicodeDecodeError as error:
            found[name] = Unreadable(f"is no UTF-8 (its byte {error.start + 1}); save it as UTF-8")
    return found


def theme_files(folder: Path | None) -> list[Path]:
    """Return the files of a theme that count, in order."""
    return [
        file
        for file in sorted(folder.rglob("*") if folder is not None else ())
        if file.suffix in _THEME_SUFFIXES and file.is_file() and not file.name.startswith(".")
    ]


def make_state_folder(folder: Path) -> None:
    """Make the state folder, for its owner alone.

    Raises:
        CatalogError: it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CatalogError(f"the state folder {folder} cannot be made: {error.strerror}") from error
