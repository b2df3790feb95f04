"""Publications that were cut off, by a kill or by a disk: what they made visible outlives no takedown."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedmill.config import loads
from feedmill.pipeline import Mill, PassReport, PassRequest
from feedmill.store.local.feeds_dir import Tree
from feedmill.store.local.store import LocalStore

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SITE = "site: {title: T, url: 'https://f.example.org/'}\nguard: {min_entries: 3, max_vanished: 30%}\n"


class Killed(BaseException):
    """Nothing of the process runs any more."""


class Site:
    """Four entries; what is published can be cut off after a number of documents."""

    def __init__(self, root: Path, patch: pytest.MonkeyPatch) -> None:
        self.root = root
        self._patch = patch
        (root / "seeds").mkdir()
        for number in range(1, 5):
            self.write(f"{number}.md", f"Entry{number}", f"2026-01-0{number}")

    def write(self, name: str, title: str, date: str, extra: str = "") -> None:
        (self.root / "seeds" / name).write_text(
            f"---\ntitle: {title}\nlink: https://x.org/{name}\ndate: {date}\n{extra}---\nText.\n"
        )

    def lose(self) -> None:
        for number in range(1, 4):
            (self.root / f"seeds/{number}.md").unlink()

    def build(self, config: str = "") -> PassReport:
        settings = replace(loads(SITE + config, base=self.root), workers=1)
        with Mill(settings, clock=lambda: NOW) as mill:
            return mill.run(PassRequest())

    def killed(self, after: int, config: str = "") -> None:
        """Build, and be killed right after a number of documents was placed."""
        with self._patch.context() as patch:
            self._cut(patch, after, Killed())
            patch.setattr(LocalStore, "close", lambda store: store._ledger.close())
            with pytest.raises(Killed):
                self.build(config)

    def fail(self, after: int, config: str = "") -> None:
        """Build on a disk that breaks after a number of documents."""
        with self._patch.context() as patch:
            self._cut(patch, after, OSError(errno.EIO, "broken"))
            with pytest.raises(Exception, match="broken"):
                self.build(config)

    def _cut(self, patch: pytest.MonkeyPatch, after: int, how: BaseException) -> None:
        place, placed = Tree.place, 0

        def cut(tree: Tree, name: str, path: str, *, new: bool) -> None:
            nonlocal placed
            if placed == after:
                raise how
            place(tree, name, path, new=new)
            placed += 1

        patch.setattr(Tree, "place", cut)

    def paths(self) -> set[str]:
        feeds = self.root / "feeds"
        found = (path.relative_to(feeds) for path in feeds.rglob("*") if path.is_file())
        return {path.as_posix() for path in found if path.parts[0] != ".feedmill"}

    def holding(self, text: str) -> set[str]:
        return {
            path
            for path in self.paths()
            if text in (self.root / "feeds" / path).read_text("utf-8", "replace")
        }


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    return Site(tmp_path, monkeypatch)


Cut = Callable[[Site, int, str], None]
CUTS = pytest.mark.parametrize("cut", [Site.killed, Site.fail])
NUMBERS = pytest.mark.parametrize("after", [1, 3, 6])


@CUTS
@NUMBERS
def test_an_entry_withheld_since_leaves_what_was_new(site: Site, cut: Cut, after: int) -> None:
    site.build("feeds: {limit: 2}")
    before = site.paths()
    site.write("old.md", "SECRET", "2020-01-09", "topics: [Secret]\n")
    cut(site, after, "feeds: {limit: 2}")
    assert site.holding("SECRET")
    site.write("old.md", "SECRET", "2020-01-09", "topics: [Secret]\ndraft: true\n")
    site.build("feeds: {limit: 2}")
    assert (site.holding("SECRET"), site.paths()) == (set(), before)


@CUTS
def test_an_entry_withheld_since_leaves_what_was_replaced(site: Site, cut: Cut) -> None:
    site.build()
    site.write("e.md", "SECRET", "2026-01-09")
    cut(site, 2, "")
    assert site.holding("SECRET")
    site.write("e.md", "SECRET", "2026-01-09", "draft: true\n")
    site.build()
    assert site.holding("SECRET") == set()


@CUTS
@pytest.mark.parametrize(
    "other", ["custom: [{slug: best, where: {paths: ['*.md']}}]", "feeds: {formats: [atom, rss]}"]
)
def test_what_another_config_made_goes_with_it(site: Site, cut: Cut, other: str) -> None:
    config = "feeds: {formats: [atom]}"
    site.build(config)
    cut(site, 3, f"{config}\n{other}" if "custom" in other else other)
    site.write("4.md", "Entry4", "2026-01-04", "draft: true\n")
    site.build(config)
    assert site.holding("Entry4") == set()


@pytest.mark.parametrize("config", ["", "copies: {old.xml: all.atom}"])
@NUMBERS
def test_a_held_pass_takes_down_what_was_cut_off(site: Site, after: int, config: str) -> None:
    site.build()
    site.write("e.md", "SECRET", "2026-01-09", "topics: [Secret]\n")
    site.killed(after, config)
    assert site.holding("SECRET")
    site.lose()
    site.write("e.md", "SECRET", "2026-01-09", "topics: [Secret]\npublished: false\n")
    assert site.build().held is not None
    assert site.holding("SECRET") == set()
    assert "all.atom" in site.holding("Entry1")


def test_a_held_pass_mends_what_was_cut_off(site: Site) -> None:
    site.build()
    site.killed(3, "feeds: {limit: 2}")
    site.lose()
    assert site.build().held is not None
    with LocalStore(site.root / "feeds") as store:
        assert store.verify(hash_all=True) == frozenset()


def test_the_feed_of_a_first_build_that_was_killed_leaves_no_trace(site: Site) -> None:
    site.write("e.md", "SECRET", "2026-01-09", "topics: [Secret]\n")
    site.killed(8)
    assert site.holding("SECRET")
    site.write("e.md", "SECRET", "2026-01-09", "topics: [Secret]\npublished: false\n")
    site.build()
    assert {path for path in site.paths() if "secret" in path} == set()
    assert site.holding("Secret") == set()


def test_nobody_gets_what_was_cut_off_until_a_pass_has_ended(site: Site) -> None:
    site.build("feeds: {limit: 2}")
    site.write("old.md", "SECRET", "2020-01-09", "topics: [Secret]\n")
    site.killed(3, "feeds: {limit: 2}")
    cut = site.holding("SECRET")
    with LocalStore(site.root / "feeds") as store:
        assert cut <= store.generation().suspended
    site.build("feeds: {limit: 2}")
    with LocalStore(site.root / "feeds") as store:
        assert store.generation().suspended == frozenset()


@pytest.mark.parametrize("held", [False, True])
def test_an_older_ledger_put_back_by_hand_keeps_nothing_out(site: Site, held: bool) -> None:
    site.build("feeds: {limit: 2}\ncopies: {old.xml: all.atom}")
    ledger = site.root / "feeds/.feedmill/ledger.db"
    older = ledger.read_bytes()
    site.write("old.md", "SECRET", "2020-01-09", "topics: [Secret]\n")
    site.build("feeds: {limit: 2}\ncopies: {secret.xml: topics/secret.atom}")
    assert {"topics/secret.atom", "secret.xml"} <= site.holding("SECRET")
    ledger.write_bytes(older)
    site.write("old.md", "SECRET", "2020-01-09", "topics: [Secret]\ndraft: true\n")
    if held:
        site.lose()
    assert (
        site.build("feeds: {limit: 2}\ncopies: {secret.xml: topics/secret.atom}").held is not None
    ) is held
    assert site.holding("SECRET") == set()
