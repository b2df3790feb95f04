"""The teller: who tells a person at a terminal what the log tells otherwise."""

from __future__ import annotations

from typing import Any, Protocol

from feedmill.pipeline import Mill, PassReport


class Teller(Protocol):
    """Tells a person what happens, line by line."""

    def ready(self, status: dict[str, Any], report: PassReport | None) -> None:
        """Greet, after the first pass; `report` is None where that failed."""

    def passed(self, report: PassReport, paths: frozenset[str] | None, mill: Mill) -> None:
        """Tell what a later pass that looked at `paths` (None: everything) has done."""
