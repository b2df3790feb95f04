"""Listings: the feeds there are and the seeds that are withheld, as the files are now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from feedmill.model.feed import FeedRow
from feedmill.model.instant import Instant
from feedmill.model.seed import Reason, Seed
from feedmill.model.settings import Settings
from feedmill.pipeline.codec import decode_seed
from feedmill.pipeline.dry_run import dry_run_of
from feedmill.pipeline.one_pass import Progress, silent
from feedmill.pipeline.report import PassRequest, printable
from feedmill.seeds import to_text

_REQUEST = PassRequest(trigger="list", force=True)


def list_feeds(
    settings: Settings, clock: Callable[[], Instant], *, progress: Progress = silent
) -> tuple[FeedRow, ...]:
    """Return every feed that has something to read, in the directory's order."""
    with dry_run_of(settings, clock, _REQUEST, progress=progress) as found:
        return found.feed_builder.current_directory(found.run).rows


def list_withheld(
    settings: Settings, clock: Callable[[], Instant], *, progress: Progress = silent
) -> list[tuple[str, str]]:
    """Return (path, reason) of every withheld seed, by path."""
    with dry_run_of(settings, clock, _REQUEST, progress=progress) as found:
        withheld = found.run.catalog.states.with_state([reason.value for reason in Reason])
        return [(printable(to_text(state.path)), state.state) for state in withheld]


def list_seeds(
    settings: Settings, clock: Callable[[], Instant], *, progress: Progress = silent
) -> tuple[Seed, ...]:
    """Return every seed that can be read, withheld ones too, by path, whatever `seeds.ids` says of them."""
    address = replace(settings.decode.address, ids=None)
    plain = replace(settings, decode=replace(settings.decode, address=address))
    with dry_run_of(plain, clock, _REQUEST, progress=progress) as found:
        pages = found.run.catalog.files.all_seeds()
        seeds = (decode_seed(blob) for page in pages for _, _, blob in page)
        return tuple(sorted((seed for seed in seeds if seed is not None), key=lambda seed: seed.path))
