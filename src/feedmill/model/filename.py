"""File names: the bytes of a path and the text that stands for them, the same under any locale.

Of paths within a folder. A folder that the operator names is the interpreter's affair (`os.fsencode`): it
came in by the locale and must go out by it.
"""

from __future__ import annotations

__all__ = ["to_bytes", "to_text"]


def to_text(name: bytes) -> str:
    """Return a file name as text: UTF-8, other bytes as surrogate escapes, whatever the locale."""
    return name.decode("utf-8", "surrogateescape")


def to_bytes(path: str) -> bytes:
    """Return the file name that `to_text` gave."""
    return path.encode("utf-8", "surrogateescape")
