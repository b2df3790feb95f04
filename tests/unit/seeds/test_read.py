from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from feedmill.errors import SeedError
from feedmill.model.settings import ScanSettings
from feedmill.seeds.read import read
from feedmill.seeds.scan import Found, scan
from nobody import as_nobody

LIMIT = 1 << 20


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    folder.mkdir()
    return folder


def refusal(folder: Path, path: str = "a.md", limit: int = LIMIT) -> str:
    with pytest.raises(SeedError) as caught:
        read(ScanSettings(dir=folder), path, limit)
    assert caught.value.path == path
    return caught.value.message


def test_reads_the_bytes_and_their_stat(seeds: Path) -> None:
    (seeds / "b").mkdir()
    (seeds / "b" / "a.md").write_bytes(b"\xff\0 whole")
    data, found = read(ScanSettings(dir=seeds), "b/a.md", LIMIT)
    assert data == b"\xff\0 whole"
    assert [found] == list(scan(ScanSettings(dir=seeds)))


@pytest.mark.parametrize("name", [b"new\nline.md", b"\xff.md", b"a" * 252 + b".md"])
def test_any_name_works(seeds: Path, name: bytes) -> None:
    with open(os.fsencode(seeds) + b"/" + name, "wb") as file:  # noqa: PTH123 - bytes
        file.write(b"x")
    [found] = scan(ScanSettings(dir=seeds))
    assert isinstance(found, Found)
    assert read(ScanSettings(dir=seeds), found.path, LIMIT) == (b"x", found)


def test_an_empty_file(seeds: Path) -> None:
    (seeds / "a.md").touch()
    assert read(ScanSettings(dir=seeds), "a.md", LIMIT)[0] == b""


@pytest.mark.parametrize("path", ["gone.md", "gone/a.md", "a.md/b.md"])
def test_what_has_vanished(seeds: Path, path: str) -> None:
    (seeds / "a.md").touch()
    with pytest.raises(FileNotFoundError):
        read(ScanSettings(dir=seeds), path, LIMIT)


def test_a_file_may_be_as_large_as_allowed(seeds: Path) -> None:
    (seeds / "a.md").write_bytes(b"x" * 100)
    assert len(read(ScanSettings(dir=seeds), "a.md", 100)[0]) == 100
    assert refusal(seeds, limit=99) == "is larger than 99 bytes (seeds.max_bytes)"


def test_a_giant_file_is_refused_without_being_read(seeds: Path) -> None:
    with (seeds / "a.md").open("wb") as file:
        file.truncate(1 << 40)
    assert refusal(seeds, limit=4 << 20) == "is larger than 4 MiB (seeds.max_bytes)"


def test_a_pipe_never_blocks(seeds: Path) -> None:
    os.mkfifo(seeds / "a.md")
    assert refusal(seeds) == "is a named pipe, not a file"


def test_a_socket(seeds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(seeds)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("a.md")
        assert refusal(seeds) == "is a socket, not a file"


def test_a_folder(seeds: Path) -> None:
    (seeds / "a.md").mkdir()
    assert refusal(seeds) == "is a folder, not a file"


def test_a_device(seeds: Path) -> None:
    (seeds / "a.md").symlink_to("/dev/zero")
    assert refusal(seeds) == "is a device, not a file"


def test_an_unreadable_file(public: Path) -> None:
    (public / "a.md").touch(mode=0o000)
    with as_nobody():
        assert refusal(public) == "cannot be read: Permission denied"


# Links


def test_a_link_to_a_file_inside(seeds: Path, tmp_path: Path) -> None:
    (seeds / "b.md").write_text("x")
    (seeds / "a.md").symlink_to("b.md")
    (tmp_path / "link").symlink_to("seeds")
    for folder in (seeds, tmp_path / "link"):
        data, found = read(ScanSettings(dir=folder), "a.md", LIMIT)
        assert (data, found.path, found.inode) == (b"x", "a.md", (seeds / "b.md").stat().st_ino)


@pytest.mark.parametrize("target", ["../outside.md", "/etc/passwd", "../seeds-too/x.md"])
def test_a_link_that_leads_out(seeds: Path, target: str) -> None:
    (seeds.parent / "outside.md").write_text("secret")
    (seeds.parent / "seeds-too").mkdir()
    (seeds.parent / "seeds-too" / "x.md").write_text("secret")
    (seeds / "a.md").symlink_to(target)
    assert refusal(seeds) == "is a link that leads out of the seeds folder; copy the file instead"


def test_a_link_that_leads_nowhere(seeds: Path) -> None:
    (seeds / "a.md").symlink_to("gone.md")
    assert refusal(seeds) == "is a link to a file that does not exist"


def test_a_link_that_leads_to_itself(seeds: Path) -> None:
    (seeds / "a.md").symlink_to("a.md")
    assert refusal(seeds) == "is a link that leads back to itself"


def test_a_folder_that_became_a_link(seeds: Path, tmp_path: Path) -> None:
    """Between scan and read: what lies behind must not be read, inside or outside."""
    for folder in (tmp_path / "outside", seeds / "inside"):
        folder.mkdir()
        (folder / "a.md").write_text("x")
    (seeds / "b").symlink_to("../outside")
    (seeds / "c").symlink_to("inside")
    assert "leads out" in refusal(seeds, "b/a.md")
    assert "behind a link to a folder" in refusal(seeds, "c/a.md")
    assert "leads out" in refusal(seeds, "../outside/a.md")


def test_a_name_with_a_nul(seeds: Path) -> None:
    assert refusal(seeds, "a\0.md") == "is no file name"


# Files that change


class Meddler:
    """Changes the file whenever it is about to be read, `times` times."""

    def __init__(self, change: Callable[[], object], times: int) -> None:
        self.change = change
        self.times = times
        self.read = os.read

    def __call__(self, descriptor: int, size: int) -> bytes:
        if self.times:
            self.times -= 1
            self.change()
        return self.read(descriptor, size)


def append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


@pytest.mark.parametrize(
    "change", [append, lambda path: os.truncate(path, 1), lambda path: path.write_text("y" * 9)]
)
def test_a_file_that_changes_is_read_once_more(
    seeds: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], object]
) -> None:
    path = seeds / "a.md"
    path.write_text("123456789")
    os.utime(path, ns=(1, 1))
    monkeypatch.setattr(os, "read", Meddler(lambda: change(path), times=1))
    data, found = read(ScanSettings(dir=seeds), "a.md", LIMIT)
    assert data == path.read_bytes()
    assert found.size == len(data)


def test_bytes_and_stat_belong_together(seeds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Old bytes with the new stat would never be read again."""
    path = seeds / "a.md"
    path.write_text("old")
    os.utime(path, ns=(1, 1))
    real = os.read

    def read_then_change(descriptor: int, size: int) -> bytes:
        data = real(descriptor, size)
        monkeypatch.setattr(os, "read", real)
        path.write_text("new")
        return data

    monkeypatch.setattr(os, "read", read_then_change)
    data, found = read(ScanSettings(dir=seeds), "a.md", LIMIT)
    assert (data, found.mtime_ns) == (b"new", path.stat().st_mtime_ns)


def test_a_file_that_keeps_changing_is_refused(seeds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = seeds / "a.md"
    path.write_text("x")
    monkeypatch.setattr(os, "read", Meddler(lambda: append(path), times=9))
    assert "is being written" in refusal(seeds)


def test_a_file_that_is_replaced_is_read_as_it_was_or_is(
    seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = seeds / "a.md"
    path.write_text("old")

    def replace() -> None:
        (seeds / "new").write_text("newer")
        (seeds / "new").replace(path)

    monkeypatch.setattr(os, "read", Meddler(replace, times=1))
    data, found = read(ScanSettings(dir=seeds), "a.md", LIMIT)
    assert (data, found.size) in ((b"old", 3), (b"newer", 5))


def test_a_file_that_grows_beyond_all_bounds(seeds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = seeds / "a.md"
    path.write_text("x")
    monkeypatch.setattr(os, "read", Meddler(lambda: os.truncate(path, 1 << 30), times=1))
    assert "is larger than 1 MiB" in refusal(seeds)


def test_a_writer_beside_never_tears_a_seed(seeds: Path) -> None:
    """Whole files are renamed into place meanwhile: each read sees one of them."""
    versions = [bytes([letter]) * 50_000 for letter in b"abcdefgh"]
    path = seeds / "a.md"
    path.write_bytes(versions[0])
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            for version in versions:
                (seeds / "new").write_bytes(version)
                (seeds / "new").replace(path)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        whole = 0
        for _ in range(200):
            try:
                assert read(ScanSettings(dir=seeds), "a.md", LIMIT)[0] in versions
                whole += 1
            except SeedError as error:  # the writer was faster, twice
                assert "is being written just now" in str(error)
        assert whole > 100
    finally:
        done.set()
        writer.join()
