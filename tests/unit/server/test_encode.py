"""Content codings: the choice as a table, the bytes as they are."""

from __future__ import annotations

import gzip

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedmill.server.encode import choose, encode

CHOICES = {
    None: "identity",
    b"": "identity",
    b"gzip": "gzip",
    b"x-gzip": "gzip",
    b"GZIP": "gzip",
    b"br": "br",
    b"gzip, deflate, br": "br",
    b"gzip,deflate": "gzip",
    b"deflate, zstd": "identity",
    b"gzip;q=1.0, br;q=0.5": "gzip",
    b"gzip; q=0.5 , br ; q = 0.5": "br",
    b"gzip;q=0": "identity",
    b"gzip;q=0.000, br;q=0": "identity",
    b"*": "br",
    b"*;q=0.1": "br",
    b"*, br;q=0": "gzip",
    b"identity": "identity",
    b"identity, gzip": "gzip",
    b"identity;q=1, gzip;q=0.9": "identity",
    b"identity;q=0.1, *;q=0.9": "br",
    b"gzip;q=0.1": "gzip",
    b"identity;q=0, gzip": "gzip",
    b"identity;q=0": None,
    b"*;q=0": None,
    b"*;q=0, identity": "identity",
    b"*;q=0, gzip": "gzip",
    b"gzip;q=0, *": "br",
    b"gzip;q=2": "identity",
    b"gzip;q=-1": "identity",
    b"gzip;q=abc": "identity",
    b"gzip;q=0.1234": "identity",
    b"gzip;level=9": "identity",
    b",,gzip,,": "gzip",
    b";;;": "identity",
    b"\xff": "identity",
}


@pytest.mark.parametrize("value", CHOICES)
def test_choice(value: bytes | None) -> None:
    assert choose(value).coding == CHOICES[value]


@given(st.binary(max_size=80))
def test_any_field_has_a_choice(value: bytes) -> None:
    assert choose(value).coding in ("br", "gzip", "identity", None)


@given(st.binary(max_size=4000))
def test_codings_keep_the_bytes(body: bytes) -> None:
    assert gzip.decompress(encode(body, "gzip")) == body
    assert brotli.decompress(encode(body, "br")) == body
    assert encode(body, "identity") is body
    assert encode(body, "gzip") == encode(body, "gzip")
