"""The config after each key was checked by itself: what the rules between keys look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from feedmill.config.faults import Faults, KeyPath, Origin
from feedmill.config.tree import Value, locate


class CheckedConfig:
    """What was checked key by key, the tree that it came from, and where the faults between keys go."""

    def __init__(self, values: Mapping[str, Any], root: Value | None, faults: Faults, file: Origin) -> None:
        self.values = values
        self._root = root
        self._faults = faults
        self._file = file

    def clean(self, *paths: KeyPath) -> bool:
        """Whether nothing at these key paths is at fault already."""
        return self._faults.clean(*paths)

    def add(self, path: KeyPath, message: str, *others: KeyPath) -> None:
        """Note a fault at `path`, or at the first of `others` that was given where `path` was not."""
        nearest = None
        for place in (path, *others):
            origin, exact = locate(self._root, place)
            if origin is not None and exact:
                nearest = origin
                break
            nearest = nearest or origin
        self._faults.add(nearest or self._file, path, message)
