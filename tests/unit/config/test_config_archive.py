"""`feeds.archive`: documents of closed periods."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedmill.config import ConfigErrors, loads
from feedmill.config.show import show


@pytest.mark.parametrize("period", ["off", "month", "year"])
def test_periods(tmp_path: Path, period: str) -> None:
    settings = loads(f"feeds: {{archive: {period}}}", base=tmp_path)
    assert settings.feeds.archive == period
    assert loads(show(settings), base=tmp_path) == settings


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("feeds: {archive: monthly}", "did you mean 'month'? (off, month or year)"),
        (
            "feeds: {formats: rss, archive: month}",
            "config.yaml:1:32: 'feeds.archive' makes Atom documents, but 'feeds.formats' has no atom",
        ),
        (
            "feeds: {archive: month}\ncopies: {all/2026-06.atom: all.atom}",
            '"all/2026-06.atom" could be a document of feedmill\'s; a copy needs a path of its own',
        ),
        (
            "feeds: {archive: month}\ncopies: {old.rss: all/2026-06.rss}",
            '"all/2026-06.rss" is in a format (rss) that archives do not have, so there is nothing to copy',
        ),
    ],
)
def test_faults(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigErrors) as caught:
        loads(text, base=tmp_path)
    assert message in str(caught.value)


def test_without_atom_nothing_is_archived(tmp_path: Path) -> None:
    assert loads("feeds: {formats: rss}", base=tmp_path).feeds.archive == "off"


def test_an_archive_can_be_copied(tmp_path: Path) -> None:
    text = "feeds: {archive: year}\ncopies: {2025.xml: all/2025.atom, old/2025.htm: all/2025.html}"
    assert dict(loads(text, base=tmp_path).copies) == {
        "2025.xml": "all/2025.atom",
        "old/2025.htm": "all/2025.html",
    }
