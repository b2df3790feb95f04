"""A pass as an object: what it is asked, when, and what it works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from feedmill.catalog import Catalog
from feedmill.compose import Composer
from feedmill.model.instant import Instant, to_micros
from feedmill.model.settings import Settings
from feedmill.pipeline.report import PassRequest
from feedmill.store import Publication, Store

Progress = Callable[[str, int, int | None], None]
"""Told the stage, what is done of it and of how much. It may raise PassAbandoned."""


def silent(stage: str, done: int, total: int | None) -> None:
    """Report progress to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One run of the pipeline. `now` enters here and nowhere else.

    `publication` None: nothing is published or remembered (a dry run).
    """

    request: PassRequest
    now: Instant
    settings: Settings
    composer: Composer
    catalog: Catalog
    store: Store
    publication: Publication | None = None
    progress: Progress = silent

    @property
    def at(self) -> int:
        """`now` in microseconds since 1970."""
        return to_micros(self.now)

    @property
    def publishing(self) -> Publication:
        """The publication of a pass that is no dry run."""
        assert self.publication is not None
        return self.publication
