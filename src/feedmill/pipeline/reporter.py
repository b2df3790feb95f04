"""The reporter: makes a pass's report, with all that is known to be wrong as of that pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from feedmill.model.seed import Problem, Reason
from feedmill.model.state import ELIGIBLE, KEPT
from feedmill.pipeline.derive import Derived
from feedmill.pipeline.one_pass import Pass
from feedmill.pipeline.page_faults import PageFaults
from feedmill.pipeline.planned import next_change
from feedmill.pipeline.report import NOT_SEEDS, PassReport, printable
from feedmill.pipeline.seed_problems import SeedProblems, silence
from feedmill.store import Committed


class Reporter:
    """Keeps, from pass to pass, the problems that still hold where nobody looked."""

    def __init__(self, pages: PageFaults) -> None:
        self._pages = pages
        self._seeds: SeedProblems | None = None
        self._strays: tuple[Problem, ...] = ()
        """What ingesting found wrong with files that the catalog does not know."""

    @property
    def has_strays(self) -> bool:
        """Whether there are problems that only the next look at everything shows."""
        return bool(self._strays)

    def forget(self) -> None:
        """Forget the seeds' problems: the catalog was rolled back."""
        self._seeds = None

    def look(self, run: Pass, derived: Derived) -> None:
        """Take the problems of the seeds that a pass has looked at out of its catalog."""
        if self._seeds is None or derived.anew:
            self._seeds = SeedProblems(run.catalog)
        else:
            self._seeds.update(run.catalog, derived.outcome.restated)

    def report(
        self, run: Pass, derived: Derived, *, result: Committed | None = None, held: str | None = None
    ) -> PassReport:
        """Return what a pass came to; `result` None: it published nothing."""
        ingested, outcome, tally = derived.ingested, derived.outcome, derived.tally
        if derived.anew or run.request.paths is None:
            self._strays = tuple(ingested.problems)
        else:  # what the last look at everything found still holds where nobody looked now
            elsewhere = [p for p in self._strays if not _among(p.path, run.request.paths)]
            self._strays = (*elsewhere, *ingested.problems)
        problems = (*self._strays, *(self._seeds.all(run.now) if self._seeds else ()))
        withheld = {reason: tally[reason.value] for reason in Reason if tally[reason.value]}
        total = tally[ELIGIBLE] + sum(withheld.values())
        silent_folder = silence(run.settings.scan, total, tally[NOT_SEEDS])
        documents = len(run.store.documents)
        return PassReport(
            trigger=run.request.trigger,
            as_of=run.now,
            seconds=0.0,
            total=total,
            eligible=tally[ELIGIBLE],
            kept=tally[KEPT],
            withheld=withheld,
            not_seeds=tally[NOT_SEEDS],
            feeds_total=documents,
            written=len(result.written) if result else 0,
            unchanged=documents - len(result.written) if result else documents,
            removed=len(result.removed) if result else 0,
            appeared=outcome.appeared if held is None else 0,
            changed=outcome.changed if held is None else 0,
            vanished=outcome.vanished if held is None else 0,
            problems=(*silent_folder, *problems, *self._output_problems(run, result)),
            held=held,
            next_change=next_change(run),
            gone=frozenset(map(printable, ingested.vanished)),
            left=frozenset(ingested.left),
        )

    def _output_problems(self, run: Pass, result: Committed | None) -> Iterator[Problem]:
        """Yield what is wrong with ledger, theme, or the places of documents, by whole paths: no seed's."""
        for problem in (*run.store.problems, *(result.problems if result else ())):
            yield replace(problem, path=str(run.settings.feeds_dir / problem.path))
        yield from self._pages.problems(run.settings.theme_dir, run.store.documents)


def _among(path: str, hinted: Iterable[str]) -> bool:
    """Whether a hint speaks of `path`: by itself, or by a folder above it ("" is the whole folder)."""
    return any(path == one or one == "" or (one.endswith("/") and path.startswith(one)) for one in hinted)
