"""Preconditions: RFC 9110, 13, as a table."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedmill.server.conditional import Outcome, evaluate, parse_date
from feedmill.server.response import http_date

TAG = b'"abc"'
WHEN = int(datetime(2026, 11, 21, 12, 0, tzinfo=UTC).timestamp())
SAME = http_date(WHEN).encode()
BEFORE = http_date(WHEN - 1).encode()
AFTER = http_date(WHEN + 1).encode()

OK, SHORT, FAILED = Outcome.PERFORM, Outcome.NOT_MODIFIED, Outcome.FAILED

NONE_MATCH = {
    b'"abc"': SHORT,
    b'W/"abc"': SHORT,
    b'"x", "abc"': SHORT,
    b'"x","y",W/"abc" , "z"': SHORT,
    b'"a,b", "abc"': SHORT,
    b"*": SHORT,
    b" * ": SHORT,
    b'""': OK,
    b"": OK,
    b'"ABC"': OK,
    b"abc": OK,
    b'"abc': OK,
    b'"xabc"': OK,
    b'"x"abc"': OK,
    b'w/"abc"': SHORT,
    b'"*"': OK,
    b'"abc-gzip"': OK,
}


@pytest.mark.parametrize("value", NONE_MATCH)
def test_if_none_match(value: bytes) -> None:
    assert evaluate({b"if-none-match": value}, TAG, WHEN, dated=True) is NONE_MATCH[value]


MATCH = {
    b'"abc"': OK,
    b'"x", "abc"': OK,
    b"*": OK,
    b'W/"abc"': FAILED,
    b'"x"': FAILED,
    b'""': FAILED,
    b"": FAILED,
}


@pytest.mark.parametrize("value", MATCH)
def test_if_match_compares_strongly(value: bytes) -> None:
    assert evaluate({b"if-match": value}, TAG, WHEN, dated=True) is MATCH[value]


ORDER = [
    ({b"if-modified-since": SAME}, SHORT),
    ({b"if-modified-since": AFTER}, SHORT),
    ({b"if-modified-since": BEFORE}, OK),
    ({b"if-modified-since": b"yesterday"}, OK),
    ({b"if-modified-since": SAME + b", " + SAME}, OK),
    ({b"if-unmodified-since": SAME}, OK),
    ({b"if-unmodified-since": BEFORE}, FAILED),
    ({b"if-unmodified-since": b"soon"}, OK),
    # If-Match goes before If-Unmodified-Since, If-None-Match before If-Modified-Since.
    ({b"if-match": TAG, b"if-unmodified-since": BEFORE}, OK),
    ({b"if-match": b'"x"', b"if-none-match": TAG}, FAILED),
    ({b"if-none-match": b'"x"', b"if-modified-since": AFTER}, OK),  # sfeed, after a change
    ({b"if-none-match": b'""', b"if-modified-since": AFTER}, OK),  # sfeed, on first contact
    ({b"if-none-match": TAG, b"if-modified-since": BEFORE}, SHORT),
    ({b"if-unmodified-since": BEFORE, b"if-none-match": TAG}, FAILED),
    ({b"if-match": TAG, b"if-none-match": TAG}, SHORT),
    ({}, OK),
]


@pytest.mark.parametrize(("fields", "outcome"), ORDER)
def test_order(fields: dict[bytes, bytes], outcome: Outcome) -> None:
    assert evaluate(fields, TAG, WHEN, dated=True) is outcome


def test_a_date_that_is_not_past_proves_nothing() -> None:
    assert evaluate({b"if-modified-since": SAME}, TAG, WHEN, dated=False) is OK


DATES = {
    b"Sun, 06 Nov 1994 08:49:37 GMT": 784111777,
    b"Sunday, 06-Nov-94 08:49:37 GMT": 784111777,
    b"Sun Nov  6 08:49:37 1994": 784111777,
    b" Sun, 06 Nov 1994 08:49:37 GMT\t": 784111777,
    b"Sun, 06 Nov 1994 08:49:60 GMT": 784111799,
    b"Sun, 06 Nov 1994 08:49:37 UTC": None,
    b"Sun, 6 Nov 1994 08:49:37 GMT": None,
    b"Sun, 31 Feb 1994 08:49:37 GMT": None,
    b"Sun, 06 Foo 1994 08:49:37 GMT": None,
    b"Sun, 06 Nov 1994 25:49:37 GMT": None,
    b"Sun, 06 Nov 0000 08:49:37 GMT": None,
    b"1994-11-06T08:49:37Z": None,
    b"784111777": None,
    b"": None,
    b"\xff": None,
    "Sun, ٠٦ Nov 1994 08:49:37 GMT".encode(): None,
}


@pytest.mark.parametrize("value", DATES)
def test_dates(value: bytes) -> None:
    assert parse_date(value) == DATES[value]


@given(st.binary(max_size=60))
def test_no_date_is_a_fault_of_ours(value: bytes) -> None:
    assert parse_date(value) is None or isinstance(parse_date(value), int)


@given(st.integers(0, 2**35))
def test_what_we_print_we_read(second: int) -> None:
    assert parse_date(http_date(second).encode()) == second


@given(st.binary(max_size=80), st.sampled_from([b"if-match", b"if-none-match"]))
def test_any_list_has_an_outcome(value: bytes, name: bytes) -> None:
    assert evaluate({name: value}, TAG, WHEN, dated=True) in Outcome
