"""Past passes: the reports of the last ones, and what was counted since the start; read from any thread."""

from __future__ import annotations

from collections import deque
from typing import Any

from feedmill.daemon import status
from feedmill.daemon.admin_view import Totals
from feedmill.pipeline import PassReport


class PastPasses:
    """What the passes of this process came to."""

    def __init__(self) -> None:
        self.totals = Totals()
        self.ended = 0
        """How many passes have ended with a report."""
        self._kept: deque[PassReport] = deque(maxlen=status.PASSES)

    def add(self, report: PassReport) -> None:
        """Keep the report of the pass that has just ended."""
        self._kept.append(report)
        self.ended += 1
        self.totals.add(report)

    @property
    def last(self) -> PassReport | None:
        """The report of the last pass."""
        return self._kept[-1] if self._kept else None

    def since(self, ended: int) -> list[PassReport]:
        """Return the reports of the passes that ended after the first `ended`, as far as they are kept."""
        kept, now = list(self._kept), self.ended
        return kept[max(0, len(kept) - (now - ended)) :]

    def to_json(self) -> list[dict[str, Any]]:
        """Return the last passes as `status --json` has them, oldest first."""
        return [status.pass_json(report) for report in list(self._kept)]
