"""Parts of the seeds folder: what is passed over is what surely is as it was."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedmill.config import loads
from feedmill.model.settings import ScanSettings
from feedmill.pipeline import Mill, PassRequest, parts
from feedmill.pipeline.parts import Stat
from feedmill.seeds import Found, scan, to_bytes
from untouched import let_rest

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SEED = "---\ntitle: {0}\nwebUrl: https://x.org/{1}\npublishedDateTime: 2026-01-01\n---\nText.\n"
Span = tuple[bytes, bytes | None]
AWKWARD = (
    b"a.md", b"b/x.md", b"b/b/y.md", b"b.md", b"b/z.md", b"b0.md", b"caf\xe9/c.md", b"d/e/f.md",
    b"\xff.md", b"Z.md",
)  # fmt: skip


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if few files were many."""
    monkeypatch.setattr(parts, "_FILES", 1)
    monkeypatch.setattr(parts, "_MANY", 0)


def _stats(settings: ScanSettings, start: bytes = b"", end: bytes | None = None) -> list[Stat]:
    return [
        (to_bytes(item.path), item.size, item.mtime_ns, item.ctime_ns, item.inode)
        for item in scan(settings, start=start, end=end)
        if isinstance(item, Found)
    ]


def test_a_part_given_up_is_not_as_it_was() -> None:
    assert parts._is_in_doubt("a.md", "took more than its time") is False


@given(st.sets(st.sampled_from(AWKWARD)), st.integers(1, 4))
def test_parts_are_the_whole_in_order(paths: set[bytes], most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "_FILES", most)
        found = list(parts.parts((path, 1, 2, 3, 4) for path in sorted(paths)))
    assert (found[0].start, found[-1].end) == (b"", None)
    assert [part.end for part in found[:-1]] == [part.start for part in found[1:]]
    for part in found[:-1]:
        inside = [path for path in paths if part.start <= path and (part.end is None or path < part.end)]
        assert len(inside) >= most


def test_spans_of_a_scan_are_the_whole_in_order(tmp_path: Path, small: None) -> None:
    for path in AWKWARD:
        file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/seeds/" + path))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
    settings = loads("site: {title: T, url: 'https://f.example.org/'}\n", base=tmp_path).scan
    whole = _stats(settings)
    assert [stat[0] for stat in whole] == sorted(AWKWARD)
    found = list(parts.parts(whole))
    assert len(found) == 8
    assert [stat for part in found for stat in _stats(settings, part.start, part.end)] == whole
    assert all(parts.are_as_known(settings, found, 1))


def test_a_file_that_is_to_be_read_again_is_never_as_it_was(small: None) -> None:
    assert [part.digest for part in parts.parts([(b"a.md", 1, -1, 3, 4)])] == [""]


def test_nor_is_one_beside_a_file_from_before_1970(tmp_path: Path) -> None:
    """Whose stat looks as if it had to be read again, too."""
    (tmp_path / "seeds").mkdir()
    for name, seconds in (("a.md", 1_000_000), ("old.md", -1_000_000)):
        (tmp_path / "seeds" / name).write_text("x")
        os.utime(tmp_path / "seeds" / name, (seconds, seconds))
    settings = loads("site: {title: T, url: 'https://f.example.org/'}\n", base=tmp_path).scan
    (part,) = parts.parts(_stats(settings))
    assert part.digest == ""
    assert not any(parts.are_as_known(settings, [part], 1))


class Site:
    """A mill over three folders and two files, with two processes."""

    def __init__(self, root: Path) -> None:
        self.seeds = root / "seeds"
        for name in ("a/1", "a/2", "b/3", "c/4", "d", "e"):
            self.write(f"{name}.md", name[-1])
        config = "site: {title: T, url: 'https://f.example.org/'}\nseeds: {workers: 2}\n"
        self.mill = Mill(loads(config, base=root), clock=lambda: NOW)

    def write(self, name: str, title: str) -> None:
        path = self.seeds / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SEED.format(title, name))
        os.utime(path, (1_000_000, 1_000_000))
        let_rest(path)


def _edit_two(site: Site) -> None:
    site.write("c/4.md", "X")
    site.write("d.md", "Y")


CHANGES: dict[str, tuple[Callable[[Site], object], tuple[int, int, int], list[Span]]] = {
    "nothing": (lambda site: None, (0, 0, 0), []),
    "an edit": (lambda site: site.write("b/3.md", "X"), (0, 1, 0), [(b"b/", b"c/")]),
    "an edit at the top": (lambda site: site.write("d.md", "X"), (0, 1, 0), [(b"d.md", b"e.md")]),
    "two beside each other": (_edit_two, (0, 2, 0), [(b"c/", b"e.md")]),
    "one more before all": (lambda site: site.write("0.md", "X"), (1, 0, 0), [(b"", b"b/")]),
    "one more behind all": (lambda site: site.write("z/z.md", "X"), (1, 0, 0), [(b"e.md", None)]),
    "one more between": (lambda site: site.write("b.md", "X"), (1, 0, 0), [(b"", b"b/")]),
    "a folder gone": (
        lambda site: shutil.rmtree(site.seeds / "b"),
        (0, 0, 1),
        [(b"b/", b"c/")],
    ),
    "a link that leads nowhere": (
        lambda site: (site.seeds / "b/l.md").symlink_to("nowhere"), (0, 0, 0), [(b"b/", b"c/")],
    ),
}  # fmt: skip


@pytest.fixture
def site(tmp_path: Path, small: None) -> Iterator[Site]:
    site = Site(tmp_path)
    with site.mill:
        site.mill.run(PassRequest())
        yield site


@pytest.fixture
def walked(site: Site, monkeypatch: pytest.MonkeyPatch) -> list[Span]:
    """The spans that are walked from now on."""
    spans: list[Span] = []

    def note(settings: ScanSettings, under: str = "", *, start: bytes, end: bytes | None) -> object:
        spans.append((start, end))
        return scan(settings, under, start=start, end=end)

    monkeypatch.setattr("feedmill.pipeline.ingest.scan", note)
    return spans


@pytest.mark.parametrize("what", CHANGES)
def test_a_pass_walks_what_has_changed_and_sees_it(site: Site, what: str, walked: list[Span]) -> None:
    change, counts, spans = CHANGES[what]
    change(site)
    report = site.mill.run(PassRequest())
    assert (report.appeared, report.changed, report.vanished) == counts
    assert walked == spans
    assert len(report.problems) == (what == "a link that leads nowhere")


def test_what_somebody_tells_of_is_walked_whatever_its_stat_says(site: Site, walked: list[Span]) -> None:
    site.mill.run(PassRequest(hints=frozenset({"b/3.md"})))
    assert walked == [(b"b/", b"c/")]


def test_a_folder_that_cannot_be_listed_is_told_once(site: Site) -> None:
    site.seeds.rename(site.seeds.with_name("elsewhere"))
    report = site.mill.run(PassRequest())
    assert [problem.message for problem in report.problems if "seeds folder" in problem.message] == [
        "the seeds folder cannot be read: No such file or directory"
    ]
    assert report.held is not None
