"""Every slip in a takedown takes the entry down all the same (docs/seeds.md, Last good)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedmill.config import loads
from feedmill.pipeline import Mill, PassReport, PassRequest

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONFIG = "site: {title: T, url: 'https://f.example.org/'}\nseeds: {workers: 1%s}\n"
HEAD = "title: Entry\nwebUrl: https://x.org/a\npublishedDateTime: 2026-01-01\ntopics: [News]\n"
TAIL = "category: x\n"
GOOD = f"---\n{HEAD}{TAIL}---\nText.\n"


def with_line(line: str) -> str:
    return f"---\n{HEAD}{line}\n{TAIL}---\nText.\n"


class Site:
    """One seed in a folder, and a mill that lives from pass to pass as the daemon's does."""

    def __init__(self, root: Path, seeds: str = "") -> None:
        self.root = root
        self.settings = loads(CONFIG % seeds, base=root)
        (root / "seeds").mkdir(exist_ok=True)

    def write(self, content: str | bytes, name: str = "a.md") -> None:
        path = self.root / "seeds" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def build(self) -> PassReport:
        with Mill(self.settings, clock=lambda: NOW) as mill:
            return mill.run(PassRequest())


SLIPS = [
    "published: false",
    "published:false",
    "removed:true",
    "deleted:true",
    "expiryDateTime:2026-02-01",
    "expires: 2026-02-01",
    "expiryDate: 2026-02-01",
    "unpublishDate: 2026-02-01",
    "expiryDateTime: 2030-01-01\nexpires: 2026-02-01",
    "published false",
    "published = false",
    "published - false",
    "published-false",
    "published:\xa0false",
    "published\uff1a false",
    "published\uff1afalse",
    " published: false",
    "\tpublished: false",
    "- published: false",
    "\x0cpublished: false",
    "\ufeffpublished: false",
    "published\xa0: false",
    "published\u200b: false",
    "publ\u200bished: false",
    "pub\xadlished: false",
    "\u201cpublished\u201d: false",
    "\u2018published\u2019: false",
    "\u00abpublished\u00bb: false",
    '"published": false',
    "'Published': No",
    "Published: false",
    "PUBLISHED: FALSE",
    "pub-lished: false",
    "publish: false",
    "publihsed: false",
    "publised: false",
    "ublished: false",
    "publishedd: false",
    "publishes: false",
    "remove: true",
    "delete: yes",
    "unlistd: true",
    "privat: true",
    "draft: true",
    "Drafts: yes",
    "hidden: true",
    "private: on",
    "unlisted: true",
    "unpublished: true",
    "permalink: false",
    "status: draft",
    "Status: Archived",
    "post_status: auto-draft",
    "post-status: trash",
    "published: flase",
    "published:",
    "published: true\nPublished: false",
    "published: true\npublished: false",
    "draft: maybe",
    "status: [draft]",
    'excerpt: "a\npublished: false\nprice: x"',
    "excerpt: [a,\nremoved: true,\nb]",
    "excerpt: 'a\n\"Draft\": yes\nprice: x'",
    "published: \u201cfalse\u201d",
    'published: false\nexcerpt: "open',
    "status draft",
    "expires 2026-02-01",
]
"""Lines that an author may have meant to take the entry down with."""


@pytest.mark.parametrize("line", SLIPS)
def test_a_slip_in_a_takedown_takes_down(tmp_path: Path, line: str) -> None:
    site = Site(tmp_path)
    site.write(GOOD)
    assert site.build().eligible == 1
    site.write(with_line(line))
    report = site.build()
    assert report.eligible == 0, report.problems
    assert "Entry" not in (tmp_path / "feeds/all.json").read_text()


DOWN = with_line("published: false")
FILES: dict[str, str | bytes] = {
    "braces": "---\n{title: Entry, webUrl: 'https://x.org/a', date: 2026-01-01, published:false}\n---\n",
    "a blank line above": "\n" + DOWN,
    "a blank above": " " + DOWN,
    "a comment above": "# note\n" + DOWN,
    "a comment on the opening line": DOWN.replace("---", "--- # x", 1),
    "yaml named": DOWN.replace("---", "---yaml", 1),
    "toml named": "---toml\ntitle = 'Entry'\npublished = false\n---\n",
    "toml": "+++\ntitle = 'Entry'\npublished = false\n+++\n",
    "json": '{\n  "title": "Entry",\n  "published": false\n}\n',
    "json on one line": '{"title": "Entry", "Published":false}\n',
    "four dashes": "-" + DOWN,
    "NBSP behind the opening": DOWN.replace("---", "---\xa0", 1),
    "two byte order marks": "\ufeff\ufeff" + DOWN,
    "no opening": DOWN.removeprefix("---\n"),
    "not even an end": "published: false\n",
    "an opening of its own": "---\n" + DOWN,
    "header with CR, the rest with LF": DOWN.replace("\n", "\r", 8),
    "UTF-16LE without a mark": DOWN.encode("utf-16-le"),
    "UTF-16BE without a mark": DOWN.encode("utf-16-be"),
    "UTF-16": DOWN.encode("utf-16"),
    "UTF-32": DOWN.encode("utf-32"),
    "UTF-32LE without a mark": DOWN.encode("utf-32-le"),
    "not UTF-8": DOWN.replace("Entry", "\xe9").encode("latin-1"),
    "never ends": DOWN.replace("x\n---\n", "x\n"),
    "cut off": DOWN[: DOWN.index("published: ") + 5],
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("lost", [False, True])
def test_a_takedown_in_a_file_of_any_kind_takes_down(tmp_path: Path, name: str, lost: bool) -> None:
    site = Site(tmp_path)
    site.write(GOOD)
    assert site.build().eligible == 1
    site.write(FILES[name])
    if lost:
        (tmp_path / ".feedmill/catalog.db").unlink()
    assert site.build().eligible == 0


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "\n\n",
        "# only a heading\n",
        GOOD.replace("category: x\n", "category: [\n"),
        GOOD.replace("---\n", "----\n", 1),
        GOOD.replace("x\n---\n", "x\n"),
        GOOD.replace("category", "#published: false\ncategory").replace("x\n", "[\n", 1),
        GOOD.replace("2026-01-01", "soon"),
        GOOD.encode("utf-16"),
        GOOD.encode("utf-32"),
    ],
)
def test_what_is_no_takedown_keeps_the_entry(tmp_path: Path, broken: str | bytes) -> None:
    site = Site(tmp_path)
    site.write(GOOD)
    site.build()
    site.write(broken)
    report = site.build()
    assert report.eligible == 1
    assert len([problem for problem in report.problems if problem.kept]) == 1


VOUCHED = with_line(
    "published: true\nexcerpt: Old, private and hidden, published once\npublisher: Acme\nstatus: live\n"
    "items:\n  - published: 2020-01-01\n    removed: never\nother: {hidden: 1, a: b}"
)


def test_lines_that_stand_word_for_word_in_the_last_good_one_keep_it(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.write(VOUCHED)
    assert site.build().eligible == 1
    site.write(VOUCHED.replace("category: x", "category: ["))
    assert site.build().eligible == 1
    for old, new in (("true", "True"), ("live", "live "), ("never", "never!"), ("{hidden: 1", "{hidden: 2")):
        broken = VOUCHED.replace("category: x", "category: [").replace(old, new)
        site.write(broken)
        assert site.build().eligible == (1 if new.endswith(" ") else 0), new
        site.write(VOUCHED)
        assert site.build().eligible == 1


@pytest.mark.parametrize("kind", ["the flag lost", "blank", "kept from when the default was true"])
def test_where_nothing_goes_out_unvouched_losing_the_line_withholds(tmp_path: Path, kind: str) -> None:
    strict = ", published_default: false"
    site = Site(tmp_path, strict if kind != "kept from when the default was true" else "")
    flag = "published: true\nexcerpt: was, published once"
    site.write(with_line(flag))
    if kind == "kept from when the default was true":
        site.write(with_line("excerpt: was, published once"))
    assert site.build().eligible == 1
    site = Site(tmp_path, strict)
    if kind == "blank":
        site.write("\n")
    elif kind == "the flag lost":
        site.write(with_line(flag).replace("category: x", "category: ["))
        assert site.build().eligible == 1
        site.write(with_line("excerpt: was, published once").replace("category: x", "category: ["))
    else:
        site.write(with_line("excerpt: was, published once").replace("category: x", "category: ["))
    assert site.build().eligible == 0


def test_a_map_of_a_flag_only_adds_names(tmp_path: Path) -> None:
    site = Site(tmp_path, ", fields: {removed: [gone, meta.off], status: [stage]}")
    for line in (
        "removed: true",
        "gone: true",
        "Gone: yes",
        "meta: {off: yes}",
        "Meta:\n  O-f-f: on",
        "meta.off: true",
        "stage: draft",
        "status: draft",
    ):
        site.write(GOOD)
        assert site.build().eligible == 1
        site.write(with_line(line))
        assert site.build().eligible == 0, line
    site.write(GOOD)
    assert site.build().eligible == 1
    site.write(with_line("meta:\n  off: yes\n bad: [") + "\n")
    assert site.build().eligible == 0


def test_a_folder_of_drafts_withholds(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.write(GOOD, "_drafts/a.md")
    site.write(GOOD.replace("org/a", "org/b"), "_posts/b.md")
    assert site.build().eligible == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("publisher: Acme", "'publisher' is not read; did you mean 'published'?"),
        ("published: yes\npublised: no", "'publised' is not read; did you mean 'published'?"),
        ("status: someday", "'status' is \"someday\", which says nothing of whether it is published"),
    ],
)
def test_what_only_looks_like_a_takedown_is_a_warning(tmp_path: Path, line: str, told: str) -> None:
    site = Site(tmp_path)
    site.write(with_line(line))
    report = site.build()
    assert report.eligible == 1
    assert [(problem.message, problem.severity) for problem in report.problems] == [(told, "warning")]


@pytest.mark.parametrize(
    "line",
    [
        "published: 2026-02-01",
        "published_at: 2026-02-01",
        "private key: x",
        "status: Published",
        "draft: false",
        "hidden: no\nprivate: off",
        "permalink: /a/",
        "deleted_at: ~",
        "publishing: no",
    ],
)
def test_what_is_no_takedown_goes_out(tmp_path: Path, line: str) -> None:
    site = Site(tmp_path)
    site.write(with_line(line))
    report = site.build()
    assert (report.eligible, report.problems) == (1, ())
