"""Podcasts: what of a show is right and surely not meant, for `check`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from feedmill.catalog import FeedRecord
from feedmill.compose import FeedKey
from feedmill.model.podcast import Episode, Podcast
from feedmill.model.seed import Problem, Severity
from feedmill.model.settings import CustomSettings
from feedmill.model.taxonomy import Kind
from feedmill.pipeline.codec import decode_record
from feedmill.pipeline.mill import Mill
from feedmill.pipeline.report import printable
from feedmill.seeds import to_text


def podcast_problems(mill: Mill) -> Iterator[Problem]:
    """Yield a warning for whatever directories refuse, and apps forget or cannot tell (PSP-1)."""
    settings = mill.settings
    shows = [custom for custom in settings.feeds.custom if custom.podcast is not None]
    if not shows:
        return
    feeds = {feed.key: feed for feed in mill.catalog.memberships.feeds() if feed.kind == Kind.CUSTOM}
    for custom in shows:
        assert custom.podcast is not None
        for told in _told(mill, custom, custom.podcast, feeds.get(custom.slug)):
            yield Problem(
                path=str(settings.file or settings.feeds_dir),
                message=f"the podcast custom/{custom.slug} {told}",
                severity=Severity.WARNING,
            )


def _told(mill: Mill, custom: CustomSettings, show: Podcast, feed: FeedRecord | None) -> Iterator[str]:
    site, limit = mill.settings.site, custom.limit or mill.settings.feeds.limit
    if not site.url.startswith("https://"):
        yield f"is at {site.url}: directories take https alone"
    if not (show.owner_email or site.author_email):
        yield "has no owner to write to, as directories do; add 'owner: {email: …}'"
    if feed is None:
        return
    if feed.total > limit:
        yield f"has {feed.total:,} episodes and tells {limit}: apps forget the others; raise its 'limit'"
    episodes = _episodes(mill, custom)
    yield from _without(episodes, "duration", lambda episode: not episode.duration)
    if show.type == "serial":
        yield from _without(episodes, "episode", lambda episode: not episode.number)


def _episodes(mill: Mill, custom: CustomSettings) -> dict[str, Episode]:
    """Return the episodes that a show's feed tells, by the path of their seeds."""
    rows = mill.feed_builder.select(mill.catalog, FeedKey(kind=Kind.CUSTOM, key=custom.slug)).rows
    facts = mill.catalog.facts
    paths = facts.paths([row.file for row in rows])
    seeds = {
        file: decode_record(blob).seed for file, blob in facts.records([row.file for row in rows]).items()
    }
    return {
        printable(to_text(paths[file])): seed.episode for file, seed in seeds.items() if seed and seed.episode
    }


def _without(episodes: dict[str, Episode], field: str, lacks: Callable[[Episode], bool]) -> Iterator[str]:
    found = sorted(path for path, episode in episodes.items() if lacks(episode))
    if found:
        many = f"{len(found):,} episodes" if len(found) > 1 else "an episode"
        yield f"has {many} without '{field}' (first: {found[0]})"
