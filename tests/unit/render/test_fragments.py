"""The memory of printed entries: by value, bounded, and never wrong."""

from __future__ import annotations

from dataclasses import replace

from conformance.samples import CONTENT, entry
from feedmill.render.fragments import Fragments


def test_an_equal_entry_is_the_same_entry() -> None:
    fragments = Fragments(1 << 20)
    slot = fragments.slot(entry(1, content=CONTENT))
    fragments.add(slot, "atom", b"printed")
    again = fragments.slot(entry(1, content=CONTENT))
    assert again.parts == {"atom": b"printed"}


def test_an_edited_entry_is_another_one() -> None:
    fragments = Fragments(1 << 20)
    before = entry(1, content=CONTENT)
    fragments.add(fragments.slot(before), "atom", b"printed")
    assert fragments.slot(replace(before, title="New")).parts == {}
    assert fragments.slot(before).parts == {"atom": b"printed"}


def test_forms_of_one_entry_live_side_by_side() -> None:
    fragments = Fragments(1 << 20)
    full, short = entry(1, content=CONTENT), entry(1)
    for one in (full, short, full, short):
        slot = fragments.slot(one)
        if "atom" not in slot.parts:
            fragments.add(slot, "atom", one.content.encode())
    assert fragments.slot(full).parts["atom"] == CONTENT.encode()
    assert fragments.slot(short).parts["atom"] == b""


def test_a_thousand_edits_of_one_entry_leave_no_pile() -> None:
    fragments = Fragments(1 << 20)
    for edit in range(1000):
        fragments.add(fragments.slot(entry(1, title=f"Edit {edit}")), "atom", b"x" * 1000)
    assert fragments.size < 10_000


def test_the_least_recently_used_go_first_and_memory_stays_bounded() -> None:
    fragments = Fragments(50_000)
    kept = entry(0)
    fragments.add(fragments.slot(kept), "atom", b"kept")
    for number in range(1, 500):
        fragments.add(fragments.slot(entry(number)), "atom", b"x" * 1000)
        fragments.slot(kept)
        fragments.trim()
        assert fragments.size <= 50_000
    assert fragments.slot(kept).parts == {"atom": b"kept"}
    assert fragments.slot(entry(1)).parts == {}
    assert fragments.slot(entry(499)).parts != {}


def test_a_slot_in_use_outlives_its_eviction_without_being_counted() -> None:
    fragments = Fragments(0)
    slot = fragments.slot(entry(1))
    fragments.trim()
    fragments.add(slot, "atom", b"printed after all")
    assert slot.parts == {"atom": b"printed after all"}
    assert fragments.size == 0
