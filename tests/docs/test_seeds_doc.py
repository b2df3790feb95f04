"""docs/seeds.md holds: its examples are good seeds, its tables what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from feedmill.model.fields import FIELDS
from feedmill.model.settings import DecodeSettings
from feedmill.seeds.dates import parse_instant, zone
from feedmill.seeds.decode import decode
from feedmill.seeds.flags import BOOLEANS

TEXT = Path(__file__).parent.parent.parent.joinpath("docs", "seeds.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
HEAD = "---\ntitle: x\nwebUrl: https://example.org/a\n"


def cells(first: str) -> list[list[str]]:
    """The rows of the table whose header line begins with `first`, each cell's code spans split off."""
    table = TEXT[TEXT.index(f"| {first}") :].partition("\n\n")[0]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table.splitlines()[2:]]


def test_the_whole_example_is_a_good_seed_with_every_fact_in_it() -> None:
    kind, text = BLOCKS[0]
    assert kind == "markdown"
    found = decode("a.md", text.encode(), DecodeSettings(), thorough=True)
    assert found.problems == ()
    assert found.seed is not None
    assert found.seed.published is not None
    assert found.seed.provider is not None
    assert len(found.seed.topics) == 2
    assert found.seed.images[0].width == 1200
    assert "<strong>Markdown</strong>" in found.seed.content


@pytest.mark.parametrize(
    "block", [text for kind, text in BLOCKS if kind == "yaml" and not text.startswith("seeds:")]
)
def test_each_example_of_a_field_is_a_good_one(block: str) -> None:
    found = decode("a.md", f"{HEAD}{block}---\n".encode(), DecodeSettings(related=3), thorough=True)
    assert found.problems == ()
    assert found.seed is not None


def test_every_name_of_every_field_is_in_the_table() -> None:
    named = [name for row in cells("field | names") for name in re.findall(r"`(\w+)`", row[1])]
    assert sorted(named) == sorted([*(key for keys in FIELDS.values() for key in keys), "secured"])
    assert all(re.search(rf"\b{field}\b", TEXT) for field in FIELDS)


def test_the_boolean_words_are_those_of_the_table() -> None:
    table = TEXT[TEXT.index("| true |") :].partition("\n\n")[0].splitlines()
    for line, value in ((table[0], True), (table[2], False)):
        words = set(re.findall(r"`(\w+)`", line))
        assert words == {word for word, meaning in BOOLEANS.items() if meaning is value and word.islower()}


def test_the_dates_of_the_table_mean_what_it_says() -> None:
    berlin = zone("Europe/Berlin")
    rows = cells("you write | it means")
    given = {text: row[1] for row in rows for text in re.findall(r"`([^`]+)`", row[0])}
    for text, meaning in given.items():
        instant = parse_instant(text, berlin)
        if "seeds.timezone" in meaning:
            assert instant.astimezone(berlin).hour == (8 if "eight" in meaning else 0)
        else:
            assert instant.isoformat() == "2026-11-21T08:00:00+00:00"
    for text in ("tomorrow", "19.10.2026", "20261121"):
        assert text in TEXT
        with pytest.raises(ValueError):
            parse_instant(text, berlin)


def test_text_as_written_is_what_the_table_says() -> None:
    for row in cells("you write | you get"):
        for line in re.findall(r"`([^`]+:[^`]*)`", row[0]):
            field = line.partition(":")[0]
            found = decode("a.md", f"{HEAD}{line}\n---\n".encode(), DecodeSettings())
            if "invalid" in row[1]:
                assert found.seed is None
            else:
                assert found.seed is not None
                value = getattr(found.seed, field)
                value = value[0] if isinstance(value, tuple) else value
                assert value == ("" if row[1].startswith("nothing") else row[1].partition(" (")[0])
