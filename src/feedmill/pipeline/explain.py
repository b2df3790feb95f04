"""Inspection: why one seed is, or is not, in the feeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from feedmill.catalog import FileRow
from feedmill.compose import FeedKey
from feedmill.errors import SeedError
from feedmill.model.instant import Instant, rfc3339
from feedmill.model.seed import Problem, Reason, Record, Seed
from feedmill.model.settings import Settings
from feedmill.model.taxonomy import Kind
from feedmill.pipeline.codec import decode_record, decode_seed
from feedmill.pipeline.dry_run import dry_run_of
from feedmill.pipeline.mill import Mill, Progress, silent
from feedmill.pipeline.report import PassRequest, printable
from feedmill.pipeline.roster import ELIGIBLE
from feedmill.seeds import read, to_bytes, to_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank:
    """An entry's place in one feed, from 1; `shown`: within the feed's limit."""

    path: str
    title: str
    rank: int
    total: int
    shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What is to be said of one seed. `state` is "eligible", a reason, or "not a seed".

    `since` is when it became so, where the seed itself says; `until` when time will change it.
    """

    path: str
    state: str
    why: str
    remedy: str
    kept: bool = False
    title: str = ""
    id: str = ""
    link: str = ""
    since: Instant | None = None
    until: Instant | None = None
    feeds: tuple[Rank, ...] = ()
    problems: tuple[Problem, ...] = ()
    same_entry: tuple[str, ...] = ()
    """Other seeds that carry the same entry and are out."""


def explain(
    settings: Settings, path: str, clock: Callable[[], Instant], *, progress: Progress = silent
) -> Explanation | None:
    """Return why the seed at `path` (relative to the seeds folder) is, or is not, in the feeds.

    As the files are now, whatever the last pass saw. None: no such file is known.
    """
    return next(iter(explain_each(settings, [path], clock, progress=progress)), None)


def explain_each(
    settings: Settings, paths: Iterable[str], clock: Callable[[], Instant], *, progress: Progress = silent
) -> list[Explanation]:
    """Return the same for many seeds after one look; paths that are not known are left out."""
    request = PassRequest(trigger="explain", force=True)
    found = []
    with dry_run_of(settings, clock, request=request, progress=progress) as (mill, dry_run, _):
        for path in paths:
            row = mill.catalog.facts.find_file(to_bytes(path))
            if row is not None:
                problems = tuple(p for p in dry_run.report.problems if p.path == printable(path))
                found.append(_explain(mill, path, row, dry_run.report.as_of, problems))
    return found


def _explain(mill: Mill, path: str, row: FileRow, now: Instant, problems: tuple[Problem, ...]) -> Explanation:
    if not row.is_seed:
        return Explanation(
            path=printable(path),
            state="not a seed",
            why="it has no front matter",
            remedy="to make it a seed, start it with a line '---', fields, and a line '---'",
            problems=problems,
        )
    record = decode_record(mill.catalog.facts.records([row.id])[row.id])
    standing = mill.catalog.states.find([row.id])[row.id]
    seed = record.seed
    if seed is None and standing.kept:
        good = mill.store.last_good(path)
        seed = decode_seed(good) if good is not None else None
    if seed is None and record.reason in (Reason.UNPUBLISHED, Reason.REMOVED):
        seed = _withheld(mill, path)
    feeds = _ranks(mill, row.id) if standing.state == ELIGIBLE else ()
    since, until = _times(standing.state, seed, now)
    why, remedy = _words(mill, standing.state, standing.kept, standing.entry_id, seed, record)
    return Explanation(
        path=printable(path),
        state=standing.state,
        why=why,
        remedy=remedy,
        kept=standing.kept,
        title=seed.title if seed else "",
        id=seed.id if seed else "",
        link=seed.link if seed else "",
        since=since,
        until=until,
        feeds=feeds,
        problems=problems,
        same_entry=_same_entry(mill, row.id, seed),
    )


def _withheld(mill: Mill, path: str) -> Seed | None:
    """Return a seed that withholds itself, of which a pass reads nothing else; None where it cannot be."""
    from feedmill.seeds.decode import decode

    settings = mill.settings
    try:
        data, _ = read(settings.scan, path, settings.decode.max_bytes)
    except (SeedError, FileNotFoundError):
        return None
    return decode(printable(path), data, settings.decode, thorough=True).seed


def _same_entry(mill: Mill, file: int, seed: Seed | None) -> tuple[str, ...]:
    group = mill.catalog.states.group([seed.id]) if seed is not None else []
    return tuple(
        printable(to_text(path)) for path, row in group if row.state == ELIGIBLE and row.file != file
    )


def _ranks(mill: Mill, file: int) -> tuple[Rank, ...]:
    memberships = mill.catalog.memberships
    found = []
    for place in memberships.members_of([file]):
        feed = memberships.get_feed(place.feed)
        selection = mill.feed_builder.select(mill.catalog, FeedKey(kind=Kind(feed.kind), key=feed.key))
        rank = memberships.rank(place) + 1
        found.append(
            Rank(
                path=selection.spec.path,
                title=selection.title,
                rank=rank,
                total=feed.total,
                shown=rank <= selection.spec.limit,
            )
        )
    return tuple(sorted(found, key=lambda r: (r.path.count("/"), r.path)))


def _times(state: str, seed: Seed | None, now: Instant) -> tuple[Instant | None, Instant | None]:
    if seed is None:
        return None, None
    if state == Reason.EXPIRED.value:
        return seed.expires, None
    if state == Reason.SCHEDULED.value:
        return None, seed.published
    if state == ELIGIBLE:
        return seed.published, seed.expires
    return None, None


def _words(
    mill: Mill, state: str, kept: bool, entry_id: str | None, seed: Seed | None, record: Record
) -> tuple[str, str]:
    if state == ELIGIBLE:
        if kept:
            fault = str(record.problems[0].message) if record.problems else "it cannot be read"
            return f"it is invalid now ({fault}); its last good form stays out", "mend the fault"
        return "it is published", "feedmill unpublish takes it down"
    if state == Reason.UNPUBLISHED.value:
        return "its flag says so: published: false", "feedmill publish sets the flag"
    if state == Reason.REMOVED.value:
        return "it says removed or deleted: true", "delete that line to bring it back"
    if state == Reason.UNDATED.value:
        return (
            "it has no publication date",
            "add publishedDateTime, or start the file's name with YYYY-MM-DD-",
        )
    if state == Reason.SCHEDULED.value:
        assert seed is not None and seed.published is not None
        return f"its publication is still to come: {rfc3339(seed.published)}", "time, or an earlier date"
    if state == Reason.EXPIRED.value:
        assert seed is not None and seed.expires is not None
        return f"it expired at {rfc3339(seed.expires)}", "a later expiryDateTime, or none"
    if state == Reason.DUPLICATE.value:
        winner = "another seed"
        for path, row in mill.catalog.states.group([entry_id]) if entry_id else ():
            if row.state == ELIGIBLE:
                winner = printable(to_text(path))
        return f"it is the same entry as {winner}, which is out instead", "an id of its own, or another link"
    fault = record.problems[0].message if record.problems else "it cannot be read"
    return f"it is invalid: {fault}", "mend the fault; feedmill check shows its place"


def planned_change(mill: Mill, path: bytes, at: Instant) -> tuple[str, str]:
    """Return a seed's path, and what `at` will do to it: publication, update or expiry."""
    row = mill.catalog.facts.find_file(path)
    label = to_text(path)
    seed = None
    if row is not None:
        seed = decode_record(mill.catalog.facts.records([row.id])[row.id]).seed
    if seed is None:
        good = mill.store.last_good(label)
        seed = decode_seed(good) if good is not None else None
    if seed is None or at == seed.expires:
        return label, "expiry"
    return label, "publication" if at == seed.published else "update"
