"""Decoding never raises, forgets or betrays: whatever bytes stand in a file."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from feedmill.model.fields import FIELDS
from feedmill.model.seed import Image, Problem, Provider, Reason, Record, Related, Seed
from feedmill.model.settings import DecodeSettings
from feedmill.seeds.decode import decode

SETTINGS = DecodeSettings(related=2, timezone="Europe/Berlin", max_bytes=1 << 16)

GOOD = (
    "true",
    "no",
    "",
    "~",
    "2020-10-19",
    "https://x.org/a",
    "p.png",
    "72",
    "A, b & c",
    "'x'",
    '"<b>x</b>"',
    "é",
)
ODD = (
    *(
        "false",
        "maybe",
        "2021-02-30",
        "0001-01-01",
        "9999-12-31T23:59:59-01:00",
        "/p.png",
        "javascript:x",
        ".nan",
    ),
    *(
        "1e999",
        "&a b",
        "*a",
        "!x y",
        '"open',
        "a: b",
        "[",
        "|",
        ">-",
        "\t",
        "@",
        "\x00",
        "\u2028",
        "&#xD800;",
    ),
    *('"\\ud800"', "9" * 5000),
)
scalars = st.one_of(
    *[st.sampled_from(GOOD)] * 6,
    st.sampled_from(ODD),
    st.text(max_size=12),
)
values = st.one_of(
    scalars,
    st.lists(scalars, max_size=3).map(lambda items: "[" + ", ".join(items) + "]"),
    st.lists(scalars, max_size=3).map(lambda items: "\n" + "\n".join(f"  - {item}" for item in items)),
    st.dictionaries(
        st.sampled_from(["name", "domain", "url", "width", "authors", "title"]), scalars, max_size=3
    ).map(lambda pairs: "\n" + "\n".join(f"  {key}: {value}" for key, value in pairs.items())),
)
keys = st.sampled_from(
    [key for names in FIELDS.values() for key in names] + ["secured", "other", "<<", "Published"]
)
headers = st.lists(st.tuples(keys, values), max_size=5).map(
    lambda pairs: "".join(f"{key}: {value}\n" for key, value in pairs)
)
good = "title: A title\nwebUrl: https://x.org/a\n"
files = st.builds(
    lambda head, header, end, body: f"---\n{head}{header}{end}{body}",
    st.sampled_from(["", good, good, good]),
    headers,
    st.sampled_from(["---\n", "---\n", "...\n", ""]),
    st.text(max_size=30),
).map(lambda text: text.encode("utf-8", "surrogatepass"))
names = st.sampled_from(["a.md", "b/2020-10-19-x.html", "c.txt", "é\n🦀.md"])


def holds_together(found: Record) -> None:
    """What a record promises, whatever the file."""
    assert not (found.seed and found.reason)
    assert found.blank == (found.seed is None and found.reason is None)
    if found.seed is not None:
        assert found.seed.title
        assert found.seed.link.startswith(("http://", "https://"))
        assert found.seed.id
        assert found.seed.flag_lines == found.flag_lines
        assert found.seed.withheld is None
        for moment in (found.seed.published, found.seed.updated, found.seed.expires):
            assert moment is None or moment.utcoffset() is not None
    if found.reason is Reason.INVALID:
        assert any(problem.severity == "error" for problem in found.problems)


def verdict(found: Record) -> Reason | None:
    """Why the seed is withheld; of one withheld by its own word nothing else is read but by `check`."""
    return found.seed.withheld if found.seed else found.reason


@settings(max_examples=300)
@given(names, files)
@example("a.md", b"---\na: &a [*a]\ntopics: *a\nprovider: &p {name: *p}\nimages: *a\n---\n")
@example("a.md", b"---\n<<: &a {<<: *a, title: x}\n---\n")
@example("a.md", b"---\n? x\n: " + b"- " * 30_000 + b"\n---\n")
@example("a.md", b"---\ntitle: " + b"[" * 30_000 + b"\n---\n")
def test_a_record_holds_together_whatever_the_file(path: str, data: bytes) -> None:
    found = decode(path, data, SETTINGS)
    holds_together(found)
    event("seed" if found.seed else str(found.reason))
    thorough = decode(path, data, SETTINGS, thorough=True)
    assert verdict(thorough) == verdict(found)
    assert thorough.flag_lines == found.flag_lines
    assert thorough.parsed == found.parsed
    assert set(found.problems) <= set(thorough.problems)
    if found.reason is None:
        assert thorough.seed == found.seed
    if found.reason is Reason.INVALID:
        assert (thorough.takedown, thorough.expires) == (found.takedown, found.expires)
    assert decode(path, data, SETTINGS) == found


@settings(max_examples=200)
@given(
    names,
    st.one_of(st.binary(max_size=80), st.binary(max_size=80).map(lambda data: b"---\n" + data + b"\n---\n")),
)
def test_any_bytes_are_decoded(path: str, data: bytes) -> None:
    holds_together(decode(path, data, SETTINGS))


@settings(max_examples=100)
@given(files, st.data())
def test_a_truncated_file_never_says_more_than_the_whole(data: bytes, draws: st.DataObject) -> None:
    end = draws.draw(st.integers(0, len(data)))
    holds_together(decode("a.md", data[:end], SETTINGS))


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
instants = st.datetimes(timezones=st.just(UTC))
numbers = st.none() | st.floats(allow_nan=False, allow_infinity=False)
pairs = st.lists(st.tuples(texts, texts), max_size=3).map(tuple)
seeds = st.builds(
    Seed,
    path=texts,
    id=texts,
    title=texts,
    link=texts,
    published=st.none() | instants,
    updated=st.none() | instants,
    expires=st.none() | instants,
    withheld=st.sampled_from([None, Reason.UNPUBLISHED, Reason.REMOVED]),
    provider=st.none()
    | st.builds(Provider, name=texts, domain=texts, authors=st.lists(texts, max_size=2).map(tuple)),
    topics=st.lists(texts, max_size=3).map(tuple),
    quality=numbers,
    heat=numbers,
    levels=st.lists(texts, max_size=3).map(tuple),
    images=st.lists(
        st.builds(Image, url=texts, width=st.integers(0, 2**31 - 1), title=texts), max_size=2
    ).map(tuple),
    related=st.lists(st.builds(Related, title=texts, link=texts), max_size=2).map(tuple),
    flag_lines=pairs,
)
problems = st.builds(Problem, path=texts, message=texts, line=st.integers(0, 9), kept=st.booleans())
records = st.builds(
    Record,
    path=texts,
    seed=st.none() | seeds,
    reason=st.none() | st.sampled_from(list(Reason)),
    problems=st.lists(problems, max_size=2).map(tuple),
    expires=st.none() | instants,
    flag_lines=pairs,
)


@settings(max_examples=100)
@given(records)
@example(Record(path="a", expires=datetime(1, 1, 1, tzinfo=UTC)))
@example(Record(path="a", expires=datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)))
def test_a_record_survives_the_catalog_s_encoding(record: Record) -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(record), type=Record) == record


@settings(max_examples=100)
@given(files)
def test_what_decoding_gives_survives_the_catalog_s_encoding(data: bytes) -> None:
    found = decode("a.md", data, SETTINGS)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Record) == found


@pytest.mark.parametrize("path", ["a\udcff.md"])
def test_a_name_that_is_no_utf_8_is_decoded_like_any_other(path: str) -> None:
    found = decode(path, b"---\ntitle: x\nwebUrl: https://x.org\n---\n", SETTINGS)
    assert found.seed is not None
    assert found.path == path
