"""Eligibility: the reason that holds, what is kept of a broken seed, and when that changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from feedmill.compose import instants, last_good, stand, updated_at
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


def of(seed: Seed) -> Record:
    return Record(path=seed.path, seed=seed)


@pytest.mark.parametrize(
    ("seed", "reason"),
    [
        (GOOD, None),
        (replace(GOOD, published=NOW), None),
        (replace(GOOD, published=NOW + timedelta(microseconds=1)), Reason.SCHEDULED),
        (replace(GOOD, published=None), Reason.UNDATED),
        (replace(GOOD, expires=NOW), Reason.EXPIRED),
        (replace(GOOD, expires=NOW + timedelta(microseconds=1)), None),
        (replace(GOOD, withheld=Reason.UNPUBLISHED, published=None), Reason.UNPUBLISHED),
        (replace(GOOD, withheld=Reason.REMOVED, expires=NOW), Reason.REMOVED),
        (replace(GOOD, published=NOW + HOUR, expires=NOW - HOUR), Reason.SCHEDULED),
    ],
)
def test_the_first_reason_that_holds(seed: Seed, reason: Reason | None) -> None:
    assert stand(of(seed), None, NOW).reason is reason


@pytest.mark.parametrize(
    ("record", "kept"),
    [
        (Record(path="a.md", reason=Reason.INVALID), True),
        (Record(path="a.md", reason=Reason.INVALID, takedown=True), False),
        (Record(path="a.md", reason=Reason.UNPUBLISHED, takedown=True), False),
        (Record(path="a.md", reason=Reason.INVALID, parsed=False), True),
        (Record(path="a.md", reason=Reason.INVALID, parsed=False, flag_lines=GOOD.flag_lines), True),
        (
            Record(
                path="a.md", reason=Reason.INVALID, parsed=False, flag_lines=(("published", "published: f"),)
            ),
            False,
        ),
        (
            Record(path="a.md", reason=Reason.INVALID, parsed=False, flag_lines=(("deleted", "deleted: y"),)),
            False,
        ),
        (Record(path="a.md", reason=Reason.INVALID, expiry_unreadable=True), False),
        (Record(path="a.md", reason=Reason.INVALID, expires=NOW - HOUR), False),
        (Record(path="a.md", reason=Reason.INVALID, expires=NOW + HOUR), True),
    ],
)
def test_a_broken_seed_keeps_its_entry_only_while_nothing_speaks_against_it(
    record: Record, kept: bool
) -> None:
    standing = stand(record, GOOD, NOW)
    assert standing.kept is kept
    assert (standing.reason is None) is kept
    assert not stand(record, GOOD, NOW, keep=False).kept
    assert not stand(record, None, NOW).kept


def test_a_kept_entry_still_expires() -> None:
    broken = Record(path="a.md", reason=Reason.INVALID)
    good = replace(GOOD, expires=NOW + HOUR)
    assert stand(broken, good, NOW).kept
    assert stand(broken, good, NOW + HOUR).reason is Reason.INVALID


@pytest.mark.parametrize(
    ("updated", "told"),
    [(None, -1), (-2, -1), (-1, -1), (-0.5, -0.5), (0, 0), (0.5, -1)],
)
def test_an_update_counts_from_its_time_on(updated: float | None, told: float) -> None:
    seed = replace(GOOD, updated=None if updated is None else NOW + updated * HOUR)
    assert updated_at(seed, NOW) == NOW + told * HOUR


def test_instants_are_all_that_time_can_do() -> None:
    seed = replace(GOOD, updated=NOW + HOUR, expires=NOW + 2 * HOUR)
    assert instants(seed) == (NOW - HOUR, NOW + HOUR, NOW + 2 * HOUR)
    assert instants(replace(seed, updated=NOW - 2 * HOUR)) == (NOW - HOUR, NOW + 2 * HOUR)
    assert instants(replace(seed, withheld=Reason.REMOVED)) == ()
    assert instants(replace(seed, published=None)) == ()


def test_drafts_show_the_unpublished_and_the_scheduled_but_nothing_removed() -> None:
    assert stand(of(replace(GOOD, withheld=Reason.UNPUBLISHED)), None, NOW, drafts=True).reason is None
    assert stand(of(replace(GOOD, published=NOW + HOUR)), None, NOW, drafts=True).reason is None
    assert stand(of(replace(GOOD, withheld=Reason.REMOVED)), None, NOW, drafts=True).reason is Reason.REMOVED


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
    record = Record(path="a.md", reason=Reason.INVALID, parsed=parsed, flag_lines=lines)
    assert (last_good(record, good, frozenset({"published"})) is good) is stays
    assert last_good(record, good) is good


def test_nothing_in_a_folder_of_drafts_is_kept() -> None:
    assert last_good(Record(path="x/_Drafts/a.md", reason=Reason.INVALID), GOOD) is None
    assert last_good(Record(path="x/_drafts.md", reason=Reason.INVALID), GOOD) is GOOD
