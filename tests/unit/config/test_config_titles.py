"""`feeds.title`, and where the links of feeds lead: `link` of a term and of a custom feed."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedmill.config import ConfigErrors, loads
from feedmill.config.show import show

EVERY_KEY = """\
feeds: {title: "{term} · {site}"}
topics: {AI: {link: "https://www.example.org/ai/"}}
providers: {Us: {link: "https://us.example/"}}
custom: [{slug: x, link: "https://www.example.org/x"}]
"""


def test_every_key(tmp_path: Path) -> None:
    settings = loads(EVERY_KEY, base=tmp_path)
    assert settings.feeds.title == "{term} · {site}"
    assert settings.feeds.topics[0].link == "https://www.example.org/ai/"
    assert settings.feeds.providers[0].link == "https://us.example/"
    assert settings.feeds.custom[0].link == "https://www.example.org/x"
    assert loads(show(settings), base=tmp_path) == settings
    assert loads("", base=tmp_path).feeds.title == "{term}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("feeds: {title: '{site}'}", "which would give every feed one name; use text with {term} in it"),
        ("feeds: {title: '{term} {x}'}", "with a brace that is neither {term} nor {site}"),
        ("topics: {AI: {link: /ai/}}", """'topics.AI.link' is "/ai/"; use an absolute URL"""),
        ("custom: [{slug: x, link: 'ftp://x/'}]", "'custom.0.link' is \"ftp://x/\"; use an absolute URL"),
    ],
)
def test_faults(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigErrors) as caught:
        loads(text, base=tmp_path)
    assert message in str(caught.value)
