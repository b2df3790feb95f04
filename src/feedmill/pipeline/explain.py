"""Explanations: why one seed is, or is not, in the feeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from feedmill.catalog import FileRow
from feedmill.errors import SeedError
from feedmill.model.instant import Instant, rfc3339
from feedmill.model.seed import Problem, Reason, Seed
from feedmill.model.settings import Settings
from feedmill.model.state import ELIGIBLE, State
from feedmill.pipeline.codec import decode_record, decode_seed
from feedmill.pipeline.dry_run import dry_run_of
from feedmill.pipeline.one_pass import Pass, Progress, silent
from feedmill.pipeline.report import PassRequest, printable
from feedmill.pipeline.selection import select
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
    with dry_run_of(settings, clock, request, progress=progress) as dry_run:
        told: dict[str, list[Problem]] = {}
        for problem in dry_run.report.problems:
            told.setdefault(problem.path, []).append(problem)
        found = (explain_known(dry_run.run, path, tuple(told.get(printable(path), ()))) for path in paths)
        return [one for one in found if one is not None]


def remarks(found: Explanation, *, published: bool, prefix: str = "") -> list[str]:
    """Return what setting or clearing the flag of a seed alone does not do; `prefix` is put before paths."""
    if published:
        return [] if found.feeds else [f"still in no feed: {found.why}; to change it: {found.remedy}"]
    return [
        f"{prefix}{other} carries the same entry and is out in its place; unpublish it as well"
        for other in found.same_entry
    ]


def explain_known(run: Pass, path: str, problems: tuple[Problem, ...]) -> Explanation | None:
    """Return the same of what the catalog of `run` knows; `problems` are the seed's."""
    row = run.catalog.files.find(to_bytes(path))
    return _explain(run, path, row, problems) if row is not None else None


def _explain(run: Pass, path: str, row: FileRow, problems: tuple[Problem, ...]) -> Explanation:
    if not row.is_seed:
        return Explanation(
            path=printable(path),
            state="not a seed",
            why="it has no front matter",
            remedy="to make it a seed, start it with a line '---', fields, and a line '---'",
            problems=problems,
        )
    record = run.catalog.files.records([row.id])[row.id]
    fault = decode_record(record.fault) if record.fault is not None else None
    state = run.catalog.states.find(row.id)
    assert state is not None, "every seed has a state"
    seed = decode_seed(run.store.last_good(path) if state.kept else record.seed)
    if record.reason in (Reason.UNPUBLISHED, Reason.REMOVED):
        seed = _withheld(run, path)
    since, until = _times(state.state, seed, run.now)
    why, remedy = _words(state, seed, fault.problems[0].message if fault and fault.problems else None)
    return Explanation(
        path=printable(path),
        state=state.state,
        why=why,
        remedy=remedy,
        kept=state.kept,
        title=seed.title if seed else "",
        id=seed.id if seed else "",
        link=seed.link if seed else "",
        since=since,
        until=until,
        feeds=_ranks(run, row.id) if state.state == ELIGIBLE else (),
        problems=problems,
        same_entry=_same_entry(run, row.id, seed),
    )


def _withheld(run: Pass, path: str) -> Seed | None:
    """Return a seed that withholds itself, of which a pass reads nothing else; None where it cannot be."""
    from feedmill.seeds.decode import decode

    settings = run.settings
    try:
        data, _ = read(settings.scan, path, settings.decode.max_bytes)
    except (SeedError, FileNotFoundError):
        return None
    return decode(printable(path), data, settings.decode, thorough=True).seed


def _same_entry(run: Pass, file: int, seed: Seed | None) -> tuple[str, ...]:
    candidates = run.catalog.states.candidates(seed.id) if seed is not None else ()
    return tuple(
        printable(to_text(state.path))
        for state in candidates
        if state.state == ELIGIBLE and state.file != file
    )


def _ranks(run: Pass, file: int) -> tuple[Rank, ...]:
    memberships = run.catalog.memberships
    places = {place.feed: place for place in memberships.places([file])[file]}
    found = []
    for selection in select(run, list(places)):
        assert selection.record is not None, "a feed that has a member is known"
        rank = memberships.rank(selection.record.id, places[selection.spec.key]) + 1
        found.append(
            Rank(
                path=selection.spec.path,
                title=selection.title,
                rank=rank,
                total=selection.record.total,
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


def _words(found: State, seed: Seed | None, fault: str | None) -> tuple[str, str]:
    """Return why a seed is what it is, and what would change it."""
    state = found.state
    if state == ELIGIBLE:
        if found.kept:
            why = fault or "it cannot be read"
            return f"it is invalid now ({why}); its last good form stays out", "mend the fault"
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
    if found.instead is not None:
        winner = printable(to_text(found.instead))
        return f"it is the same entry as {winner}, which is out instead", "an id of its own, or another link"
    return (
        f"it is invalid: {fault or 'it cannot be read'}",
        "mend the fault; feedmill check shows its place",
    )
