"""The admin token: made by the first start, left in the state folder for its owner's eyes alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from feedmill.errors import StoreError


def token(state_dir: Path) -> str:
    """Return the admin token of this state folder; the first start makes it, for its owner's eyes alone.

    Raises:
        StoreError: it cannot be made or read.
    """
    path = state_dir / "token"
    try:
        if path.exists():
            found = path.read_text("ascii").strip()
            if found:
                return found
    except OSError as error:
        raise StoreError(f"the token {path} cannot be read: {error.strerror}") from error
    new = secrets.token_urlsafe(32)
    write_token(path, new)
    return new


def write_token(path: Path, text: str) -> None:
    """Put a token into its file, all of it or nothing, with mode 0600.

    Raises:
        StoreError: it cannot be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = path.with_suffix(".new")
        aside.unlink(missing_ok=True)
        fd = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "w") as file:
            file.write(text + "\n")
        aside.replace(path)
    except OSError as error:
        raise StoreError(f"the token {path} cannot be written: {error.strerror}") from error
