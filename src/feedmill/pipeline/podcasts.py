"""Podcasts: what of a show is right and surely not meant, for `check`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from feedmill.compose import LONGEST_DESCRIPTION
from feedmill.model.podcast import Episode, Podcast
from feedmill.model.seed import Problem
from feedmill.model.taxonomy import FeedKey, Kind
from feedmill.pipeline.codec import decode_seed
from feedmill.pipeline.one_pass import Pass
from feedmill.pipeline.printer import Printer
from feedmill.pipeline.report import config_warning, printable
from feedmill.pipeline.selection import Selection, select
from feedmill.seeds import to_text


def podcast_problems(run: Pass, printer: Printer) -> Iterator[Problem]:
    """Yield a warning for whatever directories refuse, and apps forget or cannot tell (PSP-1)."""
    settings = run.settings
    shows = [custom for custom in settings.feeds.custom if custom.podcast is not None]
    selections = select(run, [FeedKey(kind=Kind.CUSTOM, key=custom.slug) for custom in shows])
    for custom, selection in zip(shows, selections, strict=True):
        assert custom.podcast is not None
        for told in (*_told(run, custom.podcast, selection), *_left_out(run, printer, selection)):
            yield config_warning(settings, f"the podcast custom/{custom.slug} {told}")


def _told(run: Pass, show: Podcast, selection: Selection) -> Iterator[str]:
    site, limit = run.settings.site, selection.spec.limit
    if not site.url.startswith("https://"):
        yield f"is at {site.url}: directories take https alone"
    if not (show.owner_email or site.author_email):
        yield "has no owner to write to, as directories do; add 'owner: {email: …}'"
    if (size := len(selection.spec.description.encode())) > LONGEST_DESCRIPTION:
        yield f"has a 'description' of {size:,} bytes: its feed tells {LONGEST_DESCRIPTION:,} (PSP-1)"
    if selection.record is None:
        return
    if selection.record.total > limit:
        total = selection.record.total
        yield f"has {total:,} episodes and tells {limit}: apps forget the others; raise its 'limit'"
    episodes = _episodes(run, selection)
    yield from _without(episodes, "duration", lambda episode: not episode.duration)
    if show.type == "serial":
        yield from _without(episodes, "episode", lambda episode: not episode.number)


def _left_out(run: Pass, printer: Printer, selection: Selection) -> Iterator[str]:
    """Yield what is to be said where `feeds.max_bytes` leaves episodes out of the show's RSS."""
    documents = printer.documents(run, selection)
    rss = next((each.body for each in documents if each.path.endswith(".rss")), None)
    total = len(selection.rows)
    if rss is not None and (told := rss.count(b"<item>")) < total:
        yield f"has room for {told:,} of {total:,} episodes: apps forget the others; raise 'feeds.max_bytes'"


def _episodes(run: Pass, selection: Selection) -> dict[str, Episode]:
    """Return the episodes that a show's feed tells, by the path of their seeds."""
    stored = run.catalog.files.seeds([row.file for row in selection.rows])
    seeds = {printable(to_text(path)): decode_seed(blob) for path, blob in stored.values()}
    return {path: seed.episode for path, seed in seeds.items() if seed and seed.episode}


def _without(episodes: dict[str, Episode], field: str, lacks: Callable[[Episode], bool]) -> Iterator[str]:
    found = sorted(path for path, episode in episodes.items() if lacks(episode))
    if found:
        many = f"{len(found):,} episodes" if len(found) > 1 else "an episode"
        yield f"has {many} without '{field}' (first: {found[0]})"
