"""The front-matter cut equals the full parse whenever that succeeds (docs/promises.md, Unread parts)."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from feedmill import yamltext
from feedmill.model.fields import fold
from feedmill.seeds.cut import is_sound, sound_pattern
from feedmill.seeds.field_keys import KeySet
from feedmill.seeds.frontmatter import Needed, needed, split

WANTED = KeySet(lambda key: fold(key) in {"title", "published", "topics", "x y"})
KEYS = (
    "title",
    "published",
    "topics",
    "x y",
    "related",
    "secured",
    "other",
    "z-1",
    "été",
    "Pub-lished",
    "TITLE_",
    "\u201cpublished\u201d",
    "publ\u200bished",
    '"title"',
    "? title",
    "<<",
)

Dump = tuple[object, ...]


def dump(node: yamltext.Node, cut: Needed, seen: tuple[int, ...] = ()) -> Dump:
    """All that decoding looks at: kind, tag, style, value, and where in the header it stands."""
    if id(node) in seen:
        return ("again", seen.index(id(node)))
    seen = (*seen, id(node))
    place = (cut.source_line(node.start_mark.line), node.start_mark.column)
    if isinstance(node, yamltext.ScalarNode):
        if not node.value and not node.style:
            return ("nothing", node.tag)  # libyaml has it where the next token is
        return ("scalar", node.tag, bool(node.style), node.value, place)
    if isinstance(node, yamltext.SequenceNode):
        return ("sequence", node.tag, *(dump(item, cut, seen) for item in node.value), place)
    pairs = ((dump(key, cut, seen), dump(value, cut, seen)) for key, value in node.value)
    return ("mapping", node.tag, *pairs, place)


def wanted_nodes(cut: Needed) -> list[Dump] | None:
    """The wanted keys' nodes in order, doubles included; None for a header that is no block of keys."""
    root = yamltext.parse(cut.text)
    if root is None:
        return []
    if not isinstance(root, yamltext.MappingNode):
        return None
    return [
        (dump(key, cut), dump(value, cut))
        for key, value in root.value
        if isinstance(key, yamltext.ScalarNode) and key.value in WANTED
    ]


def check(header: str) -> str:
    """Compare, once with each of the two proofs first; say what happened, so that hypothesis counts it."""
    try:
        full = wanted_nodes(Needed(header, header, None))
    except yamltext.YamlFault:
        return "no YAML"
    said = []
    for name, long in (("by quotes", 0), ("by lines", sys.maxsize)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("feedmill.seeds.cut._LONG", long)
            cut = needed(header, WANTED)
        if cut.pieces is not None:
            assert wanted_nodes(cut) == full
            said.append(name)
    return "cut " + " and ".join(said) if said else "not cut"


ATOMS = (
    *r"""
a § b c § it's § say "hi" § - x § -1 § a: b § a:b § : c § a #b § #c § a#b § 'q' § "d" § ' § " §
'a: "b' § "a: 'b" § "#x § [ § ] § [a, b] § [a, 'b', "c"] § {a: b} § { § } § [[a], {b: c}] § [a § | §
> § |- § >2 § | # c § &a § *a § &a x § !t x § !!str 1 § ? a § ? § % § @ § ` § --- § ... § --- x § \ §
"\"" § "\\" § \" § \\ § <<: *a § http://x/y?z=1#f § 2020-01-01T00:00:00Z § ~ § null § é § , § a, 'b §
a [b § 5" x § '' § "" § 'a''b' § "a § b" § 'a § b' § t: " § t: ' § - " § - ' § t: | § t: [
""".strip()
    .replace("\n", " ")
    .split(" § "),
    "",
    "\t",
    "x\ty",
    "\ufeff",
    "\u2028",
    "\x85",
    "\x00",
    "\r",
)

line_soup = st.builds(
    lambda indent, lead, body, tail: " " * indent + lead + body + tail,
    st.integers(0, 6),
    st.sampled_from(["", "", "- ", "- - ", "t: ", "- t: ", "title: ", "#", "-  "]),
    st.lists(st.sampled_from(ATOMS), max_size=3).map(" ".join),
    st.sampled_from(["", "", "", " ", " # c", ' # "', " # '", "\t", ":", "\r"]),
)
top_line = st.builds(
    lambda key, body: f"{key}:{body}",
    st.sampled_from(KEYS),
    st.one_of(st.just(""), st.sampled_from(ATOMS).map(lambda atom: " " + atom)),
)
soups = st.lists(st.one_of(line_soup, top_line), max_size=12).map("\n".join)

TRAPS = (
    *(
        "  - foo",
        '    "bar',
        '  - "',
        '  - " #baz',
        'title: 1"',
        '  a: b # c: "',
        '  d: "',
        "  k: x",
        '    - "bar',
    ),
    *(
        '    x"',
        "title: x",
        "  k: |",
        "  k: [x",
        '  "y"',
        '  k: "z"',
        "  ]",
        '    y #"',
        '  - - "',
        '  : "',
        '    ? "',
    ),
    *(
        "  k:",
        "  -",
        '  k: x, "y',
        '  k: x "',
        '  k: \\"',
        '  k: "\\"',
        '- "',
        "- x",
        '# "',
        "  |",
        "published: y",
        "# c",
    ),
)
"""Lines at which a quote may be open or not, depending on all lines above them."""

traps = st.builds(
    lambda lines, quote: "related:\n" + "\n".join(lines).replace('"', quote) + "\n",
    st.lists(st.sampled_from(TRAPS), min_size=2, max_size=5).flatmap(
        lambda pool: st.lists(st.sampled_from([*pool, 'title: 1"']), min_size=2, max_size=7)
    ),
    st.sampled_from(['"', "'"]),
)

words = st.text(st.sampled_from("ab :#'\"-[]{}&*!|>\\,.%@`~?=\té"), min_size=0, max_size=12)
double = words.map(
    lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"'
)
single = words.map(lambda text: "'" + text.replace("'", "''") + "'")
plain = st.sampled_from(
    ["Free", "a b", "it's", "5", "-1", "no", 'a "b" c', "http://a/b#c", "a - b", "x, [y]"]
)


@st.composite
def scalars(draw: st.DrawFn, indent: int) -> str:
    """A scalar in any style, over one or more lines, below a parent at column `indent`."""
    pad = "\n" + " " * (indent + draw(st.integers(1, 4)))
    kind = draw(
        st.sampled_from(
            ["double", "single", "plain", "plain+", "double+", "single+", "literal", "folded", "none"]
        )
    )
    if kind in ("literal", "folded"):
        header = ("|" if kind == "literal" else ">") + draw(st.sampled_from(["", "-", "+", " # c"]))
        lines = draw(st.lists(words, min_size=1, max_size=4))
        return header + "".join(pad + line for line in lines) + draw(st.sampled_from(["", "\n", "\n\n"]))
    if kind == "none":
        return ""
    first = draw({"d": double, "s": single, "p": plain}[kind[0]])
    if not kind.endswith("+"):
        return first + draw(st.sampled_from(["", "", " # it's", ' # "', " # :"]))
    more = draw(
        st.lists(
            st.sampled_from(["b", "--- c", "- d", "... e", "f, g", "k; l", '"m', "'n"]),
            min_size=1,
            max_size=3,
        )
    )
    if kind[0] == "p":
        return first + "".join(pad + line for line in more)
    quote = first[-1]
    return first[:-1] + "".join(pad + line.replace(quote, "") for line in more) + quote


flows = st.recursive(
    st.one_of(
        double, single, st.sampled_from(["a", "b c", "1", "a:b", "it's", "", "é", "-1", "x/y", "&a b"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]"),
        st.lists(st.tuples(st.sampled_from(["k", "l", '"m"']), inner), max_size=3).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
        ),
    ),
    max_leaves=6,
)


SHAPES = ["scalar"] * 12 + ["mapping", "sequence"] * 4 + ["flow"] * 3 + ["anchor"]


@st.composite
def blocks(draw: st.DrawFn, indent: int, depth: int) -> str:
    """What stands behind `key:` or `-`: a scalar, a flow collection, or a block below."""
    kind = draw(st.sampled_from(SHAPES if depth else ["scalar", "flow"]))
    if kind == "scalar":
        return " " + draw(scalars(indent))
    if kind == "flow":
        return " " + draw(flows)
    if kind == "anchor":
        return " " + draw(st.sampled_from(["&a ", "*a", "!t ", "!!str "])) + draw(scalars(indent))
    comment = draw(st.sampled_from(["", "", "\n# c", "\n  # it's", ' # "', "\n"]))
    inner = indent + draw(st.integers(0 if kind == "sequence" else 1, 4))
    lines = []
    for _ in range(draw(st.integers(1, 3))):
        lead = (
            "-"
            if kind == "sequence"
            else draw(st.sampled_from(["k", "key two", "title", "it's", '"q"'])) + ":"
        )
        compact = kind == "sequence" and depth > 1 and draw(st.booleans())
        if compact:
            pad = " " * (inner + 2)
            lines.append(
                f"{' ' * inner}- k:{draw(blocks(inner + 2, 0))}\n{pad}l:{draw(blocks(inner + 2, depth - 2))}"
            )
        else:
            lines.append(" " * inner + lead + draw(blocks(inner, depth - 1)))
    return comment + "\n" + "\n".join(lines)


@st.composite
def headers(draw: st.DrawFn) -> str:
    """YAML as people and programs write it, with a region or two of every kind."""
    keys = draw(st.lists(st.sampled_from(KEYS[:8] + KEYS[:6]), min_size=1, max_size=6))
    parts = [
        key + ":" + draw(blocks(0, 3)) + draw(st.sampled_from(["", "", "\n", '\n# note: "', "\n  # it's"]))
        for key in keys
    ]
    if draw(st.integers(0, 9)) == 0:
        parts.insert(
            draw(st.integers(0, len(parts))),
            draw(st.sampled_from(["<<: *a", "base: &a {title: x}", "'title': x", "%TAG"])),
        )
    long = draw(st.integers(0, 4))
    parts.insert(
        draw(st.integers(0, len(parts))),
        "related:\n" + "  - title: \"a: 'b\"\n    u: it's\n" * (long * 10) if long else "z: 1",
    )
    return "\n".join(parts) + draw(st.sampled_from(["\n", ""]))


@settings(max_examples=400)
@given(headers())
@example('related:\n  - foo\n    "bar\n  - " #baz\ntitle: 1"\npublished: true\n')
@example('related:\n  - foo\n    "bar\n  - "\ntitle: 1"\n')
@example('related:\n  a: b # c: "\n  d: "\ntitle: f"\n')
@example("related:\n  a: b # c: '\n  d: '\ntitle: f'\n")
@example('related:\n  - foo\n    - "bar\n  - "\ntitle: 1"\n')
@example('related:\n  a: foo\n    [x, "\n  b: "]\ntitle: "]\n')
@example("related: |+\n  x\n\n\ntitle: |+\n  y\n\n\npublished: no\n")
@example("title: a\n  b\n\n  c\nsecured: 'x\n  y'\npublished: yes\n")
@example("related: &a [x]\ntopics: *a\n")
@example('secured: "a\ntitle: b"\npublished: true\n')
@example("related: |\n  ---\n  \"\ntitle: 'a\n\n  b'\n")
def test_the_cut_equals_the_full_parse_for_headers_as_people_write_them(header: str) -> None:
    event(check(header))


REGIONS = (
    "heat: -1\n",
    'title: "It\'s \\"so\\": [a], #b & *c"\n\n',
    "webUrl: https://x.org/a?b=c&d=1%20%2F,(e);@f\n",
    "topics:\n  - Power Apps\n  - \"Ünï: 'q'\"\n",
    "levels:\n- a\n- 3.10\n",
    "images:\n  - url: https://x.org/a.png\n    width: 50\n  - height: 1\n",
    "provider:\n  name: A's B\n  images:\n    - url: /a.jpg\n      width: 50\n  authors:\n  - name:\n",
    "provider:\n  name:\n  domain: x.org\n",
)


@st.composite
def near_sound(draw: st.DrawFn) -> str:
    """A region as nearly all are, with a few characters taken out, put in or changed."""
    region = draw(st.sampled_from(REGIONS))
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(region) - 1))
        new = draw(
            st.sampled_from(['"', "'", "\\", *"\n\t -:#&*!|>%@`,?[]{}ax\x07\x7f\x85\xa0\u2028\ufeff\ufffe"])
        )
        region = region[:at] + new * draw(st.integers(0, 3)) + region[at + draw(st.integers(0, 2)) :]
    return region


@settings(max_examples=3000)
@given(near_sound())
@example("a: '\n")
@example("provider:\n  name: x\n   domain: y\n")
@example("topics:\n  - a\n - b\n")
@example("a: b\n  c: d\n")
@example(f"{'a' * 1100}: b\n")
def test_what_is_sound_by_its_form_is_yaml(region: str) -> None:
    """By itself, and as one of several keys: then an unpublished seed need not be parsed to be sure."""
    if sound_pattern().fullmatch(region) is None:
        event("not sound")
        return
    event("sound")
    text = f"title: before\n{region}after: |\n  x\n"
    root = yamltext.parse(text)
    assert isinstance(root, yamltext.MappingNode)
    keys = [key.value for key, _ in root.value]
    assert keys == ["title", region.partition(":")[0], "after"]
    assert is_sound(needed(text, frozenset(keys)), but=frozenset({"after"}))


@pytest.mark.parametrize("region", REGIONS)
def test_regions_as_people_write_them_are_sound(region: str) -> None:
    assert sound_pattern().fullmatch(region)


@settings(max_examples=800)
@given(soups)
def test_the_cut_equals_the_full_parse_for_any_heap_of_lines(header: str) -> None:
    event(check(header))


@settings(max_examples=800)
@given(traps)
def test_the_cut_equals_the_full_parse_wherever_a_quote_may_be_open(header: str) -> None:
    event(check(header))


@settings(max_examples=200)
@given(headers(), st.sampled_from(["\n", "\r\n"]), st.booleans(), st.sampled_from(["---", "...", "--- "]))
def test_line_ends_and_byte_order_mark_change_nothing(header: str, newline: str, bom: bool, end: str) -> None:
    text = f"---\n{header.rstrip()}\n{end}\nbody\n"
    front = split(text)
    assert front is not None
    again = split(text.replace("\n", newline))
    assert again is not None
    assert again == front
    check(again.header)


@pytest.mark.corpus
def test_the_cut_equals_the_full_parse_on_the_corpus(corpus: Path) -> None:
    seen = 0
    for file in sorted(corpus.rglob("*")):
        if not file.is_file() or (front := split(file.read_text("utf-8"))) is None:
            continue
        assert check(front.header) == "cut by quotes and by lines", file
        seen += 1
    assert seen == 1410
