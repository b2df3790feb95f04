from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedmill.model.filename import to_bytes, to_text
from feedmill.model.seed import Severity
from feedmill.model.settings import ScanSettings
from feedmill.seeds.scan import Found, ScanProblem, found_of, look, scan
from nobody import as_nobody


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    folder.mkdir()
    return folder


def write(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def everything(folder: Path, under: str = "", **globs: tuple[str, ...]) -> list[Found | ScanProblem]:
    return list(scan(ScanSettings(dir=folder, **globs), under))


def paths(folder: Path, under: str = "", **globs: tuple[str, ...]) -> list[str]:
    items = everything(folder, under, **globs)
    assert [item.problem for item in items if isinstance(item, ScanProblem)] == []
    return [item.path for item in items if isinstance(item, Found)]


def problem(folder: Path) -> ScanProblem:
    problems = [item for item in everything(folder) if isinstance(item, ScanProblem)]
    assert len(problems) == 1
    return problems[0]


def test_finds_seeds_in_the_order_of_their_paths(seeds: Path) -> None:
    names = [
        "b.md",
        "a/z.md",
        "a-1.md",
        "a.md",
        "a/b/c.md",
        "Z.md",
        "_posts/x.html",
        "é.txt",
        "😀.md",
        "ﬁ.md",
    ]
    for name in names:
        write(seeds / name)
    assert paths(seeds) == sorted(names, key=to_bytes)


def test_gives_the_stat(seeds: Path) -> None:
    status = write(seeds / "a.md", "hello").stat()
    expected = found_of("a.md", status)
    assert everything(seeds) == [expected]
    assert look(ScanSettings(dir=seeds), "a.md") == expected


def test_passes_over_what_is_no_seed(seeds: Path) -> None:
    for name in ("a.png", ".a.md", ".git/a.md", "a.md~", "#a.md#", "a.md.swp", "4913", "x/.#a.md", "README"):
        write(seeds / name)
    (seeds / "empty").mkdir()
    assert paths(seeds) == []


def test_excluded_folders_are_not_entered(seeds: Path) -> None:
    write(seeds / "drafts" / "a.md")
    write(seeds / "b.md")
    (seeds / "drafts" / "away.md").symlink_to("/nowhere")
    assert paths(seeds, exclude=("drafts",)) == ["b.md"]
    assert paths(seeds, "drafts/", exclude=("drafts",)) == []


@pytest.mark.parametrize(
    "name",
    [
        b"new\nline.md",
        "😀.md".encode(),
        b"\xff\xfe.md",
        b"a" * 252 + b".md",
        b"-rf.md",
        b"a\\b.md",
        b"\xed\xa0\x80.md",
    ],
)
def test_any_name_works(seeds: Path, name: bytes) -> None:
    descriptor = os.open(os.fsencode(seeds) + b"/" + name, os.O_CREAT | os.O_WRONLY)
    os.close(descriptor)
    [path] = paths(seeds)
    assert to_bytes(path) == name
    assert isinstance(look(ScanSettings(dir=seeds), path), Found)


def test_under_walks_one_folder(seeds: Path) -> None:
    for name in ("a/x.md", "a/b/y.md", "ab/z.md", "t.md"):
        write(seeds / name)
    (seeds / "link").symlink_to("a")
    assert paths(seeds, "a/") == ["a/b/y.md", "a/x.md"]
    assert paths(seeds, "a/b/") == ["a/b/y.md"]
    assert [paths(seeds, under) for under in ("gone/", "link/", ".git/", "../seeds/", "a//", "t.md/")] == [
        []
    ] * 6


@pytest.fixture
def deep() -> Iterator[Path]:
    """Folders in folders, beyond PATH_MAX, Python's recursion limit and what shutil and pytest can remove."""
    seeds = Path(tempfile.mkdtemp())
    here = os.open(seeds, os.O_RDONLY)
    for _ in range(2100):
        os.mkdir("d", dir_fd=here)
        there = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = there
    os.close(here)
    yield seeds
    subprocess.run(["rm", "-rf", seeds], check=True)


def test_a_very_deep_folder_ends_no_program(deep: Path) -> None:
    write(deep / "z.md")
    items = everything(deep)
    assert isinstance(items[-1], Found)
    assert isinstance(items[0], ScanProblem)
    assert items[0].prefix
    assert "File name too long" in items[0].problem.message


# Links


def test_a_link_to_a_file_inside_is_followed(seeds: Path) -> None:
    status = write(seeds / "b" / "real.md", "hello").stat()
    (seeds / "a.md").symlink_to("b/real.md")
    assert everything(seeds)[0] == found_of("a.md", status)
    (seeds / "c.md").symlink_to(seeds / "a.md")
    assert paths(seeds) == ["a.md", "b/real.md", "c.md"]


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("../outside.md", "leads out of the seeds folder"),
        ("/etc/passwd", "leads out of the seeds folder"),
        ("../seeds-too/x.md", "leads out of the seeds folder"),
        ("nowhere.md", "does not exist"),
        ("a.md", "leads back to itself"),
        ("file/x.md", "does not exist"),
    ],
)
def test_a_link_that_leads_elsewhere_is_an_error(seeds: Path, target: str, why: str) -> None:
    write(seeds.parent / "outside.md")
    write(seeds.parent / "seeds-too" / "x.md")
    write(seeds / "file")
    (seeds / "a.md").symlink_to(target)
    found = problem(seeds)
    assert why in found.problem.message
    assert (found.problem.path, found.problem.severity, found.prefix) == ("a.md", Severity.ERROR, None)
    assert look(ScanSettings(dir=seeds), "a.md") == found


def test_links_to_folders_are_not_followed(seeds: Path, tmp_path: Path) -> None:
    write(tmp_path / "outside" / "x.md")
    write(seeds / "inside" / "y.md")
    (seeds / "out").symlink_to("../outside")
    (seeds / "in.md").symlink_to("inside")
    (seeds / "loop").symlink_to(".")
    (seeds / ".hidden").symlink_to("inside")
    (seeds / "gone").symlink_to("nowhere")
    items = everything(seeds)
    assert [item.path for item in items if isinstance(item, Found)] == ["inside/y.md"]
    notices = [item.problem for item in items if isinstance(item, ScanProblem)]
    assert [(notice.path, notice.severity) for notice in notices] == [
        (name, Severity.NOTICE) for name in ("in.md", "loop", "out")
    ]
    assert look(ScanSettings(dir=seeds), "out/x.md") is None
    assert look(ScanSettings(dir=seeds), "loop/inside/y.md") is None


def test_the_seeds_folder_itself_may_be_a_link(seeds: Path, tmp_path: Path) -> None:
    write(seeds / "a.md")
    (seeds / "b.md").symlink_to("a.md")
    (tmp_path / "link").symlink_to("seeds")
    assert paths(tmp_path / "link") == ["a.md", "b.md"]
    assert isinstance(look(ScanSettings(dir=tmp_path / "link"), "b.md"), Found)


# What is no file


@pytest.fixture(params=["folder", "pipe", "socket"])
def oddity(request: pytest.FixtureRequest, seeds: Path) -> Iterator[str]:
    path = seeds / "x.md"
    with socket.socket(socket.AF_UNIX) as listener:
        if request.param == "folder":
            path.mkdir()
        elif request.param == "pipe":
            os.mkfifo(path)
        else:
            here = Path.cwd()
            os.chdir(seeds)  # the address is short
            listener.bind("x.md")
            os.chdir(here)
        yield request.param


def test_what_is_no_file_is_a_notice(seeds: Path, oddity: str) -> None:
    found = problem(seeds)
    assert oddity in found.problem.message
    assert (found.problem.path, found.problem.severity, found.prefix) == ("x.md", Severity.NOTICE, None)
    assert look(ScanSettings(dir=seeds), "x.md") == found


def test_a_folder_named_like_a_seed_is_entered(seeds: Path) -> None:
    write(seeds / "x.md" / "y.md")
    assert [item.path for item in everything(seeds) if isinstance(item, Found)] == ["x.md/y.md"]


def test_a_link_to_a_device_leads_out(seeds: Path) -> None:
    (seeds / "x.md").symlink_to("/dev/zero")
    assert "leads out" in problem(seeds).problem.message


# What cannot be listed


def test_a_missing_seeds_folder(tmp_path: Path) -> None:
    found = problem(tmp_path / "gone")
    assert found.prefix == ""
    assert found.problem.message == "the seeds folder cannot be read: No such file or directory"
    assert found.problem.path == str(tmp_path / "gone")
    assert list(scan(ScanSettings(dir=tmp_path / "gone"), "a/")) == [found]


def test_a_seeds_folder_that_is_a_file(tmp_path: Path) -> None:
    assert problem(write(tmp_path / "file")).prefix == ""


@pytest.mark.parametrize("mode", [0o000, 0o600])
def test_an_unreadable_folder_is_named(public: Path, mode: int) -> None:
    for name in ("a.md", "b/x.md", "b/y.md", "b/c/z.md", "d.md"):
        write(public / name)
    if os.geteuid() == 0:
        os.chown(public / "b", 65534, 65534)
    (public / "b").chmod(mode)
    with as_nobody():
        items = everything(public)
    (public / "b").chmod(0o700)
    assert [item.path for item in items if isinstance(item, Found)] == ["a.md", "d.md"]
    problems = [item for item in items if isinstance(item, ScanProblem)]
    assert [item.prefix for item in problems] == (["b/"] if mode == 0 else ["b/c/", "b/"])
    assert {item.problem.message for item in problems} == {"the folder cannot be read: Permission denied"}


def test_what_vanishes_meanwhile_is_passed_over(seeds: Path) -> None:
    for name in ("a.md", "b.md", "c/d.md", "e.md"):
        write(seeds / name)
    items = scan(ScanSettings(dir=seeds))
    first = next(items)
    (seeds / "b.md").unlink()
    (seeds / "c" / "d.md").unlink()
    (seeds / "c").rmdir()
    assert [item.path for item in (first, *items) if isinstance(item, Found)] == ["a.md", "e.md"]


def test_look_passes_over_what_is_not_there(seeds: Path) -> None:
    write(seeds / "a.md")
    settings = ScanSettings(dir=seeds)
    for path in (
        "gone.md",
        "a.md/b.md",
        "x/y.md",
        "a.png",
        ".a.md",
        "../seeds/a.md",
        "/etc/passwd",
        "a\0.md",
    ):
        assert look(settings, path) is None


def test_memory_does_not_grow_with_the_number_of_folders(seeds: Path) -> None:
    def peak() -> int:
        tracemalloc.start()
        count = sum(1 for _ in scan(ScanSettings(dir=seeds)))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count
        return peak

    for folder in range(3):
        for name in range(50):
            write(seeds / f"{folder:03}" / f"{name:03}.md")
    peak()
    few = peak()
    for folder in range(3, 60):
        for name in range(50):
            write(seeds / f"{folder:03}" / f"{name:03}.md")
    assert peak() < few + 20_000


def test_names_survive_the_way_through_text() -> None:
    assert to_bytes(to_text(bytes(range(1, 256)))) == bytes(range(1, 256))
