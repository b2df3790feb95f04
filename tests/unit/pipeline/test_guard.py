"""The guard, and takedowns in held passes: whatever says that an entry is not to be out, wherever it went."""

from __future__ import annotations

import errno
import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feedmill.config import loads
from feedmill.pipeline import Mill, PassReport, PassRequest
from feedmill.store.local.feeds_dir import Tree

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

    def build(self, *, now: datetime = NOW, warm: bool = False, full: bool = False) -> PassReport:
        settings = replace(loads(SITE + self.config, base=self.root), workers=1)
        with Mill(settings, clock=lambda: now) as mill:
            report = mill.run(PassRequest(full=full))
            if warm:
                mill.warm()
                mill.run(PassRequest())
            return report

    def forget(self) -> None:
        """The catalog is lost."""
        shutil.rmtree(self.root / ".feedmill")

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
        site.forget()
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


def test_who_gets_ready_while_held_mixes_no_entries_up(site: Site) -> None:
    site.config += "feeds: {limit: 4, formats: [atom], html: false}\n"
    site.build()
    for number in range(1, 5):
        (site.root / f"seeds/{number}.md").unlink()
    site.write("8.md", 8, "published: false\n")
    assert site.build(warm=True).held is not None
    for number in range(1, 5):
        site.write(f"{number}.md", number)
    settings = replace(loads(SITE + site.config, base=site.root), workers=1)
    with Mill(settings, clock=lambda: NOW) as mill:
        mill.warm()  # the catalog is of the pass before the held one
        assert mill.run(PassRequest()).held is None
    text = (site.root / "feeds/all.atom").read_text()
    assert re.findall(r"<title>(Entry.)</title>", text) == ["Entry7", "Entry6", "Entry5", "Entry4"]
    site.write("4.md", 4, "published: false\n")
    site.build()
    assert site.holding("Entry4") == []


@pytest.mark.parametrize(
    "other",
    [
        "feeds: {formats: [atom, rss]}",
        "feeds: {formats: [atom], html: false, archive: month}",
        "feeds: {formats: [atom], html: false, by: {types: all, authors: all}}",
        "feeds: {formats: [atom], html: false}\ncustom: [{slug: c, where: {topics: [News]}}]",
        "feeds: {formats: [atom], html: false}\ntopics: {News: {slug: neu}}",
    ],
)
def test_held_passes_under_one_config_and_another_take_down_and_name_what_is_there(
    site: Site, other: str
) -> None:
    guard = site.config
    one = f"{guard}feeds: {{formats: [atom], html: false}}\n"
    site.config = one
    site.build()
    site.lose()
    site.write("1.md", 1, "published: false\n")
    site.config = f"{guard}{other}\n"
    assert site.build().held is not None
    assert site.holding("Entry1") == []
    listed = json.loads((site.root / "feeds/feeds.json").read_text())["feeds"]
    addresses = [row[kind] for row in listed for kind in ("html", "atom", "rss") if kind in row]
    assert addresses
    for address in addresses:
        assert (site.root / "feeds" / address.removeprefix("https://f.example.org/")).is_file()
    site.config = one
    site.write("2.md", 2, "published: false\n")
    assert site.build().held is not None
    assert site.holding("Entry2") == site.holding("Entry1") == []
    assert "all.atom" in site.holding("Entry5")


def test_what_a_held_pass_could_not_replace_it_tries_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.build()
    site.lose()
    site.write("1.md", 1, "published: false\n")
    place = Tree.place

    def refuse(self: Tree, name: str, path: str, *, new: bool) -> None:
        if path == "all.atom":
            raise PermissionError(errno.EACCES, "no")
        place(self, name, path, new=new)

    monkeypatch.setattr(Tree, "place", refuse)
    assert site.build().held is not None
    assert site.holding("Entry1") == ["all.atom"]
    monkeypatch.undo()
    assert site.build().held is not None
    assert site.holding("Entry1") == []


@pytest.mark.parametrize("lost", [False, True])
def test_drafts_of_the_same_names_let_nothing_vanish(site: Site, lost: bool) -> None:
    for number in range(1, ENTRIES + 1):
        path = site.root / f"seeds/drafts/{number}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text((site.root / f"seeds/{number}.md").read_text().replace("x.org/", "x.org/d/"))
        path.write_text(path.read_text().replace("title", "draft: true\ntitle"))
    site.build()
    site.lose()
    if lost:
        site.forget()
    assert site.build().held is not None


def test_a_ledger_that_the_catalog_does_not_know_tells_what_is_lost(site: Site) -> None:
    site.build()
    shutil.copytree(site.root / ".feedmill", site.root / "older")
    site.write("9.md", 9)
    site.build()
    site.lose()
    site.forget()
    (site.root / "older").rename(site.root / ".feedmill")
    assert site.build().held is not None


def test_what_has_expired_is_not_lost(site: Site) -> None:
    for number in range(4, ENTRIES + 1):
        site.write(f"{number}.md", number, "expires: 2026-03-02\n")
    site.build()
    site.lose()
    assert site.build(now=NOW + timedelta(days=2)).held is None


@pytest.mark.parametrize("extra", ["date: 2027-01-01\n", "expires: 2026-02-01\n", "published: false\n"])
@pytest.mark.parametrize("how", ["", "full", "decoded otherwise", "after a takedown"])
def test_what_was_withheld_beside_it_for_long_takes_nothing_away(site: Site, extra: str, how: str) -> None:
    for number in range(4, ENTRIES + 1):
        site.write(f"next/{number}.md", number, extra)
        path = site.root / f"seeds/next/{number}.md"
        path.write_text(
            path.read_text().replace(
                f"date: 2026-01-0{number}\n", "" if "date" in extra else "date: 2026-01-01\n"
            )
        )
    site.build()
    assert "all.atom" in site.holding("Entry5")
    site.lose()
    if how == "decoded otherwise":
        site.config += "seeds: {fields: {heat: [warmth]}}\n"
    if how == "after a takedown":
        site.write("1.md", 1, "published: false\n")
        assert site.build().held is not None
    assert site.build(full=how == "full").held is not None
    assert "all.atom" in site.holding("Entry5")


@pytest.mark.parametrize("extra", ["published: false\n", "expires: 2026-02-01\n"])
def test_where_nobody_can_tell_what_moved_it_leaves_and_the_pass_is_held(site: Site, extra: str) -> None:
    site.build()
    for number in range(4, ENTRIES + 1):
        site.move(f"{number}.md", f"archive/{number}.md", extra)
    (site.root / "seeds/3.md").unlink()
    site.forget()
    assert site.build().held is not None
    assert site.holding("Entry5") == []
    assert "all.atom" in site.holding("Entry3")


@pytest.mark.parametrize(
    ("one", "to"), [("posts/one.md", "_drafts/one.md"), ("2026-01-01-one.md", "_drafts/one/index.md")]
)
def test_what_became_a_draft_of_another_title_is_taken_down(site: Site, one: str, to: str) -> None:
    site.config += "seeds: {link: '{path}/', fields: {link: [address]}}\n"
    site.move("1.md", one)
    site.build()
    assert "all.atom" in site.holding("Entry1")
    site.lose()
    (site.root / "seeds" / one).unlink()
    site.write(to, 9)
    assert site.build().held is not None
    assert site.holding("Entry1") == []
    assert "all.atom" in site.holding("Entry5")


def test_a_name_that_many_have_tells_one_from_others_with_its_folder_alone(site: Site) -> None:
    site.config += "seeds: {link: '{path}/', fields: {link: [address]}}\n"
    for number in range(1, ENTRIES + 1):
        site.move(f"{number}.md", f"{number}/post.md")
    site.build()
    for number in range(1, ENTRIES + 1):
        (site.root / f"seeds/{number}/post.md").unlink()
    site.write("_drafts/1/post.md", 9)
    site.write("_drafts/post.md", 9)
    assert site.build().held is not None
    assert site.holding("Entry1") == []
    assert "all.atom" in site.holding("Entry5")


def test_documents_that_are_lost_are_made_again_while_held(site: Site) -> None:
    site.build()
    feeds = site.root / "feeds"
    paths = [path for path in feeds.rglob("*.*") if path.is_file() and path.parent.name != ".feedmill"]
    before = {path: path.read_bytes() for path in paths}
    for path in before:
        path.unlink()
    site.lose()
    assert site.build().held is not None
    assert {path: path.read_bytes() for path in before} == before
    again = site.build()
    assert again.held is not None and again.written == 0
