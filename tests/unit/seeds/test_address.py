"""Address patterns: parsed with the column of each mistake, filled for a seed, resolved below the site."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from feedmill.config import paths
from feedmill.seeds.address import MissingPart, PatternError, Source, fill, parse_pattern, resolve
from feedmill.seeds.address_parts import PARTS, written_offset
from feedmill.seeds.dates import zone
from feedmill.seeds.slugs import FILTERS


def source(path: str = "posts/2026-03-09-Hello World.md", **fields: object) -> Source:
    def get(name: str) -> object:
        value: object = fields
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return value

    title = fields.get("title")
    return Source(
        path=path,
        get=get,
        title=title if isinstance(title, str) else None,
        published=datetime(2026, 3, 8, 23, 30, tzinfo=UTC),
        zone=zone("Europe/Berlin"),
    )


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("{year}/{month}/{day}/{slug}/", "/2026/03/09/Hello%20World/"),
        ("/{short_year}/{i_month}/{i_day}/{yday}/{hour}{minute}{second}", "/26/3/9/068/003000"),
        ("{path}.html", "/posts/2026-03-09-Hello%20World.html"),
        ("{section}/{stem|slug}", "/posts/2026-03-09-hello-world"),
        ("a//{categories}/{name|lower}/../x/", "/a/hello%20world/x/"),
        ("100%/%20{name}", "/100%25/%20Hello%20World"),
        ("{field:extra.x}/ or {name|jekyll_title}/", "/Hello-World/"),
    ],
)
def test_a_pattern_is_filled(pattern: str, path: str) -> None:
    assert fill(parse_pattern(pattern), source()) == path


def test_a_bundle_is_known_by_its_folder() -> None:
    bundle = source("blog/2026-03-09-Deep/index.md")
    assert (
        fill(parse_pattern("{dir}/{stem}/{name}/{folder}"), bundle)
        == "/blog/2026-03-09-Deep/Deep/2026-03-09-Deep"
    )


def test_front_matter_goes_first() -> None:
    seed = source(slug="own", categories="a B", category="a", extra={"x": ["1.90", "Ü"]})
    assert (
        fill(parse_pattern("{categories|lower}/{slug}/{field:extra.x|lower}"), seed) == "/a/b/own/1.90/%C3%BC"
    )


@pytest.mark.parametrize("pattern", ["{title}", "{field:extra.x}", "{field:a}/ or {field:extra.x}"])
def test_a_missing_part_is_named(pattern: str) -> None:
    with pytest.raises(MissingPart) as caught:
        fill(parse_pattern(pattern), source())
    assert caught.value.part == pattern.rpartition("{")[2].rstrip("}")


def test_a_seed_without_a_date_has_no_year() -> None:
    with pytest.raises(MissingPart, match=r"\{year\}"):
        fill(parse_pattern("{year}/"), Source(path="a.md", get=lambda name: None))


@pytest.mark.parametrize(
    ("pattern", "column", "words"),
    [
        ("{yeer}/", 2, "did you mean year?"),
        ("a/{slug|hugoo}", 9, "did you mean |hugo"),
        ("a/{slug", 3, "never closed"),
        ("a/slug}", 7, "no { before it"),
        ("{slug} or {yeer}", 12, "year"),
        ("a b", 2, "%20"),
        ("", 1, "empty"),
        ("{field:secured}", 2, "never read"),
        ("{field:Secured.a}", 2, "never read"),
        ("{field:}", 2, "name a field"),
    ],
)
def test_a_mistake_is_shown_where_it_stands(pattern: str, column: int, words: str) -> None:
    with pytest.raises(PatternError) as caught:
        parse_pattern(pattern)
    assert (caught.value.column, words in caught.value.message) == (column, True), caught.value.message


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/a/", "https://x.org/blog/a/"),
        ("a", "https://x.org/blog/a"),
        ("//y.org/a", "https://y.org/a"),
        ("http://y.org/a", "http://y.org/a"),
    ],
)
def test_addresses_are_resolved_below_the_site(path: str, address: str) -> None:
    assert resolve(path, "https://x.org/blog/") == address


def test_a_day_is_that_of_the_offset_written_where_the_tool_has_it_so() -> None:
    assert written_offset("2026-03-08 16:30:00 -0700") == timezone(timedelta(hours=-7))
    assert written_offset("2026-03-08") is None
    assert written_offset("2026-03-08T16:30Z") == UTC
    seed = Source(
        path="a.md",
        get=lambda name: None,
        published=datetime(2026, 3, 9, 2, tzinfo=UTC),
        written_zone=written_offset("2026-03-08T19:00-07:00"),
    )
    assert fill(parse_pattern("{day@}{day}"), seed) == "/0809"


def test_a_day_that_its_zone_does_not_have_is_that_of_utc() -> None:
    pattern = parse_pattern("{year}/{year@}")
    for published, name, path in (
        (datetime.min.replace(tzinfo=UTC), "America/New_York", "/0001/0001"),
        (datetime.max.replace(tzinfo=UTC), "Asia/Tokyo", "/9999/9999"),
    ):
        seed = replace(source(), published=published, zone=zone(name))
        assert fill(pattern, seed) == path


def test_a_title_in_an_address_is_seen() -> None:
    assert parse_pattern("{year}/{title|hugo}").uses_title
    assert not parse_pattern("{field:path}").uses_title


def test_the_config_knows_every_part_and_filter() -> None:
    assert PARTS.keys() == paths.PARTS
    assert FILTERS.keys() == paths.FILTERS


def test_jekylls_categories_are_the_folders_too_each_once() -> None:
    seed = Source(
        path="Blog/a b/_posts/x/2020-01-02-a.md", get=lambda name: {"categories": "blog News"}.get(name)
    )
    assert fill(parse_pattern("{jekyll_categories|lower}/{name}/"), seed) == "/blog/a%20b/news/a/"
    assert (
        fill(parse_pattern("{jekyll_categories}/a"), Source(path="_posts/a.md", get=lambda _: None)) == "/a"
    )
