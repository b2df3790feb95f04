"""How bodies and headers are read: excerpts, templates, topics in one text, typography, Pelican's headers."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedmill.config import ConfigErrors, loads
from feedmill.config.show import show
from feedmill.model.settings import DecodeSettings, ExcerptSettings


def test_every_key(tmp_path: Path) -> None:
    text = """\
seeds:
  excerpt: {separators: ["<!--cut-->", "[more]"], words: 60}
  templates: strip
  split_blanks: true
  typographer: on
  headers: pelican
"""
    settings = loads(text, base=tmp_path)
    assert settings.decode == DecodeSettings(
        excerpt=ExcerptSettings(separators=("<!--cut-->", "[more]"), words=60),
        templates="strip",
        split_blanks=True,
        typographer=True,
        headers="pelican",
    )
    assert loads(show(settings), base=tmp_path) == settings
    assert loads("seeds: {excerpt: {separators: []}}", base=tmp_path).decode.excerpt.separators == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seeds: {excerpt: 60}", """'seeds.excerpt' is "60"; use a mapping, such as {separators: …}"""),
        ("seeds: {excerpt: {words: 401}}", "use a whole number from 0 to 400"),
        ("seeds: {excerpt: {separators: [a]}}", "which is too short to be a mark; use a mark that stands in"),
        ("seeds: {excerpt: {separators: [abc, abc]}}", """has "abc" twice; once is enough"""),
        ("seeds: {templates: stripp}", "did you mean 'strip'? (keep or strip)"),
        ("seeds: {headers: hugo}", """config.yaml:1:18: 'seeds.headers' is "hugo"; use pelican"""),
        ("seeds: {typographer: maybe}", "use true or false"),
        (
            "seeds: {split-blanks: true}",
            "unknown key 'split-blanks' in 'seeds'; did you mean 'split_blanks'?",
        ),
    ],
)
def test_faults(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigErrors) as caught:
        loads(text, base=tmp_path)
    assert len(caught.value.faults) == 1, str(caught.value)
    assert message in str(caught.value)
