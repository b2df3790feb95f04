"""The author's own word: what withholds a seed, and that no doubt ever lets one out."""

from __future__ import annotations

from typing import Any

import pytest

from feedmill.model.seed import Reason, Record, Severity
from feedmill.model.settings import DecodeSettings
from feedmill.seeds.decode import decode
from feedmill.seeds.flags import BOOLEANS

HEAD = "title: A title\nwebUrl: https://example.org/a\n"


def record(header: str, *, head: str = HEAD, body: str = "", **settings: Any) -> Record:
    data = f"---\n{head}{header}\n---\n{body}".encode()
    full = decode("a.md", data, DecodeSettings(**settings), thorough=True)
    quick = decode("a.md", data, DecodeSettings(**settings))
    if full.seed is not None and full.seed.withheld:  # a build reads no more of it than its own word
        assert (quick.seed, quick.reason, quick.problems) == (None, full.seed.withheld, ())
    else:
        assert quick.reason is full.reason
    assert quick.takedown or not full.takedown
    if full.reason is Reason.INVALID or (full.seed and not full.seed.withheld):
        assert quick.flag_lines == full.flag_lines
    return full


def test_a_word_is_remembered_with_all_that_it_hangs_on() -> None:
    data = f"---\n{HEAD}published: true\n---\n".encode()
    for published_default in (True, False):  # a config of its own has a memory of its own
        settings = DecodeSettings(published_default=published_default)
        for path, reason in (
            ("_drafts/a.md", Reason.UNPUBLISHED),
            ("a.md", None),
            ("_drafts/b.md", Reason.UNPUBLISHED),
        ):
            assert decode(path, data, settings).reason is reason
        status = data.replace(b"published: true", b"status: live")
        assert (decode("a.md", status, settings).reason is None) is published_default
    mapped = DecodeSettings(fields=(("draft", ("embargo",)),))
    embargo = data.replace(b"published", b"embargo")
    assert decode("a.md", embargo, DecodeSettings()).reason is None
    assert decode("a.md", embargo, mapped).reason is Reason.UNPUBLISHED


def messages(found: Record) -> list[str]:
    return [str(problem) for problem in found.problems]


@pytest.mark.parametrize("word", sorted(BOOLEANS))
@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_each_of_yaml_s_boolean_words_is_one_quoted_or_not(word: str, quote: str) -> None:
    found = record(f"published: {quote}{word}{quote}")
    assert found.seed is not None
    assert (found.seed.withheld is None) is BOOLEANS[word]
    assert BOOLEANS[word] is (word.lower() in ("y", "yes", "true", "on"))


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("", None),
        ("published: true", None),
        ("published: false", Reason.UNPUBLISHED),
        ("removed: true", Reason.REMOVED),
        ("deleted: yes", Reason.REMOVED),
        ("removed: no\ndeleted: off", None),
        ("published: no\nremoved: yes", Reason.UNPUBLISHED),
        ("published: !!bool no", Reason.UNPUBLISHED),
        ("published: true\npublished: yes", None),
        ("published: no\npublished: off", Reason.UNPUBLISHED),
        ("base: &m {published: no}\n<<: *m", Reason.UNPUBLISHED),
        ("base: &m {published: no}\n<<: *m\npublished: yes", None),
        ("base: &m {removed: yes}\n<<: [*m]", Reason.REMOVED),
        ("is: &f no\npublished: *f", Reason.UNPUBLISHED),
        ("{published: no}", None),
    ],
)
def test_flags_withhold(header: str, reason: Reason | None) -> None:
    head = HEAD if not header.startswith("{") else ""
    if header.startswith("{"):
        header, reason = "{title: x, webUrl: 'https://x.org', published: no}", Reason.UNPUBLISHED
    found = record(header, head=head)
    assert found.seed is not None, messages(found)
    assert found.seed.withheld is reason
    assert found.reason is None


def test_without_the_flag_the_configured_default_holds() -> None:
    for default, reason in ((True, None), (False, Reason.UNPUBLISHED)):
        found = record("", published_default=default)
        assert found.seed is not None
        assert found.seed.withheld is reason
    found = record("published: true", published_default=False)
    assert found.seed is not None
    assert found.seed.withheld is None


@pytest.mark.parametrize("flag", ["published", "removed", "deleted"])
@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("maybe", '"maybe"'),
        ("", "empty"),
        ("~", '"~"'),
        ("null", '"null"'),
        ("''", "empty"),
        ("' true '", '"true"'),
        ("tRUE", '"tRUE"'),
        ("1", '"1"'),
        ("0", '"0"'),
        ("[true]", "a list"),
        ("{a: true}", "a mapping"),
        ("!maybe true", "tagged !maybe"),
        ("!!python/bool true", "tagged tag:yaml.org,2002:python/bool"),
        ("truefalse", '"truefalse"'),
        ("x\n  y", '"x y"'),
    ],
)
def test_a_flag_that_is_no_boolean_makes_the_seed_invalid(flag: str, value: str, shown: str) -> None:
    found = record(f"{flag}: {value}")
    assert (found.reason, found.seed, found.takedown, found.parsed) == (Reason.INVALID, None, True, True)
    assert len(found.problems) == 1
    assert found.problems[0].message == f"'{flag}' is {shown}; use true or false"
    assert found.problems[0].severity is Severity.ERROR
    assert found.problems[0].line in (4, 5)


def test_a_doubtful_flag_comes_before_what_the_others_say() -> None:
    found = record("published: false\nremoved: maybe")
    assert (found.reason, found.takedown) == (Reason.INVALID, True)


def test_a_flag_given_twice_with_different_values_makes_the_seed_invalid() -> None:
    found = record("published: false\nprice: x\npublished: true")
    assert (found.reason, found.takedown) == (Reason.INVALID, True)
    told = "a.md:6:12: 'published' is given more than once, with different values (lines 4 and 6)"
    assert told in messages(found)


def test_all_faults_of_a_seed_are_found_at_once() -> None:
    found = record("published: maybe\ndate: tomorrow\nquality: good", head="webUrl: /a\n")
    assert [problem.line for problem in found.problems] == [1, 2, 3, 4, 5]
    assert found.reason is Reason.INVALID


def test_a_withheld_seed_s_faults_are_nobody_s() -> None:
    found = record("published: false\ndate: tomorrow\nexpiryDateTime: 2030-01-01", head="title: x\n")
    assert (found.reason, found.seed) == (Reason.UNPUBLISHED, None)
    assert {problem.severity for problem in found.problems} == {Severity.NOTICE}
    assert len(found.problems) == 2
    assert record("removed: true", head="title: x\n").reason is Reason.REMOVED


def test_the_body_of_a_withheld_seed_is_not_even_read() -> None:
    found = record("published: false", body="secret")
    assert found.seed is not None
    assert found.seed.content == ""


@pytest.mark.parametrize(
    ("header", "takedown", "expires", "unreadable"),
    [
        ("date: x", False, None, False),
        ("date: x\npublished: true", False, None, False),
        ("date: x\npublished: what", True, None, False),
        ("date: x\nexpiryDateTime: 2030-01-01T00:00:00Z", False, 2030, False),
        ("date: x\nexpiryDateTime: soon", False, None, True),
        ("date: x\nexpiryDateTime: [a]", False, None, True),
        ("date: x\nexpiryDateTime: !t 2030-01-01", False, None, True),
        ("date: x\nexpiryDateTime: ~", False, None, False),
        ("date: x\nexpiryDateTime: ''", False, None, False),
    ],
)
def test_an_invalid_seed_says_what_may_keep_its_last_good_entry(
    header: str, takedown: bool, expires: int | None, unreadable: bool
) -> None:
    found = record(header)
    assert found.reason is Reason.INVALID
    assert found.takedown is takedown
    assert (found.expires.year if found.expires else None) == expires
    assert found.expiry_unreadable is unreadable


@pytest.mark.parametrize(
    "header",
    [
        'published: false\nexcerpt: "open',
        "published: false\n\tx: y",
        "published: false\na: [",
        "published: false\nx",
    ],
)
def test_flag_lines_are_known_although_the_front_matter_does_not_parse(header: str) -> None:
    found = record(header)
    assert (found.reason, found.parsed, found.takedown) == (Reason.INVALID, False, False)
    assert "published: false" in found.flag_lines[0][1]


@pytest.mark.parametrize(
    "data",
    [
        b"---\npublished: false\ntitle: \xff\n---\n",
        b"\xef\xbb\xbf---\r\npublished: false\r\ntitle: \xff\r\n---\r\n",
        b"---\npublished: false\ntitle: never ends\n",
        b"---\npublished: false\ntitle: " + b"x" * 5_000_000 + b"\n---\n",
        b"---\n- published: false\npublished: false\n---\n",
    ],
)
def test_flag_lines_are_known_although_the_file_is_unreadable(data: bytes) -> None:
    found = decode("a.md", data, DecodeSettings())
    assert (found.reason, found.parsed) == (Reason.INVALID, False)
    assert ("published", "published: false") in found.flag_lines


def test_the_flag_lines_of_a_seed_do_not_depend_on_whether_its_front_matter_could_be_cut() -> None:
    lines = "published: true # yes\nremoved:\n  no\nexpiryDateTime: 2030-01-01"
    cut, whole = record(lines), record(lines + "\nother: &a x")
    assert (
        cut.flag_lines
        == whole.flag_lines
        == (
            ("published", "published: true # yes"),
            ("removed", "removed:\n  no"),
            ("expirydatetime", "expiryDateTime: 2030-01-01"),
        )
    )
    assert cut.seed is not None
    assert cut.seed.flag_lines == cut.flag_lines


@pytest.mark.parametrize(
    "header",
    [
        "status: draft\nprice: x\nstatus: published",
        "post_status: trash\npost_status: publish",
        "permalink: false\nprice: x\npermalink: /x/",
        "status: “draft”",
        "status: «Draft»",
        "status: dra\u200bft",
        "status: DRAFT!",
        "status: (draft)",
        "status: auto_draft",
        "status: Auto Draft",
        "status: draft/pending",
        "status: \uff24raft",
    ],
)
def test_one_word_that_withholds_is_enough(header: str) -> None:
    found = record(header)
    assert found.seed is not None
    assert found.seed.withheld is Reason.UNPUBLISHED


def test_of_an_expiry_given_twice_the_earlier_counts() -> None:
    for later in ("2030-01-01", "", "~"):
        found = record(f"expires: 2026-02-01\nprice: x\nexpires: {later}")
        assert found.seed is not None
        assert str(found.seed.expires) == "2026-02-01 00:00:00+00:00"


@pytest.mark.parametrize(
    "header",
    [
        "publish: false",
        "publishd: no",
        '"published=false": x',
        'summary: "a\npublished: false\nb"',
    ],
)
def test_published_that_is_a_date_is_no_flag_that_is_there(header: str) -> None:
    found = record(f"published: 2026-01-05\n{header}")
    assert (found.reason, found.takedown) == (Reason.INVALID, True)
    assert record("published: 2026-01-05\npublisher: X").seed is not None


@pytest.mark.parametrize("uncut", ["tags: [a,\n  b]", '"og:image": x', "tags: [[a, [b]]]", "a: &b x"])
@pytest.mark.parametrize(
    "line",
    [
        "hidden_toc: true",
        "private-notes: yes",
        "published_on_medium: no",
        "removed_from_menu: true",
        "published_by: Y Combinator",
        "publisher: No Starch Press",
        "Published on: 2020-01-01",
    ],
)
def test_a_key_that_begins_as_a_flag_does_swallows_nothing(line: str, uncut: str) -> None:
    for header in (line, f"{line}\n{uncut}", f"{uncut}\n{line}"):
        found = record(header.replace("tags", "foo"))
        assert found.seed is not None, messages(found)
        assert found.seed.withheld is None


@pytest.mark.parametrize("quotes", ['"""', "'''"])
def test_a_flag_that_toml_s_quotes_swallow_withholds(quotes: str) -> None:
    head = 'webUrl = "https://x.org/a"\ndate = 2026-01-01\n'

    def read(header: str) -> Record:
        return decode("a.md", f"+++\n{head}{header}\n+++\nText.\n".encode(), DecodeSettings())

    found = read(f"title = {quotes}T\ndraft = true\nsummary = {quotes}")
    assert (found.reason, found.takedown) == (Reason.INVALID, True)
    assert messages(found) == [
        "a.md:5:1: the line with 'draft' is part of another value; close the quote or bracket above it"
    ]
    whole = f"title = {quotes}T\nU{quotes}\n"
    assert read(f"{whole}[extra]\nhidden = true\n[[extra.items]]\ndraft = true").seed is not None
    assert read(f"{whole}draft = true").reason is Reason.UNPUBLISHED
