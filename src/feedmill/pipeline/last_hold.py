"""Why the last pass was held back, for whoever asks while no daemon runs."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def note_hold(state_dir: Path, why: str | None) -> None:
    """Leave word of why the last pass was held back; None: it was not.

    A state folder that takes nothing keeps no pass from publishing.
    """
    file = _file(state_dir)
    with suppress(OSError):
        if why is None:
            file.unlink(missing_ok=True)
        else:
            file.write_text(why, encoding="utf-8")


def last_hold(state_dir: Path) -> str | None:
    """Return why the last pass here was held back, None where it was not."""
    try:
        return _file(state_dir).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _file(state_dir: Path) -> Path:
    return state_dir / "held"
