from __future__ import annotations

import re
import time
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedmill.seeds.links import MAX_LENGTH, absolute, entry_id, http_url

URI = re.compile(
    r"https?://([A-Za-z0-9\-._~!$&'()*+,;=:]|%[0-9A-F]{2})*@?[A-Za-z0-9\-._\[\]:]+"
    r"(/([A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*)?"
    r"(\?([A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*)?"
    r"(#([A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*)?"
)
"""RFC 3986, appendix A, for what may be an entry's link."""


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("https://www.rt.com/news/527183-eu/?a=b&c=%20#x", "https://www.rt.com/news/527183-eu/?a=b&c=%20#x"),
        ("HTTP://Example.ORG:80/A/../b", "http://Example.ORG:80/A/../b"),
        ("  https://a.org/x\n", "https://a.org/x"),
        ("https://a.org/one\n two", "https://a.org/one%20two"),
        ("https://a.org/a b?c d#e f", "https://a.org/a%20b?c%20d#e%20f"),
        ("https://a.org/é?ü#ß", "https://a.org/%C3%A9?%C3%BC#%C3%9F"),
        ("https://a.org/%zz%41#a#b", "https://a.org/%25zz%41#a%23b"),
        ("https://a.org/[x]|^`{}\\\"<>'", "https://a.org/%5Bx%5D%7C%5E%60%7B%7D/%22%3C%3E'"),
        ("https://a.org/\x00\x1f\ud800", "https://a.org/%00%1F%3F"),
        ("https://straße.de/", "https://xn--strae-oqa.de/"),
        ("https://例え。jp/", "https://xn--r8jz45g.jp/"),
        ("https://BÜCHER.example/", "https://xn--bcher-kva.example/"),
        ("https://user:p@ss@a.org:8443/", "https://user:p%40ss@a.org:8443/"),
        ("https://[2001:db8::1]:8080/x", "https://[2001:db8::1]:8080/x"),
        ("https:\\\\a.org\\x", "https://a.org/x"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("https://a_b.example.org./", "https://a_b.example.org./"),
    ],
)
def test_cleans_an_address(raw: str, expected: str) -> None:
    assert http_url(raw) == expected
    assert http_url(expected) == expected


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("/relative", "is not absolute"),
        ("www.example.org", "is not absolute"),
        ("//example.org/x", "is not absolute"),
        ("javascript:alert(1)", "starts with javascript:"),
        ("java\nscript:alert(1)", "starts with javascript:"),
        ("data:text/html,x", "starts with data:"),
        ("mailto:a@b.c", "starts with mailto:"),
        ("ftp://a.org/", "starts with ftp:"),
        ("http:/a.org", "lacks the two slashes"),
        ("https://", "has no host"),
        ("https:///path", "has no host"),
        ("https://user@/", "has no host"),
        ("https://a b.org/", "has the host 'a b.org'"),
        ("https://a..org/", "has the host"),
        ("https://-a.org/", "has the host"),
        ("https://ａ／b.org/", "in its host"),
        ("https://gro\u202e.org/", "in its host"),
        ("https://[::zz]/", "is no IPv6 address"),
        ("https://a.org:0/", "has the port 0"),
        ("https://a.org:70000/", "has the port 70000"),
        ("https://a.org/" + "x" * 10_000, "is 10,014 characters long"),
        ("https://a.org/" + "é" * 2_000, "characters long"),
        ("https://" + "é" * 100 + ".org/", "in its host"),
    ],
)
def test_says_what_is_wrong(raw: str, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        http_url(raw)
    assert absolute(raw, "https://b.org/") is None or not raw.lower().startswith("http")


@given(
    st.text(), st.sampled_from(["", "https://a.org/", "https://", "http://u@a.org:80/x?", "https://a.org/#"])
)
def test_whatever_comes_out_is_a_uri(raw: str, start: str) -> None:
    try:
        url = http_url(start + raw)
    except ValueError:
        return
    assert URI.fullmatch(url), url
    assert len(url) <= MAX_LENGTH
    assert http_url(url) == url


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("x.png", "https://b.org/d/x.png"),
        ("/x y.png", "https://b.org/x%20y.png"),
        ("//c.org/x", "https://c.org/x"),
        ("../../../x", "https://b.org/x"),
        ("?q", "https://b.org/d/e?q"),
        ("#f", "https://b.org/d/e?z#f"),
        ("", "https://b.org/d/e?z"),
        ("\\x\\y", "https://b.org/x/y"),
        ("http://o.org/é", "http://o.org/%C3%A9"),
        ("data:image/png;base64,AA", None),
        (" java\tscript:alert(1)", None),
        ("http://[x", None),
    ],
)
def test_resolves_against_the_base(raw: str, expected: str | None) -> None:
    assert absolute(raw, "https://b.org/d/e?z") == expected


def test_an_identity_survives_a_move_to_https() -> None:
    first, *others = (
        entry_id(explicit=None, link=link)
        for link in (
            "https://example.org/Path?x#y",
            "http://example.org/Path?x#y",
            "HTTP://EXAMPLE.org:80/Path?x#y",
            "https://Example.Org:443/Path?x#y",
        )
    )
    assert first == f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, 'https://example.org/Path?x#y')}"
    assert set(others) == {first}


def test_different_links_are_different_entries() -> None:
    links = [
        "https://example.org/a",
        "https://example.org/A",
        "https://example.org/a/",
        "https://example.org:80/a",
        "http://example.org:443/a",
        "https://example.org:8443/a",
        "https://User@example.org/a",
        "https://user@example.org/a",
    ]
    assert len({entry_id(explicit=None, link=link) for link in links}) == len(links)


@pytest.mark.parametrize(
    "iri",
    [
        "tag:example.org,2020:1",
        "urn:uuid:abc",
        "http://old.example.org/?p=1",
        "https://example.org/ä",
        "x:1",
        "C:x",
    ],
)
def test_an_absolute_iri_is_used_as_it_is(iri: str) -> None:
    assert entry_id(explicit=iri, link="https://example.org/") == iri


@pytest.mark.parametrize(
    "name", ["42", "an id", "http://a.org/ b", "é", "x:", "C:\\x", "x:\u202ey", "x:\0", "x:<y>"]
)
def test_any_other_id_becomes_a_urn(name: str) -> None:
    assert entry_id(explicit=name, link="") == f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}"


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_the_urn_is_a_uuid5(name: str) -> None:
    expected = {name, f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}"}
    assert entry_id(explicit=name, link="") in expected


def test_an_entry_needs_either() -> None:
    with pytest.raises(ValueError, match="an id or a link"):
        entry_id(explicit="", link="")


def test_takes_time_in_proportion() -> None:
    started = time.process_time()
    for raw in (
        "https://" + "a-" * 2_000_000,
        "https://" + "é" * 2_000_000,
        "x" * 4_000_000,
        "http://" + "[" * 4_000_000,
    ):
        absolute(raw, "https://b.org/")
        entry_id(explicit=raw, link=raw)
        entry_id(explicit=None, link=raw)
    assert time.process_time() - started < 10
