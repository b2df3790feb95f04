"""Listings: the feeds there are and the seeds that are withheld, as the files are now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from feedmill.model.feed import FeedRow
from feedmill.model.instant import EPOCH, Instant
from feedmill.model.seed import Reason, Seed
from feedmill.model.settings import Settings
from feedmill.pipeline.codec import decode_seed
from feedmill.pipeline.dry_run import dry_run_of
from feedmill.pipeline.find import read_all_withheld
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A withheld seed: its path, why, and its title where it can be read.

    `at` is the publication of one that is scheduled, the expiry of one that has expired, else None.
    """

    path: str
    reason: Reason
    title: str = ""
    at: Instant | None = None


def list_withheld(
    settings: Settings,
    clock: Callable[[], Instant],
    *,
    reason: Reason | None = None,
    progress: Progress = silent,
) -> list[Withheld]:
    """Return every withheld seed, or those of one reason: scheduled ones by their time, others by path."""
    with dry_run_of(settings, clock, _REQUEST, progress=progress) as found:
        catalog = found.run.catalog
        rows = catalog.states.with_state([reason.value] if reason else [each.value for each in Reason])
        blobs = catalog.files.seeds([row.file for row in rows])
        seeds = {to_text(row.path): decode_seed(blobs[row.file][1]) for row in rows}
        unread = [path for path, seed in seeds.items() if seed is None]
        seeds.update(read_all_withheld(settings, unread, progress))
    withheld = [_withheld(to_text(row.path), Reason(row.state), seeds[to_text(row.path)]) for row in rows]
    return sorted(withheld, key=lambda each: (each.at is None, each.at or EPOCH)) if reason else withheld


def _withheld(path: str, reason: Reason, seed: Seed | None) -> Withheld:
    at = None
    if seed is not None and reason in (Reason.SCHEDULED, Reason.EXPIRED):
        at = seed.published if reason is Reason.SCHEDULED else seed.expires
    return Withheld(path=printable(path), reason=reason, title=seed.title if seed else "", at=at)


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
