"""Every way of saving a seed is seen at once, and as few passes as can be come of it."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from operated.daemon import Daemon, Folder, Operator, eventually, seed_text

pytestmark = pytest.mark.process

Require = Callable[..., str]


@pytest.fixture(scope="module")
def shared(fast_root: Path) -> Iterator[Daemon]:
    """One daemon for all ways of saving; each test has a folder of its own in it."""
    folder = Folder(Path(tempfile.mkdtemp(dir=fast_root)) / "site", "guard: {min_entries: 100000}")
    operator = Operator(str(Path(sys.executable).with_name("feedmill")))
    yield operator.run(folder)
    operator.end()


class Saving:
    """A seed, what its topic's feed shows, and how many passes it took."""

    def __init__(self, daemon: Daemon, topic: str) -> None:
        self.daemon = daemon
        self.topic = topic
        self.file = daemon.folder.seeds / topic / "seed.md"
        self.put("before")
        self.sees("before")
        daemon.settled()
        self.before = len(daemon.passes())

    def put(self, title: str, name: str = "seed.md") -> None:
        self.daemon.folder.write(f"{self.topic}/{name}", seed_text(title, topic=self.topic))

    def sees(self, *titles: str) -> None:
        self.daemon.shows(*titles, feed=f"topics/{self.topic}")

    def took(self, most: int) -> None:
        """Check that it took no more passes than that."""
        self.daemon.settled()
        passes = self.daemon.passes()[self.before :]
        assert 1 <= len(passes) <= most, passes


@pytest.fixture
def saving(shared: Daemon, request: pytest.FixtureRequest) -> Saving:
    return Saving(shared, request.node.name.removeprefix("test_").replace("_", "-").split("[")[0])


def typed(command: list[str], keys: list[bytes], cwd: Path) -> None:
    """Run a program on a terminal of its own and type."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(cwd)
        os.environ["TERM"] = "xterm"
        os.execvp(command[0], command)
    shown = b""
    for key in keys:
        end = time.monotonic() + 10
        quiet = time.monotonic()
        while time.monotonic() < end and (not shown or time.monotonic() - quiet < 0.2):
            if _readable(terminal):
                shown += os.read(terminal, 65536)
                quiet = time.monotonic()
        os.write(terminal, key)
    eventually(lambda: _drained(terminal, pid), f"{command[0]} ends: {shown[-500:]!r}")
    os.close(terminal)


def _readable(terminal: int) -> bool:
    import select

    return bool(select.select([terminal], [], [], 0.02)[0])


def _drained(terminal: int, pid: int) -> bool:
    if _readable(terminal):
        with suppress(OSError):
            os.read(terminal, 65536)
    return os.waitpid(pid, os.WNOHANG)[0] == pid


def test_a_plain_write(saving: Saving) -> None:
    saving.put("after")
    saving.sees("after")
    saving.took(1)


def test_a_rename_over_the_file(saving: Saving) -> None:
    aside = saving.file.with_name(".seed.md.new")
    aside.write_text(seed_text("after", topic=saving.topic))
    aside.replace(saving.file)
    saving.sees("after")
    saving.took(1)


def test_sed_in_place(saving: Saving) -> None:
    subprocess.run(["sed", "-i", "s/before/after/g", saving.file], check=True)
    saving.sees("after")
    saving.took(1)


def test_vim(saving: Saving, require: Require) -> None:
    vim = require("vim", "vim.basic", "vim.tiny")
    command = [
        vim,
        "-u",
        "NONE",
        "-N",
        "-es",
        "-c",
        "set backup writebackup",
        "-c",
        "%s/before/after/g",
        "-c",
        "wq",
    ]
    subprocess.run([*command, saving.file], check=True, stdin=subprocess.DEVNULL, capture_output=True)
    saving.sees("after")
    saving.took(2)


def test_vim_by_rename(saving: Saving, require: Require) -> None:
    vim = require("vim", "vim.basic", "vim.tiny")
    command = [
        vim,
        "-u",
        "NONE",
        "-N",
        "-es",
        "-c",
        "set backupcopy=no",
        "-c",
        "%s/before/after/g",
        "-c",
        "wq",
    ]
    subprocess.run([*command, saving.file], check=True, stdin=subprocess.DEVNULL, capture_output=True)
    saving.sees("after")
    saving.took(2)


def test_emacs(saving: Saving, require: Require) -> None:
    program = '(progn (while (search-forward "before" nil t) (replace-match "after")) (save-buffer))'
    subprocess.run(
        [require("emacs"), "-nw", "-Q", "--batch", saving.file, "--eval", program],
        check=True,
        capture_output=True,
    )
    saving.sees("after")
    saving.took(2)


def test_nano(saving: Saving, require: Require) -> None:
    # the second line's title: go there, cut the line, type another, write (^S) and leave (^X)
    typed(
        [require("nano"), "--ignorercfiles", "-w", "+2", str(saving.file)],
        [b"\x0btitle: after\r", b"\x13", b"\x18"],
        saving.file.parent,
    )
    saving.sees("after")
    saving.took(2)


def test_rsync(saving: Saving, require: Require, tmp_path: Path) -> None:
    for number in range(300):
        text = seed_text(f"number{number}", topic=saving.topic, date="2026-02-02")
        (tmp_path / f"n{number}.md").write_text(text)
    subprocess.run([require("rsync"), "-a", f"{tmp_path}/", f"{saving.file.parent}/"], check=True)
    eventually(lambda: saving.daemon.status()["counts"]["eligible"] >= 301, "all are in")
    saving.took(3)
    shutil.rmtree(saving.file.parent)


def test_git_checkout_of_thousands(saving: Saving, require: Require, tmp_path: Path) -> None:
    git = [require("git"), "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "gc.auto=0"]
    work = saving.file.parent
    for branch in ("one", "two"):
        subprocess.run([*git, "init", "-q", "-b", branch, tmp_path / branch], check=True)
    repository = tmp_path / "one"
    for number in range(1500):
        (repository / f"n{number}.md").write_text(seed_text(f"one{number}", topic=saving.topic))
    subprocess.run([*git, "add", "."], cwd=repository, check=True)
    subprocess.run([*git, "commit", "-q", "-m", "one"], cwd=repository, check=True)
    here = int(saving.daemon.status()["counts"]["eligible"])
    subprocess.run(
        [*git, f"--git-dir={repository}/.git", f"--work-tree={work}", "checkout", "-q", "-f"], check=True
    )
    eventually(lambda: saving.daemon.status()["counts"]["eligible"] == here + 1500, "all are in")
    saving.took(4)
    shutil.rmtree(work)


def test_a_file_written_slowly_in_pieces(saving: Saving) -> None:
    text = seed_text("after", topic=saving.topic, more="excerpt: in pieces\n")
    step = len(text) // 8 + 1
    with saving.file.open("w") as file:
        for start in range(0, len(text), step):
            file.write(text[start : start + step])
            file.flush()
            time.sleep(0.05)  # the writer's own slowness, not ours
    saving.sees("after")
    saving.took(3)


def test_a_rename_in_case_only(saving: Saving) -> None:
    saving.file.rename(saving.file.with_name("SEED.md"))
    saving.took(1)
    saving.sees("before")
    assert [path.name for path in saving.file.parent.iterdir()] == ["SEED.md"]


def test_a_folder_moved_in_and_out(saving: Saving, fast_root: Path) -> None:
    outside = Path(tempfile.mkdtemp(dir=fast_root)) / "batch"
    (outside / "deep" / "er").mkdir(parents=True)
    (outside / "deep" / "er" / "one.md").write_text(seed_text("one", topic=saving.topic))
    (outside / "two.md").write_text(seed_text("two", topic=saving.topic))
    inside = saving.file.parent / "batch"
    outside.rename(inside)
    saving.sees("before", "one", "two")
    # what is deep in the folder that came is watched, too
    (inside / "deep" / "er" / "one.md").write_text(seed_text("three", topic=saving.topic))
    saving.sees("before", "three", "two")
    saving.took(3)
    inside.rename(outside)
    saving.sees("before")
    # and no longer watched when it has gone
    saving.daemon.settled()
    before = len(saving.daemon.passes())
    (outside / "two.md").write_text(seed_text("four", topic=saving.topic))
    saving.daemon.settled()
    assert len(saving.daemon.passes()) == before


def test_a_renamed_folder(saving: Saving) -> None:
    batch = saving.file.parent / "batch"
    batch.mkdir()
    (batch / "one.md").write_text(seed_text("one", topic=saving.topic))
    saving.sees("before", "one")
    batch.rename(batch.with_name("other"))
    batch.with_name("other").joinpath("one.md").write_text(seed_text("uno", topic=saving.topic))
    saving.sees("before", "uno")


def test_a_thousand_files_at_once(saving: Saving) -> None:
    here = int(saving.daemon.status()["counts"]["eligible"])
    for number in range(1000):
        saving.put(f"n{number}", name=f"n{number}.md")
    eventually(lambda: saving.daemon.status()["counts"]["eligible"] == here + 1000, "all are in")
    saving.took(3)
    shutil.rmtree(saving.file.parent)
    eventually(lambda: saving.daemon.status()["counts"]["eligible"] == here - 1, "all are out")


def test_what_is_no_seed_causes_nothing(saving: Saving) -> None:
    folder = saving.file.parent
    for name in (".hidden.md", "seed.md~", ".seed.md.swp", "#seed.md#", "picture.png"):
        (folder / name).write_text("nothing")
    (folder / ".git").mkdir()
    (folder / ".git" / "x.md").write_text(seed_text("never", topic=saving.topic))
    saving.daemon.settled()
    assert [line for line in saving.daemon.passes()[saving.before :] if line["written"]] == []
    assert len(saving.daemon.passes()) == saving.before
