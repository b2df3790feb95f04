"""Durations, sizes, shares, numbers, booleans: read, refused, and printed back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedmill.config import units
from feedmill.config.scalar_types import whole


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("20ms", 0.02),
        ("1s", 1),
        ("15m", 900),
        ("2h", 7200),
        ("1d", 86400),
        ("1h30m", 5400),
        ("1h 30m", 5400),
        ("1 h 30 m", 5400),
        ("1.5s", 1.5),
        ("0.5ms", 0.0005),
        ("0", 0),
        ("0s", 0),
        ("3650d", 3650 * 86400),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert units.parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", ""),
        ("soon", ""),
        ("15", "which has no unit (seconds would be 15s, minutes 15m)"),
        ("15 minutes", ""),
        ("-1s", ""),
        ("30m1h", "whose units are not in order, the largest first"),
        ("1h1h", "whose units are not in order, the largest first"),
        ("3651d", "which is longer than 3650 days"),
        ("9999999999d", ""),
        ("１s", ""),
        ("1e3s", ""),
        ("inf", ""),
    ],
)
def test_no_durations(text: str, why: str) -> None:
    with pytest.raises(ValueError) as caught:
        units.parse_duration(text)
    assert str(caught.value) == why


@given(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=3650)))
def test_durations_round_trip(value: timedelta) -> None:
    assert units.parse_duration(units.format_duration(value)) == value


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("4 MiB", 4 << 20),
        ("4MiB", 4 << 20),
        ("4 mib", 4 << 20),
        ("64KB", 64_000),
        ("64 kb", 64_000),
        ("64K", 64 << 10),
        ("1 GB", 10**9),
        ("1048576", 1 << 20),
        ("10 B", 10),
        ("1.5 KiB", 1536),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert units.parse_size(text) == size


@pytest.mark.parametrize("text", ["", "MiB", "-1", "4 XiB", "4  MiB", "1e6", "4 MiB!", "9" * 20, "٤"])
def test_no_sizes(text: str) -> None:
    with pytest.raises(ValueError):
        units.parse_size(text)


@given(st.integers(min_value=0, max_value=10**12 - 1))
def test_sizes_round_trip(value: int) -> None:
    assert units.parse_size(units.format_size(value)) == value


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("50%", 0.5),
        ("50 %", 0.5),
        ("0.5", 0.5),
        (".5", 0.5),
        ("0", 0),
        ("1", 1),
        ("100%", 1),
        ("33.3%", 0.333),
    ],
)
def test_shares(text: str, share: float) -> None:
    assert units.parse_percent(text) == pytest.approx(share)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("50", "which is more than the whole (percent would be 50%)"),
        ("101%", "which is more than the whole"),
        ("half", ""),
        ("-1%", ""),
        ("nan", ""),
        ("1e-1", ""),
    ],
)
def test_no_shares(text: str, why: str) -> None:
    with pytest.raises(ValueError) as caught:
        units.parse_percent(text)
    assert str(caught.value) == why


@given(st.integers(min_value=0, max_value=10**9))
def test_shares_round_trip(billionths: int) -> None:
    share = billionths / 10**9
    assert units.parse_percent(units.format_percent(share)) == share


@given(st.decimals(min_value=-(10**6), max_value=10**6, places=6))
def test_numbers_round_trip(value: object) -> None:
    number = float(str(value))
    assert units.parse_number(units.format_number(number)) == number


@pytest.mark.parametrize("text", ["", "nan", "inf", "1e3", "0x10", "1_000", "1,5", "--1", "٣", "1" * 5000])
def test_no_numbers(text: str) -> None:
    for parse in (units.parse_number, lambda value: whole(value, 0, 10**15)):
        with pytest.raises(ValueError):
            parse(text)


def test_booleans_are_yaml_1_1_words() -> None:
    for word in units.TRUE_WORDS:
        assert units.parse_bool(word) is True
    for word in units.FALSE_WORDS:
        assert units.parse_bool(word) is False
    for word in ("maybe", "1", "0", "", "tRUE", "ja"):
        with pytest.raises(ValueError):
            units.parse_bool(word)
