from __future__ import annotations

import time

import ftfy
import pytest
from ftfy.badness import BADNESS_RE, is_bad
from hypothesis import example, given
from hypothesis import strategies as st

from feedmill.seeds.mojibake import _SUSPECT, repair

MOJIBAKE = sorted({character for character in BADNESS_RE.pattern if ord(character) > 127})
TEXTS = st.text(st.sampled_from([*MOJIBAKE, *"aZ .?!\x1a \xa0中я"]), max_size=20)
ENCODINGS = [
    "latin-1",
    "sloppy-windows-1252",
    "sloppy-windows-1251",
    "sloppy-windows-1250",
    "macroman",
    "cp437",
]


@given(TEXTS)
@example("Ã\x83Â©")
@example("voilÃ le travail")
@example("â€œ like this â€�")
@example("CafÃ© and Ã  la carte, cafÃƒÂ©")
@example("í\xa0½í¸\x8d À€ x’")
def test_is_ftfys_own_answer(text: str) -> None:
    assert repair(text) == ftfy.fix_encoding(text)


@given(
    st.text(st.sampled_from("é’“”àü—€ß中я😀 ab"), max_size=30),
    st.lists(st.sampled_from(ENCODINGS), max_size=3),
    TEXTS,
)
def test_is_ftfys_own_answer_for_garbled_text(text: str, layers: list[str], rest: str) -> None:
    for encoding in layers:
        text = text.encode("utf-8", "surrogatepass").decode(encoding, "replace")
    assert repair(text + rest) == ftfy.fix_encoding(text + rest)


@given(TEXTS | st.text())
def test_the_cheap_check_never_misses(text: str) -> None:
    if is_bad(text):
        assert _SUSPECT.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ã" + "ƒ" * 500_000,  # ftfy loses one character a step
        "Â" * 500_000 + "©",
        "À€" * 250_000,  # its codec copies the rest for each
        "ÃÂƒ" * 170_000,
        "Ãƒƒƒƒƒƒƒƒƒ " * 50_000,
    ],
    ids=["forward", "backward", "codec", "nested", "words"],
)
def test_takes_time_in_proportion(text: str) -> None:
    started = time.process_time()
    repair(text)
    assert time.process_time() - started < 10
