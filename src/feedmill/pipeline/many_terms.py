"""Many terms: a site that would have more feeds than anybody reads, and which of its terms are worth one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import islice

from feedmill.model.instant import Instant
from feedmill.model.settings import Settings
from feedmill.model.taxonomy import Kind
from feedmill.pipeline.check import MANY_FEEDS
from feedmill.pipeline.dry_run import dry_run_of
from feedmill.pipeline.one_pass import Pass, Progress, silent
from feedmill.pipeline.report import PassRequest
from feedmill.pipeline.selection import heads
from feedmill.seeds import scan

_MOST = 300
"""Terms of one taxonomy that a config lists."""
_FEW_SEEDS = 100
"""Files below which nobody looks: they cannot have so many terms."""
_LISTED = (Kind.TOPIC, Kind.PROVIDER, Kind.AUTHOR)
"""The taxonomies of which a config can list those terms that have a feed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthAFeed:
    """The terms of one taxonomy (`topics`) that have `least` articles or more, of `total` terms."""

    taxonomy: str
    labels: tuple[str, ...]
    least: int
    total: int


def worth_a_feed(
    settings: Settings, clock: Callable[[], Instant], *, progress: Progress = silent
) -> tuple[WorthAFeed, ...]:
    """Return which terms to list where there would be too many feeds; () where there would not.

    A term with one article never is: its feed would be that article. Where the others are many too, more
    articles are asked for.
    """
    if len(list(islice(scan(settings.scan), _FEW_SEEDS))) < _FEW_SEEDS:
        return ()
    request = PassRequest(trigger="init", force=True)
    with dry_run_of(settings, clock, request, progress=progress) as dry_run:
        return tuple(_worth(dry_run.run))


def _worth(run: Pass) -> Iterator[WorthAFeed]:
    records = [record for record in run.catalog.memberships.feeds() if record.total]
    if len(records) <= MANY_FEEDS:
        return
    for kind in _LISTED:
        sizes = {record.key: record.total for record in records if record.key.kind is kind}
        if len(sizes) <= _MOST:
            continue
        least = least_size(sizes.values())
        keys = [key for key, size in sizes.items() if size >= least]
        labels = tuple(sorted(head.title for head in heads(run, keys)))
        yield WorthAFeed(taxonomy=kind.folder.rstrip("/"), labels=labels, least=least, total=len(sizes))


def least_size(sizes: Collection[int], most: int = _MOST) -> int:
    """Return the smallest size from 2 on that at most `most` of `sizes` reach."""
    found, reached = 2, sum(size >= 2 for size in sizes)
    counted = Counter(sizes)
    while reached > most:
        reached -= counted[found]
        found += 1
    return found
