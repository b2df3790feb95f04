"""TOML and JSON front matter: where it ends, what it reads, and on which line."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedmill.seeds.field_reader import own_values
from feedmill.seeds.frontmatter import FrontMatter
from feedmill.seeds.frontmatter import json as json_header
from feedmill.seeds.frontmatter import toml as toml_header
from feedmill.seeds.frontmatter.nodes import MAX_LENGTH
from feedmill.seeds.frontmatter.toml_plain import read_plain
from feedmill.yamltext import MappingNode, Node, ScalarNode, SequenceNode, YamlFault, foreign_tag, is_null

TOML = '''title = "Über \\"uns\\"" # a comment
date = 2024-05-06T07:08:09Z
draft = true
"weight" = 1_000
version = 1.10
extra.release.name = 'x # y'
tags = [
  "a", # one
  "b,]",
]
text = """
two
lines"""
point = { x = 1, y = [ "z" ] }

[params]
image = "/a.png"

[params.deep]
key = false

[[links]]
url = "u"
[[links]]
[links.inner]
v = 1979-05-27
'''

JSON = """{
  "title": "\\u00dcber \\"uns\\"",
  "draft": true, "draft": false,
  "version": 1.10, "none": null, "big": 1E400,
  "tags": ["a", {"b": []}], "empty": {}
}"""


def plain(node: Node) -> Any:
    """What a node says, every scalar as its text."""
    if isinstance(node, MappingNode):
        return {key.value: plain(value) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [plain(value) for value in node.value]
    assert foreign_tag(node) is None
    return node.value


def places(node: Node, path: str = "") -> dict[str, tuple[int, int]]:
    """Where each value stands, line and column from 1, by its path."""
    found = {path: (node.start_mark.line + 1, node.start_mark.column + 1)}
    if isinstance(node, MappingNode):
        for key, value in node.value:
            found |= places(value, f"{path}.{key.value}")
    elif isinstance(node, SequenceNode):
        for number, value in enumerate(node.value):
            found |= places(value, f"{path}.{number}")
    return found


def test_toml_reads_what_was_typed_where_it_stands() -> None:
    root = toml_header.parse(TOML)
    assert plain(root) == {
        "title": 'Über "uns"',
        "date": "2024-05-06T07:08:09Z",
        "draft": "true",
        "weight": "1_000",
        "version": "1.10",
        "extra": {"release": {"name": "x # y"}},
        "tags": ["a", "b,]"],
        "text": "two\nlines",
        "point": {"x": "1", "y": ["z"]},
        "params": {"image": "/a.png", "deep": {"key": "false"}},
        "links": [{"url": "u"}, {"inner": {"v": "1979-05-27"}}],
    }
    found = places(root)
    expected = {".title": (1, 9), ".draft": (3, 9), ".extra.release.name": (6, 22), ".tags.1": (9, 3)}
    expected |= {".text": (11, 8), ".point.y.0": (14, 24), ".params.deep.key": (20, 7), ".links": (22, 3)}
    expected |= {".links.1.inner.v": (26, 5)}
    assert {path: found[path] for path in expected} == expected


def test_json_reads_what_was_typed_where_it_stands() -> None:
    root = json_header.parse(JSON)
    assert plain(root)["title"] == 'Über "uns"'
    assert plain(root)["version"] == "1.10"
    assert plain(root)["big"] == "1E400"
    assert plain(root)["tags"] == ["a", {"b": []}]
    assert [value.value for _, value in own_values(root, "draft")] == ["true", "false"]
    assert [(each.start_mark.line, each.start_mark.column) for _, each in own_values(root, "draft")] == [
        (2, 11),
        (2, 26),
    ]
    assert is_null(own_values(root, "none")[0][1])
    assert not is_null(own_values(json_header.parse('{"a": "null"}'), "a")[0][1])


SPLITS: list[tuple[Callable[[str], FrontMatter | None], str, tuple[str, int, str, bool] | None]] = [
    (toml_header.split, "+++\na = 1\n+++\nbody\n", ("a = 1\n", 2, "body\n", True)),
    (toml_header.split, "+++ \r\na = 1\r\n+++\t\r\nbody", ("a = 1\n", 2, "body", True)),
    (toml_header.split, "---toml\na = 1\n---\nbody", ("a = 1\n", 2, "body", True)),
    (toml_header.split, "+++\n+++", ("", 2, "", True)),
    (toml_header.split, "+++\na = 1\n", ("a = 1\n", 2, "", False)),
    (toml_header.split, "+++", ("", 2, "", False)),
    (toml_header.split, "++++\na\n++++", None),
    (toml_header.split, "---\na: 1\n---\n", None),
    (json_header.split, '{\n"a": "}"}\nbody', ('{\n"a": "}"}', 1, "body", True)),
    (json_header.split, '{"a": {"\\"{": [1]}} \r\n\r\nbody', ('{"a": {"\\"{": [1]}}', 1, "\nbody", True)),
    (json_header.split, "---json\n{}\n---\nbody", ("{}\n", 2, "body", True)),
    (json_header.split, "{\n}", ("{\n}", 1, "", True)),
    (json_header.split, '{\n"a": 1', ('{\n"a": 1', 1, "", False)),
    (json_header.split, "{% include x %}\n", None),
    (json_header.split, "{{ x }}", None),
    (json_header.split, '{"a": "},\n"draft": true}', ('{"a": "},\n"draft": true}', 1, "", False)),
    (json_header.split, "[1]", None),
]


@pytest.mark.parametrize(("split", "text", "expected"), SPLITS)
def test_where_a_header_ends(
    split: Callable[[str], FrontMatter | None], text: str, expected: tuple[str, int, str, bool] | None
) -> None:
    front = split(text)
    assert (front and (front.header, front.header_line, front.body, front.closed)) == expected


@pytest.mark.parametrize("name", ["json", "toml"])
def test_lines_count_from_the_files_first(name: str) -> None:
    text = {"json": '{\n"a": 1\n}\nbody', "toml": "+++\na = 1\n+++\nbody"}[name]
    front = {"json": json_header, "toml": toml_header}[name].split(text)
    assert front is not None
    assert text.split("\n")[front.body_line - 1] == "body"


FAULTS = [
    (toml_header.parse, "a = 1\nb = \n", (2, 5), "not valid TOML: Invalid value"),
    (toml_header.parse, "a = 1\na = 2\n", (2, 6), "not valid TOML: Cannot overwrite a value"),
    (toml_header.parse, "a = '''", (0, 0), "not valid TOML: "),
    (toml_header.parse, "d = 2021-02-30\n", (1, 5), "not valid TOML: Invalid date or datetime"),
    (toml_header.parse, "a = " + "[" * 70 + "]" * 70, (1, 69), "nested more than 64 levels deep"),
    (toml_header.parse, "\n" + ".".join("a" * 70) + " = 1", (2, 1), "a key of more than 64 parts"),
    (toml_header.parse, "a = " + "9" * 5_000, (0, 0), "not valid TOML: Exceeds the limit"),
    (json_header.parse, '{\n"a": 01}', (2, 7), "not valid JSON: Expecting ',' delimiter"),
    (json_header.parse, '{"a": "\\ud800"}', (1, 7), "not valid JSON: lone surrogate U+D800"),
    (json_header.parse, '{"a": ' + '{"a":' * 70, (1, 322), "nested more than 64 levels deep"),
    (json_header.parse, "[1]", (1, 1), "the front matter is no JSON object"),
    (
        json_header.parse,
        "{}" + " " * MAX_LENGTH,
        (1, 1),
        "1,048,578 characters of JSON; 1,048,576 is the most",
    ),
]


@pytest.mark.parametrize(("parse", "text", "place", "message"), FAULTS)
def test_faults_name_their_place(
    parse: Callable[[str], MappingNode], text: str, place: tuple[int, int], message: str
) -> None:
    with pytest.raises(YamlFault) as caught:
        parse(text)
    assert caught.value.message.startswith(message)
    assert (caught.value.line, caught.value.column) == place


VALUES = st.recursive(
    st.one_of(
        st.text(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.none()
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


def spelt(value: Any) -> Any:
    """A parsed document with every scalar as JSON spells it."""
    if isinstance(value, dict):
        return {key: spelt(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [spelt(inner) for inner in value]
    return value if isinstance(value, str) else json.dumps(value)


@given(st.dictionaries(st.text(max_size=5), VALUES), st.sampled_from((None, 1, "\t")), st.booleans())
def test_json_is_what_json_says(document: dict[str, Any], indent: int | str | None, ascii_only: bool) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=ascii_only)
    assert plain(json_header.parse(text)) == spelt(json.loads(text))


LINES = st.sampled_from(
    (
        *("a", "b", "c", "a.b", '"a b"', "'a'", "a . c", "d", "e", "f", "g", " = ", " = ", "=", ","),
        *(
            '"x"',
            "'y'",
            '"""z"""',
            "'''w'''",
            '""',
            '"\\t"',
            "1",
            "-2.50",
            "true",
            "false",
            "1e3",
            "0x1F",
            "1_0",
        ),
        *("2024-05-06", "2024-05-06 07:08:09", "2024-02-30", "07:08:09", "1979-05-27T07:32:00-08:00"),
        *("[", "]", "{", "}", "[1, 2]", "['a', \"b\",\n]", "{x = 1, y.z = 'q'}", "[[1], []]", "[{a = 1}]"),
        *("[a]", "[b]", "[d.e]", "[[f]]", "[[f.g]]", "# note", "\n", "\n", "\n", " ", "\t", "\x00", "\x0c"),
    )
)
STATEMENTS = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(("a", "b", "c.d", "e", "'f'", "g-1")),
    st.sampled_from((" = ", "=")),
    LINES,
    st.sampled_from(("\n", " # x\n", "")),
)
DOCUMENTS = st.lists(STATEMENTS | LINES | st.sampled_from(("[t]\n", "[u]\n", "[[v]]\n", "[v.w]\n"))).map(
    "".join
)


def like(node: Node, value: Any) -> bool:
    """Whether a node says what `tomllib` reads."""
    if isinstance(value, dict):
        pairs = {key.value: inner for key, inner in node.value}
        return pairs.keys() == value.keys() and all(like(pairs[key], value[key]) for key in value)
    if isinstance(value, list):
        return len(node.value) == len(value) and all(map(like, node.value, value))
    if isinstance(value, str):
        return bool(node.value == value and node.style)
    return not node.style and tomllib.loads(f"a = {node.value}") == {"a": value}


@given(DOCUMENTS)
def test_toml_is_what_tomllib_says(text: str) -> None:
    try:
        document = tomllib.loads(text)
    except ValueError:
        with pytest.raises(YamlFault):
            toml_header.parse(text)
        return
    assert like(toml_header.parse(text), document)
    quick = read_plain(text)
    assert quick is None or like(quick, document)


@given(st.text())
def test_nothing_else_raises(text: str) -> None:
    for module in (toml_header, json_header):
        for header in (text, "+++\n" + text, "{\n" + text):
            module.split(header)
            try:
                module.parse(header)
            except YamlFault as fault:
                assert fault.message


def test_ordinary_headers_are_read_quickly() -> None:
    """Else `tomllib` reads them: right, and three times as slow as YAML."""
    ordinary = "title = \"T\"\ndate = 2024-05-06\ntags = ['a', 'b']\n\n[extra] # x\ndraft = false\n"
    root = read_plain(ordinary)
    assert root is not None
    assert places(root)[".extra.draft"] == (6, 9)
    assert isinstance(root.value[0][0], ScalarNode)
    for other in (
        "a.b = 1",
        "a = 1\na = 2",
        "[a]\n[a]",
        "a = 1\n[a]",
        "d = 2021-02-30",
        'a = "\\t"',
        '"a" = 1',
    ):
        assert read_plain(other) is None


HOSTILE = {
    "tables": "".join(f"[a{n}.b]\n" for n in range(60_000)),
    "arrays of tables": "[[a]]\n" * 150_000,
    "nested arrays of tables": "[[a]]\n[[a.b]]\n" * 60_000,
    "keys in parts": "".join(f"a.a.a.a{n} = 1\n" for n in range(50_000)),
    "a list": "a = [" + "'x', " * 150_000 + "]",
    "open quotes": "a = '''" + '"""' * 300_000,
    "a key of many parts": "[" + "a." * 400_000 + "a]",
    "a string of dots": "a = '" + "a." * 400_000 + "'",
    "unclosed": "[" * 64 + "{" * 500_000,
    "lines that are almost plain": 'a = "' + "\\" * 900_000,
    "lists never closed": "a = ['" + "', '" * 250_000,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.timeout(60)
def test_hostile_headers_end(name: str) -> None:
    for module in (toml_header, json_header):
        module.split("{\n" + HOSTILE[name])
        try:
            module.parse(HOSTILE[name])
        except YamlFault as fault:
            assert fault.message
