"""File names: bytes on disk, UTF-8 in memory, whatever the locale of whoever runs us.

`os.fsencode` and `os.fsdecode` follow the locale: what one run wrote down, another would not find.
"""

from __future__ import annotations

import os


def to_text(name: bytes) -> str:
    """Return a file name as text; bytes that are no UTF-8 become lone surrogates (PEP 383)."""
    return name.decode("utf-8", "surrogateescape")


def to_bytes(name: str) -> bytes:
    """Return the file name that `to_text` gave.

    Raises:
        UnicodeEncodeError: `to_text` gives no such text.
    """
    return name.encode("utf-8", "surrogateescape")


def in_locale(name: str) -> str:
    """Return a name as Python's own file functions want it: they encode it by the locale again."""
    return os.fsdecode(to_bytes(name))


def from_locale(name: str) -> str:
    """Return a name that Python's file functions, or the command line, gave."""
    return to_text(os.fsencode(name))
