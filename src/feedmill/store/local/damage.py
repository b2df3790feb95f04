"""A damaged ledger is set aside and reported: it stops nothing, and nothing of it is lost."""

from __future__ import annotations

import os
from pathlib import Path

from feedmill.model.seed import Problem, Severity
from feedmill.store.local.feeds_dir import OWN
from feedmill.store.local.translate import publish_error
from feedmill.store.local.values import Damage

_KEPT = 9


def set_aside(ledger: Path, damage: Damage, *, read_only: bool) -> Problem:
    """Rename the ledger (but where nothing may be written) and return what to tell of it.

    Raises:
        PublishError: it cannot be renamed.
    """
    where = ledger.name
    if not read_only:
        taken = (f"{ledger}.corrupt-{n}" for n in range(1, _KEPT + 1))
        target = next((name for name in taken if not os.path.lexists(name)), f"{ledger}.corrupt-{_KEPT}")
        try:
            ledger.replace(target)
            for suffix in ("-journal", "-wal", "-shm"):
                ledger.with_name(ledger.name + suffix).unlink(missing_ok=True)
        except OSError as error:
            raise publish_error("set aside", ledger, error) from error
        where = Path(target).name
    return Problem(
        path=f"{OWN}/{where}",
        message=f"the ledger was damaged ({damage.why}); which feeds are retired, and the last good"
        " entries, are forgotten",
        severity=Severity.ERROR,
    )
