"""The daemon obeys: signals, the control socket, locks, ports, a changed config."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from feedmill.daemon.control import call, socket_path
from operated.daemon import Daemon, Folder, Operator, eventually, fair, free_port, gone, held, seed_text

pytestmark = pytest.mark.process

Site = Callable[..., Folder]
Command = Callable[..., "subprocess.CompletedProcess[str]"]
UNPACED = "watch: {mode: 'off'}\nschedule: {rebuild: {every: 1d}}"
"""Nothing starts a pass but what the test does."""


def test_rebuild_waits_and_prints(site: Site, operator: Operator, feedmill: Command) -> None:
    folder = site(UNPACED)
    daemon = operator.run(folder)
    folder.write("one.md")
    report = feedmill("rebuild", "--json", cwd=folder.path)
    assert '"appeared": 1' in report.stdout
    assert folder.titles() == {"one"}
    folder.write("broken.md", "---\ntitle: [\n---\n")
    feedmill("rebuild", cwd=folder.path, code=1)
    assert {line["trigger"] for line in daemon.passes()} == {"start", "rebuild"}
    daemon.signal(signal.SIGTERM)
    assert daemon.ended() == 0
    folder.write("two.md")
    feedmill("rebuild", cwd=folder.path)  # with none running it builds here, and that fault is an old one
    assert folder.titles() == {"one", "two"}


def test_rebuild_says_that_the_guard_held(site: Site, operator: Operator, feedmill: Command) -> None:
    folder = site(UNPACED)
    for number in range(30):
        folder.write(f"n{number}.md")
    daemon = operator.run(folder)
    before = folder.documents()
    folder.seeds.rename(folder.path / "elsewhere")
    feedmill("rebuild", cwd=folder.path, code=4)
    assert folder.documents() == before
    status = daemon.status()
    assert any("held" in problem["message"] for problem in status["problems"])
    assert status["counts"]["eligible"] == 30
    assert status["daemon"]["state"] == "held"
    assert "bring the files back, or overrule it" in feedmill("status", cwd=folder.path, code=4).stdout
    found = feedmill("doctor", cwd=folder.path, code=1).stdout
    assert "daemon: held back" in found and "feedmill rebuild --force" in found
    (folder.path / "elsewhere").rename(folder.seeds)
    feedmill("rebuild", cwd=folder.path)
    assert daemon.status()["problems"] == []
    assert feedmill("status", "--json", cwd=folder.path).stdout.count('"ready"') == 1


def test_status_says_that_passes_fail(site: Site, operator: Operator, feedmill: Command) -> None:
    folder = site(UNPACED)
    folder.write("one.md")
    daemon = operator.run(folder)
    folder.feeds.rename(folder.path / "elsewhere")
    folder.feeds.write_text("a file where the folder was")
    feedmill("rebuild", cwd=folder.path, code=3)
    assert daemon.status()["daemon"]["state"] == "failing"
    assert "failing" in feedmill("status", cwd=folder.path, code=3).stdout
    folder.feeds.unlink()
    (folder.path / "elsewhere").rename(folder.feeds)
    feedmill("rebuild", cwd=folder.path)
    assert daemon.status()["daemon"]["state"] == "ready"


def test_sigusr1_looks_at_everything(site: Site, operator: Operator) -> None:
    folder = site(UNPACED)
    daemon = operator.run(folder)
    folder.write("one.md")
    daemon.signal(signal.SIGUSR1)
    daemon.shows("one")
    eventually(lambda: daemon.passes()[-1]["trigger"] == "SIGUSR1")


def test_many_askers_get_passes_that_include_them(site: Site, operator: Operator, feedmill: Command) -> None:
    folder = site(UNPACED)
    daemon = operator.run(folder)
    folder.write("one.md")
    before = len(daemon.passes())
    requests = []
    for _ in range(10):
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.settimeout(20)
        client.connect(str(socket_path(folder.state)))
        client.sendall(b'{"command": "rebuild"}\n')
        requests.append(client)
    for client in requests:
        with client, client.makefile() as lines:
            assert '"result"' in lines.readlines()[-1]
    assert folder.titles() == {"one"}
    assert len(daemon.passes()) - before <= 10


def test_config_is_reloaded_on_sighup_and_when_it_changes(site: Site, operator: Operator) -> None:
    folder = site()
    folder.write("one.md")
    daemon = operator.run(folder)
    folder.configure(title="Renamed")
    eventually(lambda: b"Renamed" in (folder.feeds / "all.atom").read_bytes(), "the new title")
    folder.configure("seeds: {timezone: Nowhere/Atall}", title="Wrong")
    told = eventually(lambda: daemon.lines("the changed config was not taken"), "the fault is told")
    assert "timezone" in told[0]["why"]
    daemon.signal(signal.SIGHUP)
    eventually(lambda: len(daemon.lines("the changed config was not taken")) == 2, "told once more")
    assert any("timezone" in problem["message"] for problem in daemon.status()["problems"])
    assert b"Renamed" in (folder.feeds / "all.atom").read_bytes()
    folder.write("two.md")
    daemon.shows("one", "two")
    (folder.path / "config.yaml").unlink()
    eventually(lambda: len(daemon.lines("the changed config was not taken")) == 3, "a missing config is told")
    folder.configure(title="Again")
    eventually(lambda: b"Again" in (folder.feeds / "all.atom").read_bytes(), "the mended config")
    assert daemon.status()["problems"] == []


def test_reload_moves_the_listener_or_keeps_it(site: Site, operator: Operator) -> None:
    one, two, taken = free_port(), free_port(), socket.create_server(("127.0.0.1", 0))
    folder = site(f"server: {{port: {one}}}")
    folder.write("one.md")
    daemon = operator.run(folder)

    def answers(port: int) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/all.atom", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    assert answers(one)
    folder.configure(f"server: {{port: {two}}}")
    eventually(lambda: answers(two), "the new port answers")
    assert not answers(one)
    with taken:
        folder.configure(f"server: {{port: {taken.getsockname()[1]}}}")
        eventually(lambda: daemon.lines("the changed config was not taken"), "the taken port is told")
        eventually(lambda: answers(two), "the old port serves on")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told(daemon: Daemon, number: signal.Signals) -> None:
    started = time.monotonic()
    daemon.signal(number)
    assert daemon.ended() == (130 if number == signal.SIGINT else 0)
    assert time.monotonic() - started < fair(5)
    assert daemon.lines("stopped")[0]["why"] == number.name
    assert not socket_path(daemon.folder.state).exists()


def test_it_stops_within_a_cold_build_and_the_next_start_ends_as_undisturbed(
    site: Site, operator: Operator, feedmill: Command
) -> None:
    folder = site()
    for number in range(500):
        folder.write(f"n{number}.md", seed_text(f"n{number}", topic=f"t{number % 50}"))
    for moment in ("lock", "catalog.db-wal"):
        process = operator.spawn(folder, "run")
        eventually((folder.state / moment).exists, "it has begun")
        process.terminate()
        started = time.monotonic()
        assert process.wait(timeout=10) in (0, -signal.SIGTERM)
        assert time.monotonic() - started < fair(5)
    operator.run(folder)
    apart = site()
    feedmill("build", "--seeds", str(folder.seeds), cwd=apart.path)
    assert folder.documents() == apart.documents()


def test_a_second_interrupt_ends_at_once(daemon: Daemon) -> None:
    with held(daemon):  # both arrive before it does anything
        daemon.signal(signal.SIGINT)
    time.sleep(0.001)
    if daemon.alive():
        daemon.signal(signal.SIGINT)
    assert daemon.ended(within=5) == 130


def test_one_daemon_a_folder(daemon: Daemon, feedmill: Command) -> None:
    folder = daemon.folder
    for command in (["run"], ["build"]):
        refused = feedmill(*command, cwd=folder.path, code=3)
        assert f"process {daemon.pid}" in refused.stderr
        assert "feedmill run" in refused.stderr
    feedmill("build", "--dry-run", cwd=folder.path)
    # the feeds folder has a lock of its own: another state folder does not help
    refused = feedmill("build", "--set", "state.dir=other", cwd=folder.path, code=3)
    assert f"process {daemon.pid}" in refused.stderr
    assert daemon.alive()


def test_a_killed_daemon_leaves_no_obstacle(daemon: Daemon, operator: Operator) -> None:
    daemon.process.kill()
    daemon.ended()
    assert socket_path(daemon.folder.state).exists()
    assert gone(daemon.folder)
    after = operator.run(daemon.folder)
    daemon.folder.write("second.md")
    after.shows("first", "second")


def test_a_port_in_use_is_named(site: Site, feedmill: Command) -> None:
    folder = site()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = feedmill(
            "run", "--set", "server.enabled=true", "--set", f"server.port={port}", cwd=folder.path, code=3
        )
        assert str(port) in refused.stderr
        assert "server.port" in refused.stderr
    assert not socket_path(folder.state).exists()


def test_status_in_eighty_columns_and_as_json(site: Site, operator: Operator, feedmill: Command) -> None:
    folder = site(f"admin: {{port: {free_port()}}}")
    for number in range(12):
        folder.write(f"later{number}.md", seed_text(f"later{number}", date=f"2199-01-{number + 1:02}"))
    folder.write(
        "bad.md", "---\ntitle: x\npublished: perhaps\nwebUrl: https://example.org/" + "long" * 40 + "\n---\n"
    )
    daemon = operator.run(folder)
    status = daemon.status()
    assert status["daemon"]["state"] == "ready"
    assert status["daemon"]["pid"] == daemon.pid
    assert set(status) == {
        "daemon",
        "last_pass",
        "next",
        "counts",
        "scheduled",
        "problems",
        "followers",
        "store",
    }
    assert {run["job"] for run in status["next"]} == {"rebuild", "next-change", "housekeeping"}
    assert all(run["why"] for run in status["next"])
    assert len(status["scheduled"]) == 10
    assert status["scheduled"][0]["at"] == "2199-01-01T00:00:00Z"
    assert status["counts"]["withheld"]["scheduled"] == 12
    assert [problem["path"] for problem in status["problems"]] == ["bad.md"]
    done = feedmill("status", cwd=folder.path, env={"COLUMNS": "80"})
    shown = done.stdout + done.stderr
    assert all(len(line) <= 80 for line in shown.splitlines() if "?token=" not in line), shown
    for word in ("ready", str(daemon.pid), "native", "start", "rebuild", "12 scheduled", "later0", "perhaps"):
        assert word in shown, shown
    daemon.signal(signal.SIGTERM)
    daemon.ended()
    assert '"stopped"' in feedmill("status", "--json", cwd=folder.path).stdout


def test_the_control_socket_is_for_its_owner(site: Site, operator: Operator, tmp_path: Path) -> None:
    folder = site(under=tmp_path / "deep" / ("d" * 60) / ("e" * 60)) if _deep(tmp_path) else site()
    operator.run(folder, env={"XDG_RUNTIME_DIR": str(tmp_path)})
    os.environ["XDG_RUNTIME_DIR"], before = str(tmp_path), os.environ.get("XDG_RUNTIME_DIR")
    try:
        path = socket_path(folder.state)
        assert path.parent == tmp_path
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        *_, last = call(folder.state, {"command": "status"})
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before
    assert last["result"]["daemon"]["state"] == "ready"


def _deep(path: Path) -> bool:
    (path / "deep" / ("d" * 60) / ("e" * 60)).mkdir(parents=True)
    return True


def test_systemd_is_told(site: Site, operator: Operator, tmp_path: Path) -> None:
    folder = site()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(str(tmp_path / "notify"))
        notify.settimeout(20)
        env = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "1000000"}
        daemon = operator.run(folder, env=env)
        heard: list[str] = []

        def hear(wanted: str) -> str:
            while True:
                heard.append(notify.recv(4096).decode())
                if wanted in heard[-1]:
                    return heard[-1]

        assert "STATUS=0 entries" in hear("READY=1")
        for _ in range(3):
            hear("WATCHDOG=1")
        daemon.signal(signal.SIGHUP)
        assert "MONOTONIC_USEC=" in hear("RELOADING=1")
        hear("READY=1")
        daemon.signal(signal.SIGTERM)
        hear("STOPPING=1")
        assert daemon.ended() == 0
