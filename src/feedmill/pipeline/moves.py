"""Moves: what a pass did to the entries that readers see, told by what it keeps as their last good forms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from feedmill.compose import Composer
from feedmill.model.seed import Seed
from feedmill.pipeline.codec import decode_seed

_MOST = 200
"""Seeds of a pass that are noted: nobody reads more lines, and a cold build has a million."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An entry that appeared (`+`), changed (`~`) or vanished (`-`), and the feeds it is, or was, in."""

    sign: Literal["+", "~", "-"]
    path: str
    title: str
    feeds: tuple[str, ...]


class Moves:
    """Notes the last good forms that a pass takes and drops; `last_good` reads them as they were before."""

    def __init__(self, last_good: Callable[[str], bytes | None]) -> None:
        self._last_good = last_good
        self._before: dict[str, bytes | None] = {}
        self._after: dict[str, bytes | None] = {}

    def note(self, path: str, blob: bytes | None) -> None:
        """Note what is kept for a path from now on; None: nothing."""
        if path not in self._before:
            if len(self._before) >= _MOST:
                return
            self._before[path] = self._last_good(path)
        self._after[path] = blob

    def told(self, composer: Composer) -> tuple[Move, ...]:
        """Return the moves by path: one an entry, whichever of its seeds it was and is read from."""
        before, after = _by_entry(self._before), _by_entry(self._after)
        found = [_move("-", path, seed, composer) for key, (path, seed) in before.items() if key not in after]
        for key, (path, seed) in after.items():
            if key not in before:
                found.append(_move("+", path, seed, composer))
            elif before[key][1] != seed:  # else it was read again, no more
                found.append(_move("~", path, seed, composer))
        return tuple(sorted(found, key=lambda move: move.path))


def _by_entry(forms: dict[str, bytes | None]) -> dict[str, tuple[str, Seed]]:
    seeds = ((path, decode_seed(blob)) for path, blob in forms.items() if blob is not None)
    return {seed.id: (path, seed) for path, seed in seeds if seed is not None}


def _move(sign: Literal["+", "~", "-"], path: str, seed: Seed, composer: Composer) -> Move:
    paths = {composer.spec(membership.feed).path for membership in composer.memberships(seed)}
    feeds = tuple(sorted(paths, key=lambda feed: (feed.count("/"), feed)))
    return Move(sign=sign, path=path, title=seed.title, feeds=feeds)
