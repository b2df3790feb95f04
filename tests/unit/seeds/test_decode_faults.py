"""What is wrong with a seed: where it stands, and what would be right."""

from __future__ import annotations

from typing import Any

import pytest

from feedmill.model.seed import Reason, Record, Severity
from feedmill.model.settings import DecodeSettings
from feedmill.seeds.decode import decode

NO_DAY = "which does not exist (day is out of range for month)"
NO_OFFSET = "which has the offset +25; one beyond ±23:59 does not exist"
NO_FEED = "which no feed may link to; use http:// or https://"
LIKE = "write it like 2026-11-21T08:00:00Z or 2026-11-21"
HEAD = "title: A title\nwebUrl: https://example.org/a\n"


def record(header: str, *, head: str = HEAD, thorough: bool = False, **settings: Any) -> Record:
    data = f"---\n{head}{header}\n---\n".encode()
    return decode("a.md", data, DecodeSettings(**settings), thorough=thorough)


def fault(found: Record) -> str:
    assert found.reason is Reason.INVALID
    assert found.seed is None
    errors = [problem for problem in found.problems if problem.severity is Severity.ERROR]
    assert len(errors) == 1, errors
    return str(errors[0])


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("webUrl: https://x.org", "a.md:1:1: no title; add 'title: …'"),
        ("title: ''\nwebUrl: https://x.org", "a.md:1:1: no title; add 'title: …'"),
        (
            "title: <b></b>\nwebUrl: https://x.org",
            "a.md:2:8: 'title' has no text once tags are dropped; write some",
        ),
        ("title: {a: b}\nwebUrl: https://x.org", "a.md:2:8: 'title' is a mapping; text belongs here"),
        ("title: [a]\nwebUrl: https://x.org", "a.md:2:8: 'title' is a list; text belongs here"),
        (
            "title: !x y\nname: z\nwebUrl: https://x.org",
            "a.md:2:8: 'title' has the tag !x; write the value without it",
        ),
        (
            "title: x",
            (
                "a.md:1:1: no link; add 'webUrl: https://…', "
                "or seeds.link, a pattern that makes addresses, to the config"
            ),
        ),
        (
            "titel: x\nwebUrl: https://x.org",
            "a.md:2:1: no title: 'titel' is not read; did you mean 'title'?",
        ),
        (
            "title: x\nsubtitle: y\nweb_ulr: https://x.org",
            "a.md:4:1: no link: 'web_ulr' is not read; did you mean 'webUrl'?",
        ),
        ("subtitle: x\nwebUrl: https://x.org", "a.md:1:1: no title; add 'title: …'"),
        ("title: x\nwebUrl: [a]", "a.md:3:9: 'webUrl' is a list; text belongs here"),
        (
            "title: x\nwebUrl: /a",
            (
                "a.md:3:9: 'webUrl' is \"/a\", which is not absolute; write the whole address, https://…, "
                "or set 'site.home', which it is then relative to"
            ),
        ),
        (
            "title: x\noriginalUrl: javascript:x",
            f"a.md:3:14: 'originalUrl' is \"javascript:x\", which starts with javascript:, {NO_FEED}",
        ),
    ],
)
def test_what_a_seed_must_have(header: str, message: str) -> None:
    assert fault(record(header, head="")) == message


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("date: tomorrow", f"a.md:4:7: 'date' is \"tomorrow\", which is no date; {LIKE}"),
        (
            "date: 2021-02-30",
            f"a.md:4:7: 'date' is \"2021-02-30\", {NO_DAY}; {LIKE}",
        ),
        ("updated: 5", f"a.md:4:10: 'updated' is \"5\", which is no date; {LIKE}"),
        (
            "expiryDateTime: 2021-01-01T00+25",
            f"a.md:4:17: 'expiryDateTime' is \"2021-01-01T00+25\", {NO_OFFSET}",
        ),
        ("date: [a]", "a.md:4:7: 'date' is a list; text belongs here"),
        ("quality: good", "a.md:4:10: 'quality' is \"good\"; use a number such as 72 or 0.5"),
        ("heat: .nan", "a.md:4:7: 'heat' is \".nan\"; use a number such as 72 or 0.5"),
        ("heat: .inf", "a.md:4:7: 'heat' is \".inf\"; use a number such as 72 or 0.5"),
        ("heat: 1e999", "a.md:4:7: 'heat' is \"1e999\"; use a number such as 72 or 0.5"),
        ("heat: 0x1F", "a.md:4:7: 'heat' is \"0x1F\"; use a number such as 72 or 0.5"),
        ("heat: 1_000", "a.md:4:7: 'heat' is \"1_000\"; use a number such as 72 or 0.5"),
        ("heat: {a: b}", "a.md:4:7: 'heat' is a mapping; text belongs here"),
        ("price: [a]", "a.md:4:8: 'price' is a list; text belongs here"),
        ("category: {a: b}", "a.md:4:11: 'category' is a mapping; text belongs here"),
        ("levels: [[a]]", "a.md:4:10: 'levels' holds a list; text belongs here"),
        ("levels: {a: b}", "a.md:4:9: 'levels' is a mapping; text belongs here"),
        ("topics:\n  - AI\n  - {a: b}", "a.md:6:5: 'topics' holds a mapping; text belongs here"),
        ("topics: [[a]]", "a.md:4:10: 'topics' holds a list; text belongs here"),
        ("topics: {a: b}", "a.md:4:9: 'topics' is a mapping; text belongs here"),
        (
            "topics: !!set {a: b}",
            "a.md:4:9: 'topics' has the tag tag:yaml.org,2002:set; write the value without it",
        ),
        ("topics: [!x a]", "a.md:4:10: 'topics' has the tag !x; write the value without it"),
        ("topics: [" + ",".join(map(str, range(101))) + "]", "a.md:4:300: more than 100 topics"),
        ("provider: [a]", "a.md:4:11: 'provider' is a list; use a name, or a mapping with name and domain"),
        ("provider: {name: [a]}", "a.md:4:18: 'provider.name' is a list; text belongs here"),
        (
            "provider: {name: a, domain: {b: c}}",
            "a.md:4:29: 'provider.domain' is a mapping; text belongs here",
        ),
        ("provider: {name: a, authors: [[b]]}", "a.md:4:31: 'provider.authors' is a list; text belongs here"),
        ("images: [[a]]", "a.md:4:10: 'images' holds a list; use an address, or a mapping with url"),
        ("images: [{url: {a: b}}]", "a.md:4:16: 'images.url' is a mapping; text belongs here"),
        ("images: [{url: p, title: [a]}]", "a.md:4:26: 'images.title' is a list; text belongs here"),
        ("id: [a]", "a.md:4:5: 'id' is a list; text belongs here"),
        (
            "id: !!binary aGk=",
            "a.md:4:5: 'id' has the tag tag:yaml.org,2002:binary; write the value without it",
        ),
    ],
)
def test_each_field_s_faults(header: str, message: str) -> None:
    assert fault(record(header)) == message


def test_a_line_is_that_of_the_file_although_blocks_were_cut() -> None:
    found = record('related:\n  - title: "x"\n\n    y: z\nsecured: "z"\ndate: never')
    assert fault(found).startswith("a.md:9:7: 'date'")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b"---\ntitle: x\n",
            "a.md:1:1: the front matter that begins here never ends; close it with a line of ---",
        ),
        (b"---", "a.md:1:1: the front matter that begins here never ends; close it with a line of ---"),
        (b"---\n---\n", "a.md:2:1: the front matter is empty; a seed needs at least a title and a link"),
        (b"---\n# c\n---\n", "a.md:2:1: the front matter is empty; a seed needs at least a title and a link"),
        (b"---\n~\n---\n", "a.md:2:1: the front matter is empty; a seed needs at least a title and a link"),
        (b"---\n- a\n---\n", "a.md:2:1: the front matter is a list, not lines of 'key: value'"),
        (b"---\ntext\n---\n", "a.md:2:1: the front matter is one text, not lines of 'key: value'"),
        (b"---\n'null'\n---\n", "a.md:2:1: the front matter is one text, not lines of 'key: value'"),
        (b"---\ntitle: caf\xe9\n---\n", "a.md:2:11: is not UTF-8 (byte 0xe9); save it as UTF-8"),
        ("---\ntitle: é".encode() + b"\xff", "a.md:2:9: is not UTF-8 (byte 0xff); save it as UTF-8"),
        (b"\xef\xbb\xbf---\n\xff\n", "a.md:2:1: is not UTF-8 (byte 0xff); save it as UTF-8"),
        ("---\ntitle: x\n---\n".encode("utf-16"), "a.md:1:1: is UTF-16; save it as UTF-8"),
        (b"---\ntitle: \xed\xa0\x80\n---\n", "a.md:2:8: is not UTF-8 (byte 0xed); save it as UTF-8"),
        (b"---\ntitle: \xc0\xaf\n---\n", "a.md:2:8: is not UTF-8 (byte 0xc0); save it as UTF-8"),
        (b"---\n" + b"x" * 97, "a.md: has 101 bytes; seeds.max_bytes allows 100"),
    ],
)
def test_files_that_are_no_front_matter(data: bytes, message: str) -> None:
    found = decode("a.md", data, DecodeSettings(max_bytes=100))
    assert fault(found) == message
    assert found.parsed is False


@pytest.mark.parametrize(
    ("header", "where", "words"),
    [
        ('excerpt: "open', "a.md:4:10", "a quote is never closed"),
        ('excerpt: "He said "hi""', "a.md:4:20", "quotes within quotes"),
        ("excerpt: He said: hi", "a.md:4:17", "needs quotes"),
        ("\tx: y", "a.md:4:1", "indent with blanks, not with tabs"),
        ("topics:\n\t- y", "a.md:5:1", "indent with blanks, not with tabs"),
        ("x", "a.md:4:1", "every line needs a 'key:'"),
        ("title: [b", "a.md:5:1", "a bracket is never closed"),
        ("title: @b", "a.md:4:8", "a text that begins with @ needs quotes"),
        ("title: *b", "a.md:4:8", "a text that begins with * needs quotes"),
        ("price: \0", "a.md:4:8", "control characters are not allowed"),
        ('price: "\\ud800"', "a.md:4:11", "for a backslash"),
        ("--- x", "a.md:4:1", "another document"),
        ("a: " + "[" * 65 + "]" * 65, "a.md:4:67", "nested more than 64 levels deep"),
        ("a: &a x\nb: [" + "*a," * 1001 + "]", "a.md:5:", "more than 1,000 aliases"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_place(header: str, where: str, words: str) -> None:
    found = record(header)
    assert fault(found).startswith(where)
    assert words in fault(found)
    assert found.parsed is False


def test_what_is_broken_where_nobody_reads_is_only_a_warning() -> None:
    header = 'secured: "\\q"\nrelated: "x"'
    assert record(header).problems == ()
    assert record(header).seed is not None
    found = record(header, thorough=True)
    assert found.seed == record(header).seed
    assert [problem.severity for problem in found.problems] == [Severity.WARNING]
    assert str(found.problems[0]).startswith("a.md:4:11: not valid YAML: ")
    assert found.problems[0].message.endswith("other programs may refuse the file")


@pytest.mark.parametrize(
    ("header", "severity", "message"),
    [
        (
            "topics: [3.10, '7', AI]",
            Severity.NOTICE,
            "a.md:4:10: the topic 3.10 is a number; it is taken as written",
        ),
        ("topics: 42", Severity.NOTICE, "a.md:4:9: the topic 42 is a number; it is taken as written"),
        ("price: a\nprice: b", Severity.WARNING, "a.md:5:1: 'price' is given again; the last one counts"),
        ("expired: x", Severity.WARNING, "a.md:4:1: 'expired' is not read; did you mean 'expiryDateTime'?"),
        ("trashed: yes", Severity.WARNING, "a.md:4:1: 'trashed' is not read; did you mean 'removed: true'?"),
        ("state: draft", Severity.WARNING, "a.md:4:1: 'state' is not read; did you mean 'status'?"),
    ],
)
def test_check_remarks_on_what_may_not_be_meant(header: str, severity: Severity, message: str) -> None:
    assert record(header).problems == ()
    found = record(header, thorough=True)
    assert [(problem.severity, str(problem)) for problem in found.problems] == [(severity, message)]
    assert found.seed == record(header).seed


def test_check_has_no_remarks_on_other_people_s_keys() -> None:
    header = (
        "ratings: {a: 1}\nactions: []\nitems: []\nlocation: x\nlayout: post\ntags: [a]\nweight: 1\ncolour: x"
    )
    assert record(header, thorough=True).problems == ()


def test_front_matter_that_begins_too_late_is_told() -> None:
    found = decode("a.md", b"\n\n---\ntitle: x\n---\n", DecodeSettings())
    assert found.blank
    assert [str(problem) for problem in found.problems] == [
        "a.md:1:1: front matter counts only from the first line on; delete what stands above it"
    ]
    for other in (b"\n# Read me\n\n---\n", b"\n---\nnever closed\n", b"Text\n---\ntitle: x\n---\n"):
        assert decode("a.md", other, DecodeSettings()).problems == ()


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("provier: W3C", "a.md:4:10: 'provier' is not read; did you mean 'provider'?"),
        ("tag: [a]", "a.md:4:6: 'tag' is not read; did you mean 'tags'?"),
        ("Publish_Dat: 2020-01-01", "a.md:4:14: 'Publish_Dat' is not read; did you mean 'publishDate'?"),
        ("excrept: x", "a.md:4:10: 'excrept' is not read; did you mean 'excerpt'?"),
        ("tag: [a]\ntags: [b]", None),  # the field is there
        ("links: [a]\ndata: x\nsecurd: x\nsecure: x\nrate: 3\ngame: x\ntax: 1\nle: x", None),
    ],
)
def test_a_near_miss_of_a_plain_name_is_told_with_the_right_one(header: str, message: str | None) -> None:
    found = record(header)
    assert found.seed is not None
    assert [str(problem) for problem in found.problems] == ([message] if message else [])
    assert all(problem.severity is Severity.WARNING for problem in found.problems)
    assert record(header, thorough=True).problems == found.problems


def test_a_misspelt_link_is_told_beside_the_fault_that_it_makes() -> None:
    for text in (
        "---\ntitle: A\nlnik: https://x.org/a\n---\n",
        '{\n"title": "A",\n"lnik": "https://x.org/a"\n}\n',
    ):
        found = decode("a.md", text.encode(), DecodeSettings())
        told = [problem.message for problem in found.problems]
        assert len(told) == 2
        assert "'lnik' is not read; did you mean 'link'?" in told
