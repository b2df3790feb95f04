"""URLs, hosts, networks, zones, languages, slugs, patterns and paths."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from feedmill.config import names, paths

GOOD: list[tuple[Callable[[str], object], str, str]] = [
    (names.parse_site_url, "https://feeds.example.org", "https://feeds.example.org/"),
    (names.parse_site_url, "HTTPS://Feeds.Example.ORG/a", "https://feeds.example.org/a/"),
    (names.parse_site_url, " https://feeds.example.org/ ", "https://feeds.example.org/"),
    (names.parse_site_url, "http://[::1]:8080", "http://[::1]:8080/"),
    (names.parse_site_url, "https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4/"),
    (names.parse_url, "https://example.org/i.png?v=1#x", "https://example.org/i.png?v=1#x"),
    (names.parse_url, "https://example.org/a%20b", "https://example.org/a%20b"),
    (names.parse_host, "0.0.0.0", "0.0.0.0"),
    (names.parse_host, "[::1]", "::1"),
    (names.parse_host, "::", "::"),
    (names.parse_host, "LocalHost", "localhost"),
    (names.parse_host, "mill-1.internal", "mill-1.internal"),
    (names.parse_network, "10.0.0.7", "10.0.0.7"),
    (names.parse_network, "10.0.0.0/8", "10.0.0.0/8"),
    (names.parse_network, "2001:DB8::/32", "2001:db8::/32"),
    (names.parse_language, "en", "en"),
    (names.parse_language, "pt-BR", "pt-BR"),
    (names.parse_language, "zh-Hant-TW", "zh-Hant-TW"),
    (names.parse_zone, "UTC", "UTC"),
    (names.parse_zone, "Europe/Berlin", "Europe/Berlin"),
    (names.parse_slug, "ai", "ai"),
    (names.parse_slug, "node.js-v2", "node.js-v2"),
    (names.parse_slug, "a" * 160, "a" * 160),
    (names.parse_slug, "c++", "c++"),
    (names.parse_slug, "mu\u0308nchen", "münchen"),
    (names.parse_slug, "日本語", "日本語"),
    (paths.parse_glob, "**/*.md", "**/*.md"),
    (paths.parse_glob, "./a/[ab]?.md", "a/[ab]?.md"),
    (paths.parse_site_path, "topics/old.atom", "topics/old.atom"),
    (paths.parse_site_path, "feed/", "feed/"),
    (paths.parse_site_path, "topics/mu%CC%88nchen.atom", "topics/münchen.atom"),
    (names.parse_text, " a\n b\t c ", "a b c"),
    (names.parse_email, "jane@example.org", "jane@example.org"),
]

BAD: list[tuple[Callable[[str], object], str, str]] = [
    (names.parse_site_url, "feeds.example.org", "without its scheme (https://feeds.example.org ?)"),
    (names.parse_site_url, "/feeds", ""),
    (names.parse_site_url, "ftp://example.org/", ""),
    (names.parse_site_url, "javascript:alert(1)", ""),
    (names.parse_site_url, "https://", "without a host"),
    (names.parse_site_url, "https:///x", "without a host"),
    (names.parse_site_url, "https://a b/", "which holds white space or control characters"),
    (names.parse_site_url, "https://example.org/?a", "with a query or fragment"),
    (names.parse_site_url, "https://example.org/#a", "with a query or fragment"),
    (names.parse_site_url, "https://jane:pw@example.org/", "with a user name"),
    (names.parse_site_url, "https://example.org:99999/", "which is no URL"),
    (names.parse_site_url, "https://[::1/", "which is no URL"),
    (names.parse_site_url, "https://-bad-/", "with the impossible host"),
    (names.parse_url, "https://exa\x00mple.org/", "control"),
    (names.parse_host, "*", "where every address would be 0.0.0.0"),
    (names.parse_host, "http://localhost", "which is no IP address"),
    (names.parse_host, "localhost:8080", "which is no IP address"),
    (names.parse_host, "256.1.1.1", "which is no IP address"),
    (names.parse_host, "a b", ""),
    (names.parse_network, "10.0.0.1/8", "with bits set beyond its mask (the network would be 10.0.0.0/8)"),
    (names.parse_network, "10.0.0.0/33", ""),
    (names.parse_network, "proxy.example", ""),
    (names.parse_language, "en_US", "where a hyphen belongs (en-US)"),
    (names.parse_language, "english language", ""),
    (names.parse_language, "e", ""),
    (names.parse_zone, "europe/berlin", "did you mean 'Europe/Berlin'?"),
    (names.parse_zone, "Mars/Olympus", "which tzdata does not have"),
    (names.parse_zone, "../../etc/passwd", "which tzdata does not have"),
    (names.parse_zone, "Factory", "which tzdata does not have"),
    (names.parse_slug, "AI", ""),
    (names.parse_slug, "a--b", ""),
    (names.parse_slug, "-a", ""),
    (names.parse_slug, "a_b", ""),
    (names.parse_slug, "a/b", ""),
    (names.parse_slug, "..", ""),
    (names.parse_slug, "term--0123456789", ""),
    (names.parse_slug, "news.rss", "which ends like a document"),
    (names.parse_slug, "news.xml", "which ends like a document"),
    (names.parse_slug, "ä" * 81, "which is longer than 160 bytes"),
    (names.parse_slug, "Ä", ""),
    (names.parse_slug, "c#", ""),
    (names.parse_slug, ".net", ""),
    (names.parse_slug, "🎉", ""),
    (paths.parse_glob, "/etc/*", "which leads outside the seeds folder"),
    (paths.parse_glob, "a/../../*", "which leads outside the seeds folder"),
    (paths.parse_glob, "a\\*.md", "with a backslash"),
    (paths.parse_site_path, "/topics/old.atom", "with a leading slash (topics/old.atom would be right)"),
    (paths.parse_site_path, "../x", "which leads outside the site"),
    (paths.parse_site_path, "a//b", "which leads outside the site or has an empty part"),
    (paths.parse_site_path, "a/./b", "which leads outside the site"),
    (paths.parse_site_path, "https://example.org/a", "which is a URL"),
    (paths.parse_site_path, "a?b", "with a character"),
    (paths.parse_site_path, "a b", "with a character"),
    (paths.parse_site_path, "a%3Fb", "with a character"),
    (paths.parse_site_path, "%2e%2e/x", "which leads outside the site"),
    (paths.parse_site_path, "a%00b", "which holds the control character U+0000"),
    (names.parse_text, "a\x00b", "which holds the control character U+0000"),
    (names.parse_text, "a\udcffb", "which holds the control character U+DCFF"),
    (paths.parse_path, "a\x00b", "which holds the control character U+0000"),
    (names.parse_email, "jane", ""),
    (names.parse_email, "@example.org", ""),
    (names.parse_email, "a b@example.org", ""),
]


@pytest.mark.parametrize(("parse", "text", "value"), GOOD)
def test_good(parse: Callable[[str], object], text: str, value: str) -> None:
    assert parse(text) == value
    assert parse(value) == value


@pytest.mark.parametrize(("parse", "text", "why"), BAD)
def test_bad(parse: Callable[[str], object], text: str, why: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse(text)
    assert why in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_every_zone_of_tzdata_can_be_loaded_from_it() -> None:
    from importlib.resources import files

    folder = files("tzdata").joinpath("zoneinfo")
    assert len(names.zones()) > 400
    for name in names.zones():
        assert folder.joinpath(*name.split("/")).is_file(), name


def test_userinfo_is_hidden() -> None:
    assert names.hide_userinfo("see https://jane:pw@example.org/@x") == "see https://***@example.org/@x"
    assert names.hide_userinfo("mail jane@example.org") == "mail jane@example.org"


@pytest.mark.parametrize("key", ["password", "sslpassword", "pass%77ord", "%70assword", "SSLPassword"])
def test_a_password_in_a_query_is_hidden_by_whatever_key(key: str) -> None:
    url = "postgresql://db/mill?user=jane&{}={}&sslmode=require"
    assert names.hide_userinfo(url.format(key, "hunter2")) == url.format(key, "***")
    assert names.hide_userinfo(f"postgresql://db/mill?{key}=a%26b=c") == f"postgresql://db/mill?{key}=***"
    assert names.hide_userinfo("postgresql://db/?passfile=/a&x") == "postgresql://db/?passfile=/a&x"
