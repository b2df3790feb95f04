"""What a held pass lets go, and what it keeps (DESIGN 8.4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from feedmill.compose.held import stays
from feedmill.model.seed import Reason, Record, Seed
from feedmill.model.settings import DecodeSettings
from feedmill.seeds.decode import decode

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXT = "---\ntitle: A\nwebUrl: https://x.org/a\npublishedDateTime: 2026-01-01\n{more}---\nText.\n"


def record(more: str = "") -> Record:
    return decode("a.md", TEXT.format(more=more).encode(), DecodeSettings())


def good() -> Seed:
    seed = record().seed
    assert seed is not None
    return seed


UNREADABLE = Record(path="a.md", reason=Reason.INVALID, parsed=False)


@pytest.mark.parametrize(
    ("now_says", "expected"),
    [
        (None, True),
        (record(), True),
        (record("excerpt: other\n"), True),
        (UNREADABLE, True),
        (replace(UNREADABLE, takedown=True), False),
        (record("published: false\n"), False),
        (record("removed: true\n"), False),
        (record("published: flase\n"), False),
        (record("expiryDateTime: 2026-02-01\n"), False),
        (record("expiryDateTime: 2027-02-01\n"), True),
    ],
)
def test_its_own_word_alone_takes_an_entry_away(now_says: Record | None, expected: bool) -> None:
    assert stays(good(), now_says, NOW, frozenset()) is expected


def test_a_vanished_file_still_expires() -> None:
    seed = replace(good(), expires=NOW + timedelta(hours=1))
    assert stays(seed, None, NOW, frozenset())
    assert not stays(seed, None, NOW + timedelta(hours=1), frozenset())


def test_renamed_and_unpublished_in_one_go_leaves() -> None:
    assert not stays(good(), None, NOW, frozenset({good().id}))
    assert stays(good(), record(), NOW, frozenset({good().id}))
