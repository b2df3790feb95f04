"""One host, one spelling: in the config and in a seed's link."""

from __future__ import annotations

import pytest

from feedmill.config.names import parse_url
from feedmill.model.host import ascii_host, is_loopback
from feedmill.seeds.links import http_url


@pytest.mark.parametrize(
    ("written", "ascii"),
    [
        ("straße.de", "xn--strae-oqa.de"),
        ("MÜNCHEN.example", "xn--mnchen-3ya.example"),
        ("日本。example", "xn--wgv71a.example"),
        ("βόλος.example", "xn--nxasmm1c.example"),
        ("plain.example", "plain.example"),
    ],
)
def test_config_and_seeds_agree(written: str, ascii: str) -> None:
    assert ascii_host(written) == ascii
    assert http_url(f"https://{written}/") == f"https://{ascii}/"
    assert parse_url(f"https://{written}/") == f"https://{ascii}/"


@pytest.mark.parametrize("host", ["a​b.example", "℀.example", "bü cher.example"])
def test_what_no_domain_name_can_be(host: str) -> None:
    with pytest.raises(ValueError, match="host"):
        ascii_host(host)


def test_loopback() -> None:
    assert all(map(is_loopback, ["127.0.0.1", "127.9.9.9", "::1", "localhost", "a.localhost"]))
    assert not any(map(is_loopback, ["0.0.0.0", "::", "10.0.0.1", "example.org"]))
