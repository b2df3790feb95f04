"""Dates in RFC 822 and characters that XML can carry."""

from __future__ import annotations

import email.utils
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from conformance.common import is_rfc822
from feedmill.model.instant import EPOCH, from_micros
from feedmill.render.text import fit, rfc822


@given(st.integers(-62135596800, 253402300799))
def test_dates_are_rfc_822_and_say_the_instant(seconds: int) -> None:
    instant = from_micros(seconds * 1_000_000)
    told = rfc822(instant)
    assert is_rfc822(told)
    if instant.year >= 1000:
        assert told == email.utils.format_datetime(instant)


def test_an_instant_that_is_not_utc_is_refused() -> None:
    for wrong in (EPOCH.replace(tzinfo=None), EPOCH.astimezone(timezone(timedelta(hours=1)))):
        with pytest.raises(ValueError, match="not in UTC"):
            rfc822(wrong)
    assert rfc822(datetime(2026, 11, 21, 8, tzinfo=UTC)) == "Sat, 21 Nov 2026 08:00:00 +0000"


@given(st.text(st.characters()))
def test_fit_text_is_what_lxml_takes_and_no_less(text: str) -> None:
    element = etree.Element("a")
    element.text = fit(text)
    for character in set(text) - set(fit(text)):
        with pytest.raises(ValueError, match=r"XML|surrogates"):
            element.text = character
