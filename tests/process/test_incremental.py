"""The spine: incremental passes equal a cold build with the same ledger, byte for byte.

Any sequence of edits, flag flips, breakages, mendings, deletions, renames and clock steps, over a
small folder in which labels differ in case, links collide and dates lie on both sides of now.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from unittest.mock import patch

import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from feedmill.catalog import Catalog
from feedmill.config import loads
from feedmill.model.seed import Reason
from feedmill.model.settings import Settings
from feedmill.pipeline import Mill, PassReport, PassRequest

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
MEMORY = Path("/dev/shm")  # a file system in memory: thousands of passes, each with its fsyncs
FILES = ["a.md", "b.html", "sub/c.md", "sub/deep/d.txt", "2026-02-27-e.md", "z.md"]

CONFIG = """
site: {title: Test, url: "https://feeds.example.org/", home: "https://x.org/"}
seeds:
  link: "{year}/{name}/"
  rules:
    - {paths: ["sub/deep/**"], link: "deep/{title|slug}/", defaults: {topics: [Deep], provider: Us}}
    - {paths: ["sub/**"], link: "{field:type}/{slug}/"}
  excerpt: {words: 3}
  templates: strip
copies: {feed.xml: all.atom, old/ai.xml: topics/ai.rss, 02.xml: all/2026-02.atom}
guard: {min_entries: 1000}
feeds: {limit: 3, archive: month, related: 1, by: {authors: all, types: all}}
authors: {ann: {name: Ann Lee, aliases: [Ann]}}
topics: {"Artificial Intelligence": {slug: ai, aliases: [AI], title: Machines}}
custom:
  - {slug: best, title: Best, where: {quality: {min: 50}}, order: quality, limit: 2}
  - {slug: hot, title: Hot, where: {heat: {min: 1}, not: {topics: [C++]}}}
  - {slug: sub, title: Sub, where: {paths: ["sub/**"], not: {authors: [Ann Lee]}}}
  - {slug: show, title: Show, podcast: {image: "https://x.org/c.jpg", categories: Arts, explicit: true}}
"""
OTHER = (
    CONFIG.replace("limit: 3", "limit: 2")
    .replace(", title: Machines", "")
    .replace("deep/{title|slug}/", "{title|jekyll}/{yday}/")
    .replace("defaults: {topics: [Deep]", "defaults: {topics: [Below]")
    .replace("templates: strip", "templates: keep")
    .replace("related: 1", 'html: false, title: "{term} · {site}"')
    .replace("explicit: true", "type: serial")
    .replace("archive: month", "archive: year")
    .replace("authors: all, types: all", "topics: listed, providers: off, authors: listed")
)


def _instant(hours: int) -> str:
    return (START + timedelta(hours=hours)).isoformat()


_ENCLOSURES = [
    "images: [/one.png]",
    "audio: {url: /a.mp3}",
    "audio: {url: /a.mp3, length: 5, duration: 1:30}",
    "video: {url: /a.mp4, length: 7}\nexplicit: no\nepisode: 2\npeople: [Ann]\nchapters: ['0:00 One']",
]


def in_syntax(syntax: str, fields: Sequence[str]) -> str:
    """Return lines of YAML as a whole header, in YAML or what Hugo would convert it into."""
    lines = "\n".join(fields)
    if syntax == "yaml":
        return f"---\n{lines}\n---\n"
    values: dict[str, object] = yaml.load(lines, Loader=yaml.BaseLoader)
    if syntax == "json":
        return json.dumps(values, indent=1, ensure_ascii=False) + "\n"
    return "+++\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in values.items()) + "+++\n"


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


@st.composite
def seed_texts(draw: st.DrawFn) -> str:
    """Return a seed, whole or broken, as an author or a half-finished save leaves it."""
    fields = [f"title: {draw(st.sampled_from(['One', 'Two', 'EUâ€™s &amp; <b>Three</b>']))}"]
    link = draw(
        st.sampled_from(["https://x.org/1", "http://X.org:80/1", "https://x.org/2", "/3", "ftp://no", None])
    )
    if link is not None:
        fields.append(f"webUrl: {link}")
    if draw(st.integers(0, 4)) == 0:
        fields.append("language: ar")
    published = draw(st.sampled_from([None, -9000, -1500, -48, -3, -1, 0, 1, 3, 30]))
    if published is not None:
        fields.append(f"publishedDateTime: {_instant(published)}")
    if draw(st.booleans()):
        fields.append(f"updatedDateTime: {_instant(draw(st.sampled_from([-50, -2, 2, 29])))}")
    if draw(st.integers(0, 3)) == 0:
        expiry = draw(st.sampled_from([_instant(-2), _instant(2), _instant(28), "someday"]))
        fields.append(f"expiryDateTime: {expiry}")
    flag = draw(st.sampled_from([None, None, "true", "yes", "false", "flase", "false"]))
    if flag is not None:
        fields.append(f"published: {flag}")
    if draw(st.integers(0, 7)) == 0:
        fields.append("removed: true")
    topics = draw(
        st.lists(st.sampled_from(["AI", "ai", "Artificial  intelligence", "C++", "Data_Science"]), max_size=3)
    )
    fields.append(f"topics: [{', '.join(topics)}]")
    provider = draw(
        st.sampled_from([None, "AWS", "aws", "{name: RT, domain: rt.com, authors: [{name: Ann}]}"])
    )
    if provider is not None:
        fields.append(f"provider: {provider}")
    author = draw(st.sampled_from([None, None, "ann", "Bob", "[Ann Lee, Bob]"]))
    if author is not None:
        fields.append(f"author: {author}")
    if draw(st.booleans()):
        fields.append("type: talk")
    fields.append(f"quality: {draw(st.sampled_from([10, 50, 90]))}")
    fields.append(f"heat: {draw(st.sampled_from([-1, 0, 5, 'hot']))}")
    if draw(st.booleans()):
        fields.append("related: [{title: R, webUrl: 'https://r.org/'}]")
    fields.append(draw(st.sampled_from(_ENCLOSURES)))
    bodies = ["", "Some *text*.\n", "<p>Hello <a href='/x'>there</a></p>", "One <!--more--> two {% x %}\n"]
    header = in_syntax(draw(st.sampled_from(["yaml", "yaml", "toml", "json"])), draw(st.permutations(fields)))
    text = header + draw(st.sampled_from(bodies))
    broken = draw(st.sampled_from(["", "", "", "", "cut", "quote", "empty", "plain"]))
    if broken == "cut":
        return text[: draw(st.integers(4, len(text)))]
    if broken == "quote":
        return text.replace("title", 'title: "', 1)
    return "" if broken == "empty" else "# a heading\n" if broken == "plain" else text


@dataclass(frozen=True)
class Write:
    """Save a file."""

    name: str
    text: str


@dataclass(frozen=True)
class Delete:
    """Delete a file."""

    name: str


@dataclass(frozen=True)
class Rename:
    """Move a file, over another one where there is one."""

    name: str
    to: str


@dataclass(frozen=True)
class Step:
    """Set the clock."""

    hours: int


@dataclass(frozen=True)
class Configure:
    """Switch to the other config, or back."""


names = st.sampled_from(FILES)
operations = st.one_of(
    st.builds(Write, names, seed_texts()),
    st.builds(Write, names, seed_texts()),
    st.builds(Write, names, seed_texts()),
    st.builds(Delete, names),
    st.builds(Rename, names, names),
    st.builds(Step, st.sampled_from([-800, -40, -2, 1, 2, 3, 30, 800])),
    st.builds(Configure),
)
batches = st.lists(st.lists(operations, min_size=1, max_size=4), min_size=1, max_size=7)


class Site:
    """A folder, a clock and a config, milled incrementally by one mill."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "seeds").mkdir()
        self.now = START
        self.text = CONFIG

    def settings(self, name: str = "main") -> Settings:
        """Return settings whose feeds and state are in the folder `name`."""
        found = loads(self.text, base=self.root)
        base = self.root / name
        return replace(
            found,
            feeds_dir=base / "feeds",
            configured_feeds_dir=base / "feeds",
            state_dir=base / "state",
            workers=1,
        )

    def apply(self, operation: object) -> None:
        """Do what an author, a clock or an operator does."""
        seeds = self.root / "seeds"
        match operation:
            case Write(name, text):
                (seeds / name).parent.mkdir(parents=True, exist_ok=True)
                (seeds / name).write_text(text)
            case Delete(name):
                (seeds / name).unlink(missing_ok=True)
            case Rename(name, to) if (seeds / name).exists():
                (seeds / to).parent.mkdir(parents=True, exist_ok=True)
                (seeds / name).rename(seeds / to)
            case Step(hours):
                self.now += timedelta(hours=hours)
            case Configure():
                self.text = OTHER if self.text == CONFIG else CONFIG

    def paths(self, operations: list[object]) -> frozenset[str]:
        """Return the paths that a watcher would hint at."""
        return frozenset(
            path
            for operation in operations
            for path in (getattr(operation, "name", None), getattr(operation, "to", None))
            if path is not None
        )

    @contextmanager
    def mill(self, name: str = "main") -> Iterator[Mill]:
        """Open a mill."""
        with Mill(self.settings(name), clock=lambda: self.now) as mill:
            yield mill

    def cold(self, ledger: Path | None) -> tuple[dict[str, bytes], PassReport]:
        """Build in a new folder without a catalog, with a copy of `ledger`."""
        shutil.rmtree(self.root / "cold", ignore_errors=True)
        if ledger is not None and ledger.exists():
            shutil.copytree(ledger, self.root / "cold/feeds/.feedmill")
        with Mill(self.settings("cold"), clock=lambda: self.now, catalog=Catalog()) as mill:
            report = mill.run(PassRequest())
        return published(self.root / "cold/feeds"), report


def published(folder: Path) -> dict[str, bytes]:
    """Return every document by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".feedmill" not in path.parts
    }


def counted(report: PassReport) -> tuple[object, ...]:
    """Return what a pass without a catalog must agree on.

    It cannot know that a file which is no seed now was a withheld one before: that counts as invalid.
    """
    known = {reason: n for reason, n in report.withheld.items() if reason is not Reason.INVALID}
    return report.eligible, report.kept, known, report.next_change


@given(batches, st.booleans())
@settings(
    max_examples=int(os.environ.get("FEEDMILL_TORTURE", "0")) or 25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)
def test_incremental_equals_cold(history: list[list[object]], hinted: bool) -> None:
    """Each pass is a mill's first, so whatever it does not print it recalls from what is published."""
    recalls = patch("feedmill.render.renderer._WORTH", 0)
    with recalls, tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        site = Site(Path(folder))
        ledger = site.root / "main/feeds/.feedmill"
        before = site.root / "before"
        for number, operations in enumerate(history):
            shutil.rmtree(before, ignore_errors=True)
            if ledger.exists():
                shutil.copytree(ledger, before)
            for operation in operations:
                site.apply(operation)
            with site.mill() as mill:
                paths = site.paths(operations) if hinted and number else None
                report = mill.run(PassRequest(paths=paths))
            documents = published(site.root / "main/feeds")
            assert documents.keys() == set(mill.store.documents)
            with_past, cold = site.cold(before)
            assert with_past == documents
            assert counted(cold) == counted(report)
            with_present, _ = site.cold(ledger)
            assert with_present == documents


@given(batches)
@settings(
    max_examples=int(os.environ.get("FEEDMILL_TORTURE", "0")) or 75,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)
def test_a_mill_that_goes_on_equals_cold(history: list[list[object]]) -> None:
    """One mill for all passes, as in the daemon, whatever it remembers; for another config another one."""
    memory = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory) as folder, ExitStack() as opened:
        site, text = Site(Path(folder)), ""
        for operations in history:
            for operation in operations:
                site.apply(operation)
            goes_on, text = site.text == text, site.text
            if not goes_on:
                opened.close()
                mill = opened.enter_context(site.mill())
            mill.run(PassRequest(paths=site.paths(operations) if goes_on else None))
            assert site.cold(site.root / "main/feeds/.feedmill")[0] == published(site.root / "main/feeds")


@dataclass(frozen=True)
class Change:
    """One field of a seed that is in the feeds is said differently."""

    name: str
    line: str


_LINES = {
    "title": ["title: One", "title: Two & <b>more</b>"],
    "date": [f"publishedDateTime: {_instant(hours)}" for hours in (-900, -9, -6, -3, 0, 3)],
    "topics": ["topics: [AI]", "topics: [AI, C++]", "topics: []"],
    "flag": ["published: true", "published: false"],
    "quality": ["quality: 10", "quality: 60", "quality: 90"],
    "played": _ENCLOSURES,
}
changes = st.lists(
    st.lists(
        st.builds(Change, names, st.sampled_from([*chain.from_iterable(_LINES.values())])),
        min_size=1,
        max_size=2,
    ),
    min_size=1,
    max_size=8,
)


@given(changes)
@settings(
    max_examples=int(os.environ.get("FEEDMILL_TORTURE", "0")) or 25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
def test_what_is_recalled_equals_cold(history: list[list[Change]]) -> None:
    """Six seeds in the same few feeds, edited; a new mill each time, which has printed nothing yet."""
    seeds = {name: {field: lines[0] for field, lines in _LINES.items()} for name in FILES}
    recalls = patch("feedmill.render.renderer._WORTH", 0)
    with recalls, tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        site = Site(Path(folder))
        for step in [[], *history]:
            for change in step:
                field = next(field for field, lines in _LINES.items() if change.line in lines)
                seeds[change.name][field] = change.line
            for name, fields in seeds.items():
                header = "\n".join([*fields.values(), f"webUrl: https://x.org/{FILES.index(name)}"])
                site.apply(Write(name, f"---\n{header}\n---\nText.\n"))
            with site.mill() as mill:
                mill.run(PassRequest(paths=frozenset(FILES) if step else None))
            documents = published(site.root / "main/feeds")
            assert site.cold(site.root / "main/feeds/.feedmill")[0] == documents
