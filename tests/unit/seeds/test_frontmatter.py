"""Where front matter begins and ends, and its lines that can take an entry down."""

from __future__ import annotations

import pytest

from feedmill.seeds.frontmatter import FrontMatter, needed, parse, split


def test_a_seed_is_split_into_header_and_body() -> None:
    assert split("---\ntitle: x\n---\nbody\n") == FrontMatter(header="title: x\n", tops=(0,), body="body\n")


@pytest.mark.parametrize(
    ("text", "header", "body"),
    [
        ("---  \na: 1\n--- \t\nb", "a: 1\n", "b"),
        ("---\na: 1\n...\n---\nb", "a: 1\n", "---\nb"),
        ("---\r\na: 1\r\n---\r\nb\r\nc", "a: 1\n", "b\nc"),
        ("---yaml\na: 1\n---\nb", "a: 1\n", "b"),
        ("---\ra: 1\r---\rb", "a: 1\n", "b"),
        ("---\n---\nb", "", "b"),
        ("---\n...", "", ""),
        ("---\na: |\n  ---\n ...\n---", "a: |\n  ---\n ...\n", ""),
        ("---\na: 1\n--- # no end\n---- \n...x\n---\n", "a: 1\n--- # no end\n---- \n...x\n", ""),
        ('---\na: "x\n---\ny"\n---\n', 'a: "x\n', 'y"\n---\n'),
    ],
)
def test_markers_end_the_header_where_yaml_has_them_end_it(text: str, header: str, body: str) -> None:
    front = split(text)
    assert front is not None
    assert (front.header, front.body, front.closed) == (header, body, True)


@pytest.mark.parametrize(
    "text", ["", "\n", "# Readme\n", "\n---\na: 1\n---\n", "----\na: 1\n---\n", " ---\n", "--- a\n"]
)
def test_a_text_that_does_not_open_with_a_marker_has_no_front_matter(text: str) -> None:
    assert split(text) is None


@pytest.mark.parametrize(
    ("text", "header"),
    [("---", ""), ("---\n", ""), ("---\na: 1\n", "a: 1\n"), ("---\na: 1\n --- ", "a: 1\n --- ")],
)
def test_front_matter_that_never_ends_is_said_to_be_open(text: str, header: str) -> None:
    front = split(text)
    assert front is not None
    assert (front.header, front.closed) == (header, False)


def test_the_body_s_line_is_where_it_starts_in_the_file() -> None:
    front = split("---\na: 1\n\n---\nbody")
    assert front is not None
    assert front.body_line == 5


def test_the_cut_keeps_only_wanted_blocks_and_knows_their_lines() -> None:
    header = "title: x\nrelated:\n  - a: 'b\n\n      c'\nsecured: |\n  x: [\ntopics:\n- a\n- b\n"
    cut = needed(header, frozenset({"title", "topics"}))
    assert cut.text == "title: x\ntopics:\n- a\n- b\n"
    assert [cut.source_line(line) for line in range(4)] == [0, 7, 8, 9]


def test_a_cut_of_nothing_wanted_is_empty() -> None:
    assert needed("secured: x\n", frozenset({"title"})).text == ""
    assert needed("", frozenset({"title"})).text == ""
    assert needed("# c\n\n", frozenset({"title"})).text == ""


@pytest.mark.parametrize(
    "header",
    [
        'title: x\nsecured: "open\n',
        "title: x\nsecured: 'open\n",
        "title: x\nrelated: [a,\n",
        "base: &a x\ntitle: *a\n",
        "<<: {title: x}\n",
        "{title: x}\n",
        "  title: x\n",
        "title: x\n\tsecured: y\n",
        "title: x\nrelated:\n\t- y\n",
        "title: x\nsecured: !foo y\n",
        "title: x\n%TAG\n",
        "title: x\n'secured': y\n",
        "? title\n: x\n",
        "title: x\u2028y\n",
        "title: x\rsecured: y\n",
        "title: x\n---x\n",
    ],
)
def test_the_whole_header_is_parsed_where_the_cut_cannot_be_proved(header: str) -> None:
    cut = needed(header, frozenset({"title"}))
    assert cut.text == header
    assert cut.pieces is None


@pytest.mark.parametrize(
    "block",
    [
        'secured: "a \\" b \\\\"',
        "secured: 'it''s'",
        "related:\n  - title: \"a: 'b\"\n    x: it's\n    tags: [a, \"b\", {c: 'd'}]",
        "related:\n- a\n- \"b\"\n- 'c'   # d",
        "body: |\n  - \"\n\n  '\n # c",
        "body: >-  # c\n   [",
        "note: a plain\n  text over\n\n  lines",
        "note: # it's a comment\n  x",
        "a key with blanks: 'x'",
        "url: http://x/y?z=1&a=*#f",
        "list: [ 'a', b c, {d: e} , ]",
        "count: -1",
        "empty:",
        "related:\n  -\n    a: 1\n  - - b\n    - c",
    ],
)
def test_blocks_as_people_write_them_are_cut(block: str) -> None:
    cut = needed(f"{block}\ntitle: x\n", frozenset({"title"}))
    assert cut.text == "title: x\n"


def test_pelican_s_tags_and_authors_end_at_semicolons_or_else_at_commas() -> None:
    front = split("Tags: foo; bar, baz\nAuthors: A B, C D\nTitle: a; b\n\n", headers="pelican")
    assert front is not None
    tags, authors, title = (value for _, value in parse(front).value)
    assert [item.value for item in tags.value] == ["foo", "bar, baz"]
    assert [item.value for item in authors.value] == ["A B", "C D"]
    assert title.value == "a; b"


@pytest.mark.parametrize("blanks", ["", " ", "   "])
def test_a_line_of_pelican_with_three_blanks_at_most_is_a_key_s(blanks: str) -> None:
    text = f"Title: A title\nSummary: long\n    and longer\n{blanks}Status: draft\n\nBody.\n"
    front = split(text, headers="pelican")
    assert front is not None
    root = parse(front)
    assert [(key.value, value.value) for key, value in root.value] == [
        ("Title", "A title"),
        ("Summary", "long and longer"),
        ("Status", "draft"),
    ]
    front = split(text.replace(f"{blanks}Status", "    Status"), headers="pelican")
    assert front is not None
    assert [key.value for key, _ in parse(front).value] == ["Title", "Summary"]
    front = split(text.replace(f"{blanks}Status: draft", "  no key"), headers="pelican")
    assert front is not None
    assert parse(front).value[1][1].value == "long and longer no key"


@pytest.mark.parametrize(
    ("rest", "ends"),
    [
        ("the box. More.\nKeywords:\n\nBody\n", True),
        ("Text with no blank line: above it.\n", True),
        ("the box.\nStatus: draft\n\nBody\n", False),
        ("the box.\n- published: no\n\nBody\n", False),
        ("the box.\nPUBLISHED = off\n", False),
        ("draft yes\n\nBody\n", False),
        ("the box.\n\nStatus: draft\n", True),  # a line of the text, as in Pelican
    ],
)
def test_a_line_that_is_no_key_s_ends_pelican_s_header_unless_one_is_lost(rest: str, ends: bool) -> None:
    header = "Title: T\nSummary: out of\n"
    front = split(header + rest, headers="pelican")
    assert (front is not None) == ends
    if front is not None:
        assert (front.header, front.body) == (header, rest)
    assert split(f"Note: no title\n{rest}", headers="pelican") is None


def test_a_pelican_header_s_end_is_found_in_linear_time() -> None:
    for line in ("-" * 200_000, "-\n" * 100_000, "a-" * 100_000, "a " * 100_000):
        split(f"Title: T\n{line}x", headers="pelican")
