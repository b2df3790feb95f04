"""Explanations: why one seed is, or is not, in the feeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from feedmill.catalog import FileRow
from feedmill.model.desk import Rank
from feedmill.model.instant import Instant
from feedmill.model.seed import Problem, Reason, Record, Seed, Severity
from feedmill.model.settings import Settings
from feedmill.model.state import ELIGIBLE, Place, State
from feedmill.pipeline.archives import Chain
from feedmill.pipeline.codec import decode_record, decode_seed
from feedmill.pipeline.dry_run import DryRun, dry_run_of
from feedmill.pipeline.find import find_seeds, read_withheld
from feedmill.pipeline.one_pass import Pass, Progress, silent
from feedmill.pipeline.report import PassRequest, printable
from feedmill.pipeline.selection import Selection, select
from feedmill.seeds import to_bytes, to_text

_REQUEST = PassRequest(trigger="explain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What is to be said of one seed. `state` is "eligible", a reason, or "not a seed".

    `since` is when it became so, where the seed itself says; `until` when time will change it. `other` is
    the path of another seed that `why` names.
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
    other: str = ""
    same_entry: tuple[str, ...] = ()
    """Other seeds that carry the same entry and are published."""
    held: str = ""
    """Why a pass over these files publishes takedowns alone."""
    waits: bool = False
    """Whether it is out as soon as no pass is held any more, and not before."""


def explain(
    settings: Settings, name: str, clock: Callable[[], Instant], *, progress: Progress = silent
) -> list[Explanation]:
    """Return why the seeds of that address, title or id are, or are not, in the feeds; [] for none.

    As the files are now, whatever the last pass saw.
    """
    with dry_run_of(settings, clock, _REQUEST, progress=progress) as dry_run:
        return _explain_all(dry_run, find_seeds(dry_run.run, name))


def explain_each(
    settings: Settings, paths: Iterable[str], clock: Callable[[], Instant], *, progress: Progress = silent
) -> list[Explanation]:
    """Return the same of seeds by path (relative to the seeds folder); those not known are left out."""
    with dry_run_of(settings, clock, _REQUEST, progress=progress) as dry_run:
        return _explain_all(dry_run, paths)


def _explain_all(dry_run: DryRun, paths: Iterable[str]) -> list[Explanation]:
    run, held = dry_run.run, dry_run.report.held or ""
    told: dict[str, list[Problem]] = {}
    for problem in dry_run.report.problems:
        told.setdefault(problem.path, []).append(problem)
    found = []
    for path in paths:
        one = explain_known(run, path, tuple(told.get(printable(path), ())))
        if one is not None:
            waits = bool(held and one.feeds and run.store.last_good(path) is None)
            found.append(replace(one, held=held, waits=waits))
    return found


def remarks(found: Explanation, *, published: bool, prefix: str = "") -> list[str]:
    """Return what setting or clearing the flag of a seed alone does not do; `prefix` is put before paths."""
    if published and found.waits:
        return [f"still in no feed: {found.held}"]
    if published:
        why = found.why.replace(found.other, prefix + found.other, 1) if found.other else found.why
        return [] if found.feeds else [f"still in no feed: {why}; to change it: {found.remedy}"]
    return [
        f"{prefix}{other} carries the same entry and is published in its place; unpublish it as well"
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
    word = ""
    if state.state in (Reason.UNPUBLISHED, Reason.REMOVED):
        seed, word = read_withheld(run.settings, path)
    since, until = _times(state.state, seed)
    winner = printable(to_text(state.instead)) if state.instead is not None else ""
    vouched = seed is not None and seed.vouched
    why, remedy = _words(state, fault, word=word, vouched=vouched, winner=winner)
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
        other=winner,
        same_entry=_same_entry(run, row.id, seed),
    )


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
        place = places[selection.spec.key]
        rank = memberships.rank(selection.record.id, place) + 1
        found.append(
            Rank(
                path=selection.spec.path,
                title=selection.title,
                rank=rank,
                total=selection.record.total,
                shown=rank <= len(selection.rows),
                archive=_archive(run, selection, place),
            )
        )
    return tuple(sorted(found, key=lambda r: (r.path.count("/"), r.path)))


def _archive(run: Pass, selection: Selection, place: Place) -> str:
    """Return the path of the archive that has an entry, "" where none has."""
    for feed, period in run.composer.periods([(place.feed, place.published)]):
        chain = Chain(run, run.composer.spec(feed), selection.record, run.store.refused)
        return chain.path(period) if chain.has(period) else ""
    return ""


def _times(state: str, seed: Seed | None) -> tuple[Instant | None, Instant | None]:
    if seed is None:
        return None, None
    if state == Reason.EXPIRED.value:
        return seed.expires, None
    if state == Reason.SCHEDULED.value:
        return None, seed.published
    if state == ELIGIBLE:
        return seed.published, seed.expires
    return None, None


def _words(found: State, fault: Record | None, *, word: str, vouched: bool, winner: str) -> tuple[str, str]:
    """Return why a seed is where it is, and what would change that."""
    errors = [problem for problem in fault.problems if problem.severity is Severity.ERROR] if fault else []
    why = errors[0].message if errors else "it cannot be read"
    mend = f"mend line {errors[0].line}, and save" if errors and errors[0].line else "mend that, and save"
    if found.state == ELIGIBLE and found.kept:
        return f"it is invalid now ({why}); its last good form stays published", mend
    words = {
        ELIGIBLE: ("it is published", "feedmill unpublish takes it down"),
        Reason.UNPUBLISHED.value: (
            f"it says {word or 'nothing of being published'}",
            _publish(word, vouched=vouched),
        ),
        Reason.REMOVED.value: (
            f"it says {word or 'that it is removed'}",
            "write 'removed: false', or 'deleted: false', to bring it back"
            if word.startswith("nothing")
            else "delete that line to bring it back",
        ),
        Reason.INVALID.value: (why, mend),
        Reason.UNDATED.value: ("no date", "add 'date: …', or begin the file's name with YYYY-MM-DD-"),
        Reason.SCHEDULED.value: ("its publication is still to come", "time does, or an earlier date"),
        Reason.EXPIRED.value: ("its expiry has come", "give it a later expiryDateTime, or none"),
        Reason.DUPLICATE.value: (
            f"it is the same entry as {winner or 'another seed'}, which is published instead",
            "give it an id of its own, or another link",
        ),
    }
    return words[found.state]


def _publish(word: str, *, vouched: bool) -> str:
    if word.startswith("nothing") and "'published" not in word:
        flag = word.rpartition("'")[0].rpartition("'")[2].partition(":")[0]
        return f"write '{flag}: {'published' if flag == 'status' else 'false'}' in its front matter"
    if word.startswith(("'published", "nothing")) or not word:
        return "feedmill publish sets the flag"
    return "take that out" if vouched else "take that out; then feedmill publish sets the flag"
