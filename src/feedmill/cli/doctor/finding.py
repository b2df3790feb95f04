"""What a check finds, and what it may look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from feedmill.model.instant import Instant
from feedmill.model.seed import Severity
from feedmill.model.settings import Settings

if TYPE_CHECKING:
    from feedmill.pipeline.dry_run import DryRun


class Finding(NamedTuple):
    """Something that is, or will be, in the way: what it is, and what to do about it."""

    severity: Severity
    what: str
    remedy: str


class Check(NamedTuple):
    """A check by name. `run` yields what it finds, nothing where all is well."""

    name: str
    run: Callable[[Patient], Iterator[Finding]]


@dataclass(slots=True, kw_only=True)
class Patient:
    """What the checks look at. `daemon` is the status of the one that runs here, None without one.

    `proc` is where the kernel tells of itself.
    """

    settings: Settings
    now: Instant
    daemon: dict[str, Any] | None = None
    proc: Path = Path("/proc")
    _open: ExitStack = field(default_factory=ExitStack)
    _looked: DryRun | None = None

    def look(self) -> DryRun:
        """Return a pass over the seeds as they are, worked out once and written nowhere."""
        if self._looked is None:
            from feedmill.pipeline import PassRequest
            from feedmill.pipeline.dry_run import dry_run_of

            request = PassRequest(trigger="doctor", force=True)
            looking = dry_run_of(self.settings, lambda: self.now, request)
            self._looked = self._open.enter_context(looking)
        return self._looked

    def close(self) -> None:
        """Let go of what was looked at."""
        self._open.close()


error = partial(Finding, Severity.ERROR)
"""A finding that keeps feedmill from doing its work."""
warning = partial(Finding, Severity.WARNING)
"""One that will hurt sooner or later."""
notice = partial(Finding, Severity.NOTICE)
"""One that is worth knowing."""
