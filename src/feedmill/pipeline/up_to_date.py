"""The seal: what a pass over everything was made from; the next one sees at once that nothing has changed.

A build from cron mostly has nothing to do. To find that out it needs the folder's listing, the ledger and
the clock, but not the catalog: while those are as they were, so are the feeds and the report. A seal
that is missing, stale or unreadable costs time, never a byte.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feedmill.model.instant import Instant, to_micros
from feedmill.model.settings import Settings
from feedmill.pipeline.fingerprints import compose_print, decode_print
from feedmill.pipeline.folders import load_theme
from feedmill.pipeline.parts import Part, are_as_known, parts
from feedmill.pipeline.report import PassReport, report_from_json
from feedmill.seeds import processes, to_bytes, to_text
from feedmill.store import place_of

if TYPE_CHECKING:
    from feedmill.pipeline.one_pass import Pass


def sealed_report(settings: Settings, now: Instant) -> PassReport | None:
    """Return the report of a pass that has nothing to do; None where one has to look closer.

    Whoever asks holds the locks. The documents on disk are compared with the ledger, as a pass does.

    Raises:
        PublishError: the feeds folder cannot be used.
    """
    started = time.monotonic()
    found, at = _read(_file(settings)), to_micros(now)
    try:
        report = report_from_json(found["report"])
        files = _parts(found["files"])
    except (AttributeError, LookupError, TypeError, ValueError):
        return None
    catalog = settings.state_dir / "catalog.db"
    beside = (catalog.with_name(f"catalog.db{suffix}") for suffix in ("-wal", "-shm"))
    if not files or not _holds(found, at) or not catalog.exists() or any(file.exists() for file in beside):
        return None  # what SQLite left beside it when a run was killed: opening the catalog clears it
    theme = load_theme(settings.theme_dir)
    if found.get("rules") != [decode_print(settings), compose_print(settings, theme)]:
        return None
    with place_of(settings).open(
        read_only=True
    ) as store:  # what is damaged is for a pass to set aside and tell
        if found.get("ledger") != store.mark or store.problems or store.verify():
            return None
        if not all(are_as_known(settings.scan, files, processes(settings.workers))):
            return None
    return replace(
        report,
        trigger="build",
        as_of=now,
        seconds=time.monotonic() - started,
        written=0,
        unchanged=report.feeds_total,
        removed=0,
        appeared=0,
        changed=0,
        vanished=0,
        retired=(),
    )


def seal(run: Pass, report: PassReport, *, clear: bool) -> None:
    """Remember what the pass over everything that gave `report` was made from.

    Nothing is sealed while something is in the way (not `clear`) or has to be read again: every pass has to
    look at that. No seeds say nothing of whether others would be taken by another pattern.
    """
    settings = run.settings
    file = _file(settings)
    fresh = file.with_name(f"{file.name}.new")
    with suppress(OSError):
        fresh.unlink(missing_ok=True)  # of a run that was killed
    if (
        not clear
        or not report.total
        or report.held is not None
        or any(p.path.startswith("/") for p in report.problems)
    ):
        return
    files = [[to_text(part.start), part.digest] for part in parts(run.catalog.files.stats())]
    if not all(digest for _, digest in files):
        return
    sealed = {
        "rules": [decode_print(settings), compose_print(settings, load_theme(settings.theme_dir))],
        "ledger": run.store.mark,
        "files": files,
        "until": to_micros(report.next_change) if report.next_change else None,
    }
    since = to_micros(report.as_of)
    known = _read(file)
    if known | sealed == known and _holds(known, since):
        return
    with suppress(OSError):  # the pass is done; without a seal the next one takes longer
        fresh.write_text(json.dumps({**sealed, "since": since, "report": report.to_json()}), "utf-8")
        fresh.replace(file)


def _file(settings: Settings) -> Path:
    return settings.state_dir / "seal.json"


def _read(file: Path) -> dict[str, Any]:
    """Return what was sealed, {} where nothing was, or nothing that can be read."""
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _parts(sealed: list[Any]) -> list[Part]:
    """Return the parts that were sealed, each up to where the next begins; none where they are not the whole.

    Raises:
        AttributeError, TypeError, ValueError: they are no parts.
    """
    starts = [to_bytes(start) for start, _ in sealed]
    if starts[:1] != [b""]:
        return []
    ends = [*starts[1:], None]
    return [
        Part(start, end, str(digest)) for start, end, (_, digest) in zip(starts, ends, sealed, strict=True)
    ]


def _holds(found: dict[str, Any], at: int) -> bool:
    """Whether the instant `at` (microseconds) lies between those for which the seal speaks."""
    since, until = found.get("since"), found.get("until")
    return isinstance(since, int) and since <= at and (not isinstance(until, int) or at < until)
