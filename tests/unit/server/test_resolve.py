"""Paths: whatever is asked, only what a generation names is ever found."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedmill.model.artifact import Generation, Published, digest
from feedmill.server.media import Discovery, link_field, media_type
from feedmill.server.resolve import BadTarget, Found, Missing, Moved, parse_path, resolve

PATHS = ("index.html", "all.rss", "topics/ai.html", "topics/ai.rss", "topics/c%.rss", "topics/münchen.rss")
GENERATION = Generation(
    serial=1,
    documents={
        path: Published(path=path, digest=digest(b""), size=0, modified=datetime(2026, 1, 1, tzinfo=UTC))
        for path in PATHS
    },
    redirects={
        "a": "b:c",
        "deep/er/x": "all.rss",
        "über": "topics/ä.rss",
        "feed/": "all.rss",
        "blog/feed/": "all.rss",
    },
)


@given(st.binary(max_size=40).map(lambda raw: b"/" + raw))
def test_any_target_has_a_path_or_is_bad(target: bytes) -> None:
    try:
        path = parse_path(target)
    except BadTarget:
        return
    assert ".." not in path.split("/")
    assert "\0" not in path
    assert "\\" not in path
    found = resolve(path, GENERATION)
    if isinstance(found, Found):
        assert found.record.path == (path or "index.html")


def test_a_percent_sign_in_a_name_is_written_as_an_escape() -> None:
    assert isinstance(resolve(parse_path(b"/topics/c%25.rss"), GENERATION), Found)


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("a", "b%3Ac"),
        ("deep/er/x", "../../all.rss"),
        ("über", "topics/%C3%A4.rss"),
        ("topics/ai", "ai.html"),
        ("feed/", "../all.rss"),
        ("feed", "all.rss"),
        ("blog/feed/", "../../all.rss"),
        ("blog/feed", "../all.rss"),
    ],
)
def test_locations_are_relative(path: str, location: str) -> None:
    found = resolve(path, GENERATION)
    assert isinstance(found, Moved)
    assert found.location == location


@pytest.mark.parametrize(
    ("target", "location"),
    [
        (b"/topics/mu%CC%88nchen.rss", "m%C3%BCnchen.rss"),
        ("/topics/mu\u0308nchen".encode(), "m%C3%BCnchen"),
        ("/u\u0308ber".encode(), "%C3%BCber"),
    ],
)
def test_another_normalisation_is_led_to_ours(target: bytes, location: str) -> None:
    assert resolve(parse_path(target), GENERATION) == Moved(location=location, permanent=True)
    assert isinstance(resolve(parse_path(b"/topics/m%c3%BCnchen.rss"), GENERATION), Found)
    assert isinstance(resolve("topics/a\u0308.rss", GENERATION), Missing)


def test_links_of_any_script_are_percent_encoded() -> None:
    field = link_field(
        "topics/münchen.rss", PATHS, Discovery(site_url="https://f.example/", hubs=("https://h/",))
    )
    assert 'https://f.example/topics/m%C3%BCnchen.rss>; rel="self"' in field
    field = link_field("topics/c++.rss", ("topics/c++.atom",))
    assert field.startswith('<./c%2B%2B.rss>; rel="self", <./c%2B%2B.atom>; rel="alternate"')


@pytest.mark.parametrize(
    "path", [".x", "topics/.x", "topics//ai.rss", "topics/ai.rss/", "/", "topics", "topics/"]
)
def test_missing(path: str) -> None:
    assert isinstance(resolve(path, GENERATION), Missing)


def test_media_of_the_unknown() -> None:
    assert media_type("x.bin") == "application/octet-stream"
    assert media_type("topics/feeds.json") == "application/feed+json; charset=utf-8"


def test_links_are_escaped() -> None:
    assert link_field("topics/a b.rss", ("topics/a b.rss",)) == '<./a%20b.rss>; rel="self"'
