"""`push`: the hub, other hubs, leases, private networks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from feedmill.config import ConfigErrors, load, loads
from feedmill.config.show import show
from feedmill.model.settings import PushSettings


def test_every_key(tmp_path: Path) -> None:
    text = "push: {hub: on, hubs: 'https://hub.example/', lease: 36h, allow: [127.0.0.0/8, 'fd00::/8']}"
    settings = loads(text, base=tmp_path)
    assert settings.push == PushSettings(
        hub="on",
        hubs=("https://hub.example/",),
        lease=timedelta(hours=36),
        allow=("127.0.0.0/8", "fd00::/8"),
    )
    assert loads(show(settings), base=tmp_path) == settings
    assert loads("", base=tmp_path).push == PushSettings()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("push: {hub: true}", """'push.hub' is "true"; use auto, on or off"""),
        ("push: {lease: 23h}", """'push.lease' is "23h", which is less than 1d; use a duration"""),
        ("push: {lease: 16d}", """'push.lease' is "16d", which is more than 15d; use a duration"""),
        ("push: {hubs: [hub.example]}", "without its scheme (https://hub.example ?)"),
        ("push: {allow: [10.0.0.1/8]}", "with bits set beyond its mask (the network would be 10.0.0.0/8)"),
        ("push: {allow: [intern]}", "use an address or network like 10.0.0.7 or 10.0.0.0/8"),
        (
            "push: {hub: on}\nserver: {enabled: no}",
            "config.yaml:1:13: 'push.hub' is on, but 'server.enabled' is false, so nobody can subscribe",
        ),
        (
            "site: {url: 'https://f.example/x'}\npush: {hubs: ['https://f.example/x/hub']}",
            """config.yaml:2:15: "https://f.example/x/hub" is this mill's own hub;""",
        ),
    ],
)
def test_faults(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigErrors) as caught:
        loads(text, base=tmp_path)
    assert len(caught.value.faults) == 1, str(caught.value)
    assert message in str(caught.value)


def test_feeds_elsewhere_push_nothing(tmp_path: Path) -> None:
    """`--feeds DIR` is a try: nobody is told of it."""
    (tmp_path / "config.yaml").write_text("push: {hub: on, hubs: 'https://hub.example/'}")
    settings = load(None, environ={}, feeds=Path("elsewhere"), cwd=tmp_path)
    assert settings.push == PushSettings(hub="off")
    assert "hub: off" in show(settings)
