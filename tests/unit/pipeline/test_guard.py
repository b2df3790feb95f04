"""The guard, and takedowns in held passes: whatever says that an entry is not to be out, wherever it went."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedmill.config import loads
from feedmill.pipeline import Mill, PassReport, PassRequest

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SITE = "site: {title: T, url: 'https://f.example.org/', home: 'https://www.example.org/'}\n"
ENTRIES = 8


class Site:
    """Eight entries that are out, the first of which is to be taken down."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.config = "guard: {min_entries: 3, max_vanished: 30%}\n"
        for number in range(1, ENTRIES + 1):
            self.write(f"{number}.md", number)

    def write(self, name: str, number: int, extra: str = "") -> None:
        path = self.root / "seeds" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f"---\ntitle: Entry{number}\nlink: https://x.org/{number}\ndate: 2026-01-0{number}\n"
            f"topics: [News]\nquality: 50\n{extra}---\nText.\n"
        )

    def move(self, name: str, to: str, extra: str = "") -> None:
        (self.root / "seeds" / name).unlink()
        self.write(to, int(Path(name).stem), extra)

    def lose(self) -> None:
        """Five of the eight files vanish."""
        for number in range(4, ENTRIES + 1):
            (self.root / "seeds" / f"{number}.md").unlink()

    def build(self) -> PassReport:
        settings = replace(loads(SITE + self.config, base=self.root), workers=1)
        with Mill(settings, clock=lambda: NOW) as mill:
            return mill.run(PassRequest())

    def holding(self, text: str) -> list[str]:
        feeds = self.root / "feeds"
        return sorted(
            path.relative_to(feeds).as_posix()
            for path in feeds.rglob("*.*")
            if ".feedmill" not in path.parts and text in path.read_text(errors="replace")
        )


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


WORDS = [
    "published: false\n",
    "removed: true\n",
    "status: draft\n",
    "draft: maybe\n",
    "expires: 2026-02-01\n",
]


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("extra", WORDS)
def test_what_was_renamed_and_unpublished_in_one_go_is_taken_down(site: Site, extra: str, lost: bool) -> None:
    site.build()
    site.lose()
    site.move("1.md", "elsewhere/zz.md", extra)
    if lost:
        (site.root / ".feedmill/catalog.db").unlink()
    assert site.build().held is not None
    assert site.holding("Entry1") == []
    assert "all.atom" in site.holding("Entry5")


@pytest.mark.parametrize("to", ["_drafts/1.md", "_drafts/2026-01-01-1.md", "_Drafts/1/index.md"])
def test_what_became_a_draft_without_an_address_is_taken_down(site: Site, to: str) -> None:
    site.config += "seeds: {link: '{path}/', fields: {link: [address]}}\n"
    site.build()
    site.lose()
    site.move("1.md", to)
    assert site.build().held is not None
    assert site.holding("Entry1") == []
    assert "all.atom" in site.holding("Entry5")


@pytest.mark.parametrize(
    ("folder", "extra"), [("_drafts", ""), ("archive", "published: false\n"), ("x", "draft: maybe\n")]
)
def test_files_that_went_where_they_are_withheld_are_not_lost(site: Site, folder: str, extra: str) -> None:
    site.build()
    for number in range(1, ENTRIES):
        site.move(f"{number}.md", f"{folder}/{number}.md", extra)
    report = site.build()
    assert (report.held, report.eligible) == (None, 1)
    assert site.holding("Entry1") == []


def test_files_that_the_config_excludes_are_not_lost(site: Site) -> None:
    site.build()
    site.config += "seeds: {exclude: ['[1-7].md']}\n"
    assert (site.build().held, site.holding("Entry1")) == (None, [])


@pytest.mark.parametrize(
    "rule",
    [
        "exclude: ['5.md']",
        "rules: [{paths: [5.md], defaults: {draft: 'yes'}}]",
        "rules: [{paths: [5.md], defaults: {status: 'draft, for now'}}]",
        "rules: [{paths: [5.md], defaults: {expiryDateTime: '2026-02-01'}}]",
        "rules: [{paths: [5.md], defaults: {expiryDateTime: 'soon'}}]",
    ],
)
def test_the_config_withholds_in_a_held_pass_what_lost_its_file(site: Site, rule: str) -> None:
    site.build()
    site.lose()
    site.config += f"seeds: {{{rule}}}\n"
    assert site.build().held is not None
    assert site.holding("Entry5") == []
    assert "all.atom" in site.holding("Entry6")


def test_the_config_withholds_what_broke(site: Site) -> None:
    site.build()
    (site.root / "seeds/1.md").write_text("---\ntitle: [Entry1\n---\n")
    assert (site.build().kept, site.holding("Entry1") == []) == (1, False)
    for default in ("{expiryDateTime: '2026-02-01'}", "{status: 'Draft, until May'}"):
        site.config = f"seeds: {{rules: [{{paths: [1.md], defaults: {default}}}]}}\n"
        assert (site.build().kept, site.holding("Entry1")) == (0, [])
        site.config = ""
        site.write("1.md", 1)
        site.build()
        (site.root / "seeds/1.md").write_text("---\ntitle: [Entry1\n---\n")
        site.build()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("feeds: {}", "feeds: {formats: [rss, atom]}"),
        ("feeds: {}", "feeds: {html: false}"),
        ("feeds: {archive: month}", "feeds: {}"),
        ("feeds: {}", "feeds: {by: {topics: 'off'}}"),
        ("topics: {News: {slug: nn}}", "topics: {}"),
        ("custom: [{slug: c, title: C, where: {topics: [News]}}]", ""),
        ("custom: [{slug: c, where: {topics: [News]}}]", "custom: [{slug: c, where: {topics: [X]}}]"),
        ("copies: {feed.xml: all.atom, old.html: all.html}", ""),
    ],
)
def test_a_takedown_in_a_held_pass_reaches_what_another_config_made(
    site: Site, before: str, after: str
) -> None:
    guard = site.config
    site.config = f"{guard}{before}\n"
    site.build()
    site.lose()
    site.write("1.md", 1, "published: false\n")
    site.config = f"{guard}{after}\n"
    assert site.build().held is not None
    assert site.holding("Entry1") == []
    assert {"all.atom", "all.rss"} <= set(site.holding("Entry5"))


def test_a_takedown_in_a_held_pass_reaches_feeds_that_heat_or_quality_chose(site: Site) -> None:
    site.config += "custom: [{slug: top, where: {quality: {min: 60}}}, "
    site.config += "{slug: hot, order: heat, where: {heat: {min: 6}}}]\n"
    site.build()
    site.write("1.md", 1, "heat: 9\nquality: 80\n")
    site.write("2.md", 2, "heat: 8\nquality: 70\n")
    site.build()
    assert {"custom/top.atom", "custom/hot.atom"} <= set(site.holding("Entry1"))
    site.lose()
    site.write("1.md", 1, "heat: 9\nquality: 80\npublished: false\n")
    assert site.build().held is not None
    assert site.holding("Entry1") == []
    assert {"custom/top.atom", "custom/hot.atom"} <= set(site.holding("Entry2"))


def test_a_link_whose_file_is_deleted_is_deleted(site: Site) -> None:
    seeds = site.root / "seeds"
    (seeds / "store").mkdir()
    (seeds / "1.md").rename(seeds / "store/one.txt.md")
    (seeds / "1.md").symlink_to("store/one.txt.md")
    site.build()
    assert "all.atom" in site.holding("Entry1")
    (seeds / "store/one.txt.md").unlink()
    report = site.build()
    assert site.holding("Entry1") == []
    assert [problem.message for problem in report.problems] == ["is a link to a file that does not exist"]
