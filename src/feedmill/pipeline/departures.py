"""Departures: why each entry that a pass took out of the feeds has left them."""

from __future__ import annotations

from dataclasses import dataclass

from feedmill.compose import reason_at
from feedmill.errors import SeedError
from feedmill.model.seed import Reason
from feedmill.model.state import ELIGIBLE
from feedmill.pipeline.codec import facts_of
from feedmill.pipeline.explain import explain_known
from feedmill.pipeline.find import read_withheld
from feedmill.pipeline.mill import Mill
from feedmill.pipeline.moves import Move
from feedmill.pipeline.one_pass import Pass
from feedmill.pipeline.report import PassReport
from feedmill.seeds import read

GONE, EXCLUDED, RENAMED = "gone", "excluded", "identity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """An entry that is out no more. `why` is for people, and names the path `other` where there is one.

    `reason`: the word of a withheld seed (docs/seeds.md, Why a seed is in no feed), or `gone` (its file),
    `excluded` (the config looks at its file no more) or `identity` (its file carries another entry now).
    """

    path: str
    title: str
    feeds: tuple[str, ...]
    reason: str
    why: str
    other: str = ""


def departures(mill: Mill, report: PassReport) -> tuple[Departure, ...]:
    """Return what left in the pass that gave `report`, the mill's last; a few hundred at most."""
    run = mill.after(report)
    return tuple(departure(run, move, report) for move in mill.moves() if move.sign == "-")


def departure(run: Pass, move: Move, report: PassReport) -> Departure:
    """Return why the entry of one move left; where the catalog forgot the pass, its file tells."""
    forgotten = report.held is not None or report.unsaved is not None
    reason, why, other = _by_its_file(run, move.path) if forgotten else _by_its_state(run, move.path)
    return Departure(path=move.path, title=move.title, feeds=move.feeds, reason=reason, why=why, other=other)


def _by_its_state(run: Pass, path: str) -> tuple[str, str, str]:
    found = explain_known(run, path, ())
    if found is None and _readable(run, path):
        return EXCLUDED, "the config looks at its file no more", ""
    if found is None:
        return GONE, "its file is gone", ""
    if found.state == ELIGIBLE:
        return RENAMED, "its file carries another entry now: its id or its link is another", ""
    if found.state == Reason.INVALID.value:
        return found.state, "it is invalid now", ""  # its fault is told by itself
    return found.state, found.why, found.other


def _by_its_file(run: Pass, path: str) -> tuple[str, str, str]:
    seed, word = read_withheld(run.settings, path)
    if seed is None and not _readable(run, path):
        return GONE, "its file is gone, and its expiry has come or another seed takes the entry down", ""
    reason = reason_at(facts_of(seed, run.composer), run.at) if seed is not None else Reason.INVALID
    if reason is Reason.EXPIRED:
        return reason.value, "its expiry has come", ""
    if reason in (Reason.UNPUBLISHED, Reason.REMOVED):
        return reason.value, f"it says {word or 'that it is not to be out'}", ""
    return (reason or Reason.INVALID).value, "what it says now does not let it stay", ""


def _readable(run: Pass, path: str) -> bool:
    try:
        read(run.settings.scan, path, run.settings.decode.max_bytes)
    except (SeedError, OSError):
        return False
    return True
