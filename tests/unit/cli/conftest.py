"""The program run inside this process, in a small site of its own."""

from __future__ import annotations

from curator import run, site

__all__ = ["run", "site"]
