"""Eligibility: what is kept of a broken seed; the reason that holds of a seed from its text on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from decided import state_of
from feedmill.compose import last_good
from feedmill.model.seed import EntryId, Reason, Record, Seed

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
GOOD = Seed(
    path="a.md",
    id=EntryId("urn:a"),
    title="A",
    link="https://x.org/a",
    published=NOW - HOUR,
    flag_lines=(("published", "published: true"),),
)
BROKEN = Record(path="a.md", reason=Reason.INVALID)


@pytest.mark.parametrize(
    ("seed", "state"),
    [
        (GOOD, "eligible"),
        (replace(GOOD, published=NOW), "eligible"),
        (replace(GOOD, published=NOW + timedelta(microseconds=1)), "scheduled"),
        (replace(GOOD, published=None), "undated"),
        (replace(GOOD, expires=NOW), "expired"),
        (replace(GOOD, expires=NOW + timedelta(microseconds=1)), "eligible"),
        (replace(GOOD, withheld=Reason.UNPUBLISHED, published=None), "unpublished"),
        (replace(GOOD, withheld=Reason.REMOVED, expires=NOW), "removed"),
        (replace(GOOD, published=NOW + HOUR, expires=NOW - HOUR), "scheduled"),
    ],
)
def test_the_first_reason_that_holds(seed: Seed, state: str) -> None:
    assert state_of(Record(path=seed.path, seed=seed), None, NOW).state == state


@pytest.mark.parametrize(
    ("record", "kept"),
    [
        (BROKEN, True),
        (replace(BROKEN, takedown=True), False),
        (Record(path="a.md", reason=Reason.UNPUBLISHED, takedown=True), False),
        (replace(BROKEN, parsed=False), True),
        (replace(BROKEN, parsed=False, flag_lines=GOOD.flag_lines), True),
        (replace(BROKEN, parsed=False, flag_lines=(("published", "published: f"),)), False),
        (replace(BROKEN, parsed=False, flag_lines=(("deleted", "deleted: y"),)), False),
        (replace(BROKEN, expiry_unreadable=True), False),
        (replace(BROKEN, expires=NOW - HOUR), False),
        (replace(BROKEN, expires=NOW + HOUR), True),
    ],
)
def test_a_broken_seed_keeps_its_entry_only_while_nothing_speaks_against_it(
    record: Record, kept: bool
) -> None:
    state = state_of(record, GOOD, NOW)
    assert (state.state == "eligible") is kept
    assert state.kept is kept
    assert not state_of(record, None, NOW).kept


def test_a_kept_entry_still_expires() -> None:
    good = replace(GOOD, expires=NOW + HOUR)
    assert state_of(BROKEN, good, NOW).kept
    assert state_of(BROKEN, good, NOW + HOUR).state == "invalid"


def test_drafts_show_the_unpublished_and_the_scheduled_but_nothing_removed() -> None:
    def shown(seed: Seed) -> bool:
        return state_of(Record(path="a.md", seed=seed), None, NOW, drafts=True).state == "eligible"

    assert shown(replace(GOOD, withheld=Reason.UNPUBLISHED))
    assert shown(replace(GOOD, published=NOW + HOUR))
    assert not shown(replace(GOOD, withheld=Reason.REMOVED))


@pytest.mark.parametrize(
    ("vouched", "lines", "parsed", "stays"),
    [
        (True, GOOD.flag_lines, False, True),
        (True, (), False, False),
        (True, (), True, True),
        (False, GOOD.flag_lines, False, False),
        (False, (), True, False),
    ],
)
def test_where_nothing_goes_out_unvouched_a_kept_entry_needs_its_line(
    vouched: bool, lines: tuple[tuple[str, str], ...], parsed: bool, stays: bool
) -> None:
    good = replace(GOOD, vouched=vouched)
    record = replace(BROKEN, parsed=parsed, flag_lines=lines)
    assert (last_good(record, good, frozenset({"published"})) is good) is stays
    assert last_good(record, good) is good


def test_nothing_in_a_folder_of_drafts_is_kept() -> None:
    assert last_good(replace(BROKEN, path="x/_Drafts/a.md"), GOOD) is None
    assert last_good(replace(BROKEN, path="x/_drafts.md"), GOOD) is GOOD
