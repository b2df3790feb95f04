"""Faults: every problem of every seed, as of the last pass, kept up to date file by file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from feedmill.catalog import Catalog, StateRow
from feedmill.model.seed import Problem, Reason, Severity
from feedmill.pipeline.codec import decode_record
from feedmill.pipeline.report import printable
from feedmill.seeds import to_text

_NOTICED = (Reason.UNDATED.value, Reason.DUPLICATE.value)


class Faults:
    """What authors can mend, by the catalog's file ids."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._problems: dict[int, tuple[Problem, ...]] = {}
        files = set(catalog.facts.faulty())
        files.update(file for file, _, _ in catalog.states.with_state(_NOTICED))
        self.update(files)

    def update(self, files: Iterable[int]) -> None:
        """Look at `files` again, after their state or record changed or they are gone."""
        ids = sorted(set(files))
        catalog = self._catalog
        states = catalog.states.find(ids)
        paths = catalog.facts.paths(ids)
        records = catalog.facts.faults(ids)
        for file in ids:
            self._problems.pop(file, None)
            if file in paths and file in states:
                found = self._of(paths[file], states[file], records.get(file))
                if found:
                    self._problems[file] = found

    def all(self) -> tuple[Problem, ...]:
        """Return every problem in order of path and line."""
        found = [problem for problems in self._problems.values() for problem in problems]
        return tuple(sorted(found, key=lambda p: (p.path, p.line, p.column, p.message)))

    def _of(self, path: bytes, state: StateRow, blob: bytes | None) -> tuple[Problem, ...]:
        problems = decode_record(blob).problems if blob is not None else ()
        if state.kept:
            problems = tuple(replace(p, kept=p.severity is Severity.ERROR) for p in problems)
        label = printable(to_text(path))
        if state.state == Reason.UNDATED.value:
            message = "has no publication date and is in no feed; add 'publishedDateTime'"
            problems += (Problem(path=label, message=message, severity=Severity.NOTICE),)
        elif state.state == Reason.DUPLICATE.value and state.entry_id is not None:
            message = f"is the same entry as {self._winner(state)}, which is out instead"
            problems += (Problem(path=label, message=message, severity=Severity.NOTICE),)
        return problems

    def _winner(self, state: StateRow) -> str:
        assert state.entry_id is not None
        for path, row in self._catalog.states.group([state.entry_id]):
            if row.state == "eligible":
                return printable(to_text(path))
        return "another seed"
