"""A page's policy comes from its template, never from what an entry brought along."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from feedmill.server.csp import page_policy


def source(block: bytes) -> str:
    return f"'sha256-{b64encode(sha256(block).digest()).decode()}'"


def test_the_page_s_own_policy_is_repeated() -> None:
    page = b"""<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src https:;">"""
    assert page_policy(page) == "default-src 'none'; img-src https:; frame-ancestors 'none'"
    escaped = b'<head><meta http-equiv=content-security-policy content="default-src &#39;none&#39;">'
    assert page_policy(escaped) == "default-src 'none'; frame-ancestors 'none'"


def test_without_one_the_head_s_blocks_are_allowed_by_hash() -> None:
    page = b"<html><HEAD><style media=all>a{}</style><script>b()</script><script src=x></script></HEAD>"
    policy = page_policy(page)
    assert f"style-src {source(b'a{}')};" in policy
    assert f"script-src {source(b'b()')};" in policy


def test_nothing_in_the_body_is_allowed() -> None:
    page = (
        b"<html><head></head><body><script>evil()</script><style>*{}</style>"
        b"<meta http-equiv=content-security-policy content=\"script-src 'unsafe-inline'\"></body>"
    )
    policy = page_policy(page)
    assert "script-src 'none'" in policy
    assert "style-src 'none'" in policy
    assert "unsafe" not in policy


@given(st.binary(max_size=300))
def test_any_page_gives_one_header_line(page: bytes) -> None:
    for text in (page, b'<head><meta http-equiv="content-security-policy" content="' + page + b'">'):
        policy = page_policy(text)
        assert "\n" not in policy
        assert "\r" not in policy
        policy.encode("latin-1")
