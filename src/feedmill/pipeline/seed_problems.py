"""Seeds' problems: all that authors can mend, as of the last pass, kept up to date file by file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from feedmill.catalog import Catalog, FaultRow
from feedmill.errors import CatalogError
from feedmill.model.instant import Instant
from feedmill.model.problem_groups import fault_of
from feedmill.model.seed import Problem, Reason, Severity
from feedmill.model.settings import ScanSettings
from feedmill.pipeline.codec import decode_record
from feedmill.pipeline.report import printable
from feedmill.seeds import to_text

_UNDATED = "no date; add 'date:"
"""What is said of an undated seed, but for the day."""


class SeedProblems:
    """What authors can mend, by the catalog's file ids."""

    def __init__(self, catalog: Catalog) -> None:
        self._problems: dict[int, tuple[Problem, ...]] = {}
        self._take(catalog.files.faults())

    def update(self, catalog: Catalog, files: Iterable[int]) -> None:
        """Look at `files` again, after their state or record changed or they are gone."""
        ids = sorted(set(files))
        for file in ids:
            self._problems.pop(file, None)
        self._take(catalog.files.faults(ids))

    def all(self, now: Instant) -> tuple[Problem, ...]:
        """Return every problem in order of path and line; remedies that name a day name that of `now`."""
        day = now.date().isoformat()
        found = [problem for problems in self._problems.values() for problem in problems]
        found = [replace(p, message=f"{_UNDATED} {day}'") if p.message == _UNDATED else p for p in found]
        return tuple(sorted(found, key=lambda p: (p.path, p.line, p.column, p.message)))

    def _take(self, rows: Iterable[FaultRow]) -> None:
        self._problems.update((row.file, found) for row in rows if (found := _problems(row)))


def _problems(row: FaultRow) -> tuple[Problem, ...]:
    found = decode_record(row.fault).problems if row.fault is not None else ()
    if row.kept:
        found = tuple(replace(p, kept=p.severity is Severity.ERROR) for p in found)
    path = printable(to_text(row.path))
    if row.state == Reason.UNDATED.value:
        return (*found, Problem(path=path, message=_UNDATED, severity=Severity.NOTICE, line=1))
    if row.instead is None:
        return found
    other = printable(to_text(row.instead))
    why = f"is the same entry as {other}, which is published instead"
    return (*found, Problem(path=path, message=why, severity=Severity.NOTICE, other=other))


def silence(scanning: ScanSettings, seeds: int, others: int) -> Iterator[Problem]:
    """Yield a problem where nothing is a seed though there are files (docs/promises.md, No silence)."""
    folder = scanning.dir
    if not seeds and not others and _holds_files(folder):
        message = f"no file in it matches 'seeds.include' ({', '.join(scanning.include)})"
        yield Problem(path=str(folder), message=f"{message}, or 'seeds.exclude' takes all that do")
    if others and not seeds:
        what = (
            "1 file matches and is no seed"
            if others == 1
            else f"{others:,} files match and not one is a seed"
        )
        why = f"{what}: a seed begins with a line of --- or +++, fields, and that line again"
        yield Problem(
            path=str(folder), message=f"{why}; seeds.headers: pelican reads bare 'Key: value' lines"
        )


def _holds_files(folder: Path) -> bool:
    """Whether there is a file below a folder that is no dotfile."""
    for _, folders, names in os.walk(folder):
        if any(not name.startswith(".") for name in names):
            return True
        folders[:] = [name for name in folders if not name.startswith(".")]
    return False


def known_faults(catalog: Catalog, now: Instant) -> frozenset[str] | None:
    """Return the faults (`fault_of`) that the last pass left behind; None where the catalog cannot tell."""
    try:
        return frozenset(map(fault_of, SeedProblems(catalog).all(now)))
    except CatalogError:
        return None
