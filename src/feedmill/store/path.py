"""Paths of documents: relative, plain, the same in every form of the store."""

from __future__ import annotations


def checked(path: str) -> str:
    """Return `path` if it is a plain relative path of a document.

    Raises:
        ValueError: it is absolute, climbs, or names a hidden file or folder: nothing but
            plain names may ever be joined to the feeds folder (docs/promises.md, Files of others).
    """
    parts = path.split("/")
    if not all(parts) or any(part[0] == "." or "\0" in part for part in parts):
        raise ValueError(f"{path!r} is no path of a document")
    return path
