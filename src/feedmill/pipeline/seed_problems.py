"""Seeds' problems: all that authors can mend, as of the last pass, kept up to date file by file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from feedmill.catalog import Catalog, FaultRow
from feedmill.model.seed import Problem, Reason, Severity
from feedmill.pipeline.codec import decode_record
from feedmill.pipeline.report import printable
from feedmill.seeds import to_text


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

    def all(self) -> tuple[Problem, ...]:
        """Return every problem in order of path and line."""
        found = [problem for problems in self._problems.values() for problem in problems]
        return tuple(sorted(found, key=lambda p: (p.path, p.line, p.column, p.message)))

    def _take(self, rows: Iterable[FaultRow]) -> None:
        self._problems.update((row.file, found) for row in rows if (found := _problems(row)))


def _problems(row: FaultRow) -> tuple[Problem, ...]:
    found = decode_record(row.fault).problems if row.fault is not None else ()
    if row.kept:
        found = tuple(replace(p, kept=p.severity is Severity.ERROR) for p in found)
    if row.state == Reason.UNDATED.value:
        why = "has no publication date and is in no feed; add 'publishedDateTime'"
    elif row.instead is not None:
        why = f"is the same entry as {printable(to_text(row.instead))}, which is out instead"
    else:
        return found
    notice = Problem(path=printable(to_text(row.path)), message=why, severity=Severity.NOTICE)
    return (*found, notice)
