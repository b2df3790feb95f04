"""What goes wrong under a daemon: lost events, folders swapped and deleted, full disks, failing passes."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from feedmill.daemon.control import socket_path
from operated.daemon import Daemon, Folder, Operator, eventually, fair, free_port, held, seed_text

pytestmark = pytest.mark.process

Site = Callable[..., Folder]
Command = Callable[..., "subprocess.CompletedProcess[str]"]


def test_an_overflow_of_the_queue_is_survived(daemon: Daemon) -> None:
    limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    seeds = daemon.folder.seeds
    with held(daemon):
        for number in range(limit // 2 + 2000):  # a creation and a removal each
            name = seeds / f"x{number}.txt"
            name.touch()
            name.unlink()
        (seeds / "new").mkdir()
        (seeds / "new" / "unseen.md").write_text(seed_text("unseen"))
    daemon.shows("first", "unseen")
    told = eventually(lambda: daemon.lines("events were lost, looking at everything"), "it is told")
    assert "overflow" in told[0]["why"]
    # the folder whose creation nobody heard of is watched now
    (seeds / "new" / "later.md").write_text(seed_text("later"))
    daemon.shows("first", "unseen", "later", within=fair(5))
    assert "native" in daemon.status()["daemon"]["watching"]


def test_the_seeds_folder_renamed_and_back(site: Site, operator: Operator) -> None:
    folder = site("guard: {min_entries: 1000}")
    folder.write("first.md")
    daemon = operator.run(folder)
    away = folder.path / "away"
    folder.seeds.rename(away)
    eventually(lambda: "missing" in daemon.status()["daemon"]["watching"], "it is noticed")
    eventually(lambda: daemon.lines("held back"), "the pass is held")
    assert folder.titles() == {"first"}
    (away / "second.md").write_text(seed_text("second"))
    away.rename(folder.seeds)
    daemon.shows("first", "second", within=fair(5))
    folder.write("third.md")
    daemon.shows("first", "second", "third", within=fair(5))
    assert "native" in daemon.status()["daemon"]["watching"]
    assert len(daemon.lines("held back")) <= 3


def test_the_seeds_folder_replaced(daemon: Daemon) -> None:
    folder = daemon.folder
    other = folder.path / "other"
    other.mkdir()
    (other / "else.md").write_text(seed_text("else"))
    folder.seeds.rename(folder.path / "old")
    other.rename(folder.seeds)
    daemon.shows("else", within=fair(5))
    folder.write("more.md")
    daemon.shows("else", "more", within=fair(5))


def test_a_symlink_swapped_as_git_sync_does(site: Site, operator: Operator) -> None:
    folder = site()
    folder.seeds.rmdir()
    for revision in ("one", "two"):
        (folder.path / "revisions" / revision).mkdir(parents=True)
        (folder.path / "revisions" / revision / "a.md").write_text(seed_text(revision))
    folder.seeds.symlink_to("revisions/one")
    daemon = operator.run(folder)
    daemon.shows("one")
    aside = folder.path / "seeds.new"
    aside.symlink_to("revisions/two")
    aside.replace(folder.seeds)
    daemon.shows("two", within=fair(5))
    (folder.path / "revisions" / "two" / "a.md").write_text(seed_text("three"))
    daemon.shows("three", within=fair(5))


def test_a_volume_updated_as_kubernetes_does(site: Site, operator: Operator) -> None:
    folder = site()
    for revision, title in (("..1", "one"), ("..2", "two")):
        (folder.seeds / revision).mkdir()
        (folder.seeds / revision / "a.md").write_text(seed_text(title))
    (folder.seeds / "..data").symlink_to("..1")
    (folder.seeds / "a.md").symlink_to("..data/a.md")
    daemon = operator.run(folder)
    daemon.shows("one")
    (folder.seeds / "..data_tmp").symlink_to("..2")
    (folder.seeds / "..data_tmp").rename(folder.seeds / "..data")
    daemon.shows("two", within=fair(5))


def test_the_state_folder_deleted(daemon: Daemon, feedmill: Command) -> None:
    folder = daemon.folder
    token = folder.state / "token"
    had_token = token.exists()
    shutil.rmtree(folder.state)
    eventually(lambda: socket_path(folder.state).exists() and (folder.state / "lock").exists(), "all is back")
    folder.write("second.md")
    daemon.shows("first", "second")
    assert token.exists() == had_token
    assert f"process {daemon.pid}" in feedmill("build", cwd=folder.path, code=3).stderr
    assert daemon.status()["daemon"]["state"] in ("ready", "building")


def test_the_feeds_folder_deleted_and_swapped(daemon: Daemon) -> None:
    folder = daemon.folder
    before = folder.documents()
    shutil.rmtree(folder.feeds)
    eventually(lambda: folder.feeds.exists() and folder.documents() == before, "published anew")
    folder.feeds.rename(folder.path / "old")
    eventually(lambda: folder.feeds.exists() and folder.documents() == before, "published anew")
    folder.write("second.md")
    daemon.shows("first", "second")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MB; needs the right to mount."""
    point = Path(tempfile.mkdtemp(dir=tmp_path))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "none", point], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount")
    yield point
    subprocess.run(["umount", "-l", point], check=True)


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Let nothing more be written to a disk."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    try:
        yield
    finally:
        filler.unlink()


LONG = "excerpt: " + "long " * 20000 + "\n"


def test_a_full_feeds_disk_and_its_end(site: Site, operator: Operator, small_disk: Path) -> None:
    folder = site(
        f"feeds: {{dir: {small_disk}/feeds, formats: [atom], html: false}}\nguard: {{min_entries: 1000}}"
    )
    folder.write("first.md")
    folder.feeds = small_disk / "feeds"
    daemon = operator.run(folder)
    with filled(small_disk):
        folder.write("second.md", seed_text("second", more=LONG))
        told = eventually(lambda: daemon.lines("the pass failed"), "the failure is told")
        assert "retry_in" in told[0]
        assert folder.titles() in ({"first"}, {"first", "second"})
        assert any("failed" in problem["message"] for problem in daemon.status()["problems"])
        eventually(lambda: len(daemon.lines("the pass failed")) >= 2, "it is tried again")
    daemon.shows("first", "second")
    eventually(lambda: daemon.status()["problems"] == [], "nothing is wrong any more")


def test_a_full_state_folder_costs_no_reader_anything(
    site: Site, operator: Operator, small_disk: Path
) -> None:
    port = free_port()
    folder = site(
        f"state: {{dir: {small_disk}/state}}\nserver: {{port: {port}}}\nguard: {{min_entries: 1000}}"
    )
    folder.write("first.md")
    folder.state = small_disk / "state"
    daemon = operator.run(folder)
    with filled(small_disk):
        for number in range(3):
            folder.write(f"more{number}.md", seed_text(f"more{number}", more=LONG))
            daemon.shows("first", *(f"more{n}" for n in range(number + 1)))
            eventually(lambda: b"more%d" % number in asked(port)[1], "readers get it")  # noqa: B023
        eventually(lambda: daemon.lines("published, but the state folder cannot be written"), "it is told")
        assert any("catalog cannot be kept" in one["message"] for one in daemon.status()["problems"])
    eventually(lambda: daemon.status()["problems"] == [], "it mends by itself", within=60)
    folder.write("last.md")
    daemon.shows("first", "more0", "more1", "more2", "last")


def test_a_takedown_that_cannot_be_written_is_one_all_the_same(
    site: Site, operator: Operator, small_disk: Path
) -> None:
    port = free_port()
    folder = site(
        f"feeds: {{dir: {small_disk}/feeds, formats: [atom], html: false}}\nserver: {{port: {port}}}\n"
        "guard: {min_entries: 1000}"
    )
    folder.write("first.md", seed_text("first", topic="Other", more=LONG))
    folder.write("secret.md", seed_text("secret", topic="Inside"))
    folder.feeds = small_disk / "feeds"
    operator.run(folder)
    assert b"secret" in asked(port)[1]
    with filled(small_disk):
        folder.write("secret.md", seed_text("secret", topic="Inside", more="published: false\n"))
        for path in ("all.atom", "topics/inside.atom"):
            eventually(lambda: asked(port, path)[0] == 503, f"{path} is withheld")  # noqa: B023
        assert asked(port, "topics/other.atom")[0] == 200, "nothing of it is in there"
    eventually(lambda: asked(port)[0] == 200, "it is written as soon as the disk takes it")
    assert b"secret" not in asked(port)[1]
    assert asked(port, "topics/inside.atom")[0] == 200


def test_what_was_withdrawn_while_the_daemon_was_off_is_never_served(site: Site, operator: Operator) -> None:
    port = free_port()
    config = f"server: {{port: {port}}}\nguard: {{min_entries: 1000}}\n"
    folder = site(config + "feeds: {html: true}")
    for number in range(150):
        folder.write(f"s{number}.md", seed_text(f"s{number}", topic=f"T{number}"))
    folder.write("secret.md", seed_text("secret", topic="Inside"))
    daemon = operator.run(folder)
    assert b"secret" in asked(port)[1]
    daemon.signal(signal.SIGTERM)
    daemon.ended()
    folder.configure(
        f"server: {{port: {port}}}\nguard: {{min_entries: 1000}}\nfeeds: {{html: true, limit: 49}}"
    )
    folder.write("secret.md", seed_text("secret", topic="Inside", more="published: false\n"))
    daemon = operator.run(folder, ready=False)
    seen: list[tuple[int, bytes]] = []
    while not seen or seen[-1][0] != 200:
        assert daemon.alive()
        for path in ("all.atom", "topics/inside.atom", "topics/inside.html"):
            with suppress(OSError):
                seen.append(asked(port, path))
    assert not [status for status, body in seen if b"secret" in body]
    assert {status for status, _ in seen} <= {200, 503}


def asked(port: int, path: str = "all.atom") -> tuple[int, bytes]:
    """Ask the origin for a document."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/{path}", timeout=5) as answer:
            return answer.status, answer.read()
    except HTTPError as refused:
        with refused:
            return refused.code, refused.read()


def test_an_unmounted_feeds_folder_is_not_filled(site: Site, operator: Operator, small_disk: Path) -> None:
    """What lies below the mount point is another file system's: feeds there would be lost to sight."""
    point = small_disk.with_name("published")
    point.mkdir()
    (small_disk / "feeds").mkdir()
    bind = ["mount", "--bind", str(small_disk / "feeds"), str(point)]
    subprocess.run(bind, check=True)
    folder = site(f"feeds: {{dir: {point}, formats: [atom], html: false}}")
    folder.feeds = point
    try:
        folder.write("first.md")
        daemon = operator.run(folder)
        subprocess.run(["umount", "-l", point], check=True)
        folder.write("second.md")
        told = eventually(lambda: daemon.lines("the pass failed"), "the failure is told")
        assert "mount the feeds folder again" in str(told[0])
        assert [path.name for path in point.rglob("*") if path.is_file()] == ["lock"]
        subprocess.run(bind, check=True)
        daemon.shows("first", "second")
        eventually(lambda: daemon.status()["problems"] == [], "nothing is wrong any more")
    finally:
        subprocess.run(["umount", "-l", point], check=False)


def test_a_pass_that_raises_is_told_and_tried_again(site: Site, operator: Operator, tmp_path: Path) -> None:
    fault = tmp_path / "sitecustomize.py"
    fault.write_text(
        "import os, sys\n"
        "if sys.argv[-1:] == ['run']:\n"
        "    from feedmill.pipeline import Mill\n"
        "    real = Mill.run\n"
        "    def run(self, request):\n"
        f"        if os.path.exists({str(tmp_path / 'break')!r}):\n"
        "            raise RuntimeError('a bug of ours')\n"
        "        return real(self, request)\n"
        "    Mill.run = run\n"
    )
    folder = site()
    folder.write("first.md")
    daemon = operator.run(folder, env={"PYTHONPATH": str(tmp_path)})
    (tmp_path / "break").touch()
    folder.write("second.md")
    eventually(lambda: len(daemon.lines("the pass failed")) >= 2, "told, and tried again")
    assert any("a bug of ours" in line.get("traceback", "") for line in daemon.lines())
    assert "error" in daemon.ask("rebuild")
    assert folder.titles() == {"first"}
    (tmp_path / "break").unlink()
    daemon.shows("first", "second")


def test_a_first_pass_that_fails_leaves_the_last_good_feeds(site: Site, operator: Operator) -> None:
    folder = site()
    folder.write("first.md")
    daemon = operator.run(folder)
    daemon.signal(signal.SIGTERM)
    daemon.ended()
    shutil.rmtree(folder.seeds)
    daemon = operator.run(folder)  # ready all the same
    assert daemon.lines("held back")
    assert folder.titles() == {"first"}


def test_watches_run_out_and_come_back(site: Site, operator: Operator) -> None:
    folder = site()
    for number in range(20):
        folder.write(f"f{number}/n{number}.md")
    limit = Path("/proc/sys/user/max_inotify_watches")
    # in a user namespace of its own the limit is its own, too
    script = f"echo 5 > {limit}; exec {operator.program} run"
    inside = Operator("unshare")
    inside.started = operator.started
    daemon = Daemon(folder, inside.spawn(folder, "--user", "--map-root-user", "sh", "-c", script))
    eventually(lambda: daemon.lines("ready") or not daemon.alive(), "ready")
    if not daemon.alive():
        pytest.skip("no user namespaces here")
    status = daemon.status()
    assert daemon.lines("ready")
    assert "polling" in status["daemon"]["watching"]
    assert any("max_user_watches" in problem["message"] for problem in status["problems"])
    assert daemon.lines("watching by polling")
    folder.write("later.md")
    eventually(lambda: "later" in folder.titles(), "polling sees it")
