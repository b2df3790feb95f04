"""Whatever is not certainly the last good one's line withholds (docs/seeds.md, Last good).

Every byte prefix of a takedown file, and every edit of one character in a takedown's line: decoded, and
decided upon as a pass does.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decided import is_out as decided_out
from feedmill.model.fields import INVISIBLE
from feedmill.model.seed import Reason, Record, Seed
from feedmill.model.settings import DecodeSettings
from feedmill.seeds.decode import decode
from feedmill.seeds.field_keys import keys_for
from feedmill.seeds.takedown import _as_seen, takedown_lines

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SETTINGS = DecodeSettings()
KEYS = keys_for(SETTINGS)
HEAD = "title: Entry\nwebUrl: https://x.org/a\npublishedDateTime: 2026-01-01\ntopics: [News]\n"
CHARACTERS = (
    *map(chr, range(9, 11)),
    *map(chr, range(32, 127)),
    *"\x00\x0c\r\x85\xa0\xad\u034f\u200b\u200d\u2028\u202e\u2060\u3000\u3164\ufe0f\ufeff\uff1a\u201c\u2019",
)


def file(line: str, tail: str = "category: x\n") -> str:
    return f"---\n{HEAD}{line}{tail}---\nText.\n"


def good(line: str = "") -> Seed:
    seed = decode("a.md", file(line).encode(), SETTINGS).seed
    assert seed is not None
    return seed


def is_out(text: str | bytes, known: Seed) -> bool:
    """Whether the entry is out where its file, once good, holds this."""
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    record = decode("a.md", data, SETTINGS)
    if record.blank:
        record = Record(path="a.md", reason=Reason.INVALID, parsed=False, flag_lines=record.flag_lines)
    return decided_out(record, known, NOW)


def edits(line: str) -> Iterator[str]:
    """Every text that is one insertion, deletion, replacement or swap away."""
    for at in range(len(line) + 1):
        head, tail = line[:at], line[at:]
        yield from (head + char + tail for char in CHARACTERS)
        if tail:
            yield head + tail[1:]
            yield from (head + char + tail[1:] for char in CHARACTERS if char != tail[0])
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]


def is_comment(line: str) -> bool:
    return line.lstrip(" \t").startswith("#")


@pytest.mark.parametrize("before", ["", "published: true\n"])
@pytest.mark.parametrize(
    "line",
    [
        "published: false",
        "removed: true",
        "deleted: yes",
        "unlisted: true",
        "hidden: true",
        "published:false",
    ],
)
def test_every_edit_of_one_character_in_a_takedown_still_takes_down(line: str, before: str) -> None:
    known = good(before)
    assert not is_out(file(line + "\n"), known)
    out = [each for each in edits(line) if is_out(file(each + "\n"), known) and not is_comment(each)]
    assert out == []


TOML = """+++
title = "Entry"
webUrl = "https://x.org/a"
publishedDateTime = 2026-01-01
topics = ["News"]
"""
JSON = """{
"title": "Entry",
"webUrl": "https://x.org/a",
"publishedDateTime": "2026-01-01",
"topics": ["News"],
"""
OTHER_SYNTAXES = {
    "toml": (TOML, 'category = "x"\n+++\nText.\n'),
    "json": (JSON, '"category": "x"\n}\nText.\n'),
}


@pytest.mark.parametrize(
    ("syntax", "line"),
    [
        ("toml", "published = false"),
        ("toml", "removed = true"),
        ("toml", "[x]\nhidden = true"),  # in a table it is nobody's flag, in any edit
        ("json", '"published": false,'),
        ("json", '"hidden": true,'),
    ],
)
def test_so_does_every_edit_in_the_other_syntaxes(syntax: str, line: str) -> None:
    head, tail = OTHER_SYNTAXES[syntax]
    known = decode("a.md", (head + tail).encode(), SETTINGS).seed
    assert known is not None
    whole = is_out(head + line + "\n" + tail, known)
    assert whole is line.startswith("[")
    if not whole:
        out = [
            each for each in edits(line) if is_out(head + each + "\n" + tail, known) and not is_comment(each)
        ]
        assert out == []
        text = head + line + "\n" + tail
        first = len(head) + 1 + (syntax == "json")
        assert [end for end in range(first, len(text)) if is_out(text[:end], known)] == []


@pytest.mark.parametrize("line", ["published: false", "removed = 1", "expiryDateTime: 2026-02-01"])
@pytest.mark.parametrize("broken", ["category: [\n", 'category: "\n'])
def test_so_does_every_edit_where_the_header_does_not_parse(line: str, broken: str) -> None:
    known = good()
    assert is_out(file("", broken), known)
    out = [each for each in edits(line) if is_out(file(each + "\n", broken), known) and not is_comment(each)]
    assert out == []


@pytest.mark.parametrize(
    "line", ["published: true", "removed: no", "expiryDateTime: 2030-01-01", "status: live"]
)
def test_every_edit_of_a_line_that_permits_withholds_where_the_header_does_not_parse(line: str) -> None:
    known = good(line + "\n")
    broken = "category: [\n"
    assert is_out(file(line + "\n", broken), known)
    out = [each for each in edits(line) if is_out(file(each + "\n", broken), known) and not is_comment(each)]
    assert {each.strip() for each in out} <= {line}  # a break before the line, or behind it, leaves it whole


@pytest.mark.parametrize(
    "line", ["published: false\n", "Removed : yes\n", "published = no\n", "- draft: true\n"]
)
@pytest.mark.parametrize("opening", ["---\n", "", "\n---\n", "----\n", "---\xa0\n", "\ufeff\ufeff---\n"])
@pytest.mark.parametrize("coding", ["utf-8", "utf-16-le", "utf-16", "utf-32"])
def test_every_prefix_of_a_takedown_file_withholds_from_its_first_letter_on(
    line: str, opening: str, coding: str
) -> None:
    known = good()
    text = (opening + file(line).removeprefix("---\n")).encode(coding)
    width = {"utf-8": 1, "utf-16-le": 2, "utf-16": 2, "utf-32": 4}[coding]
    first = len((opening + HEAD).encode(coding)) + width * (line.index("draft") + 1 if "draft" in line else 1)
    out = [text[:end] for end in range(first, len(text) + 1) if is_out(text[:end], known)]
    assert out == []


@settings(max_examples=150)
@given(
    st.sampled_from(
        ["published: false", "removed: yes", "expires: 2026-02-01", "Status: draft", "hidden = on"]
    ),
    st.lists(st.text(max_size=20).filter(lambda text: "\n" not in text), max_size=6),
    st.integers(0, 6),
    st.sampled_from(["", "---\n", "--- #\n", "\n---\n"]),
)
def test_a_takedown_s_line_among_any_lines_withholds(
    line: str, others: list[str], at: int, opening: str
) -> None:
    known = good()
    lines = [*others[:at], line, *others[at:]]
    text = opening + "bad: [\n" + "\n".join(lines)
    assert not is_out(text, known)


@settings(max_examples=150)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_equal_texts_have_equal_lines_and_no_more_than_can_be_kept(text: str) -> None:
    lines = takedown_lines(text, KEYS)
    assert lines == takedown_lines(text, KEYS)
    assert len(lines) == len(set(lines)) <= 102
    assert all(len(line) <= 200 for _, line in lines)


def test_more_lines_than_can_be_kept_are_told_apart_all_the_same() -> None:
    many = "".join(f"- draft {number}\n" for number in range(300))
    assert takedown_lines(many, KEYS) == takedown_lines(many, KEYS)
    assert not set(takedown_lines(many + "published: no\n", KEYS)) <= set(takedown_lines(many, KEYS))
    same = "{published " * 200_000
    assert len(takedown_lines(same, KEYS)) <= 2


@settings(max_examples=300)
@given(st.text(st.one_of(st.sampled_from("pUB: \n\tÉéΣς\u212a\u0130\u200b\x00\ud800"), st.characters())))
def test_a_text_is_seen_in_small_letters_and_in_its_length(text: str) -> None:
    """The quick way by bytes is the slow one, character by character."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    assert _as_seen(text) == INVISIBLE.sub("\0", lower)
