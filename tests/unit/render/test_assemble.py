"""What gives way in a document past its limit: contents of the oldest first, then the oldest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from conformance.samples import NOON, entry
from feedmill.model.feed import Entry
from feedmill.render.assemble import Printed, assemble, oldest_first

FRAME = (b"<", b">")


def _assemble(
    entries: Sequence[Entry],
    parts: Sequence[bytes],
    short: Sequence[bytes],
    limit: int,
    separator: bytes = b",",
) -> bytes:
    return assemble(Printed(FRAME, separator, parts), limit=limit, entries=entries, summaries=lambda: short)


NEWEST_FIRST = (entry(3), entry(2), entry(1))
PARTS = (b"CCCC", b"BBBB", b"AAAA")
SHORT = (b"cc", b"bb", b"aa")


def test_what_fits_is_left_alone_and_no_summary_is_asked_for() -> None:
    def unwanted() -> Sequence[bytes]:
        raise AssertionError("printed for nothing")

    whole = assemble(Printed(FRAME, b",", PARTS), limit=16, entries=NEWEST_FIRST, summaries=unwanted)
    assert whole == b"<CCCC,BBBB,AAAA>"


def test_the_oldest_give_way_first_and_no_more_than_needed() -> None:
    assert _assemble(NEWEST_FIRST, PARTS, SHORT, 15) == b"<CCCC,BBBB,aa>"
    assert _assemble(NEWEST_FIRST, PARTS, SHORT, 13) == b"<CCCC,bb,aa>"
    assert _assemble(NEWEST_FIRST, PARTS, SHORT, 10) == b"<cc,bb,aa>"


def test_when_summaries_are_too_much_the_oldest_are_left_out() -> None:
    assert _assemble(NEWEST_FIRST, PARTS, SHORT, 9) == b"<cc,bb>"
    assert _assemble(NEWEST_FIRST, PARTS, SHORT, 7) == b"<cc,bb>"
    assert _assemble(NEWEST_FIRST, PARTS, SHORT, 6) == b"<cc>"
    assert _assemble(NEWEST_FIRST, PARTS, SHORT, 4) == b"<cc>"
    assert _assemble(NEWEST_FIRST, PARTS, SHORT, 3) == b"<>"
    assert _assemble(NEWEST_FIRST, PARTS, SHORT, 0) == b"<>"


def test_old_is_what_was_published_first_wherever_it_stands() -> None:
    by_quality = (entry(1), entry(3), entry(2))
    assert _assemble(by_quality, PARTS, SHORT, 15) == b"<cc,BBBB,AAAA>"


def test_of_one_instant_the_last_in_order_gives_way_first() -> None:
    entries = [entry(number, published=NOON) for number in (1, 2, 3)]
    assert oldest_first(entries) == [2, 1, 0]
    assert oldest_first([entries[2], entries[0], entries[1]]) == [0, 2, 1]


def test_a_summary_that_is_longer_than_the_entry_replaces_nothing() -> None:
    assert _assemble(NEWEST_FIRST, PARTS, (b"cc", b"bb", b"aaaaaaaa"), 15) == b"<CCCC,bb,AAAA>"


_sizes = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 3)), max_size=8)


@given(_sizes, st.integers(0, 200), st.sampled_from([b"", b",", b",\n"]))
def test_the_limit_holds_and_nothing_is_given_up_for_nothing(
    sizes: list[tuple[int, int, int]], limit: int, separator: bytes
) -> None:
    entries = [
        entry(number, published=NOON + timedelta(hours=hour)) for number, (_, _, hour) in enumerate(sizes)
    ]
    parts = [b"%d%s" % (number, b"P" * long) for number, (long, _, _) in enumerate(sizes)]
    short = [b"%d%s" % (number, b"s" * brief) for number, (_, brief, _) in enumerate(sizes)]
    document = _assemble(entries, parts, short, limit, separator)
    assert document in _steps(entries, parts, short, separator)
    before = _steps(entries, parts, short, separator)
    at = before.index(document)
    assert len(document) <= limit or at == len(before) - 1
    assert all(len(earlier) > limit for earlier in before[:at])


def _steps(
    entries: Sequence[Entry], parts: Sequence[bytes], short: Sequence[bytes], separator: bytes
) -> list[bytes]:
    """Return the document after each step of giving way, from whole to empty: the rule, told slowly."""
    order = sorted(range(len(entries)), key=lambda place: entries[place].id, reverse=True)
    order.sort(key=lambda place: entries[place].published)
    chosen: dict[int, bytes] = dict(enumerate(parts))
    steps = [dict(chosen)]
    for place in order:
        chosen[place] = min(parts[place], short[place], key=len)
        steps.append(dict(chosen))
    for place in order:
        del chosen[place]
        steps.append(dict(chosen))
    return [FRAME[0] + separator.join(step.values()) + FRAME[1] for step in steps]
