"""Which hubs feeds name, by the config alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedmill.config import loads
from feedmill.model.hub import document_hubs, header_hubs, is_public, own_hub

PRIVATE = [
    "localhost", "mill", "printer.local", "a.test", "a.example", "www.example.org", "example.com",
    "a.internal",
    "nas.home.arpa", "box.lan", "127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.1.1", "100.64.0.1",
    "0.0.0.0",
    "::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "LOCALHOST.", "",
]  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE)
def test_hosts_of_a_home_a_house_or_a_book(host: str) -> None:
    assert not is_public(host)


@pytest.mark.parametrize(
    "host", ["feeds.acme.com", "acme.dev.", "1.1.1.1", "2606:4700:4700::1111", "notexample.org"]
)
def test_hosts_for_everybody(host: str) -> None:
    assert is_public(host)


@pytest.mark.parametrize(
    ("text", "own", "headers", "documents"),
    [
        ("", False, 0, 0),
        ("site: {url: 'https://feeds.acme.com/x'}", True, 1, 0),
        ("site: {url: 'https://feeds.acme.com/x'}\npush: {hubs: 'https://hub.acme.com/'}", True, 2, 1),
        ("site: {url: 'https://feeds.acme.com/x'}\npush: {hub: on}", True, 1, 1),
        ("site: {url: 'https://feeds.acme.com/x'}\npush: {hub: off}", False, 0, 0),
        ("site: {url: 'https://feeds.acme.com/x'}\nserver: {enabled: no}", False, 0, 0),
        ("push: {hub: on}", True, 1, 1),
        ("push: {hub: off, hubs: ['https://hub.acme.com/', 'https://hub.acme.org/']}", False, 2, 2),
    ],
)
def test_who_names_which_hub(text: str, own: bool, headers: int, documents: int, tmp_path: Path) -> None:
    settings = loads(text, base=tmp_path)
    assert own_hub(settings) == (settings.site.url + "hub" if own else "")
    assert len(header_hubs(settings)) == headers
    assert len(document_hubs(settings)) == documents
