"""`podcast` of a custom feed: what directories ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedmill.config import ConfigErrors, loads
from feedmill.config.show import show
from feedmill.model.podcast import Podcast

LEAST = "image: https://e.org/c.jpg, categories: Technology"
EVERY_KEY = """\
custom:
  - slug: show
    podcast:
      image: https://example.org/cover.jpg
      categories: [Technology, "Society & Culture>Documentary", After Shows]
      explicit: yes
      author: Jane
      owner: {name: Jane Doe, email: jane@example.org}
      type: serial
      complete: true
      locked: false
      guid: 917393E3-1b1e-5cef-ace4-edaa54e1f810
      funding: {url: "https://example.org/give", text: Give}
      txt: {verify: abc}
"""


def test_every_key(tmp_path: Path) -> None:
    settings = loads(EVERY_KEY, base=tmp_path)
    assert settings.feeds.custom[0].podcast == Podcast(
        image="https://example.org/cover.jpg",
        categories=(("Technology", ""), ("Society & Culture", "Documentary"), ("TV & Film", "After Shows")),
        explicit=True,
        author="Jane",
        owner_name="Jane Doe",
        owner_email="jane@example.org",
        type="serial",
        complete=True,
        locked=False,
        guid="917393e3-1b1e-5cef-ace4-edaa54e1f810",
        funding_url="https://example.org/give",
        funding_text="Give",
        txt=(("verify", "abc"),),
    )
    assert loads(show(settings), base=tmp_path) == settings


def test_the_least(tmp_path: Path) -> None:
    (feed,) = loads(f"custom: [{{slug: x, podcast: {{{LEAST}}}}}]", base=tmp_path).feeds.custom
    assert feed.podcast == Podcast(image="https://e.org/c.jpg", categories=(("Technology", ""),))
    (feed,) = loads("custom: [{slug: x}]", base=tmp_path).feeds.custom
    assert feed.podcast is None
    text = f"custom: [{{slug: x, podcast: {{{LEAST}, owner: a@b.c, funding: 'https://e.org/'}}}}]"
    (feed,) = loads(text, base=tmp_path).feeds.custom
    assert feed.podcast is not None
    assert (feed.podcast.owner_email, feed.podcast.funding_text) == ("a@b.c", "Support the show")


@pytest.mark.parametrize(
    ("podcast", "message"),
    [
        ("categories: Arts", "config.yaml:1:29: 'custom.0.podcast' has no 'image'; add image: https://"),
        (
            "image: https://e.org/c.jpg",
            "'custom.0.podcast' has no 'categories'; add categories: [Technology]",
        ),
        ("image: https://e.org/c.webp, categories: Arts", "which ends in none of .jpg, .jpeg and .png"),
        (LEAST + ", type: serials", "did you mean 'serial'? (episodic or serial)"),
        (LEAST + ", guid: x", "use a UUID like 917393e3-1b1e-5cef-ace4-edaa54e1f810"),
        (LEAST + ", owner: Jane", """'custom.0.podcast.owner.email' is "Jane"; use an e-mail address"""),
        (LEAST + ", funding: {text: x}", "'custom.0.podcast.funding' has no 'url'; add url: https://"),
        (LEAST + ", explicit: clean", "use true or false"),
        (
            "image: https://e.org/c.jpg, categories: [Technologie]",
            "which Apple's list does not have; did you mean 'Technology'? (one of Apple's categories like",
        ),
        ("image: https://e.org/c.jpg, categories: [Technology > Arts]", "which Apple's list does not have"),
        ("image: https://e.org/c.jpg, categories: []", "is empty; it needs at least one value"),
    ],
)
def test_faults(tmp_path: Path, podcast: str, message: str) -> None:
    with pytest.raises(ConfigErrors) as caught:
        loads(f"custom: [{{slug: x, podcast: {{{podcast}}}}}]", base=tmp_path)
    assert len(caught.value.faults) == 1, str(caught.value)
    assert message in str(caught.value)
