"""The door where the operating system's and SQLite's errors become `PublishError`s."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from feedmill.errors import PublishError

ONE_PATH = frozenset(
    {
        errno.EACCES,
        errno.EEXIST,
        errno.EINVAL,
        errno.EISDIR,
        errno.ELOOP,
        errno.ENAMETOOLONG,
        errno.ENOENT,
        errno.ENOTDIR,
        errno.ENOTEMPTY,
        errno.EPERM,
        errno.ETXTBSY,
        errno.EXDEV,
    }
)
"""What goes wrong with one path and says nothing about the next; the rest (a full disk, a dying
disk, no file descriptors) ends the pass."""


def reason(error: OSError) -> str:
    """Return the system's own words for `error`, without a path."""
    return error.strerror or os.strerror(error.errno or errno.EIO)


def publish_error(action: str, path: str | Path, error: Exception) -> PublishError:
    """Return `cannot <action> <path>: <why>` for an error of the system or of SQLite."""
    why = reason(error) if isinstance(error, OSError) else str(error)
    return PublishError(f"cannot {action} {path}: {why}")
